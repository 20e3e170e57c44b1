"""Which rows does a table file have? Plain, gzip or zip; one broken row never stops the rest."""

import gzip
import math
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

#: a longer line is not a row of a gazetteer
MAX_LINE = 1_000_000

#: told (line number, what is wrong) of every row that is skipped
Told = Callable[[int, str], None]


class BadRow(ValueError):
    """The row names no usable place; the message says why."""


class BadTable(ValueError):
    """The file as a whole cannot be read as what it should be; the message says why."""


def lines(path: Path, bad: Told) -> Iterator[tuple[int, str]]:
    """(number, text) of every line that is UTF-8. Raises BadTable, OSError."""
    try:
        with _opened(path) as file:
            yield from _decoded(file, bad)
    except (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError) as wrong:
        raise BadTable(f"{path.name} is damaged ({wrong})") from wrong


def _decoded(file: IO[bytes], bad: Told) -> Iterator[tuple[int, str]]:
    number = 0
    while raw := file.readline(MAX_LINE):
        number += 1
        if len(raw) == MAX_LINE and not raw.endswith(b"\n"):
            bad(number, "the line is longer than a megabyte")
            while (rest := file.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                pass
            continue
        try:
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            bad(number, "not UTF-8")
            continue
        if "\0" in text:
            bad(number, "a NUL character")
        elif text.strip():
            yield number, text


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as probe:
        magic = probe.read(4)
    if magic.startswith(b"\x1f\x8b"):
        with gzip.open(path) as packed:
            yield cast(IO[bytes], packed)
    elif magic == b"PK\x03\x04":
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and "readme" not in m.filename.lower()]
            if not members:
                raise BadTable(f"{path.name} holds no table")
            with archive.open(max(members, key=lambda m: m.file_size)) as file:
                yield file
    else:
        with path.open("rb") as file:
            yield file


def degrees(lat: str, lon: str) -> tuple[float, float]:
    """A position. Raises BadRow unless both are numbers on the globe and not the null point."""
    try:
        found = float(lat.strip().replace(",", ".")), float(lon.strip().replace(",", "."))
    except ValueError:
        raise BadRow(f"no position: {lat[:20]!r}, {lon[:20]!r}") from None
    if not all(map(math.isfinite, found)) or abs(found[0]) > 90 or abs(found[1]) > 180 or found == (0.0, 0.0):
        raise BadRow(f"no position on the globe: {lat[:20]!r}, {lon[:20]!r}")
    return found


def count(value: str) -> int:
    """A population; 0 where none is told. Raises BadRow."""
    value = value.strip().replace(" ", "").replace("\xa0", "")
    if not value:
        return 0
    try:
        return max(0, min(10**9, int(float(value))))
    except (ValueError, OverflowError):
        raise BadRow(f"not a population: {value[:20]!r}") from None
