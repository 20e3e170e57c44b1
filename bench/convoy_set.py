"""How well does the convoy probability tell columns from the rest? `python -m bench.convoy_set`

A labelled set made of the measuring clips (whole, halves, stills, transformed) and of rendered columns: vehicles of
labelled frames before a real landscape, and drawn white trucks in a jam, buses, a train and a ship. The weights are
fitted with one source left out at a time (all that is made of one clip is one source), and what is said of a source is
said by weights that have not seen it; the shipped weights beside.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bench.columns import Column, cuts, drawn, ground, passing
from bench.vehicle_boxes import MILITARY, VIDEOS
from geolocate.frames.convoy import Seen, convoy_probability, evidence
from geolocate.frames.look import Look
from geolocate.frames.opencv import cv2
from geolocate.frames.picture import picture_of
from geolocate.frames.sampler import sample
from geolocate.frames.vehicles import Image
from geolocate.frames.watch import CLOSE

STILLS, CHANGED = 12, 4
Change = Callable[[Image], Image]


@dataclass(frozen=True, slots=True)
class Item:
    """A clip or still: of which source, how it was made, whether it shows a convoy, and what was seen in it."""

    source: str
    name: str
    military: bool
    seen: tuple[Seen, ...]


def main() -> None:
    items = [*_of_clips(), *_rendered()]
    truth = np.array([i.military for i in items])
    print(f"{len(items)} clips and stills of {len({i.source for i in items})} sources, {truth.sum()} military")
    shipped = np.array([convoy_probability(i.seen) for i in items])
    facts = np.array([evidence(i.seen) for i in items])
    left_out = _left_out(facts, truth, [i.source for i in items])
    for name, said in (("shipped weights", shipped), ("fitted, source left out", left_out)):
        print(f"\n{name}: average precision {precision(said, truth):.3f}, Brier {np.mean((said - truth) ** 2):.4f}")
        _calibration(said, truth)
    print("\nfitted on all:", np.round(fitted(facts, truth, weights_of([i.source for i in items], truth)), 2))
    for item, one, other in sorted(zip(items, shipped, left_out, strict=True), key=lambda t: -t[1]):
        if item.military or one > 0.05 or other > 0.2:
            print(f"{item.source:28} {item.name:12} {'military' if item.military else '-':9} {one:.3f} {other:.3f}")


def _of_clips() -> Iterator[Item]:
    look = Look()
    for path in sorted(p for p in VIDEOS.rglob("*") if p.suffix in {".mp4", ".mkv", ".m4v", ".mov"}):
        frames = sample(path, CLOSE).frames
        chosen = [frames[int(i)] for i in np.unique(np.linspace(0, len(frames) - 1, STILLS).astype(int))]
        pictures = [picture_of(f) for f in chosen]
        seen = [look.at(p) for p in pictures]
        half = max(1, len(seen) // 2)
        made = {"whole": seen, "first half": seen[:half], "second half": seen[half:] or seen}
        made |= {"still 1": seen[len(seen) // 3 :][:1], "still 2": seen[2 * len(seen) // 3 :][:1]}
        few = pictures[:: max(1, len(pictures) // CHANGED)]
        made |= {name: [look.at(change(p)) for p in few] for name, change in CHANGES.items()}
        for name, each in made.items():
            yield Item(_source(path), name, MILITARY in path.name, tuple(each))


def _source(path: Path) -> str:
    """Copies of one clip are one source."""
    name = path.stem
    return "chair" if name.startswith("chair") else "v2" if name.startswith("v2") else name


def _rendered() -> Iterator[Item]:
    look, place = Look(), ground()
    kinds = {c: cuts(c) for c in ("adomvi_apc1", "adomvi_lav2", "adomvi_tank3")}
    civil = {k: [drawn(k, i) for i in range(5)] for k in ("truck", "bus", "train", "ship")}
    for number, (name, vehicles) in enumerate([*kinds.items(), *civil.items()] * 3):
        # trucks in a jam stand close together; wagons closer still
        gaps = {"train": (1.02, 1.03), "truck": (1.1, 1.3)}.get(name, (1.3, 2.0))
        column = Column(3 + number % 6, (110, 150, 190)[number % 3], gaps, 140, 300 + number)
        frames = [image for _, image in passing(column, vehicles, place, to_left=number % 2 == 1)]
        part = frames[len(frames) // 4 : -len(frames) // 4 or None]
        seen = [look.at(part[int(i)]) for i in np.linspace(0, len(part) - 1, 5)]
        yield Item(name, f"column of {column.vehicles}", name in kinds, tuple(seen))


def weights_of(sources: Sequence[str], truth: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Each source counts as one, however much was made of it."""
    counts = {s: sources.count(s) for s in set(sources)}
    return np.array([1 / counts[s] for s in sources])


def fitted(facts: NDArray[np.float64], truth: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bias and a weight a fact, of a logistic model held back a little (the bias is not)."""
    rows, sign = np.hstack([np.ones((len(facts), 1)), facts]), np.where(truth, 1.0, -1.0)

    def loss(w: NDArray[np.float64]) -> float:
        return float((weights * np.logaddexp(0, -sign * (rows @ w))).sum() + 0.02 * (w[1:] ** 2).sum())

    return np.asarray(minimize(loss, np.zeros(rows.shape[1])).x)


def _left_out(facts: NDArray[np.float64], truth: NDArray[np.bool_], sources: Sequence[str]) -> NDArray[np.float64]:
    said = np.zeros(len(truth))
    weights, names = weights_of(sources, truth), np.array(sources)
    for source in set(sources):
        rest = names != source
        w = fitted(facts[rest], truth[rest], weights[rest])
        said[~rest] = 1 / (1 + np.exp(-(w[0] + facts[~rest] @ w[1:])))
    return said


def precision(said: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Average precision."""
    ranked = truth[np.argsort(-said, kind="stable")]
    hits = np.cumsum(ranked)
    return float(np.mean(hits[ranked] / (np.flatnonzero(ranked) + 1)))


def _calibration(said: NDArray[np.float64], truth: NDArray[np.bool_]) -> None:
    for low, high in ((0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.01)):
        inside = (said >= low) & (said < high)
        if inside.any():
            were = f"mean said {said[inside].mean():.2f}, military {truth[inside].mean():.2f}"
            print(f"said {low:.1f}-{min(high, 1):.1f}: {inside.sum()}, {were}")


def _again(image: Image) -> Image:
    """As a messenger passes it on: 320 wide, strongly compressed."""
    scale = 320 / image.shape[1]
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", small, [1, 40])[1], 1), np.uint8)


def _grey(image: Image) -> Image:
    return np.asarray(cv2.cvtColor((cv2.cvtColor(image, 6) * 0.5).astype(np.uint8), 8), np.uint8)


def _cropped(image: Image) -> Image:
    down, right = image.shape[0] // 8, image.shape[1] // 8
    return np.ascontiguousarray(image[down:-down, right:-right][:, ::-1])


CHANGES: dict[str, Change] = {"small": _again, "grey": _grey, "cropped": _cropped}

if __name__ == "__main__":
    main()
