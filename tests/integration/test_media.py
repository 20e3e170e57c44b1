import hashlib
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from collector.errors import Gone, Misconfigured, RetryLater, Unparseable
from collector.http import HttpSettings, PoliteClient
from collector.media import MediaStore
from tests.integration.loopback import Handler, Site, serve

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 5000


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


@pytest.fixture
def client(site: Site) -> Iterator[PoliteClient]:
    settings = HttpSettings(gap_s=0.0, timeout_s=3.0, allow_hosts=frozenset({site.host}), respect_robots=False)
    with PoliteClient(settings) as made:
        yield made


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_a_file_is_kept_once_under_its_hash_whatever_its_name(tmp_path: Path) -> None:
    store = MediaStore(tmp_path / "media")
    for name in ("a.mp4", "b.txt"):
        (tmp_path / name).write_bytes(PNG)
    first, second = (store.add_file(tmp_path / name) for name in ("a.mp4", "b.txt"))
    assert first == second
    assert (first.sha256, first.bytes, first.media_type) == (hashlib.sha256(PNG).hexdigest(), len(PNG), "image/png")
    assert files(store.root) == [store.path(first.sha256)]
    assert store.path(first.sha256).read_bytes() == PNG


def test_a_download_is_kept_and_its_type_is_not_the_servers_word(
    site: Site, client: PoliteClient, tmp_path: Path
) -> None:
    store = MediaStore(tmp_path)
    stored = store.fetch(client, site.page("/clip.mp4", PNG, Content_Type="video/mp4")).stored
    assert stored.media_type == "image/png"
    assert store.path(stored.sha256).read_bytes() == PNG


def test_a_failed_download_leaves_nothing_behind(site: Site, client: PoliteClient, tmp_path: Path) -> None:
    def cut(handler: Handler) -> None:
        handler.reply(200, PNG, Content_Length="999999")
        handler.close_connection = True

    store = MediaStore(tmp_path)
    with pytest.raises(RetryLater):
        store.fetch(client, site.on("/cut", cut))
    with pytest.raises(Unparseable, match="announces"):
        store.fetch(client, site.page("/large", PNG), max_bytes=100)
    with pytest.raises(Gone):
        store.fetch(client, site.base + "/missing")
    with pytest.raises(Unparseable, match="empty"):
        store.fetch(client, site.page("/empty", b""))
    assert files(tmp_path) == []


def test_many_threads_adding_one_file_leave_one_file(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        stored = set(pool.map(lambda _: store.add_stream(io.BytesIO(PNG)), range(24)))
    assert len(stored) == 1
    assert files(tmp_path) == [store.path(stored.pop().sha256)]


def test_a_copy_that_was_cut_on_the_disk_is_replaced(tmp_path: Path) -> None:
    store = MediaStore(tmp_path)
    path = store.path(store.add_stream(io.BytesIO(PNG)).sha256)
    path.write_bytes(PNG[:10])
    store.add_stream(io.BytesIO(PNG))
    assert path.read_bytes() == PNG


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    store = MediaStore(tmp_path / "media")
    with pytest.raises(Gone):
        store.add_file(tmp_path / "missing.mp4")
    with pytest.raises(Unparseable, match="folder"):
        store.add_file(tmp_path)
    with pytest.raises(Unparseable):
        store.path("../x")


def test_a_store_that_is_a_file_is_misconfigured_not_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "media").write_bytes(b"")
    with pytest.raises(Misconfigured, match="media"):
        MediaStore(tmp_path / "media").add_stream(io.BytesIO(PNG))
