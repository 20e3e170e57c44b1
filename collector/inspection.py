"""What do these files show? `convoywatch inspect FILE...`: a JSON line a file, as the contract has it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from collector.errors import ConvoywatchError, Misconfigured
from collector.print_text import wrapped
from collector.sandbox import run_isolated
from geolocate.frames.errors import Undecodable
from geolocate.frames.inspect import FrameSeen, Inspected, inspect_file
from geolocate.frames.metadata import Claims
from geolocate.frames.model_file import ModelFile
from geolocate.frames.watch import CLOSE

TIMEOUT_S = 300.0
MEMORY_MB = 3072
_DONE, _SOME_BAD = 0, 3


def inspect_files(
    files: Sequence[Path],
    draw: Path | None,
    out: TextIO,
    err: TextIO,
    model: ModelFile | None = None,
    distant: bool = False,
) -> int:
    """Write a line a file to `out`, tell of bad files on `err`; with `draw`, write stills with boxes into that folder;
    vehicles are found by `model`, if one is given, and far away ones looked for more closely if `distant`.

    Returns the exit code: 0, or 3 where a file was bad (the rest is done).
    """
    bad = False
    detector = model.name if model else "embedded"
    with _progress(err) as progress:
        task = progress.add_task("", total=len(files))
        for path in files:
            progress.update(task, description=path.name)
            try:
                found = run_isolated(
                    inspect_file, (path, draw is not None, CLOSE, model, distant), TIMEOUT_S, MEMORY_MB
                )
            except (Undecodable, ConvoywatchError) as error:
                bad = True
                progress.console.print(f"{path}: {error}", markup=False, highlight=False, soft_wrap=True)
            else:
                out.write(json.dumps(as_contract(path, found) | {"detector": detector}, ensure_ascii=False) + "\n")
                out.flush()
                if draw is not None:
                    _write_drawn(draw, path, found)
            progress.advance(task)
    return _SOME_BAD if bad else _DONE


def as_contract(path: Path, found: Inspected) -> dict[str, Any]:
    """One answer with the names and fields of the batch contract."""
    return {
        "file": str(path),
        "sha256": found.sha256,
        "kind": found.kind,
        "width": found.sampled.width,
        "height": found.sampled.height,
        "duration_s": found.sampled.duration_s,
        "frames": [_frame(frame) for frame in found.frames],
        "vehicles": {"min": found.summary.vehicles.least, "max": found.summary.vehicles.most},
        "marks": list(found.summary.marks),
        "direction": found.summary.direction,
        "convoy": {"probability": round(found.summary.probability, 4)},
        "fingerprint": {"sha256": found.sha256} | ({"print": wrapped(found.print)} if found.print else {}),
        "metadata": _metadata(found.claims),
        "decode_failures": found.sampled.decode_failures,
        "warnings": list(found.sampled.warnings),
    }


def _metadata(claims: Claims | None) -> dict[str, Any] | None:
    """What the file says of its own making; not in the contract, which lets fields be added."""
    if claims is None:
        return None
    gps = None if claims.lat is None or claims.lon is None else {"lat": claims.lat, "lon": claims.lon}
    made_at = claims.made_at.isoformat() if claims.made_at else None
    return {
        "source": claims.source, "gps": gps, "made_at": made_at, "device": claims.device, "software": claims.software,
        "trust": claims.trust,
    }  # fmt: skip


def _frame(frame: FrameSeen) -> dict[str, Any]:
    detections = [
        {"label": d.label, "score": round(d.score, 3), "box": [round(side, 4) for side in d.box]}
        for d in frame.detections
    ]
    text = [
        {"text": line.text, "script": line.script, "kind": line.kind, "box": [round(side, 4) for side in line.box],
         "score": line.score}
        for line in frame.text
    ]  # fmt: skip
    return {"at_s": frame.at_s, "detections": detections, "text": text}


def _write_drawn(folder: Path, path: Path, found: Inspected) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for frame in found.frames:
            # the hash tells apart files of one name from several folders
            (folder / f"{path.stem}-{found.sha256[:8]}-{frame.at_s:08.3f}.jpg").write_bytes(frame.drawn)
    except OSError as error:
        raise Misconfigured(f"--draw {folder}: {error.strerror}") from error


def _progress(err: TextIO) -> Progress:
    """A bar where someone watches; nothing in a log."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    console = Console(file=err)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
