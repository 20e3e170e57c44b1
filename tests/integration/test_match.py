"""convoywatch match, as a person calls it, on real files."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.clips import jpeg, write
from tests.integration.footage import FPS, captioned, cropped, footage, halved, mirrored


def match(folder: Path, *args: str) -> tuple[list[dict[str, Any]], str, int]:
    """The lines, what stderr says, and the exit code."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("CONVOYWATCH_")}
    done = subprocess.run(
        [sys.executable, "-m", "collector.cli", "match", *args],
        cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr, done.returncode


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    write(folder / "one.mp4", footage(30), fps=FPS)
    write(folder / "copy.mp4", [captioned(mirrored(frame)) for frame in footage(30)], fps=FPS)
    write(folder / "other.mp4", footage(31), fps=FPS)
    write(folder / "cut.avi", [halved(f) for f in footage(31)[10:30]], "MJPG", fps=FPS)
    (folder / "still.jpg").write_bytes(jpeg(cropped(footage(31)[15])))
    return folder


def test_pairs_of_one_footage_are_told_once_with_their_overlap(clips: Path) -> None:
    lines, errors, code = match(clips, "one.mp4", "other.mp4", "copy.mp4", "cut.avi", "still.jpg")
    assert (errors, code) == ("", 0)
    pairs = {(line["a"], line["b"]): line for line in lines}
    assert set(pairs) == {
        ("copy.mp4", "one.mp4"), ("cut.avi", "other.mp4"), ("still.jpg", "other.mp4"), ("still.jpg", "cut.avi"),
    }  # fmt: skip
    assert all(set(line) == {"a", "b", "score", "overlap_s"} and 0.5 <= line["score"] <= 1 for line in lines)
    assert pairs["copy.mp4", "one.mp4"]["overlap_s"] == pytest.approx(4.0, abs=1.0)
    assert pairs["cut.avi", "other.mp4"]["overlap_s"] == pytest.approx(2.0, abs=0.6)
    assert pairs["still.jpg", "other.mp4"]["overlap_s"] == 0.0


def test_two_copies_with_nothing_in_common_but_their_original_are_told(clips: Path, tmp_path: Path) -> None:
    frames = footage(30)
    half = len(frames[0]) // 2
    write(tmp_path / "upper.mp4", [frame[: half + 8] for frame in frames], fps=FPS)
    write(tmp_path / "lower.mp4", [frame[half - 8 :] for frame in frames], fps=FPS)
    write(tmp_path / "whole.mp4", frames, fps=FPS)
    files = ("upper.mp4", "lower.mp4")
    assert match(tmp_path, *files) == ([], "", 0)
    lines, _, _ = match(tmp_path, *files, "whole.mp4")
    assert {(line["a"], line["b"]) for line in lines} == {
        ("whole.mp4", "upper.mp4"), ("whole.mp4", "lower.mp4"), ("lower.mp4", "upper.mp4"),
    }  # fmt: skip


def test_an_index_remembers_and_is_not_changed_by_the_same_files_again(clips: Path, tmp_path: Path) -> None:
    index = str(tmp_path / "prints.db")
    assert match(clips, "--index", index, "one.mp4", "other.mp4") == ([], "", 0)
    first = match(clips, "copy.mp4", "--index", index)
    assert [(line["a"], line["b"]) for line in first[0]] == [("copy.mp4", "one.mp4")]
    assert match(clips, "copy.mp4", "--index", index) == first
    stored = sqlite3.connect(index)
    assert stored.execute("SELECT count(*), count(DISTINCT sha256) FROM clip").fetchone() == (3, 3)
    stored.close()


def test_bad_files_are_told_and_skipped(clips: Path, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("this is not a video\n" * 50, encoding="utf-8")
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "torn.mp4").write_bytes((clips / "one.mp4").read_bytes()[:2000])
    os.mkfifo(tmp_path / "pipe.mp4")
    names = ["text.mp4", "empty.mp4", "torn.mp4", "pipe.mp4", "missing.mp4", "."]
    good = [str(clips / "one.mp4"), str(clips / "copy.mp4")]
    lines, errors, code = match(tmp_path, good[0], *names, good[1])
    assert code == 3
    assert [(line["a"], line["b"]) for line in lines] == [(good[1], good[0])]
    told = errors.splitlines()
    assert [line.split(": ")[0] for line in told] == names
    assert all(len(line) < 200 for line in told)


def test_a_file_that_is_no_index_is_a_wrong_call_and_stays_as_it_is(clips: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("mine\n" * 200, encoding="utf-8")
    lines, errors, code = match(clips, "one.mp4", "--index", str(notes))
    assert (lines, code) == ([], 2)
    assert "cannot be used as a fingerprint index" in errors
    assert notes.read_text(encoding="utf-8") == "mine\n" * 200
