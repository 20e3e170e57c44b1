import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from collector.errors import RateLimited, RetryLater, Unparseable
from collector.sandbox import ChildFailed, Crashed, TimedOut, run_isolated
from geolocate.frames.errors import Undecodable
from geolocate.types import Position
from tests.integration import sandboxed


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_dead(pid: int) -> bool:
    ends = time.monotonic() + 5
    while alive(pid) and time.monotonic() < ends:
        time.sleep(0.02)
    return not alive(pid)


def test_results_come_back_whatever_the_child_prints() -> None:
    assert run_isolated(sandboxed.double, (21,), 30) == 42
    assert run_isolated(sandboxed.position, (), 30) == Position(35.4, 35.9, 1.0)
    assert len(run_isolated(sandboxed.big, (5_000_000,), 30)) == 5_000_000


def test_expected_failures_come_back_as_they_are() -> None:
    with pytest.raises(RateLimited, match="slow down") as caught:
        run_isolated(sandboxed.limited, (), 30)
    assert caught.value.retry_after_s == 30
    with pytest.raises(Undecodable, match="nothing to see"):
        run_isolated(sandboxed.undecodable, (), 30)


def test_a_mistake_of_ours_is_told_with_its_traceback() -> None:
    with pytest.raises(ChildFailed, match="a bug of ours"):
        run_isolated(sandboxed.mistake, (), 30)


def test_a_crash_is_unparseable() -> None:
    with pytest.raises(Crashed, match="SIGSEGV") as caught:
        run_isolated(sandboxed.crash, (), 30)
    assert isinstance(caught.value, Unparseable)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded by the kernel on Linux only")
def test_too_much_memory_is_unparseable() -> None:
    with pytest.raises(Crashed, match="memory"):
        run_isolated(sandboxed.eat_memory, (), 30, memory_mb=1024)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")
def test_a_deadline_ends_the_child_and_its_children(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(TimedOut):
        run_isolated(sandboxed.hang_with_a_child, (tmp_path / "pid",), 1.5)
    assert time.monotonic() - began < 5
    assert wait_until_dead(int((tmp_path / "pid").read_text()))


def test_stopping_ends_the_work() -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(RetryLater, match="stopping"):
        run_isolated(time.sleep, (60,), 30, stop=stop)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")
def test_the_child_dies_with_a_killed_parent(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from collector.sandbox import run_isolated; "
        "from tests.integration import sandboxed; run_isolated(sandboxed.note_and_hang, (Path(sys.argv[1]),), 60)"
    )
    note = tmp_path / "pid"
    root = Path(__file__).resolve().parents[2]
    parent = subprocess.Popen([sys.executable, "-c", code, str(note)], cwd=root)
    ends = time.monotonic() + 20
    while not (note.exists() and note.read_text()) and time.monotonic() < ends:
        time.sleep(0.02)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert wait_until_dead(int(note.read_text()))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")
def test_the_nursery_is_shared_and_started_anew_when_it_has_died(tmp_path: Path) -> None:
    first = run_isolated(os.getppid, (), 30)
    assert run_isolated(os.getppid, (), 30) == first
    thread = threading.Timer(0.5, os.kill, (first, signal.SIGKILL))
    thread.start()
    with pytest.raises(TimedOut):  # the work goes on without it, and ends when it must
        run_isolated(sandboxed.hang_with_a_child, (tmp_path / "pid",), 1.5)
    assert wait_until_dead(int((tmp_path / "pid").read_text()))
    assert run_isolated(os.getppid, (), 30) != first


def test_the_work_sees_the_folder_and_the_environment_of_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OF_THE_CALLER", "seen")
    assert run_isolated(os.getcwd, (), 30) == str(tmp_path)
    assert run_isolated(os.getenv, ("OF_THE_CALLER",), 30) == "seen"


def test_an_answer_that_would_run_code_is_refused() -> None:
    with pytest.raises(Crashed):
        run_isolated(sandboxed.evil, (), 30)
    assert not Path("/tmp/should-not-exist").exists()
