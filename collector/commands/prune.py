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
from collector.media import MediaStore
from collector.quota import GB
from db import prune as rules
from db.types import AnyRow


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
    data = settings(ctx).data
    media, captures = MediaStore(data / "media"), Captures(data / "captures")
    with store(ctx) as opened:
        # asked and noted in one transaction: a sighting that is confirmed meanwhile keeps its files
        with opened.write() if yes else opened.read() as conn:
            files = _wanted(rules.media(conn), media, media_before, media_over)
            answers = rules.captures(conn, captures_before) if captures_before else []
            if yes and files:
                rules.mark(conn, [row.id for row in files])
        paths = {"media": [media.path(r.sha256) for r in files], "captures": [captures.path(r.sha256) for r in answers]}
        for kind, found in paths.items():
            count, size = _remove(found, yes)
            told = {"kind": kind, "files": count, "bytes": size, "removed": yes}
            line = f"{kind}: {count:,} files, {size / GB:.2f} GB {'removed' if yes else 'would go; --yes removes them'}"
            click.echo(json.dumps(told) if machine else line)


def _wanted(rows: Sequence[AnyRow], kept: MediaStore, before: datetime | None, most_gb: float | None) -> list[AnyRow]:
    """Those that a rule names: by age, and the oldest of what is too much."""
    there = [row for row in rows if kept.path(row.sha256).exists()]
    wanted = {row.id: row for row in there if before is not None and row.last_at < before}
    if most_gb is not None:
        left = sum(p.stat().st_size for p in kept.root.glob("??/??/*")) - sum(r.bytes for r in wanted.values())
        for row in there:
            if left <= most_gb * GB:
                break
            if row.id not in wanted:
                wanted[row.id] = row
                left -= row.bytes
    return list(wanted.values())


def _remove(paths: Sequence[Path], yes: bool) -> tuple[int, int]:
    """How many of these files there are and their bytes; with `yes` they are gone."""
    there = [p for p in paths if p.exists()]
    size = sum(p.stat().st_size for p in there)
    for path in there if yes else ():
        path.unlink()
    return len(there), size
