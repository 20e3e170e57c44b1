"""convoywatch landmarks: pictures of known places, by which footage locates itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from collector.commands.open import settings, store
from collector.commands.output import as_json, iso, plain, point, table, when
from collector.commands.report import quiet_libraries
from collector.context import Context, now
from collector.errors import ConvoywatchError, Misconfigured, Unparseable
from db import landmarks as kept
from db import work
from db.migrate import upgrade
from db.types import AnyRow

if TYPE_CHECKING:
    from collector.known_places import KnownPlaces
    from collector.landmark_files import Handed
    from geolocate.frames.landmarks import Scene

TIMEOUT_S = 240.0
MEMORY_MB = 2048
#: stills of one file, and features that a picture needs to be known again
_MOST_STILLS, _LEAST_POINTS = 60, 30


@click.group()
def landmarks() -> None:
    """Pictures of known places: footage that shows one of them locates itself."""


@contextmanager
def _context(ctx: click.Context) -> Iterator[Context]:
    """Everything that a stage needs, with every stage's version."""
    from collector.prepare import prepare

    quiet_libraries()
    with store(ctx, existing=False) as opened:
        upgrade(opened)
        context = Context(settings(ctx), opened)
        try:
            prepare(context)
            yield context
        finally:
            context.close()


@landmarks.command(context_settings={"ignore_unknown_options": True})
@click.argument("path", metavar="PICTURE|FOLDER|CSV", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--at", "where", metavar="LAT,LON", help="Where it is (default: where the file itself says; CSV: columns)."
)
@click.option("--name", help="What to call it (default: after the file).")
@click.option("--radius-km", type=click.FloatRange(0, 25, min_open=True), help="How exact that is (default: 0.5).")
@click.pass_context
def add(ctx: click.Context, path: Path, where: str | None, name: str | None, radius_km: float | None) -> None:
    """Keep pictures or videos of known places; stored footage is held against them when the daemon runs next.

    A CSV has the columns file, lat, lon, and may have name and radius_km. The same file again moves its landmark.
    Exit code 3: some files were bad and skipped.
    """
    from collector.landmark_files import handed, place
    from collector.stages.survey import look_again

    try:
        at = place(where) if where else None
    except ValueError as wrong:
        raise click.UsageError(f"--at: {wrong}") from wrong
    bad = done = 0
    with _context(ctx) as context:
        for one in handed(path, at, name, radius_km):
            try:
                if isinstance(one, Unparseable):
                    raise one
                click.echo(_keep(context, one))
                done += 1
            except Unparseable as error:
                click.echo(str(error), err=True)
                bad += 1
        with context.store.write() as conn:
            look_again(context, conn)
    click.echo(f"{done} kept, {bad} skipped", err=True)
    ctx.exit(3 if bad else 0)


def _keep(context: Context, one: "Handed") -> str:
    """Take a file's features and store them; a line that tells so."""
    from collector.sandbox import run_isolated
    from geolocate.frames.errors import Undecodable
    from geolocate.frames.landmarks import unpack
    from geolocate.frames.scenes import file_scenes

    try:
        stills, packed = run_isolated(file_scenes, (one.path, _MOST_STILLS), TIMEOUT_S, MEMORY_MB)
    except (Undecodable, ConvoywatchError) as error:
        raise Unparseable(f"{one.path}: {error}") from error
    if max(len(scene.at) for scene in unpack(packed)) < _LEAST_POINTS:
        raise Unparseable(f"{one.path}: too little in it to be known again (sky, a wall, a close-up of a vehicle?)")
    pictures = [[at_ms, context.frames.store(jpeg)] for at_ms, jpeg in stills]
    row = kept.added(now(), f"picture:{pictures[0][1]}", one.name, (one.lat, one.lon, one.radius_km))
    with context.store.write() as conn:
        row_id, new = kept.add_picture(conn, row | {"pictures": pictures}, packed)
        work.enqueue(conn, context.analyzers["locate"], kept.posts_showing(conn, [row_id]))
    return (
        f"L{row_id}: {one.name}, {one.lat:.4f}, {one.lon:.4f}, {len(stills)} stills{'' if new else ' (known before)'}"
    )


@landmarks.command(name="list")
@as_json
@click.pass_context
def list_(ctx: click.Context, machine: bool) -> None:
    """Every landmark: the operator's pictures, and files under sightings that people confirmed."""
    with store(ctx) as opened, opened.read() as conn:
        rows = kept.listing(conn)
    if machine:
        for row in rows:
            facts = {k: iso(v) for k, v in row._mapping.items() if k != "pictures"}
            click.echo(json.dumps(facts | {"surveyed": row.serial is not None}, ensure_ascii=False))
        return
    table(
        "Landmarks",
        ("id", "kind", "name", "where", "from", "added", "seen in"),
        (
            (
                f"L{r.id}", r.kind, plain(r.name), point(r.lat, r.lon, r.radius_km), plain(r.sighting_key),
                when(r.added_at), f"{r.files} files" if r.serial is not None else "not read yet",
            )
            for r in rows
        ),
        empty="none yet: `convoywatch landmarks add PICTURE --at LAT,LON`, or confirm a sighting that has footage",
    )  # fmt: skip


@landmarks.command()
@click.argument("idents", metavar="ID...", nargs=-1, required=True)
@click.pass_context
def remove(ctx: click.Context, idents: tuple[str, ...]) -> None:
    """Forget landmarks of the operator (L3); what they placed is placed again without them.

    One out of a confirmed sighting goes when its confirmation is undone.
    """
    with _context(ctx) as context, context.store.write() as conn:
        rows = [_found(kept.get(conn, _number(ident)), ident) for ident in idents]
        work.enqueue(conn, context.analyzers["locate"], kept.remove(conn, [row.id for row in rows]))
    for row in rows:
        click.echo(f"L{row.id}: {plain(row.name)} is forgotten")


def _number(ident: str) -> int:
    digits = ident.removeprefix("L")
    if not digits.isdecimal():
        raise click.UsageError(f"{ident} is no landmark: write L3, see `convoywatch landmarks list`")
    return int(digits)


def _found(row: AnyRow | None, ident: str) -> AnyRow:
    if row is None:
        raise Misconfigured(f"{ident}: there is no such landmark, see `convoywatch landmarks list`")
    if row.kind != "operator":
        raise Misconfigured(
            f"{ident} stands on a confirmed sighting: `convoywatch review S... undo` takes it back ({row.sighting_key})"
        )
    return row


@landmarks.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_context
def match(ctx: click.Context, files: tuple[Path, ...]) -> None:
    """Which landmarks these videos and pictures show, as JSON lines, the surest first; nothing is stored.

    Exit code 3: some files were bad and skipped.
    """
    from collector.known_places import KnownPlaces
    from collector.sandbox import run_isolated
    from geolocate.frames.errors import Undecodable
    from geolocate.frames.landmarks import unpack
    from geolocate.frames.scenes import MOST_LOOKED_UP, file_scenes

    known, bad = KnownPlaces(), False
    with store(ctx) as opened, opened.read() as conn:
        ids = known.refresh(conn)
        rows = {row.id: row for row in kept.listing(conn)}
    for path in files:
        try:
            _, packed = run_isolated(file_scenes, (path, MOST_LOOKED_UP), TIMEOUT_S, MEMORY_MB)
        except (Undecodable, ConvoywatchError) as error:
            click.echo(f"{path}: {error}", err=True)
            bad = True
            continue
        for line in _told(str(path), unpack(packed), known, {serial: rows[id_] for serial, id_ in ids.items()}):
            click.echo(json.dumps(line, ensure_ascii=False))
    ctx.exit(3 if bad else 0)


def _told(
    file: str, scenes: "list[Scene]", known: "KnownPlaces", rows: dict[int, AnyRow]
) -> Iterator[dict[str, object]]:
    found = known.find(scenes, rows)
    for serial, (scene, hit) in sorted(found.items(), key=lambda item: -item[1][1].same.score):
        row = rows[serial]
        yield {
            "file": file, "at_s": scene.at_ms / 1000, "landmark": row.id, "kind": row.kind, "name": row.name,
            "lat": row.lat, "lon": row.lon, "radius_km": row.radius_km, "score": hit.same.score,
            "inliers": hit.same.inliers, "box": list(hit.same.box),
        }  # fmt: skip
