import gzip
import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.atomic import storage_errors, temporary
from collector.capture import Captures
from collector.errors import Gone, Misconfigured, RetryLater, Unparseable


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


@given(st.binary(max_size=3000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
def test_what_is_stored_is_read_back_under_its_hash(tmp_path: Path, body: bytes) -> None:
    captures = Captures(tmp_path)
    sha256 = captures.store(body)
    assert sha256 == hashlib.sha256(body).hexdigest()
    assert captures.read(sha256) == body


def test_the_same_bytes_are_one_file_that_any_gzip_reads(tmp_path: Path) -> None:
    captures = Captures(tmp_path / "not" / "there" / "yet")
    first = captures.store(b"page")
    content = captures.path(first).read_bytes()
    assert captures.store(b"page") == first
    assert files(tmp_path) == [captures.path(first)]
    assert captures.path(first).read_bytes() == content
    assert gzip.decompress(content) == b"page"
    assert captures.path(first).relative_to(captures.root).parts[:2] == (first[:2], first[2:4])


def test_many_threads_storing_the_same_bytes_leave_one_file(tmp_path: Path) -> None:
    captures = Captures(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        hashes = set(pool.map(lambda _: captures.store(b"page" * 1000), range(40)))
    assert len(hashes) == 1
    assert files(tmp_path) == [captures.path(hashes.pop())]


@pytest.mark.parametrize(
    "damage",
    [b"", b"garbage", gzip.compress(b"other", mtime=0), gzip.compress(b"page" * 99, mtime=0)[:-9]],
    ids=["empty", "garbage", "another", "cut"],
)
def test_damage_is_told_not_returned(tmp_path: Path, damage: bytes) -> None:
    captures = Captures(tmp_path)
    sha256 = captures.store(b"page" * 99)
    captures.path(sha256).write_bytes(damage)
    with pytest.raises(Unparseable, match="restore it"):
        captures.read(sha256)


def test_a_missing_capture_is_gone(tmp_path: Path) -> None:
    with pytest.raises(Gone):
        Captures(tmp_path).read("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "0" * 64 + "\n", "G" * 64])
def test_only_hashes_are_looked_up(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unparseable):
        Captures(tmp_path).read(name)


_DYING = """
import os, signal, sys
from pathlib import Path
from collector.atomic import temporary
with temporary(Path(sys.argv[1])) as temp:
    temp.file.write(b"half")
    temp.file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_never_seen_and_is_cleaned(tmp_path: Path) -> None:
    died = subprocess.run([sys.executable, "-c", _DYING, str(tmp_path)], check=False)
    assert died.returncode == -9
    captures = Captures(tmp_path)
    assert len(files(tmp_path)) == 1
    assert captures.clean_temp() == 0, "a young file may belong to a writer that is about to lock it"
    os.utime(files(tmp_path)[0], (0, 0))
    assert captures.clean_temp() == 1
    assert files(tmp_path) == []


def test_a_file_that_is_being_written_is_not_cleaned(tmp_path: Path) -> None:
    with temporary(tmp_path) as temp:
        os.utime(temp.path, (0, 0))
        assert Captures(tmp_path).clean_temp(0.0) == 0
        temp.publish(tmp_path / "whole")
    assert files(tmp_path) == [tmp_path / "whole"]


def test_a_full_disk_is_named() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    with pytest.raises(RetryLater, match="no space"), storage_errors(full), full.open("wb", buffering=0) as file:
        file.write(b"x")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Misconfigured, match="permissions"):
        Captures(tmp_path / "captures").store(b"page")
