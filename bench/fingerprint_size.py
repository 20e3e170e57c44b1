"""How fast is a new clip looked up among many? `python -m bench.fingerprint_size [--clips N] [--keep FILE]`

Stores N synthetic fingerprints: each has the size of a real one, its words are words of rendered clips with every bit
turned with probability 0.2, so that common words stay common. Then asks for rendered clips, new ones and copies of
stored ones. The file is some 20 kB a clip.
"""

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.video_copies import write
from bench.video_edits import EDITS, rendered
from geolocate.frames.fingerprint import Fingerprint, fingerprint_file, pack, unpack
from geolocate.frames.fingerprint_index import FingerprintIndex, words_of
from geolocate.frames.opencv import cv2

POOL, STILLS, ASKED = 8, 4, 10
TURNED = 0.2


def made(folder: Path, seed: int, edit: str) -> Fingerprint:
    change, rate_factor = EDITS[edit]
    path = folder / "clip.mp4"
    write(path, change(rendered(seed, 100)), rate_factor)
    return unpack(fingerprint_file(path))


def synthetic(pool: NDArray[np.uint32], clips: int, first: int) -> Iterator[tuple[int, int]]:
    """(word, clip) rows in the order of the index."""
    rng = np.random.default_rng(1)
    rows = []
    for clip in range(first, first + clips):
        words = rng.choice(pool, 512)
        turned = np.packbits(rng.random((512, 32)) < TURNED, axis=1).view(np.uint32).ravel() & 0xFFFFFF
        rows.append(np.unique((words ^ turned).astype(np.int64)) << 32 | clip)
    for part in np.array_split(np.sort(np.concatenate(rows)), 100):
        yield from zip((part >> 32).tolist(), (part & 0xFFFFFFFF).tolist(), strict=True)


def fill(file: Path, pool: list[Fingerprint], clips: int) -> None:
    words = np.array([w for p in pool for w in words_of(p) if w < 1 << 24], np.uint32)
    whole = pool[0]
    some = replace(whole, frames=whole.frames[:STILLS])
    FingerprintIndex(file).close()
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    for clip in range(1, clips + 1):
        digest = sha256(b"%d" % clip).hexdigest()
        db.execute("INSERT INTO clip VALUES (?, ?, ?)", (clip, digest, pack(replace(some, sha256=digest))))
        db.execute("INSERT INTO name VALUES (?, ?)", (clip, b"%d" % clip))
    db.executemany("INSERT INTO word VALUES (?, ?)", synthetic(words, clips, 1))
    db.execute("COMMIT")
    db.close()


def ask(index: FingerprintIndex, prints: list[Fingerprint]) -> tuple[NDArray[np.float64], int]:
    """Milliseconds by the clock and of processor time, a row a question; and how many found something."""
    taken, found = [], 0
    for print_ in prints:
        began, worked = time.perf_counter(), time.process_time()
        found += bool(index.find(print_))
        taken.append((time.perf_counter() - began, time.process_time() - worked))
    return np.array(taken) * 1000, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="keep the index in this file, or use it again")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = args.keep or folder / "index.db"
        if not file.exists():
            fill(file, [made(folder, seed, "same") for seed in range(100, 100 + POOL)], args.clips)
        index = FingerprintIndex(file)
        seeds = range(200, 200 + ASKED)
        for seed in seeds:
            index.add(f"stored {seed}", made(folder, seed, "same"))
        new = [made(folder, seed + 100, "same") for seed in seeds]
        copies = [made(folder, seed, "mirrored + crop 20 %") for seed in seeds]
        print(f"{len(index)} clips, {file.stat().st_size / 1e9:.2f} GB")
        print("| question | median ms | slowest ms | median processor ms | slowest | found |")
        print("| --- | --- | --- | --- | --- | --- |")
        for what, prints in [("a new clip, first", new), ("a new clip, again", new), ("a copy", copies)]:
            taken, found = ask(index, prints)
            figures = [f"{v:.0f}" for column in taken.T for v in (np.median(column), column.max())]
            print(f"| {what} | {' | '.join(figures)} | {found} of {len(prints)} |")
        index.close()


if __name__ == "__main__":
    main()
