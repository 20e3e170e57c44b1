"""How well and how fast are near-same texts found, beside rensa and datasketch?

    python -m bench.copies [--sizes 10000,100000] [--methods ours,store,rensa,datasketch] [--formulas 0.3]

Posts are made (`bench/copies_made.py`), so that it is known which are copies. Every method runs in a process of its
own, so that its peak memory is its own. `ours` is what `convoywatch dedupe` does with all posts at once; `store` is the
`compare` stage on an SQLite store, post by post; `rebuilt` does the first, fills a store with it, and goes on with new
posts (for the million: `--sizes 1000000 --methods rebuilt`). The peers propose pairs by MinHash (128 permutations in 32
bands on runs of three words); both get the same check: seven tenths of the shorter text's runs are in the other.
"""

import argparse
import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bench.copies_made import Made, posts
from geolocate.message import message
from geolocate.near_texts import Prints, near_pairs
from geolocate.text_print import text_print

SEED = 1
#: posts of the store's end whose comparing is timed one by one
TIMED = 2000
#: posts that are made at once
PORTION = 10_000
COLUMNS = (
    "seconds",
    "megabytes",
    "pairs",
    "precision",
    "recall",
    "joined",
    "median_ms",
    "slowest_percent_ms",
    "slowest_ms",
    "processor_ms",
)

Pairs = Iterable[tuple[int, int]]
Lookup = Callable[[Iterator[list[str]]], Iterator[list[int]]]


class Truth:
    """Which distinct messages are of one telling; messages are numbered as they come."""

    def __init__(self) -> None:
        self.number: dict[bytes, int] = {}
        self.telling: list[int] = []

    def add(self, post: Made, digest: bytes) -> int | None:
        """The number of a message that is new."""
        if digest in self.number:
            return None
        self.number[digest] = len(self.telling)
        self.telling.append(post.telling)
        return self.number[digest]

    def score(self, found: Pairs) -> dict[str, float]:
        """Precision and recall of pairs of messages; and of the true pairs, how many the right ones join."""
        pairs = np.array(list(found), np.int64).reshape(-1, 2)
        telling = np.array(self.telling)
        right = pairs[telling[pairs[:, 0]] == telling[pairs[:, 1]]]
        true = _pairs_within(telling)
        # what right pairs join over a third message counts as joined
        size = len(telling)
        parts = connected_components(coo_array((np.ones(len(right)), right.T), (size, size)), directed=False)[1]
        return {
            "pairs": len(pairs), "precision": len(right) / max(1, len(pairs)), "recall": len(right) / true,
            "joined": _pairs_within(parts) / true,
        }  # fmt: skip


def _pairs_within(groups: NDArray[np.int64]) -> int:
    sizes = np.unique(groups, return_counts=True)[1].astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def ours(size: int, formulas: float) -> dict[str, float]:
    truth, prints = Truth(), Prints()
    for post in posts(size, SEED, formulas):
        found = text_print(post.text)
        if found is not None and truth.add(post, bytes.fromhex(found.digest)) is not None:
            prints.add(found)
    return truth.score((i, j) for i, j, _ in near_pairs(prints))


def peer(size: int, formulas: float, lookup: Lookup) -> dict[str, float]:
    """`lookup` gives, for each text's runs of words, the numbers of earlier texts that it proposes."""
    truth, texts = Truth(), []

    def runs() -> Iterator[list[str]]:
        for post in posts(size, SEED, formulas):
            plain = message(post.text)
            if truth.add(post, plain.encode()) is not None:
                texts.append(plain)
                yield _runs(plain)

    found = [
        (other, number)
        for number, proposed in enumerate(lookup(runs()))
        for other in set(proposed) - {number}
        if _contained(set(_runs(texts[number])), set(_runs(texts[other])))
    ]
    return truth.score({(min(pair), max(pair)) for pair in found})


def _runs(plain: str) -> list[str]:
    words = plain.split()
    return [" ".join(words[k : k + 3]) for k in range(max(1, len(words) - 2))]


def _contained(a: set[str], b: set[str]) -> bool:
    return len(a & b) >= 0.7 * min(len(a), len(b))


def rensa(runs: Iterator[list[str]]) -> Iterator[list[int]]:
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=0.3, num_perm=128, num_bands=32)
    for number, listed in enumerate(runs):
        made = RMinHash(num_perm=128, seed=42)
        made.update(listed)
        yield index.query(made)
        index.insert(number, made)


def datasketch(runs: Iterator[list[str]]) -> Iterator[list[int]]:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=128, params=(32, 4))
    for number, listed in enumerate(runs):
        made = MinHash(num_perm=128)
        made.update_batch([run.encode() for run in listed])
        yield index.query(made)
        index.insert(number, made)


def store(size: int, formulas: float) -> dict[str, float]:
    """Every post through the store: saved in batches, then compared one by one, 32 in a transaction."""
    from bench.copies_store import compared, pairs

    truth, prints = Truth(), dict[str, int]()

    def made() -> Iterator[Made]:
        for post in posts(size, SEED, formulas):
            found = text_print(post.text)
            if found is not None and (number := truth.add(post, bytes.fromhex(found.digest))) is not None:
                prints[found.digest] = number
            yield post

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "store.sqlite"
        taken = compared(file, made())
        score = truth.score((prints[a], prints[b]) for a, b in pairs(file))
        return (
            score
            | _speed(taken)
            | {"compare_seconds": sum(clock for clock, _ in taken), "store_mb": file.stat().st_size / 1e6}
        )


def rebuilt(size: int, formulas: float) -> dict[str, float]:
    """All posts at once as `ours`, put into a store as they are; then new posts one by one through the stage."""
    from bench.copies_store import compared, filled

    truth, digests, prints = Truth(), list[str | None](), Prints()
    same: dict[str, str] = {}
    made, seconds = posts(size + TIMED, SEED, formulas), 0.0
    while portion := list(itertools.islice(made, min(PORTION, size - len(digests)))):
        began = time.process_time()
        for post in portion:
            found = text_print(post.text)
            digests.append(same.setdefault(found.digest, found.digest) if found else None)
            if found is not None and truth.add(post, bytes.fromhex(found.digest)) is not None:
                prints.add(found)
        seconds += time.process_time() - began
    began = time.process_time()
    near = list(near_pairs(prints))
    row = {"batch_seconds": seconds + time.process_time() - began, "batch_mb": _peak_mb()}
    row |= truth.score((i, j) for i, j, _ in near)
    with tempfile.TemporaryDirectory() as folder:
        again = itertools.islice(posts(size + TIMED, SEED, formulas), size)
        file = filled(Path(folder), again, digests, prints, near)
        taken = compared(file, made)
        return row | _speed(taken) | {"store_mb": file.stat().st_size / 1e6}


def _speed(taken: list[tuple[float, float]]) -> dict[str, float]:
    clock, busy = np.array(taken[-TIMED:]).T * 1000
    median, slow = (float(v) for v in np.percentile(clock, (50, 99)))
    return {
        "median_ms": median, "slowest_percent_ms": slow, "slowest_ms": float(clock.max()),
        "processor_ms": float(np.median(busy)),
    }  # fmt: skip


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


METHODS: dict[str, Callable[[int, float], dict[str, float]]] = {
    "ours": ours,
    "store": store,
    "rebuilt": rebuilt,
    "rensa": lambda size, formulas: peer(size, formulas, rensa),
    "datasketch": lambda size, formulas: peer(size, formulas, datasketch),
}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--sizes", default="10000,100000")
    ask.add_argument("--methods", default="ours,store,rensa,datasketch")
    ask.add_argument("--formulas", type=float, default=0.0, help="share of tellings made from a handful of templates")
    ask.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    given = ask.parse_args()
    if given.alone:
        began = time.process_time()
        row = METHODS[given.methods](int(given.sizes), given.formulas)
        row["seconds"] = time.process_time() - began
        row["megabytes"] = _peak_mb()
        print(json.dumps(row))
        return
    print("| posts | method | " + " | ".join(COLUMNS) + " | further |\n" + "| --- " * (len(COLUMNS) + 3) + "|")
    for size in given.sizes.split(","):
        for method in given.methods.split(","):
            alone = [sys.executable, "-m", "bench.copies", "--alone", "--sizes", size, "--methods", method]
            alone += ["--formulas", str(given.formulas)]
            row = json.loads(subprocess.run(alone, check=True, capture_output=True, text=True).stdout)
            figures = ["" if c not in row else f"{row[c]:.3g}" if row[c] < 10 else f"{row[c]:,.0f}" for c in COLUMNS]
            extra = ", ".join(f"{k} {v:,.0f}" for k, v in row.items() if k not in COLUMNS)
            print(f"| {int(size):,} | {method} | {' | '.join(figures)} | {extra} |", flush=True)


if __name__ == "__main__":
    main()
