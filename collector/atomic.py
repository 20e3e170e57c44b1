"""How does a file appear whole or not at all?

It is written under a temporary name in the same file system, flushed to the disk, renamed, and its folder flushed. The
writer holds a lock on the temporary file, which the kernel drops when the process dies: one that can be locked is left
over from a killed process.
"""

import errno
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from collector.errors import Misconfigured, RetryLater

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST})
_FOLDER = "tmp"
#: between a file's creation and its lock it looks abandoned: younger ones are left alone
_SETTLE_S = 60.0


class Temporary:
    """A file being written: write to `file`, then `publish` it."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self.file = path, file

    def publish(self, target: Path) -> None:
        """Make what was written appear as `target`, durably; it replaces what is there."""
        self.file.flush()
        os.fsync(self.file.fileno())
        _make_folder(target.parent)
        os.replace(self.path, target)
        _sync_folder(target.parent)


@contextmanager
def temporary(root: Path) -> Iterator[Temporary]:
    """A new file under `root`, removed at the end unless it was published."""
    folder = root / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)
    path = Path(name)
    with os.fdopen(handle, "w+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield Temporary(path, file)
        finally:
            with suppress(FileNotFoundError):
                path.unlink()


def clean_temporary(root: Path, older_than_s: float = _SETTLE_S) -> int:
    """Remove what killed processes left under `root`; files still being written stay. How many were removed."""
    removed = 0
    folder = root / _FOLDER
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if time.time() - path.stat().st_mtime >= older_than_s:
                path.unlink()
                removed += 1
    return removed


@contextmanager
def storage_errors(root: Path) -> Iterator[None]:
    """Say what is wrong with the disk: `RetryLater` when it is full, `Misconfigured` when we may not write there."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise RetryLater(f"no space is left for {root}: free some, or move the data folder", 600.0) from error
        if error.errno in _DENIED:
            raise Misconfigured(
                f"cannot write in {root} ({error.strerror}); check its owner and permissions"
            ) from error
        raise


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
