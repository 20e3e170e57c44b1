"""convoywatch doctor: is this installation able to work, and if not, what is to be done?"""

import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from importlib.metadata import packages_distributions

import click

from collector.commands.open import settings
from collector.commands.output import as_json, console, plain
from collector.errors import ConvoywatchError
from collector.settings import Settings

#: top-level names of ours; other packages on the index use two of them
OURS = ("collector", "db", "geolocate")
LEAST_FREE_GB = 2.0


def _python(_wanted: Settings) -> str:
    return sys.version.split()[0]


def _names(_wanted: Settings) -> str:
    owners = packages_distributions()
    for name in OURS:
        others = sorted({o for o in owners.get(name, []) if o != "convoywatch"})
        if others:
            raise ConvoywatchError(
                f"{', '.join(others)} also owns the name {name!r}: install convoywatch in a venv of its own"
            )
    return "nobody else uses our names"


def _sqlite(_wanted: Settings) -> str:
    with sqlite3.connect(":memory:") as conn:
        have = {row[0] for row in conn.execute("PRAGMA compile_options")}
        try:
            conn.execute("CREATE VIRTUAL TABLE a USING fts5(x)")
            conn.execute("CREATE VIRTUAL TABLE b USING rtree(id, x, y)")
        except sqlite3.OperationalError as error:
            raise ConvoywatchError(f"this Python's SQLite lacks what the store needs: {error}") from error
    conn.close()
    return f"SQLite {sqlite3.sqlite_version}, FTS5 and R*Tree ({len(have)} compile options)"


def _video(_wanted: Settings) -> str:
    import cv2

    return f"OpenCV {cv2.__version__}"


def _places(wanted: Settings) -> str:
    from collector.locating import make_locator

    found = make_locator(wanted, ()).locate("A military convoy was seen in Palmyra, Syria")
    if not found.places:
        raise ConvoywatchError("the gazetteer does not answer: install again")
    return f"the gazetteer knows {found.places[0].name}"


def _roads(wanted: Settings) -> str:
    from collector.parts import make_roads

    graph = make_roads(wanted)
    named = sum(map(bool, graph.names))
    return f"{len(graph.lat):,} road nodes" + (f", {named:,} roads with a name" if named else "")


def _folder(wanted: Settings) -> str:
    wanted.data.mkdir(parents=True, exist_ok=True)
    probe = wanted.data / ".doctor"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise ConvoywatchError(f"{wanted.data} cannot be written: {error.strerror}") from error
    free = shutil.disk_usage(wanted.data).free / 1e9
    if free < LEAST_FREE_GB:
        raise ConvoywatchError(f"only {free:.1f} GB free under {wanted.data}; media need more")
    return f"{wanted.data}, {free:.0f} GB free"


def _store(wanted: Settings) -> str:
    from db.migrate import current, head
    from db.session import Store

    with Store(wanted.store_url) as opened:
        at = current(opened)
    if at is None:
        return "not made yet: `convoywatch run` makes it"
    if at != head():
        raise ConvoywatchError(f"at schema {at}, this program needs {head()}: run `convoywatch db upgrade`")
    return f"at schema {at}"


CHECKS: dict[str, Callable[[Settings], str]] = {
    "python": _python, "names": _names, "sqlite": _sqlite, "video": _video, "places": _places, "roads": _roads,
    "folder": _folder, "store": _store,
}  # fmt: skip


@click.command()
@as_json
@click.pass_context
def doctor(ctx: click.Context, machine: bool) -> None:
    """Check Python, libraries, shipped data, the data folder and the store; exit code 1 when something is wrong."""
    wanted = settings(ctx)
    bad = 0
    for name, check in CHECKS.items():
        try:
            ok, told = True, check(wanted)
        except (ConvoywatchError, ImportError, OSError) as error:
            ok, told = False, str(error)
        bad += not ok
        if machine:
            click.echo(json.dumps({"check": name, "ok": ok, "message": told}))
        else:
            console().print(f"[{'green' if ok else 'red'}]{'ok ' if ok else 'bad'}[/]  {name}: {plain(told)}")
    ctx.exit(1 if bad else 0)
