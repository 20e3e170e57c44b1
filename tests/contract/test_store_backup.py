"""A backup made while others write comes back whole, on either database; pruning spares what people stand by."""

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from collector.backup import back_up_store, copy_files, finished, forget_oldest, restore_store
from collector.capture import Captures
from collector.errors import ConvoywatchError
from collector.media import MediaStore
from collector.shelves import FolderShelf
from db import media, prune, reviews
from db.audit import check
from db.session import Store
from tests.contract import made
from tests.contract.made import NOW, saved_post
from tests.contract.test_store_copy import digests, other, whole


def nothing(*_: object) -> None:
    """Nobody looks."""


def test_a_backup_comes_back_into_either_database(own: Store, postgres_server: str, tmp_path: Path) -> None:
    whole(own)
    before = digests(own)
    back_up_store(own, tmp_path / "kept", NOW, nothing)
    with own.write() as conn:
        saved_post(conn, "chan/later", "after the backup")
    (manifest,) = finished(tmp_path / "kept")
    with other(own, postgres_server, tmp_path) as target:
        kept = restore_store(tmp_path / "kept", manifest, target, nothing)
        assert digests(target) == before
        assert kept.tables["posts"][0] == before["posts"].rows
        wrong = {name: bad for name, bad in check(target) if bad}
        assert wrong.keys() <= {"tracks of fewer than two points", "sightings without a post"}, wrong
        with pytest.raises(ConvoywatchError):
            restore_store(tmp_path / "kept", manifest, target, nothing)
    with Store(f"sqlite:///{tmp_path / 'again' / 'store.sqlite'}") as same:
        restore_store(tmp_path / "kept", manifest, same, nothing)
        assert digests(same) == before


def test_a_backup_is_one_moment_however_much_is_written_meanwhile(own: Store, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            with own.write() as conn:  # both or none
                saved_post(conn, f"chan/{n}", f"one {n}")
                saved_post(conn, f"chan/{n}b", f"two {n}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        back_up_store(own, tmp_path, NOW, nothing)
        kept = back_up_store(own, tmp_path, NOW + timedelta(hours=1), nothing)
    finally:
        stop.set()
        writer.join()
    assert kept.tables["posts"][0] % 2 == 0
    assert kept.tables["posts"][0] == kept.tables["post_aliases"][0]
    assert forget_oldest(tmp_path, 1) == 1
    assert [json.loads(m.read_text())["at"] for m in finished(tmp_path)] == ["2026-03-01T13:00:00Z"]


def test_files_are_copied_once_and_damaged_ones_told(tmp_path: Path) -> None:
    data, kept = tmp_path / "data", tmp_path / "kept"
    store = MediaStore(data / "media")
    (tmp_path / "clip").write_bytes(b"frames")
    good = store.add_file(tmp_path / "clip").sha256
    (tmp_path / "clip").write_bytes(b"others")
    bad = store.path(store.add_file(tmp_path / "clip").sha256)
    bad.write_bytes(b"torn")
    capture = Captures(data / "captures").store(b"<html>")
    (data / "media" / "tmp").mkdir(exist_ok=True)
    first = copy_files(FolderShelf(data), FolderShelf(kept))
    assert (first.copied, first.there, first.damaged) == (2, 0, (bad.relative_to(data).as_posix(),))
    assert copy_files(FolderShelf(data), FolderShelf(kept)).there == 2
    assert copy_files(FolderShelf(kept), FolderShelf(tmp_path / "new")).copied == 2
    assert MediaStore(tmp_path / "new" / "media").path(good).read_bytes() == b"frames"
    assert Captures(tmp_path / "new" / "captures").read(capture) == b"<html>"


def test_what_a_person_stands_by_and_what_others_copy_is_never_pruned(store: Store) -> None:
    with store.write() as conn:
        ids = made.saved_sightings(conn, "confirmed", "noted", "rejected", "plain", "original")
        standing = "SELECT s.key, m.post_id FROM sighting_members m JOIN sightings s ON s.id = m.sighting_id"
        posts = {row.key: row.post_id for row in conn.execute(text(standing))}
        copy = saved_post(conn, "chan/copy", "a copy")
        conn.execute(
            text(
                "INSERT INTO sighting_members (sighting_id, post_id, analyzer_id, copy_of_post_id, copy_reason)"
                " SELECT id, :post, analyzer_id, :copy, 'media' FROM sightings WHERE id = :sighting"
            ),
            {"sighting": ids["original"], "post": copy, "copy": posts["original"]},
        )
        for n, (name, post_id) in enumerate(posts.items()):
            file = media.save(conn, f"{n}" * 64, 10, "video/mp4", NOW)
            row = {"p": post_id, "m": file, "name": name}
            conn.execute(
                text(
                    "INSERT INTO post_media (post_id, ordinal, kind, withheld, state, media_id)"
                    " VALUES (:p, 0, 'video', :no, 'done', :m)"
                ),
                row | {"no": False},
            )
        for key, decision in (
            ("confirmed", "confirm"),
            ("noted", "note"),
            ("rejected", "confirm"),
            ("rejected", "reject"),
        ):
            reviews.add(conn, "sighting", ids[key], decision, None, "Ann", NOW)
        names = {f"{n}" * 64: name for n, name in enumerate(posts)}
        may_go = prune.media(conn)
        assert sorted(names[row.sha256] for row in may_go) == ["plain", "rejected"]
        prune.mark(conn, [row.id for row in may_go])
        assert conn.execute(text("SELECT count(*) FROM v_media WHERE state = 'pruned'")).scalar() == 2
        assert media.total_bytes(conn) == 30  # what was let go takes no room
        reviews.add(conn, "sighting", ids["plain"], "confirm", None, "Ann", NOW)
        assert [names[row.sha256] for row in prune.media(conn)] == ["rejected"]
        assert prune.captures(conn, NOW) == []
