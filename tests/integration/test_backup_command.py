"""`backup`, `prune` and `restore` as an operator calls them: on one machine, and on PostgreSQL with a bucket."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from collector.cli import main
from collector.kept import Kept
from collector.settings import Settings, load
from collector.shelves import shelf
from db import media, reviews
from db.migrate import upgrade
from db.session import Store
from tests import postgres
from tests.bucket import bucket
from tests.contract import made
from tests.contract.made import NOW

BUCKET = """store = "{store}"
[objects]
url = "s3://convoys/{name}"
endpoint = "{endpoint}"
access_key_id = "key"
secret_access_key = "secret"
"""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Call = Callable[..., Done]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """`convoywatch ARGS` in a folder, inside this process: starting one for each would take a second each."""

    def called(folder: Path, *args: str) -> Done:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["convoywatch", *args])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Done(int(str(ended.value.code)), told.out, told.err)

    return called


@contextmanager
def places(kind: str, tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Two installations that keep things so, the second one empty: their folders."""
    one, other = tmp_path / "one", tmp_path / "other"
    if kind == "one machine":
        for folder in (one, other):
            folder.mkdir()
            (folder / "convoywatch.toml").write_text('data_dir = "data"\n')
        yield one, other
        return
    with postgres.server() as server, bucket() as found:
        for folder in (one, other):
            folder.mkdir()
            postgres.execute(server, f"CREATE DATABASE {folder.name}")
            store, wanted = postgres.url(server, folder.name), found.objects()
            said = BUCKET.format(store=store, name=folder.name, endpoint=wanted.endpoint)
            (folder / "convoywatch.toml").write_text('data_dir = "data"\n' + said)
        with Store(postgres.url(server, "other")) as empty:
            upgrade(empty)
        yield one, other


def filled(said: Settings) -> dict[str, str]:
    """A confirmed and a plain sighting, each with a clip, and a raw answer: the key of each file."""
    kept, keys = Kept(lambda: said, lambda: 0), {}
    with Store(said.store_url) as store:
        upgrade(store)
        with store.write() as conn:
            ids = made.saved_sightings(conn, "confirmed", "plain")
            for name, row_id in ids.items():
                clip = said.file.parent / "clip" if said.file else Path("clip")
                clip.write_bytes(b"frames of " + name.encode())
                stored = kept.media.add_file(clip)
                keys[name] = f"media/{stored.sha256[:2]}/{stored.sha256[2:4]}/{stored.sha256}"
                row = {"m": media.save(conn, stored.sha256, stored.bytes, "video/mp4", NOW), "s": row_id, "no": False}
                conn.execute(
                    text(
                        "INSERT INTO post_media (post_id, ordinal, kind, withheld, state, media_id)"
                        " SELECT post_id, 0, 'video', :no, 'done', :m FROM sighting_members WHERE sighting_id = :s"
                    ),
                    row,
                )
            reviews.add(conn, "sighting", ids["confirmed"], "confirm", None, "Ann", NOW)
    answer = kept.captures.store(b"<html>")
    return keys | {"answer": f"captures/{answer[:2]}/{answer[2:4]}/{answer}.gz"}


@pytest.mark.parametrize("kind", ["one machine", "many machines"])
def test_what_was_pruned_after_a_backup_is_in_it_and_comes_back(kind: str, tmp_path: Path, call: Call) -> None:
    with places(kind, tmp_path) as (one, other):
        said = load(one / "convoywatch.toml")
        keys = filled(said)
        done = call(one, "backup", str(tmp_path / "kept"), "--json")
        assert done.returncode == 0, done.stderr
        assert (told := json.loads(done.stdout))["copied"] == 3
        assert call(one, "prune", "--media-before", "2027-01-01").stdout.startswith("media: 1 files")
        assert shelf(said).size(keys["plain"])
        assert "1 files" in call(one, "prune", "--media-over", "0", "--yes").stdout
        assert {name for name, key in keys.items() if shelf(said).size(key)} == {"confirmed", "answer"}
        again = call(one, "backup", str(tmp_path / "kept"), "--keep", "1")
        assert "0 files copied, 2 were there" in again.stdout
        back = call(other, "restore", str(tmp_path / "kept"))
        assert (back.returncode, f"{told['rows']} rows of" in back.stdout, "3 files are back" in back.stdout) == (
            0, True, True,
        ), back.stderr  # fmt: skip
        there = shelf(load(other / "convoywatch.toml"))
        assert all(there.size(key) for key in keys.values())
        twice = call(other, "restore", str(tmp_path / "kept"))
        assert twice.returncode == 1
        assert "Traceback" not in twice.stderr


def test_a_damaged_file_and_a_backup_inside_what_it_keeps_are_told(tmp_path: Path, call: Call) -> None:
    with places("one machine", tmp_path) as (one, _):
        keys = filled(load(one / "convoywatch.toml"))
        (one / "data" / keys["plain"]).write_bytes(b"torn")
        done = call(one, "backup", str(tmp_path / "kept"))
        assert (done.returncode, keys["plain"] in done.stderr) == (3, True)
        assert "name a folder elsewhere" in call(one, "backup", "data/kept").stderr
        assert "no finished backup" in call(one, "restore", ".").stderr
