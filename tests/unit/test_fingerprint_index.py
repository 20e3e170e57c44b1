"""What the index of fingerprints keeps, finds and refuses."""

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from geolocate.frames.fingerprint import Fingerprint, fingerprint
from geolocate.frames.fingerprint_index import FingerprintIndex, NotAnIndex, words_of
from tests.integration.footage import cropped, footage, mirrored
from tests.unit.test_fingerprint import sampled


@cache
def clip(seed: int) -> Fingerprint:
    return fingerprint(f"{seed:064x}", sampled(footage(seed, 2.0)))


@cache
def copy_of(seed: int) -> Fingerprint:
    return fingerprint(f"{seed:064x}".replace("0", "f"), sampled([mirrored(cropped(f)) for f in footage(seed, 2.0)]))


@pytest.fixture
def index() -> Iterator[FingerprintIndex]:
    made = FingerprintIndex(":memory:")
    yield made
    made.close()


def test_a_copy_is_found_and_other_footage_is_not(index: FingerprintIndex) -> None:
    for seed in (20, 21, 22):
        index.add(f"clip {seed}", clip(seed))
    assert [name for name, _ in index.find(copy_of(21))] == ["clip 21"]
    assert index.find(clip(23)) == []


def test_a_name_that_is_no_text_comes_back(index: FingerprintIndex) -> None:
    name = os.fsdecode(b"clip \xff.mp4")
    index.add(name, clip(20))
    assert [found for found, _ in index.find(clip(20))] == [name]


def test_every_copy_is_found_however_many_there_are(index: FingerprintIndex) -> None:
    for number in range(40):
        index.add(f"copy {number:02}", replace(clip(20), sha256=f"{number:064x}"))
    assert [name for name, _ in index.find(copy_of(20))] == [f"copy {number:02}" for number in range(40)]


def test_a_file_added_again_is_not_doubled(index: FingerprintIndex) -> None:
    for _ in range(2):
        index.add("a", clip(20))
    assert len(index) == 1
    assert [name for name, _ in index.find(clip(20))] == ["a"]


def test_one_file_under_two_names_is_stored_once_and_found_under_both(index: FingerprintIndex) -> None:
    index.add("a", clip(20))
    index.add("b", clip(20))
    assert len(index) == 1
    assert [name for name, _ in index.find(copy_of(20))] == ["a", "b"]


def test_the_same_bytes_are_found_though_nothing_is_seen_in_them(index: FingerprintIndex) -> None:
    empty = Fingerprint("ab" * 32, 1.0, ())
    index.add("a", empty)
    assert [(name, match.score) for name, match in index.find(empty)] == [("a", 1.0)]


def test_what_is_stored_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    first = FingerprintIndex(tmp_path / "index.db")
    first.add("a", clip(20))
    first.close()
    again = FingerprintIndex(tmp_path / "index.db")
    found = [name for name, _ in again.find(copy_of(20))]
    again.close()
    assert found == ["a"]


def test_a_clip_that_is_not_finished_leaves_nothing(tmp_path: Path) -> None:
    index = FingerprintIndex(tmp_path / "index.db")
    raw = sqlite3.connect(tmp_path / "index.db")
    raw.execute("CREATE TRIGGER full BEFORE INSERT ON name BEGIN SELECT RAISE(ABORT, 'the last step fails'); END")
    raw.close()
    with pytest.raises(sqlite3.Error, match="the last step fails"):
        index.add("a", clip(20))
    assert len(index) == 0
    assert index.find(clip(20)) == []
    index.close()


def test_a_file_that_is_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database at all\n" * 100, encoding="utf-8")
    with pytest.raises(NotAnIndex, match="cannot be used"):
        FingerprintIndex(file)
    assert file.read_text(encoding="utf-8").startswith("not a database")


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE mine (x)")
    other.close()
    with pytest.raises(NotAnIndex, match="another program"):
        FingerprintIndex(file)


def test_an_index_of_another_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "index.db"
    FingerprintIndex(file).close()
    raw = sqlite3.connect(file)
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    with pytest.raises(NotAnIndex, match="version 99"):
        FingerprintIndex(file)


def test_a_file_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAnIndex):
        FingerprintIndex(tmp_path / "missing" / "index.db")


def test_a_clip_of_many_stills_has_a_bounded_number_of_words() -> None:
    long = replace(clip(20), frames=clip(20).frames * 60)
    assert len(words_of(clip(20))) <= len(words_of(long)) + 512
    assert len(words_of(long)) <= 240 * (8 + 4)
