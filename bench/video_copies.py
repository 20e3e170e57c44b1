"""Are copies of footage found, and only those? `python -m bench.video_copies [--other] [--more DIR] [--only RE] ...`

Every source clip (the real ones of shared/eval/videos and of DIR, and rendered ones) is edited in 22 ways and encoded
anew; every pair of files is then judged by this project's index and match, by PDQ with vPDQ's rule, and by imagehash's
pHash with the same rule. `--other`: edits of the same kinds in other looks, for reporting what was tuned on the first;
`--unusual`: turned and squeezed pictures as well; `--later`: a later part of each long clip is a source of its own.
Nothing is written outside a temporary folder. Needs the extra `bench`.
"""

import argparse
import collections
import itertools
import os
import re
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import imagehash
import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image as Pillow

from bench.video_edits import EDITS, OTHER_EDITS, UNUSUAL_EDITS, Clip, Edit, Image, rendered
from geolocate.frames.fingerprint import fingerprint_file, unpack
from geolocate.frames.fingerprint_index import FingerprintIndex
from geolocate.frames.opencv import cv2

VIDEOS = (
    Path(os.environ.get("CONVOYWATCH_SHARED", Path(__file__).resolve().parents[1] / ".." / "shared")) / "eval/videos"
)
#: files that show the same footage as another one of the folder: not edited, but to be matched with it
COPIES = {
    "chair-19-sd-bar": "chair-orig-22-sd-bar", "chair-22-sd-grey-bar": "chair-orig-22-sd-bar",
    "chair-22-with-large-logo-bar": "chair-orig-22-sd-bar", "v2s": "v2",
}  # fmt: skip
CLIPS = (".mp4", ".mkv", ".m4v", ".mov", ".avi")
MAX_WIDTH = 640
PEERS = {"PDQ <= 31, vPDQ's rule": 31, "imagehash pHash64 <= 10, the same rule": 10}
SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Made:
    """One file: whose footage, which edit, and what each method keeps of it. `seconds` is what our print took."""

    source: str
    edit: str
    print: bytes
    pdq: NDArray[np.uint64]
    phash: NDArray[np.uint64]
    seconds: float


def read(path: Path, seconds: float, start: float = 0.0) -> Clip:
    frames: list[Image] = []
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        fps = float(stream.average_rate or 25)
        for frame in itertools.islice(file.decode(stream), int(start * fps), int((start + seconds) * fps)):
            image = frame.to_ndarray(format="bgr24")
            height = round(image.shape[0] * MAX_WIDTH / image.shape[1])
            if image.shape[1] > MAX_WIDTH:
                image = cv2.resize(image, (MAX_WIDTH, height), interpolation=cv2.INTER_AREA)
            frames.append(np.asarray(image, np.uint8))
    return frames, fps


def write(path: Path, clip: Clip, rate_factor: int) -> None:
    frames, fps = clip
    height, width = (side // 2 * 2 for side in frames[0].shape[:2])
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": str(rate_factor), "preset": "veryfast", "threads": "1"}
        for frame in frames:
            image = np.ascontiguousarray(frame[:height, :width])
            file.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        file.mux(stream.encode())


def peers(path: Path) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """PDQ (n, 4) and pHash (n, 1) of two frames a second; PDQ without frames of a quality under 50, as vPDQ does."""
    frames, fps = read(path, 1e6)
    pdq, phash = [], []
    for frame in frames[:: max(1, round(fps / 2))]:
        colour = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
        bits, quality = pdqhash.compute(colour)
        if quality >= 50:
            pdq.append(np.packbits(bits.astype(bool)).view(np.uint64))
        phash.append(np.packbits(imagehash.phash(Pillow.fromarray(colour)).hash.ravel()).view(np.uint64))
    return np.array(pdq, np.uint64).reshape(-1, 4), np.array(phash, np.uint64).reshape(-1, 1)


def keep(path: Path, source: str, edit: str) -> Made:
    began = time.process_time()
    print_ = fingerprint_file(path)
    took = time.process_time() - began
    return Made(source, edit, print_, *peers(path), took)


@dataclass(frozen=True, slots=True)
class Job:
    """One source: its name, its file (None: rendered), from when on, for how long, and the edits of it."""

    name: str
    path: Path | None
    start: float
    seconds: float
    edits: tuple[str, ...]
    other: bool


def job_edits(job: Job) -> list[tuple[str, tuple[Edit, int]]]:
    known = (OTHER_EDITS if job.other else EDITS) | UNUSUAL_EDITS
    return [(name, known[name]) for name in job.edits]


def make(job: Job) -> list[Made]:
    name, path, seconds = job.name, job.path, job.seconds
    cv2.setNumThreads(1)
    if path is not None and name in COPIES:
        return [keep(path, COPIES[name], f"as found: {name}")]
    clip = read(path, seconds, job.start) if path else rendered(int(name.split()[1]), int(seconds * 25))
    made = []
    with tempfile.TemporaryDirectory() as folder:
        for edit, (change, rate_factor) in job_edits(job):
            out = Path(folder) / "clip.mp4"
            write(out, change(clip), rate_factor)
            made.append(keep(out, name, edit))
    return made


def by_peer(files: list[Made], kind: str, most: int) -> dict[tuple[int, int], float]:
    """The larger of the shares of frames that have a like one in the other file, for each pair."""
    prints = [made.pdq if kind.startswith("PDQ") else made.phash for made in files]
    scores = {}
    for i, j in itertools.combinations(range(len(files)), 2):
        near = np.bitwise_count(prints[i][:, None] ^ prints[j][None]).sum(axis=-1) <= most
        scores[i, j] = max(near.any(axis=1).mean(), near.any(axis=0).mean()) if near.size else 0.0
    return scores


def by_match(files: list[Made]) -> tuple[dict[tuple[int, int], float], float]:
    """Scores by index and match, file after file as the command does it; and milliseconds a file."""
    index, scores = FingerprintIndex(":memory:"), {}
    began = time.process_time()
    for i, made in enumerate(files):
        print_ = unpack(made.print)
        direct = index.matches(print_)
        for name, match in index.named(direct | index.beyond(direct)):
            scores[int(name), i] = match.score
        for later, earlier, match in index.joined(direct):
            scores.setdefault((int(earlier), int(later)), match.score)
        index.add(str(i), print_, direct)
    index.close()
    return scores, (time.process_time() - began) / len(files) * 1000


def report(name: str, files: list[Made], scores: dict[tuple[int, int], float], least: float) -> None:
    told = [pair for pair, score in scores.items() if score >= least]
    true = {(i, j) for i, j in itertools.combinations(range(len(files)), 2) if files[i].source == files[j].source}
    originals = {(i, j) for i, j in true if "same" in (files[i].edit, files[j].edit)}
    right = set(told) & true
    precision = len(right) / max(1, len(told))
    recalls = [len(right & those) / len(those) for those in (originals, true - originals)]
    print(f"| {name} | {precision:.4f} | {recalls[0]:.3f} | {recalls[1]:.3f} | {len(told) - len(right)} |", flush=True)


def by_edit(files: list[Made], scores: dict[tuple[int, int], float]) -> None:
    tally: dict[str, list[bool]] = collections.defaultdict(list)
    for i, j in itertools.combinations(range(len(files)), 2):
        one, other = files[i], files[j]
        if one.source == other.source and "same" in (one.edit, other.edit):
            tally[other.edit if one.edit == "same" else one.edit].append((i, j) in scores)
    print("\n| edit | pairs | found |\n| --- | --- | --- |")
    for edit, found in tally.items():
        print(f"| {edit} | {len(found)} | {sum(found)} |")
    wrong = [(files[i], files[j], s) for (i, j), s in scores.items() if files[i].source != files[j].source]
    for one, other, score in wrong:
        print(f"wrong: {one.source}, {one.edit} = {other.source}, {other.edit}: {score:.2f}")


def jobs_of(args: argparse.Namespace) -> list[Job]:
    known = [*(OTHER_EDITS if args.other else EDITS), *(UNUSUAL_EDITS if args.unusual else {})]
    edits = tuple(name for name in known if name == "same" or re.search(args.edits, name))
    found = [p for folder in (VIDEOS, args.more) if folder for p in sorted(folder.rglob("*")) if p.suffix in CLIPS]
    jobs = [Job(p.stem, p, 0.0, args.seconds, edits, args.other) for p in found]
    if args.later:
        jobs += [
            Job(f"{p.stem}, later", p, length / 2, args.seconds, edits, args.other)
            for p in found
            if p.stem not in COPIES and (length := duration(p)) > 2 * args.seconds
        ]
    jobs += [Job(f"rendered {seed}", None, 0.0, args.seconds, edits, args.other) for seed in range(args.rendered)]
    return [job for job in jobs if re.search(args.only, job.name)]


def duration(path: Path) -> float:
    with av.open(str(path)) as file:
        return float(file.duration or 0) / av.time_base


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rendered", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--other", action="store_true")
    parser.add_argument("--unusual", action="store_true")
    parser.add_argument("--later", action="store_true")
    parser.add_argument("--more", type=Path, help="a folder of further clips")
    parser.add_argument("--only", default="", help="sources whose name has this pattern")
    parser.add_argument("--edits", default="", help="edits whose name has this pattern")
    args = parser.parse_args()
    jobs = jobs_of(args)
    with ProcessPoolExecutor(args.jobs) as pool:
        files = [made for several in pool.map(make, jobs) for made in several]
    true = sum(a.source == b.source for a, b in itertools.combinations(files, 2))
    print(f"{len(files)} files, {true} pairs of one footage, {len(files) * (len(files) - 1) // 2 - true} of two\n")
    print("| method | precision | recall, original and copy | recall, copy and copy | wrong pairs |")
    print("| --- | --- | --- | --- | --- |")
    scores, milliseconds = by_match(files)
    report("convoywatch match", files, scores, 0.5)
    for name, most in PEERS.items():
        report(name, files, by_peer(files, name, most), SHARE)
    by_edit(files, scores)
    print(
        f"\nlooking up, comparing and storing one file: {milliseconds:.0f} ms ; making its print: "
        f"{np.mean([made.seconds for made in files]):.2f} s (processor time)"
    )


if __name__ == "__main__":
    main()
