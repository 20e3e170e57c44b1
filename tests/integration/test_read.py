"""From writing in footage to the place of the post that shows it, through the store."""

import io
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from collector.context import Context
from collector.drain import drain
from collector.stages.arrive import store_posts
from db import sources
from db.rows import NewMedia, NewPost
from geolocate.frames.opencv import cv2
from tests.e2e import small
from tests.integration.clips import jpeg

DAWN = small.at(3, "06:00")


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    with ExitStack() as stack:
        yield stack.enter_context(small.inside(small.config(tmp_path, "http://127.0.0.1:9", [])))


def photo(folder: Path, text: str = "", exif: bytes = b"") -> Path:
    """A board on a smooth ground, with a block of EXIF."""
    coarse = np.random.default_rng(1).integers(60, 180, (5, 8, 3), dtype=np.uint8)
    image = np.asarray(cv2.resize(coarse, (960, 540), interpolation=cv2.INTER_CUBIC), np.uint8)
    if text:
        cv2.rectangle(image, (200, 180), (720, 280), (150, 60, 20), -1)
        cv2.putText(image, text, (240, 248), (245, 245, 245), cv2.FontFace("sans"), 50, 500)
    data = jpeg(image)
    path = folder / f"{text or 'plain'}-{len(exif)}.jpg"
    block = b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif if exif else b""
    path.write_bytes(data[:2] + block + data[2:])
    return path


def exif(lat: tuple[int, int, int], lon: tuple[int, int, int], taken: str) -> bytes:
    """A little TIFF: a maker, a time with its zone, a position north and east."""
    out = io.BytesIO()
    main, sub, gps, text, numbers = 8, 50, 80, 140, 220

    def entry(tag: int, kind: int, count: int, value: bytes | int) -> bytes:
        return struct.pack("<HHI", tag, kind, count) + (value if isinstance(value, bytes) else struct.pack("<I", value))

    out.write(b"II*\0" + struct.pack("<I", main))
    out.write(struct.pack("<H", 3) + entry(0x10F, 2, 6, text) + entry(0x8769, 4, 1, sub) + entry(0x8825, 4, 1, gps))
    out.seek(sub)
    out.write(struct.pack("<H", 2) + entry(0x9003, 2, 20, text + 10) + entry(0x9011, 2, 7, text + 40))
    out.seek(gps)
    out.write(struct.pack("<H", 4) + entry(1, 2, 2, b"N\0\0\0") + entry(2, 5, 3, numbers))
    out.write(entry(3, 2, 2, b"E\0\0\0") + entry(4, 5, 3, numbers + 24))
    out.seek(text)
    out.write(b"Phone\0")
    out.seek(text + 10)
    out.write(taken.encode() + b"\0")
    out.seek(text + 40)
    out.write(b"+00:00\0")
    out.seek(numbers)
    for part in (*lat, *lon):
        out.write(struct.pack("<II", part, 1))
    return out.getvalue()


def arrive(ctx: Context, name: str, text: str, file: Path) -> None:
    """A post with a photo, and all the work that follows."""
    post = NewPost(
        "telegram", f"{name}/1", f"{name} {text}", text, channel_id=name, channel_name=name,
        url=f"https://t.me/{name}/1", posted_at=DAWN,
        media=(NewMedia("photo", None, None, str(file), None, False, "pending"),),
    )  # fmt: skip
    with ctx.store.write() as conn:
        source_id, _ = sources.add(conn, "telegram", "quiet_test", datetime.now().astimezone())
        store_posts(ctx, conn, source_id, [post], fresh=True)
    drain(ctx)


def told(ctx: Context) -> list[str]:
    return [row[0] for row in small.rows(ctx, "SELECT explanation FROM observations ORDER BY post_id")]


def test_a_sign_places_a_post_whose_text_names_no_place(ctx: Context, tmp_path: Path) -> None:
    arrive(ctx, "one", "Колонна российской военной техники, 30 грузовиков", photo(tmp_path, "Саракиб 9 км"))
    assert small.rows(ctx, "SELECT text, script, kind, at_ms FROM signs") == [
        ("Саракиб 9 км", "cyrillic", "scene", None)
    ]
    (where,) = small.rows(ctx, "SELECT round(lat), round(lon), radius_km > 9 FROM observations")
    assert where == (36, 37, 1)
    assert "the sign 'Саракиб 9 км' in the picture names Saraqib" in told(ctx)[0]
    ((kind, ref, sha, box),) = small.rows(
        ctx, "SELECT evidence_kind, ref, media_sha256, media_box FROM v_evidence_trail WHERE evidence_kind IS NOT NULL"
    )
    assert (kind, ref.startswith("geonames:"), len(sha), box is not None) == ("sign", True, 64, True)


def test_a_second_post_of_a_file_that_was_read_is_placed_by_it_too(ctx: Context, tmp_path: Path) -> None:
    file = photo(tmp_path, "Саракиб 9 км")
    for name in ("one", "two"):
        arrive(ctx, name, f"Колонна российской военной техники, {name}", file)
    assert small.rows(ctx, "SELECT count(*) FROM signs") == [(1,)]
    assert ["names Saraqib" in words for words in told(ctx)] == [True, True]


def test_the_position_in_a_file_agrees_or_not_and_is_left_out_when_it_cannot_be_true(
    ctx: Context, tmp_path: Path
) -> None:
    before, after = f"{DAWN:%Y:%m:%d} 05:50:00", f"{DAWN:%Y:%m:%d} 09:50:00"
    near, far, text = ((35, 52, 0), (36, 48, 0)), ((51, 40, 0), (39, 12, 0)), "Колонна российской техники в Саракибе"
    for number, fields in enumerate((exif(*near, before), exif(*far, before), exif(*far, after))):
        arrive(ctx, f"c{number}", f"{text} {number}", photo(tmp_path, exif=fields + bytes(number)))
    agrees, differs, silent = told(ctx)
    assert "agrees with the position stored in the file (exif)" in agrees
    assert "km from the position stored in the file (exif)" in differs
    assert "stored" not in silent
    assert small.rows(ctx, "SELECT device, round(trust, 2) FROM media_claims") == [("Phone", 0.5)] * 3
