"""Bytes in a bucket: whole or not there, checked when read, waited for while it is away, cached within limits."""

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest

from collector.errors import Gone, NoRoom, RetryLater, Unparseable
from collector.kept import Kept, folder
from collector.media import MediaStore
from collector.object_media import ObjectMedia, key
from collector.objects import Objects
from collector.quota import GB, Limits
from collector.settings import Settings, load
from tests.bucket import Bucket, bucket
from tests.e2e import small

PNG = b"\x89PNG\r\n\x1a\n" + bytes(3000)


@pytest.fixture(scope="module")
def server() -> Iterator[Bucket]:
    with bucket() as found:
        yield found


def settings(server: Bucket, data: Path, **more: object) -> Settings:
    return Settings(data_dir=str(data), objects=server.objects(**more))


def kept(server: Bucket, data: Path, used: int = 0, **more: object) -> Kept:
    said = settings(server, data, **more)
    return Kept(lambda: said, lambda: used)


def bytes_of(media: MediaStore, sha256: str) -> bytes:
    with media.local(sha256) as path:
        return path.read_bytes()


def test_a_file_that_one_machine_keeps_is_read_by_another(server: Bucket, tmp_path: Path) -> None:
    stored = kept(server, tmp_path / "one").media.add_stream(io.BytesIO(PNG))
    other = kept(server, tmp_path / "other").media
    assert bytes_of(other, stored.sha256) == PNG
    assert stored.media_type == "image/png"
    server.stop()
    try:
        assert bytes_of(other, stored.sha256) == PNG  # from its cache
    finally:
        server.start()


def test_captures_and_stills_are_shared_too(server: Bucket, tmp_path: Path) -> None:
    one, other = kept(server, tmp_path / "one"), kept(server, tmp_path / "other")
    sha256 = one.captures.store(b"<html>an answer</html>")
    assert one.captures.store(b"<html>an answer</html>") == sha256
    assert other.captures.read(sha256) == b"<html>an answer</html>"
    with pytest.raises(Gone):
        other.frames.read(sha256)
    assert other.captures.clean_temp() == 0


def test_a_large_file_comes_in_parts_and_appears_whole(server: Bucket, tmp_path: Path) -> None:
    body = PNG + os.urandom(20 * 2**20)
    stored = kept(server, tmp_path / "one").media.add_stream(io.BytesIO(body))
    assert stored.sha256 == hashlib.sha256(body).hexdigest()
    assert bytes_of(kept(server, tmp_path / "other").media, stored.sha256) == body


def test_what_is_not_there_is_gone(server: Bucket, tmp_path: Path) -> None:
    with pytest.raises(Gone, match="restore it from a backup"):
        bytes_of(kept(server, tmp_path).media, "0" * 64)


def test_a_damaged_object_is_never_used(server: Bucket, tmp_path: Path) -> None:
    media = kept(server, tmp_path / "one").media
    stored = media.add_stream(io.BytesIO(PNG + b"damaged"))
    Objects(server.objects()).put(key(stored.sha256), PNG + b"demaged")
    with pytest.raises(Unparseable, match="does not hold what its name says"):
        bytes_of(kept(server, tmp_path / "other").media, stored.sha256)
    assert bytes_of(media, stored.sha256) == PNG + b"damaged"


def test_a_damaged_cache_mends_itself(server: Bucket, tmp_path: Path) -> None:
    media = kept(server, tmp_path).media
    stored = media.add_stream(io.BytesIO(PNG))
    media.path(stored.sha256).write_bytes(b"no")
    assert bytes_of(media, stored.sha256) == PNG


def test_a_store_that_is_away_is_asked_again_later(server: Bucket, tmp_path: Path) -> None:
    found = kept(server, tmp_path)
    server.stop()
    try:
        with pytest.raises(RetryLater, match="does not answer"):
            found.captures.store(b"an answer")
        with pytest.raises(RetryLater, match="does not answer"):
            found.media.add_stream(io.BytesIO(PNG + b"new"))
    finally:
        server.start()
    assert found.captures.read(found.captures.store(b"an answer")) == b"an answer"


def test_a_bucket_that_is_not_there_is_no_lost_file(server: Bucket, tmp_path: Path) -> None:
    found = kept(server, tmp_path, url="s3://elsewhere")
    with pytest.raises(RetryLater, match="no bucket elsewhere"):
        found.captures.store(b"an answer")
    with pytest.raises(RetryLater, match="no bucket elsewhere"):
        bytes_of(found.media, "0" * 64)


def test_the_cache_keeps_to_its_limit_and_to_what_is_in_use(server: Bucket, tmp_path: Path) -> None:
    media = kept(server, tmp_path, cache_gb=25_000 / GB).media
    assert isinstance(media, ObjectMedia)
    first = media.add_stream(io.BytesIO(PNG + bytes(7000))).sha256
    with media.local(first) as path:
        others = [media.add_stream(io.BytesIO(PNG + os.urandom(7000))).sha256 for _ in range(4)]
        assert path.exists()
    cached = list(tmp_path.glob("cache/media/??/??/*"))
    assert sum(p.stat().st_size for p in cached) <= 25_000
    assert all(bytes_of(media, sha256) for sha256 in (first, *others))


def test_the_quota_counts_what_all_machines_stored(server: Bucket, tmp_path: Path) -> None:
    full = ObjectMedia(tmp_path, Objects(server.objects()), GB, lambda: Limits(1000), lambda: 1000)
    with pytest.raises(NoRoom):
        full.add_stream(io.BytesIO(PNG))


def test_a_shared_folder_is_used_as_it_is(tmp_path: Path) -> None:
    path = small.config(tmp_path / "one", "http://127.0.0.1:9", (), objects__url=f"file://{tmp_path / 'shared'}")
    said = load(path, {})
    assert folder(said) == tmp_path / "shared"
    found = Kept(lambda: said, lambda: 0)
    stored = found.media.add_stream(io.BytesIO(PNG))
    assert (tmp_path / "shared" / "media" / stored.sha256[:2] / stored.sha256[2:4] / stored.sha256).is_file()
    assert found.captures.root == tmp_path / "shared" / "captures"


def test_objects_lie_where_a_backup_finds_them(server: Bucket, tmp_path: Path) -> None:
    found = kept(server, tmp_path, url="s3://convoys/alone")
    stored, page = found.media.add_stream(io.BytesIO(PNG)), found.captures.store(b"page")
    there = [o["path"] for part in obstore.list(Objects(server.objects())._store, "alone") for o in part]
    assert sorted(there) == sorted([
        f"alone/media/{stored.sha256[:2]}/{stored.sha256[2:4]}/{stored.sha256}",
        f"alone/captures/{page[:2]}/{page[2:4]}/{page}.gz",
    ])  # fmt: skip
