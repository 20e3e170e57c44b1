"""convoywatch dedupe: posts in, which are copies of which out, the store not touched."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("file", metavar="POSTS.jsonl", type=click.Path(path_type=Path, exists=True, allow_dash=True))
@click.option("--one-language", is_flag=True, help="Look for no reports in other languages: quicker.")
@click.pass_context
def dedupe(ctx: click.Context, file: Path, one_language: bool) -> None:
    """JSON lines of posts (as `parse` writes them) to their copies: {"id", "event", "original", "copy_of", "reason"}.

    Copies share a native id or address, a forward, the one post they link to, a file ("sha256" of a "media" entry),
    footage ("fingerprint" of it, as `inspect` gives it), or the same or nearly the same words: the more these say, the
    farther apart the posts may lie; or they tell the same places and figures in different languages ("report"). The
    earliest of them is the original.
    """
    from collector.copies import dedupe_lines
    from collector.retold import Retold

    retold = None if one_language else Retold()
    try:
        with click.open_file(str(file), encoding="utf-8", errors="surrogateescape") as lines:
            code = dedupe_lines(lines, sys.stdout, sys.stderr, retold)
    finally:
        if retold:
            retold.close()
    ctx.exit(code)
