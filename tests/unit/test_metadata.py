"""What files say of themselves, and how far that is believed."""

import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.file_claims import believable, fresh, with_claims
from geolocate.frames.metadata import Claims, claims_of
from geolocate.frames.metadata_exif import exif_fields
from geolocate.frames.metadata_xmp import xmp_fields
from geolocate.fuse import Fused
from geolocate.types import Position, Stated
from tests.integration import phone

POSTED = datetime(2024, 5, 1, 12, tzinfo=UTC)


def tiff(entries: list[tuple[int, int, int, bytes]], order: str = "<") -> bytes:
    """One table; values of more than four bytes lie behind it."""
    body, behind = b"", b""
    start = 8 + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        if len(value) > 4:
            place = struct.pack(f"{order}I", start + len(behind))
            behind += value
        else:
            place = value.ljust(4, b"\0")
        body += struct.pack(f"{order}HHI", tag, kind, count) + place
    mark = b"II*\0" if order == "<" else b"MM\0*"
    head = mark + struct.pack(f"{order}I", 8) + struct.pack(f"{order}H", len(entries))
    return head + body + bytes(4) + behind


def jpeg(block: bytes) -> bytes:
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(block) + 8) + b"Exif\0\0" + block + b"\xff\xd9"


@pytest.mark.parametrize("order", ["<", ">"])
def test_maker_model_and_time_are_read_in_both_byte_orders(order: str) -> None:
    block = tiff(
        [(0x10F, 2, 6, b"Canon\0"), (0x110, 2, 10, b"Canon EOS\0"), (0x132, 2, 20, b"2024:05:01 09:30:00\0")], order
    )
    fields = exif_fields(jpeg(block), "image/jpeg")
    assert fields == {"make": "Canon", "model": "Canon EOS", "made_at": datetime(2024, 5, 1, 9, 30)}


def test_exif_is_read_from_png_and_webp_too() -> None:
    block = tiff([(0x10F, 2, 6, b"Phone\0")])
    chunk = struct.pack(">I", len(block)) + b"eXIf" + block + struct.pack(">I", zlib.crc32(b"eXIf" + block))
    assert exif_fields(b"\x89PNG\r\n\x1a\n" + chunk, "image/png") == {"make": "Phone"}
    webp = b"RIFF" + bytes(4) + b"WEBP" + b"EXIF" + struct.pack("<I", len(block)) + block
    assert exif_fields(webp, "image/webp") == {"make": "Phone"}


def test_a_heic_picture_states_where_when_and_by_what_it_was_made(tmp_path: Path) -> None:
    (tmp_path / "phone.heic").write_bytes(phone.HEIC)
    claims = claims_of(tmp_path / "phone.heic", "image/heic")
    assert claims is not None
    assert (claims.lat, claims.lon, claims.device) == (48.5, 35.25, "Acme Phone 7")
    assert claims.made_at == datetime(2022, 3, 1, 8, 20, 30, tzinfo=UTC)


@given(st.binary(max_size=300), st.sampled_from(["image/jpeg", "image/png", "image/webp"]))
def test_hostile_exif_never_raises(block: bytes, kind: str) -> None:
    assert isinstance(exif_fields(jpeg(b"II*\0" + block), kind), dict)
    assert isinstance(exif_fields(block, kind), dict)


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def movie(*inside: bytes) -> bytes:
    return box(b"ftyp", b"qt  \0\0\0\0") + box(b"mdat", bytes(50)) + box(b"moov", b"".join(inside))


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack(">HH", len(data), 0x15C7) + data


def header(when: datetime) -> bytes:
    seconds = int((when - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
    return box(b"mvhd", bytes(4) + struct.pack(">I", seconds) + bytes(92))


def test_an_android_movie_tells_its_place_and_time(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    made = datetime(2024, 5, 1, 9, 30, tzinfo=UTC)
    path.write_bytes(movie(header(made), box(b"udta", box(b"\xa9xyz", text("+35.8645+036.8059/")))))
    assert claims_of(path, "video/mp4") == Claims("container", 35.8645, 36.8059, made, None, None, 0.3)


def test_an_apple_movie_tells_its_device_too(tmp_path: Path) -> None:
    keys = ("com.apple.quicktime.make", "com.apple.quicktime.model", "com.apple.quicktime.location.ISO6709")
    values = ("Apple", "iPhone 12", "+34.7240-036.7256+489.000/")
    table = struct.pack(">II", 0, len(keys)) + b"".join(box(b"mdta", k.encode()) for k in keys)
    items = b"".join(
        box(struct.pack(">I", n), box(b"data", bytes(8) + v.encode())) for n, v in enumerate(values, start=1)
    )
    path = tmp_path / "a.mov"
    path.write_bytes(movie(box(b"meta", box(b"keys", table) + box(b"ilst", items))))
    found = claims_of(path, "video/quicktime")
    assert found == Claims("container", 34.724, -36.7256, None, "Apple iPhone 12", None, 0.5)


@pytest.mark.parametrize("place", ["+00.0000+000.0000/", "+95.0000+036.0000/", "nowhere"])
def test_a_place_that_makes_no_sense_is_none(tmp_path: Path, place: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(movie(box(b"udta", box(b"\xa9xyz", text(place)) + box(b"\xa9swr", text("Lavf60.3.100")))))
    assert claims_of(path, "video/mp4") == Claims("container", None, None, None, None, "Lavf60.3.100", 0.15)


@given(st.binary(max_size=200))
def test_hostile_movies_never_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "hostile.mp4"
    path.write_bytes(movie(data, box(b"meta", data), box(b"udta", box(b"\xa9xyz", data) + box(b"meta", data))))
    claims_of(path, "video/mp4")
    path.write_bytes(data)
    assert claims_of(path, "video/mp4") is None or data


@pytest.mark.parametrize(
    ("made_at", "true", "new"),
    [
        (None, True, False),
        ("2024-05-01T11:00:00+00:00", True, True),
        ("2024-05-01T14:00:00+00:00", False, True),
        ("2024-05-01T14:00:00", True, True),  # no zone: it may have been morning in Greenwich
        ("2024-05-02T14:00:00", False, True),
        ("2019-05-01T11:00:00+00:00", True, False),
    ],
)
def test_what_was_made_after_it_was_posted_is_not_believed(made_at: str | None, true: bool, new: bool) -> None:
    assert (believable(made_at, POSTED), fresh(made_at, POSTED)) == (true, new)


def stated(trust: float = 0.5, fresh: bool = True, lat: float = 35.0) -> Stated:
    return Stated("exif", lat, 36.0, trust, fresh)


NOWHERE = Fused(None, "the text names no place")


def test_a_position_of_a_device_stands_alone_only_when_it_is_new_and_unedited() -> None:
    assert with_claims(NOWHERE, [stated()]).position == Position(35.0, 36.0, 5.0)
    for doubtful in ([stated(trust=0.3)], [stated(fresh=False)], [stated(), stated(lat=36.0)]):
        found = with_claims(NOWHERE, doubtful)
        assert found.position is None
        assert "not trusted by itself" in found.explanation


def test_a_position_from_the_text_is_never_moved() -> None:
    here = Fused(Position(35.05, 36.0, 10.0), "Homs")
    assert with_claims(here, [stated()]).position == here.position
    assert "agrees with" in with_claims(here, [stated()]).explanation
    assert "but 441 km from" in with_claims(here, [stated(lat=39.02)]).explanation
    assert with_claims(here, []) == here


def packet(fields: str) -> bytes:
    return b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description ' + fields.encode() + b"/></x:xmpmeta>"


def test_xmp_is_read_as_attributes_and_as_elements_and_exif_stands_above_it() -> None:
    attributes = 'exif:GPSLatitude="35,51.87N" exif:GPSLongitude="36,48,21W" xmp:CreateDate="2024-05-01T12:30:00+03:00"'
    found = xmp_fields(b"\xff\xd8junk" + packet(attributes + ' tiff:Make="Phone"'))
    assert found["made_at"] == datetime(2024, 5, 1, 9, 30, tzinfo=UTC)
    assert (found["lat"], found["lon"], found["make"]) == (35 + 51.87 / 60, -(36 + 48 / 60 + 21 / 3600), "Phone")
    assert xmp_fields(b"<x:xmpmeta><tiff:Model>X 1</tiff:Model></x:xmpmeta>") == {"model": "X 1"}
    assert xmp_fields(packet('exif:GPSLatitude="35,51.87E" exif:GPSLongitude="x"')) == {}


@given(st.binary(max_size=300))
def test_hostile_xmp_never_raises(data: bytes) -> None:
    assert isinstance(xmp_fields(b"<x:xmpmeta exif:GPSLatitude=" + data), dict)


def test_a_picture_with_exif_and_xmp_gives_the_camera_s_own_word(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(tiff([(0x10F, 2, 6, b"Phone\0")])) + packet('tiff:Make="Editor" tiff:Model="Model 1"'))
    claims = claims_of(path, "image/jpeg")
    assert claims is not None
    assert claims.device == "Phone Model 1"


def test_tags_of_matroska_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as out:
        tags = {"LOCATION": "+35.8645+036.8060/", "MAKE": "Phone", "creation_time": "2024-05-01T09:30:00Z"}
        out.metadata.update(tags)
        stream = out.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")))
        out.mux(stream.encode(None))
    claims = claims_of(path, "video/x-matroska")
    assert claims is not None
    assert (claims.source, claims.lat, claims.lon, claims.device) == ("container", 35.8645, 36.806, "Phone")
    assert claims_of(tmp_path / "none.mkv", "video/x-matroska") is None
