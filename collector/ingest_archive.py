"""What is in this archive? Its files, unpacked into a folder of ours and nowhere else, and never more than fits."""

import bz2
import gzip
import io
import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from collector.errors import Unparseable, Unsupported
from collector.ingest_told import Bad

_CHUNK = 2**20
#: text packs some ten times; what unpacks to more than this and a gigabyte is made to fill disks
_MOST_RATIO, _ALLOWANCE = 100, 2**30
_MOST_MEMBERS = 200_000
_MEMBER_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, tarfile.TarError, OSError, RuntimeError)
_OTHERS = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar", b"\x28\xb5\x2f\xfd": "zstd"}


def archive_kind(head: bytes) -> str | None:
    """ "zip", "tar" (packed or not: "tar" may prove to be one packed file) or None, by the first 512 bytes.

    Raises `Unsupported` for an archive of a kind that is not read.
    """
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "zip"
    for magic, name in _OTHERS.items():
        if head.startswith(magic):
            raise Unsupported(f"a {name} archive: unpack it, and hand over the folder")
    packed = head[:2] == b"\x1f\x8b" or head[:3] == b"BZh" or head[:6] == b"\xfd7zXZ\x00"
    return "tar" if packed or head[257:262] == b"ustar" else None


def unpack(path: Path, into: Path, bad: Bad) -> None:
    """Unpack an archive into the empty folder `into`.

    A member that cannot be had (encrypted, damaged, a link, a path that leads out) is told to `bad`, the rest goes on.
    Raises `Unparseable` for a damaged archive and for one that unpacks to more than a sane one would.
    """
    room = _Room(path, into)
    try:
        if zipfile.is_zipfile(path):
            _unzip(path, into, room, bad)
        else:
            _untar(path, into, room, bad)
    except _MEMBER_ERRORS as broken:
        raise Unparseable(f"the archive is damaged: {' '.join(str(broken).split())[:200]}") from broken


class _Room:
    """How much may still be unpacked."""

    def __init__(self, archive: Path, into: Path) -> None:
        size = archive.stat().st_size
        self.left = min(size * _MOST_RATIO + _ALLOWANCE, shutil.disk_usage(into).free // 2)
        self.members = 0

    def enter(self) -> None:
        self.members += 1
        if self.members > _MOST_MEMBERS:
            raise Unparseable(f"the archive holds more than {_MOST_MEMBERS:,} files")

    def copy(self, source: IO[bytes], target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            while piece := source.read(_CHUNK):
                self.left -= len(piece)
                if self.left < 0:
                    raise Unparseable("the archive unpacks to far more than its size, or than there is room for")
                file.write(piece)


def _unzip(path: Path, into: Path, room: _Room, bad: Bad) -> None:
    with zipfile.ZipFile(path) as archive:
        if "[Content_Types].xml" in archive.namelist():
            raise Unsupported("an Office document: save it as CSV, and hand that over")
        for member in archive.infolist():
            if member.is_dir():
                continue
            room.enter()
            target = _place(member.filename, into)
            if target is None or stat.S_ISLNK(member.external_attr >> 16):
                bad(f"{path}: {member.filename[:200]}", "the path leads out of the archive, or is a link")
            elif member.flag_bits & 1:
                bad(f"{path}: {member.filename[:200]}", "encrypted: unpack it with its password first")
            else:
                _member(partial(archive.open, member), target, room, f"{path}: {member.filename[:200]}", bad)


def _untar(path: Path, into: Path, room: _Room, bad: Bad) -> None:
    if not tarfile.is_tarfile(path):
        _single(path, into, room)
        return
    with tarfile.open(path, "r:*") as archive:
        for member in archive:
            if member.isdir():
                continue
            room.enter()
            target = _place(member.name, into)
            if target is None or not member.isreg():
                bad(f"{path}: {member.name[:200]}", "the path leads out of the archive, or is a link or a device")
                continue
            _member(partial(_content, archive, member), target, room, f"{path}: {member.name[:200]}", bad)


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    return archive.extractfile(member) or io.BytesIO()


def _single(path: Path, into: Path, room: _Room) -> None:
    """One packed file, such as posts.jsonl.gz."""
    openers: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
    opener = openers.get(path.suffix.lower())
    if opener is None:
        raise Unparseable("no archive that can be read")
    with opener(path, "rb") as source:
        room.copy(source, into / (path.stem or "file"))


def _member(read: Callable[[], IO[bytes]], target: Path, room: _Room, name: str, bad: Bad) -> None:
    try:
        with read() as source:
            room.copy(source, target)
    except FileExistsError:
        bad(name, "a second file of the same name")
    except NotImplementedError:
        bad(name, "packed by a method that is not read")
    except _MEMBER_ERRORS as broken:
        target.unlink(missing_ok=True)
        bad(name, f"damaged: {' '.join(str(broken).split())[:200]}")


def _place(name: str, into: Path) -> Path | None:
    """Where a member belongs; None for a path that is absolute, leads upwards or is no name for a file."""
    steps = PurePosixPath(name.replace("\\", "/")).parts
    odd = any(step in ("..", "/") or "\x00" in step or len(step.encode("utf-8", "replace")) > 255 for step in steps)
    if not steps or odd or (len(steps[0]) == 2 and steps[0][1] == ":"):
        return None
    return into.joinpath(*steps)


def files_in(folder: Path) -> Iterator[Path]:
    """What to read in a folder, in order: an export's folder as one, other files each, links and hidden ones not.

    The folder that a browser saves beside a page ("NAME_files" beside NAME.html) is the page's, and not read.
    """
    if (folder / "result.json").is_file():
        yield folder
        return
    inside = sorted(folder.iterdir())
    pages = {path.stem for path in inside if path.suffix.lower() in (".html", ".htm")}
    for path in inside:
        if path.name.startswith((".", "__MACOSX")) or path.is_symlink():
            continue
        if path.is_dir():
            if path.name.removesuffix("_files") not in pages or not path.name.endswith("_files"):
                yield from files_in(path)
        elif path.is_file():
            yield path
