"""convoywatch prune: which old files may go, and, if told so, their removal."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from collector.capture import Captures
from collector.commands.open import settings, store
from collector.commands.output import as_json
from collector.commands.times import moment
from collector.object_media import FOLDER, key
from collector.quota import GB
from collector.shelves import Shelf, shelf
from db import prune as rules
from db.types import AnyRow

_ANSWERS = Captures(Path("captures"))


@click.command()
@click.option("--media-before", type=moment, help="Videos and pictures last shown before (2025-01-01, 52w).")
@click.option(
    "--media-over", type=click.FloatRange(0), metavar="GB", help="The oldest, until no more than so much is left."
)
@click.option("--captures-before", type=moment, help="Raw answers that came before.")
@click.option("--yes", is_flag=True, help="Remove them; without it they are only counted.")
@as_json
@click.pass_context
def prune(
    ctx: click.Context, media_before: datetime | None, media_over: float | None, captures_before: datetime | None,
    yes: bool, machine: bool,
) -> None:  # fmt: skip
    """Old files may go: videos, pictures and raw answers, never rows. What a confirmed or openly reviewed sighting or
    track stands on, and originals of copies, always stay. Without --yes nothing is removed.
    """
    if media_before is None and media_over is None and captures_before is None:
        raise click.UsageError("say which: --media-before TIME, --media-over GB, --captures-before TIME")
    kept = shelf(settings(ctx))
    # listed first: a bucket of millions takes minutes, for which nobody should wait to write
    there = dict(kept.files(FOLDER)) if media_before or media_over is not None else {}
    with store(ctx) as opened:
        # asked and noted in one transaction: a sighting that is confirmed meanwhile keeps its files
        with opened.write() if yes else opened.read() as conn:
            files = _wanted(rules.media(conn) if there else [], there, media_before, media_over)
            answers = rules.captures(conn, captures_before) if captures_before else []
            if yes and files:
                rules.mark(conn, [row.id for row in files])
        keys = {
            "media": [key(r.sha256) for r in files],
            "captures": [_ANSWERS.path(r.sha256).as_posix() for r in answers],
        }
        for kind, found in keys.items():
            count, size = _remove(kept, found, yes)
            told = {"kind": kind, "files": count, "bytes": size, "removed": yes}
            line = f"{kind}: {count:,} files, {size / GB:.2f} GB {'removed' if yes else 'would go; --yes removes them'}"
            click.echo(json.dumps(told) if machine else line)


def _wanted(
    rows: Sequence[AnyRow], there: dict[str, int], before: datetime | None, most_gb: float | None
) -> list[AnyRow]:
    """Those that a rule names: by age, and the oldest of what is too much. `there`: bytes of all files by their key."""
    rows = [row for row in rows if key(row.sha256) in there]
    wanted = {row.id: row for row in rows if before is not None and row.last_at < before}
    if most_gb is not None:
        left = sum(there.values()) - sum(row.bytes for row in wanted.values())
        for row in rows:
            if left <= most_gb * GB:
                break
            if row.id not in wanted:
                wanted[row.id] = row
                left -= row.bytes
    return list(wanted.values())


def _remove(kept: Shelf, keys: Sequence[str], yes: bool) -> tuple[int, int]:
    """How many of these files there are and their bytes; with `yes` they are gone."""
    there = [(name, size) for name in keys if (size := kept.size(name)) is not None]
    for name, _ in there if yes else ():
        kept.remove(name)
    return len(there), sum(size for _, size in there)
