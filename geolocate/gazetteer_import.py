"""How does another gazetteer become a file that `geolocate.gazetteer` reads? Pure: files in, one file out."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from geolocate.commonness import commonness
from geolocate.gazetteer import EMBEDDED
from geolocate.gazetteer_file import Source, write
from geolocate.imports import columns as any_table
from geolocate.imports import geonames, whosonfirst
from geolocate.imports.rows import BadTable, Told
from geolocate.imports.surroundings import settle

Format = Literal["geonames", "whosonfirst", "csv"]
FORMATS: tuple[Format, ...] = get_args(Format)
#: licence of a format's data when the user names none
LICENCES: dict[Format, str] = {
    "geonames": "GeoNames, CC BY 4.0",
    "whosonfirst": "Who's On First, CC0 and the licences of its sources (GeoNames CC BY 4.0)",
    "csv": "not stated",
}
#: places between two calls of `progress`
STEP = 20_000


@dataclass(frozen=True, slots=True)
class About:
    """What an imported file says of itself. `places`, `bad`: rows kept and rows skipped; `imported_at`: ISO, UTC."""

    name: str
    source: str
    format: str
    licence: str
    imported_at: str
    places: int = 0
    bad: int = 0


def import_gazetteer(
    file: Path,
    out: Path,
    kind: Format,
    about: About,
    *,
    columns: any_table.Columns | None = None,
    alternate: Path | None = None,
    bad: Told,
    progress: Callable[[int], None] = lambda _count: None,
) -> About:
    """Read `file`, write the SQLite file `out` (empty or new); returns `about` with its counts.

    `bad` is told of every row skipped. Raises BadTable when nothing can be read, OSError.
    """
    wrong = 0

    def counted(number: int, what: str) -> None:
        nonlocal wrong
        wrong += 1
        bad(number, what)

    found: list[Source] = []
    for place in _read(file, kind, about.name, columns, alternate, counted):
        found.append(place)
        if len(found) % STEP == 0:
            progress(len(found))
    if not found:
        raise BadTable(f"{file.name} holds no usable place")
    settle(found, keep_admin1=kind == "geonames")
    count = write(out, found, commonness)
    stated = About(about.name, about.source, kind, about.licence, about.imported_at, count, wrong)
    _state(out, stated)
    return stated


def _read(
    file: Path, kind: Format, name: str, columns: any_table.Columns | None, alternate: Path | None, bad: Told
) -> Iterator[Source]:
    if kind == "geonames":
        return geonames.read(file, bad, alternate)
    if kind == "whosonfirst":
        return whosonfirst.read(file, bad)
    return any_table.read(file, bad, name, columns)


def _state(out: Path, about: About) -> None:
    connection = sqlite3.connect(out)
    try:
        connection.execute("CREATE TABLE about(key TEXT PRIMARY KEY, value NOT NULL)")
        connection.executemany("INSERT INTO about VALUES (?, ?)", asdict(about).items())
        connection.commit()
    finally:
        connection.close()


def about(file: Path) -> About:
    """What a gazetteer file says of itself. Raises sqlite3.DatabaseError when it is none."""
    connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    try:
        (places,) = connection.execute("SELECT count(*) FROM place").fetchone()
        if file == EMBEDDED:
            return About(
                "embedded", "registry packages and our own list", "built",
                "GeoNames CC BY 4.0, wordfreq CC BY-SA 4.0 and others: see NOTICE.md", "", places,
            )  # fmt: skip
        stated = dict(connection.execute("SELECT key, value FROM about"))
    finally:
        connection.close()
    return About(**{**stated, "places": places})
