"""Which places may a name stand for?

Reads the SQLite files of `geolocate.gazetteer_file` (the embedded one, and any imported ones) on demand. A sorted array
of the CRC-32 of every key tells which phrases of a text are worth a query. Any number of threads may
read: each has its own connections.
"""

import sqlite3
import threading
import zlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geolocate.gazetteer_merge import merge

EMBEDDED = Path(__file__).parent / "data" / "gazetteer.sqlite"

#: kinds of places; the position is the number in the file, so only append
KINDS = ("town", "country", "area", "airfield", "port", "base", "region", "bridge", "island", "site", "road", "quarter")

_LOOKUP = (
    "SELECT n.tail, n.flags, p.id, p.ref, p.name, p.kind, p.lat, p.lon, p.radius, p.country, p.admin1, p.population "
    "FROM name n JOIN place p ON p.id = n.place WHERE n.key = ?"
)
#: places of an imported file that are looked at to tell which countries it is about; shares below the least are
#: neighbours' villages along a border
_SAMPLED, _LEAST_SHARE = 400, 0.2
#: of a hash of 32 bits, the first 24 are the number of a bit, the first 21 that of its byte
_BIT, _BYTE = 8, 11
#: how many looked-up keys are remembered
_CACHE = 5_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One place. `radius_km` holds nine tenths of it; `admin1` is GeoNames' code within the country."""

    ref: str
    name: str
    kind: str
    lat: float
    lon: float
    radius_km: float
    country: str
    admin1: str
    population: int


@dataclass(frozen=True, slots=True)
class Named:
    """A place under a key. `tail`: what the key cut off; `primary`: its main name; `article`: written with an article.

    `common` is ten times the Zipf frequency of the name as a word of its language (0: rare, or several words).
    """

    entry: Entry
    tail: str
    primary: bool
    article: bool
    common: int


class Gazetteer:
    """Names to places; made by `Gazetteer.open`."""

    def __init__(self, paths: Sequence[Path]) -> None:
        for path in paths:
            if not path.is_file():
                raise FileNotFoundError(f"no gazetteer at {path}: build or import it first")
        self._paths = tuple(paths)
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        hashes = _merged([self._filter(c) for c in self._connections()])
        self._hashes, self._bits = hashes.data, _bits(hashes)
        self._cached = lru_cache(maxsize=_CACHE)(self._read)

    @classmethod
    def open(cls, extra: Sequence[Path] = ()) -> "Gazetteer":
        """The embedded gazetteer and `extra` ones. Raises FileNotFoundError, sqlite3.DatabaseError."""
        return cls([EMBEDDED, *extra])

    def imported_countries(self) -> frozenset[str]:
        """The countries (ISO 3166 codes) that the files beside the first are about; of the world: none."""
        return frozenset(code for connection in self._connections()[1:] for code in _mostly(connection))

    def close(self) -> None:
        """Close every thread's connections; no other thread may be reading."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()

    def __enter__(self) -> "Gazetteer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def known(self, key: str) -> bool:
        """Whether `key` may be in the gazetteer: never wrong about a no, right about a yes but for 1 in 4,000."""
        code = zlib.crc32(key.encode("utf-8", "replace"))
        if not self._bits[code >> _BYTE] >> (code >> _BIT & 7) & 1:
            return False
        at = bisect_left(self._hashes, code)
        return at < len(self._hashes) and self._hashes[at] == code

    def lookup(self, key: str) -> tuple[Named, ...]:
        """The places kept under `key` (see `geolocate.text.keys`), in the order of the files; a place is one entry."""
        return self._cached(key)

    def _read(self, key: str) -> tuple[Named, ...]:
        text = key.encode("utf-8", "replace").decode()
        return merge([[_named(row) for row in c.execute(_LOOKUP, (text,))] for c in self._connections()])

    def _connections(self) -> list[sqlite3.Connection]:
        mine: list[sqlite3.Connection] | None = getattr(self._local, "connections", None)
        if mine is None:
            mine = [
                sqlite3.connect(f"{p.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
                for p in self._paths
            ]
            with self._lock:
                self._opened += mine
            self._local.connections = mine
        return mine

    @staticmethod
    def _filter(connection: sqlite3.Connection) -> NDArray[np.uint32]:
        (blob,) = connection.execute("SELECT hashes FROM filter").fetchone()
        return np.frombuffer(blob, dtype="<u4").astype(np.uint32, copy=False)


def _mostly(connection: sqlite3.Connection) -> list[str]:
    """The countries that hold most places of a file, told from a sample spread over it."""
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM place").fetchone()
    ids = range(1, last + 1, max(1, last // _SAMPLED))
    marks = ",".join("?" * len(ids))
    rows = connection.execute(f"SELECT country FROM place WHERE id IN ({marks})", list(ids))
    counted = Counter(country for (country,) in rows if country)
    return [code for code, count in counted.items() if count >= _LEAST_SHARE * counted.total()]


def _merged(filters: list[NDArray[np.uint32]]) -> NDArray[np.uint32]:
    if len(filters) == 1:
        return filters[0]
    return np.unique(np.concatenate(filters))


def _bits(hashes: NDArray[np.uint32]) -> bytes:
    """One bit for the head of every hash: most words of a text are in no name, and this tells so at once."""
    bits = np.zeros(1 << (32 - _BYTE), dtype=np.uint8)
    np.bitwise_or.at(bits, hashes >> _BYTE, np.uint8(1) << (hashes >> _BIT & 7).astype(np.uint8))
    return bits.tobytes()


def _named(row: tuple[str, int, int, int | str, str, int, int, int, int, str, str, int]) -> Named:
    tail, flags, _, ref, name, kind, lat, lon, radius, country, admin1, population = row
    shown = f"geonames:{ref}" if isinstance(ref, int) else ref
    entry = Entry(shown, name, KINDS[kind], lat / 1e5, lon / 1e5, radius / 10, country, admin1, population)
    return Named(entry, tail, bool(flags & 1), bool(flags & 2), flags >> 4)
