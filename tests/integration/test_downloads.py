"""Does a download go on where it broke off, never mixing two files, and keep to the room there is?"""

import hashlib
import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from collector.errors import Gone, NoRoom, RetryLater, Unparseable
from collector.http import HttpSettings, PoliteClient
from collector.media import MediaStore
from collector.partial import FOLDER, clean_partial
from collector.quota import Limits
from tests.integration.loopback import Handler, Site, serve

CLIP = os.urandom(300_000)
OTHER = os.urandom(300_000)
TAG = '"one"'
LONG_AGO = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


@pytest.fixture
def client(site: Site) -> Iterator[PoliteClient]:
    settings = HttpSettings(
        gap_s=0.0, timeout_s=3.0, allow_hosts=frozenset({site.host}), respect_robots=False, break_after=1000
    )
    with PoliteClient(settings) as made:
        yield made


def serving(body: bytes, stop_after: int | None = None, /, **headers: str) -> Callable[[Handler], None]:
    """Serves a file and its ranges, and breaks off after some bytes of the body."""

    def answer(handler: Handler) -> None:
        start, status, more = 0, 200, {}
        asked = handler.headers.get("Range")
        if asked and handler.headers.get("If-Range") in (headers.get("ETag"), headers.get("Last_Modified")):
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            status, more = 206, {"Content_Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
        sent = body[start:] if stop_after is None else body[start : start + stop_after]
        handler.reply(status, sent, Content_Length=str(len(body) - start), **headers, **more)
        handler.close_connection = stop_after is not None

    return answer


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def ranges(site: Site) -> list[str | None]:
    return [asked.headers.get("range") for asked in site.asked]


@pytest.mark.parametrize("validator", [{"ETag": TAG}, {"Last_Modified": LONG_AGO}])
def test_a_download_that_broke_off_goes_on_where_it_ended(
    site: Site, client: PoliteClient, tmp_path: Path, validator: dict[str, str]
) -> None:
    store = MediaStore(tmp_path)
    url = site.on("/clip.mp4", serving(CLIP, 100_000, **validator))
    for _ in range(2):
        with pytest.raises(RetryLater):
            store.fetch(client, url)
    site.on("/clip.mp4", serving(CLIP, None, **validator))
    fetched = store.fetch(client, url)
    assert ranges(site) == [None, "bytes=100000-", "bytes=200000-"]
    assert fetched.stored.sha256 == hashlib.sha256(CLIP).hexdigest()
    assert (fetched.told.status, fetched.told.resumed_at, fetched.told.size) == (206, 200_000, len(CLIP))
    assert files(tmp_path) == [store.path(fetched.stored.sha256)]
    assert store.path(fetched.stored.sha256).read_bytes() == CLIP


@pytest.mark.parametrize("weak", [{}, {"ETag": 'W/"one"'}, {"Last_Modified": "now"}])
def test_without_a_strong_validator_it_starts_anew(
    site: Site, client: PoliteClient, tmp_path: Path, weak: dict[str, str]
) -> None:
    store = MediaStore(tmp_path)
    if "Last_Modified" in weak:
        weak = {"Last_Modified": format_datetime(datetime.now(UTC) + timedelta(seconds=5), usegmt=True)}
    url = site.on("/clip.mp4", serving(CLIP, 100_000, **weak))
    with pytest.raises(RetryLater):
        store.fetch(client, url)
    assert files(tmp_path) == []
    site.on("/clip.mp4", serving(CLIP, None, **weak))
    store.fetch(client, url)
    assert ranges(site) == [None, None]


def part_of_another(handler: Handler) -> None:
    """Answers any range, whatever the validator: with bytes of another file."""
    start = int(handler.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
    if not start:
        handler.reply(200, OTHER, ETag='"two"')
        return
    handler.reply(206, OTHER[start:], ETag='"two"', Content_Range=f"bytes {start}-{len(OTHER) - 1}/{len(OTHER)}")


def other_size(handler: Handler) -> None:
    if handler.headers.get("Range"):
        handler.reply(206, OTHER[100_000:200_000], ETag=TAG, Content_Range="bytes 100000-199999/200000")
    else:
        handler.reply(200, OTHER, ETag=TAG)


def other_start(handler: Handler) -> None:
    if handler.headers.get("Range"):
        handler.reply(206, OTHER[50_000:], ETag=TAG, Content_Range=f"bytes 50000-{len(OTHER) - 1}/{len(OTHER)}")
    else:
        handler.reply(200, OTHER, ETag=TAG)


def not_satisfiable(handler: Handler) -> None:
    handler.reply(416 if handler.headers.get("Range") else 200, OTHER, ETag=TAG)


def nonsense(handler: Handler) -> None:
    if handler.headers.get("Range"):
        handler.reply(206, OTHER, ETag=TAG, Content_Range="bytes of mine")
    else:
        handler.reply(200, OTHER, ETag=TAG)


@pytest.mark.parametrize(
    "then", [serving(OTHER, ETag='"two"'), part_of_another, other_size, other_start, not_satisfiable, nonsense]
)
def test_a_file_that_changed_meanwhile_is_never_mixed_with_the_old_one(
    site: Site, client: PoliteClient, tmp_path: Path, then: Callable[[Handler], None]
) -> None:
    store = MediaStore(tmp_path)
    url = site.on("/clip.mp4", serving(CLIP, 100_000, ETag=TAG))
    with pytest.raises(RetryLater):
        store.fetch(client, url)
    site.on("/clip.mp4", then)
    assert store.fetch(client, url).stored.sha256 == hashlib.sha256(OTHER).hexdigest()
    assert len(files(tmp_path)) == 1


def test_one_validator_on_two_addresses_is_not_one_file(site: Site, client: PoliteClient, tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    site.on("/first.mp4", serving(CLIP, 100_000, ETag=TAG))
    site.on("/second.mp4", serving(OTHER, ETag=TAG))
    url = site.page("/clip", b"", 302, Location="/first.mp4")
    with pytest.raises(RetryLater):
        store.fetch(client, url)
    site.page("/clip", b"", 302, Location="/second.mp4")
    fetched = store.fetch(client, url)
    assert fetched.stored.sha256 == hashlib.sha256(OTHER).hexdigest()
    assert [(hop.url, hop.status) for hop in fetched.told.hops] == [(url, 302)]


@pytest.mark.parametrize("damage", ["cut", "other bytes", "no note", "bad note"])
def test_a_part_that_is_not_what_its_note_says_is_dropped(
    site: Site, client: PoliteClient, tmp_path: Path, damage: str
) -> None:
    store = MediaStore(tmp_path)
    url = site.on("/clip.mp4", serving(CLIP, 100_000, ETag=TAG))
    with pytest.raises(RetryLater):
        store.fetch(client, url)
    part, note = files(tmp_path / FOLDER)
    if damage == "cut":
        part.write_bytes(CLIP[:70_000])
    elif damage == "other bytes":
        part.write_bytes(b"\0" * 100_000)
    elif damage == "no note":
        note.unlink()
    else:
        note.write_text(json.dumps({"size": 3}))
    site.on("/clip.mp4", serving(CLIP, ETag=TAG))
    assert store.fetch(client, url).stored.sha256 == hashlib.sha256(CLIP).hexdigest()
    assert ranges(site)[-1] is None


DOWNLOAD = """
    import sys
    from pathlib import Path
    from collector import arriving
    from collector.http import HttpSettings, PoliteClient
    from collector.media import MediaStore

    arriving.NOTE_BYTES = 50_000
    url, root, host = sys.argv[1:]
    with PoliteClient(HttpSettings(gap_s=0, respect_robots=False, allow_hosts=frozenset({host}))) as client:
        MediaStore(Path(root)).fetch(client, url)
"""


def test_a_killed_download_is_neither_seen_nor_lost(site: Site, client: PoliteClient, tmp_path: Path) -> None:
    sent: list[int] = []

    def slowly(handler: Handler) -> None:
        handler.wfile.write(f"HTTP/1.1 200 OK\r\nETag: {TAG}\r\nContent-Length: {len(CLIP)}\r\n\r\n".encode())
        for start in range(0, 200_000, 10_000):
            handler.wfile.write(CLIP[start : start + 10_000])
            sent.append(start)
        site.closing.wait(5)
        handler.close_connection = True

    url = site.on("/clip.mp4", slowly)
    words = [sys.executable, "-c", textwrap.dedent(DOWNLOAD), url, str(tmp_path), site.host]
    process = subprocess.Popen(words)
    deadline = time.monotonic() + 20
    while not [p for p in files(tmp_path) if p.suffix == ".json"] and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    process.kill()
    process.wait()
    assert {p.parent.name for p in files(tmp_path)} <= {FOLDER, "tmp"}
    site.on("/clip.mp4", serving(CLIP, ETag=TAG))
    store = MediaStore(tmp_path)
    store.clean_temp(0)
    stored = store.fetch(client, url).stored
    assert stored.sha256 == hashlib.sha256(CLIP).hexdigest()
    asked = ranges(site)[-1]
    assert asked is not None
    assert int(asked.removeprefix("bytes=").rstrip("-")) >= 50_000
    assert files(tmp_path) == [store.path(stored.sha256)]


def test_a_part_in_hand_is_left_to_whom_has_it(site: Site, client: PoliteClient, tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    wrong: list[str] = []

    def meanwhile(handler: Handler) -> None:
        with pytest.raises(RetryLater) as caught:
            store.fetch(client, site.page("/other", CLIP), key="same")
        wrong.append(str(caught.value))
        handler.reply(200, CLIP, ETag=TAG)

    assert store.fetch(client, site.on("/clip", meanwhile), key="same").stored.bytes == len(CLIP)
    assert "another thread" in wrong[0]


def test_a_file_that_grows_past_the_cap_stops_early_and_leaves_nothing(
    site: Site, client: PoliteClient, tmp_path: Path
) -> None:
    store = MediaStore(tmp_path)
    url = site.on("/clip.mp4", serving(CLIP, 100_000, ETag=TAG))
    with pytest.raises(RetryLater):
        store.fetch(client, url, 350_000)
    site.on("/clip.mp4", serving(CLIP + OTHER, ETag=TAG))  # it lies about being the same: the whole is asked for
    with pytest.raises(Unparseable, match="600000 bytes; the limit is 350000"):
        store.fetch(client, url, 350_000)
    assert files(tmp_path) == []


def test_a_part_of_what_has_gone_is_dropped(site: Site, client: PoliteClient, tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    url = site.on("/clip.mp4", serving(CLIP, 100_000, ETag=TAG))
    with pytest.raises(RetryLater):
        store.fetch(client, url)
    site.page("/clip.mp4", b"", 404)
    with pytest.raises(Gone):
        store.fetch(client, url)
    assert files(tmp_path) == []


def test_parts_that_nobody_comes_back_for_are_removed(site: Site, client: PoliteClient, tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    with pytest.raises(RetryLater):
        store.fetch(client, site.on("/clip.mp4", serving(CLIP, 100_000, ETag=TAG)))
    assert clean_partial(tmp_path) == 0
    assert clean_partial(tmp_path, 0.0) == 2
    assert files(tmp_path) == []


def test_no_file_comes_that_does_not_fit(site: Site, client: PoliteClient, tmp_path: Path) -> None:
    limits = Limits(max_bytes=400_000)
    store = MediaStore(tmp_path, lambda: limits)
    first = store.fetch(client, site.page("/1", CLIP)).stored
    with pytest.raises(NoRoom, match="does not fit"):
        store.fetch(client, site.page("/2", OTHER))
    store.quota.added(200_000)
    asked = len(site.asked)
    with pytest.raises(NoRoom, match="max_gb"):
        store.fetch(client, site.base + "/2")
    with pytest.raises(NoRoom):
        store.add_file(store.path(first.sha256))
    assert len(site.asked) == asked  # nothing is asked for that could not be kept
    limits = Limits(max_bytes=2_000_000)
    assert store.fetch(client, site.base + "/2").stored.bytes == len(OTHER)


def test_a_disk_that_runs_full_takes_no_more_files(tmp_path: Path, site: Site, client: PoliteClient) -> None:
    store = MediaStore(tmp_path / "media", lambda: Limits(min_free_bytes=10**18))
    with pytest.raises(NoRoom, match="min_free_gb"):
        store.fetch(client, site.page("/1", CLIP))
    assert site.asked == []


def test_room_that_a_person_made_is_found(tmp_path: Path) -> None:
    moment = [0.0]
    store = MediaStore(tmp_path, lambda: Limits(max_bytes=1000))
    store.quota._clock = lambda: moment[0]
    (tmp_path / "old").write_bytes(bytes(1000))
    with pytest.raises(NoRoom):
        store.quota.room()
    (tmp_path / "old").unlink()
    moment[0] += 61
    assert store.quota.room() == 1000
