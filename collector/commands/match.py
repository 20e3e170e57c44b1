"""convoywatch match: which of these files show the same footage, and which of an index show it too?"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from collector.errors import Misconfigured

if TYPE_CHECKING:
    from geolocate.frames.fingerprint_index import FingerprintIndex

TIMEOUT_S = 180.0
MEMORY_MB = 2048


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--index", "index_file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Also compare with, and add to, the fingerprints kept in this file.",
)  # fmt: skip
@click.pass_context
def match(ctx: click.Context, files: tuple[Path, ...], index_file: Path | None) -> None:
    """Which videos and pictures show the same footage, as JSON lines: {"a", "b", "score", "overlap_s"}.

    Each pair is told once, "a" being the later of the two; overlap_s is in seconds of "a". Copies are found through new
    encoding, scaling, cropping, borders, captions, mirroring, cuts and changed speed.
    """
    from geolocate.frames.fingerprint_index import FingerprintIndex, NotAnIndex

    try:
        index = FingerprintIndex(index_file or ":memory:")
    except NotAnIndex as error:
        raise Misconfigured(f"--index: {error}") from error
    try:
        ctx.exit(3 if match_files(files, index) else 0)
    except NotAnIndex as error:
        raise Misconfigured(f"--index: {error}") from error
    finally:
        index.close()


def match_files(files: tuple[Path, ...], index: "FingerprintIndex") -> int:
    """Print the pairs; how many files were bad."""
    from collector.errors import ConvoywatchError
    from collector.sandbox import run_isolated
    from geolocate.frames.errors import Undecodable
    from geolocate.frames.fingerprint import fingerprint_file, unpack

    told: set[frozenset[str]] = set()
    bad = 0
    for path in files:
        name = str(path)
        try:
            if not path.is_file():
                raise Undecodable("there is no such file")
            fingerprint = unpack(run_isolated(fingerprint_file, (path,), TIMEOUT_S, MEMORY_MB))
        except (Undecodable, ConvoywatchError) as error:
            click.echo(f"{name}: {error}", err=True)
            bad += 1
            continue
        for other, found in index.find(fingerprint):
            pair = frozenset((name, other))
            if len(pair) == 2 and pair not in told:
                told.add(pair)
                line = {"a": name, "b": other, "score": found.score, "overlap_s": found.overlap_s}
                sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        index.add(name, fingerprint)
    return bad
