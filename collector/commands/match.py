"""convoywatch match: which of these files show the same footage, and which of an index show it too?"""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from collector.errors import Misconfigured

if TYPE_CHECKING:
    from geolocate.frames.fingerprint_index import FingerprintIndex
    from geolocate.frames.video_match import Match

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
    encoding, scaling, cropping, borders, captions, mirroring, cuts and changed speed;
    copies that have too little in common, through one that both show at the same time.
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
    mine: set[str] = set()
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
        direct = index.matches(fingerprint)
        for other, found in index.named(direct | index.beyond(direct)):
            _tell(name, other, found, told)
        for later, earlier, found in index.joined(direct):
            if later in mine and earlier in mine:
                _tell(later, earlier, found, told)
        index.add(name, fingerprint, direct)
        mine.add(name)
    return bad


def _tell(a: str, b: str, found: "Match", told: set[frozenset[str]]) -> None:
    """Print a pair that was not printed yet."""
    pair = frozenset((a, b))
    if len(pair) == 2 and pair not in told:
        told.add(pair)
        line = {"a": a, "b": b, "score": found.score, "overlap_s": found.overlap_s}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
