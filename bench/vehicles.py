"""How well are vehicles found, columns counted, and convoys told from traffic? `python -m bench.vehicles [PART...]`

PART: detect (boxes labelled by hand in `vehicles_boxes.tsv`, the shipped detector beside YOLOX-nano), clips (rank and
calibration of the convoy probability on every clip of shared/eval/videos, whole, in halves and transformed), count
(columns of known length, made of vehicles cut from those clips). Prints what `bench/vehicles.md` holds.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geolocate.frames.convoy import convoy_probability
from geolocate.frames.counting import Counter
from geolocate.frames.inspect import PARAMS, Look
from geolocate.frames.opencv import cv2
from geolocate.frames.picture import picture_of
from geolocate.frames.runtime import Network
from geolocate.frames.sampler import sample
from geolocate.frames.vehicles import VEHICLES, Box, CenterNet, Detection, Image, distinct, overlap

SHARED = Path(os.environ.get("CONVOYWATCH_SHARED", Path(__file__).resolve().parents[1] / ".." / "shared"))
VIDEOS = SHARED / "eval" / "videos"
BOXES = Path(__file__).with_name("vehicles_boxes.tsv")
MILITARY = "adomvi"
LEAST, SHOWN = 0.15, 0.3

Labelled = tuple[str, Image, list[Box]]
Detect = Callable[[Image], Sequence[Detection]]


def main() -> None:
    parts = {"detect": detect, "clips": clips, "count": count}
    for name in sys.argv[1:] or parts:
        parts[name]()


def detect() -> None:
    """AP50 and recall, classes merged."""
    frames = list(_labelled())
    print(f"{len(frames)} frames, {sum(len(b) for _, _, b in frames)} boxes, {_military(frames)} of them military")
    look, yolox = Look(), _yolox()
    rivals: dict[str, Detect] = {"YOLOX-nano 640": yolox}
    for sides in ((640,), (256, 640), (256, 640, 960)):
        rivals[f"CenterNet {'+'.join(map(str, sides))}"] = CenterNet(sides, LEAST).detect
    rivals["shipped (256+640, second stage)"] = lambda image: [v.detection for v in look.at(image).vehicles]
    for name, rival in rivals.items():
        began = time.perf_counter()
        found = [list(rival(image)) for _, image, _ in frames]
        each_ms = 1000 * (time.perf_counter() - began) / len(frames)
        for who, chosen in (("all", ""), ("military", MILITARY)):
            part = [(b, f) for (clip, _, b), f in zip(frames, found, strict=True) if chosen in clip]
            print(f"{name:32} {each_ms:4.0f} ms  {who:8} {_figures(part)}", flush=True)


def clips() -> None:
    """The convoy probability of every clip, whole, in halves, and transformed."""
    look, told = Look(), []
    for path in sorted(p for p in VIDEOS.rglob("*") if p.suffix in {".mp4", ".mkv", ".m4v", ".mov"}):
        began = time.perf_counter()
        sampled = sample(path, PARAMS)
        pictures = [picture_of(f) for f in sampled.frames]
        counter, seen = Counter(), []
        for frame, picture in zip(sampled.frames, pictures, strict=True):
            seen.append(look.at(picture))
            counter.add(frame.at_ms / 1000, picture, [v.detection for v in seen[-1].vehicles if v.on_road])
        spent = time.perf_counter() - began
        made = {"whole": seen, "first half": seen[: len(seen) // 2 or 1], "second half": seen[len(seen) // 2 :]}
        made |= {name: [look.at(change(p)) for p in pictures[::4]] for name, change in CHANGES.items()}
        scores = {name: convoy_probability(each) for name, each in made.items()}
        told += [(score, MILITARY in path.name) for score in scores.values()]
        told += [(convoy_probability([s]), MILITARY in path.name) for s in seen[:: max(1, len(seen) // 2)]]
        shown = " ".join(f"{name} {score:.3f}" for name, score in scores.items())
        print(f"{path.name:30} {len(seen):3} stills {spent:5.1f} s {counter.count()} {shown}", flush=True)
    _calibration(told)


def count() -> None:
    """Columns of known length that pass the camera, at several speeds."""
    look, off, held = Look(), [], 0
    for number, vehicles in enumerate((2, 3, 4, 5, 6, 8, 10, 12)):
        counter = Counter()
        for at_s, image in _column(vehicles, pixels_s=(90, 140, 200)[number % 3], seed=number):
            counter.add(at_s, image, [v.detection for v in look.at(image).vehicles if v.on_road])
        found = counter.count()
        off.append(abs((found.least + found.most) / 2 - vehicles) / vehicles)
        held += found.least <= vehicles <= found.most
        print(f"{vehicles:3} vehicles: {found}", flush=True)
    print(f"mean error of the middle {np.mean(off):.2f}, interval holds the truth in {held} of {len(off)}")


def _labelled() -> Iterator[Labelled]:
    wanted: dict[str, dict[int, list[Box]]] = {}
    for line in BOXES.read_text(encoding="utf-8").splitlines()[1:]:
        clip, frame, edges = line.split("\t")
        corners = [[int(v) / 1000 for v in each.split()] for each in edges.split(";") if each.strip()]
        wanted.setdefault(clip, {})[int(frame)] = [(a, b, c - a, d - b) for a, b, c, d in corners]
    for clip, frames in wanted.items():
        capture, index = cv2.VideoCapture(str(VIDEOS / clip)), 0
        while (got := capture.read())[0]:
            if index in frames:
                yield clip, np.asarray(got[1], np.uint8), frames[index]
            index += 1


def _military(frames: Sequence[Labelled]) -> int:
    return sum(len(boxes) for clip, _, boxes in frames if MILITARY in clip)


def _figures(part: Sequence[tuple[list[Box], list[Detection]]]) -> str:
    judged: list[tuple[float, bool]] = []
    for truth, found in part:
        left = list(truth)
        for each in sorted(found, key=lambda d: -d.score):
            best = max(left, key=lambda box: overlap(box, each.box), default=None)
            hit = best is not None and overlap(best, each.box) >= 0.5
            if hit and best is not None:
                left.remove(best)
            judged.append((each.score, hit))
    judged.sort(key=lambda j: -j[0])
    boxes = sum(len(truth) for truth, _ in part)
    hits = np.cumsum([hit for _, hit in judged])
    precision = np.maximum.accumulate((hits / np.arange(1, len(hits) + 1))[::-1])[::-1]
    ap = float(np.sum(np.diff(np.concatenate([[0], hits / boxes])) * precision))
    shown = [hit for score, hit in judged if score >= SHOWN]
    return f"AP50 {ap:.3f}; at score {SHOWN}: recall {sum(shown) / boxes:.3f}, false {len(shown) - sum(shown)}"


def _yolox() -> Detect:
    """YOLOX-nano as its authors run it (letterbox to the top left, BGR, fill 114)."""
    network, side = Network((SHARED / "models" / "yolox_nano_640.onnx").read_bytes()), 640
    cells = [np.argwhere(np.ones((side // s, side // s)))[:, ::-1] for s in (8, 16, 32)]
    strides = np.concatenate([np.full((len(c), 1), s) for c, s in zip(cells, (8, 16, 32), strict=True)])
    grid = np.concatenate(cells)

    def run(image: Image) -> Sequence[Detection]:
        height, width = image.shape[:2]
        scale = side / max(height, width)
        canvas = np.full((side, side, 3), 114, np.uint8)
        small = cv2.resize(image, (round(width * scale), round(height * scale)))
        canvas[: small.shape[0], : small.shape[1]] = small
        out: Any = network.run(["output"], canvas.transpose(2, 0, 1)[None].astype(np.float32))[0][0]
        middle, size = (out[:, :2] + grid) * strides / scale, np.exp(out[:, 2:4]) * strides / scale
        boxes = np.concatenate([middle - size / 2, size], 1) / (width, height, width, height)
        scores = out[:, 4:5] * out[:, 5:]
        found = [
            Detection(label, float(scores[i, number]), tuple(float(v) for v in boxes[i]))  # type: ignore[arg-type]
            for number, label in VEHICLES.items() for i in np.nonzero(scores[:, number] >= LEAST)[0]
        ]  # fmt: skip
        return distinct(found, 0.55, most_inside=1.0)

    return run


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


CHANGES: dict[str, Callable[[Image], Image]] = {"small": _again, "grey": _grey, "cropped": _cropped}


def _calibration(told: list[tuple[float, bool]]) -> None:
    ranked = sorted(told, key=lambda t: -t[0])
    hits = np.cumsum([positive for _, positive in ranked])
    at = [hits[i] / (i + 1) for i, (_, positive) in enumerate(ranked) if positive]
    print(f"{len(told)} clips and stills, {sum(p for _, p in told)} military: average precision {np.mean(at):.3f}")
    for low, high in ((0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1.01)):
        inside = [(score, positive) for score, positive in told if low <= score < high]
        if inside:
            said, were = np.mean([s for s, _ in inside]), np.mean([p for _, p in inside])
            print(f"said {low:.1f}-{min(high, 1):.1f}: {len(inside)}, mean {said:.2f}, military {were:.2f}")
    print(f"Brier score {np.mean([(s - p) ** 2 for s, p in told]):.4f}")


def _column(vehicles: int, pixels_s: int, seed: int) -> Iterator[tuple[float, Image]]:
    """Vehicles cut from labelled frames drive through an empty road, four frames a second."""
    random = np.random.default_rng(seed)
    cuts = [
        image[round(y * h) : round((y + b) * h), round(x * w) : round((x + a) * w)]
        for clip, image, boxes in _labelled() if clip.startswith("adomvi_apc1")
        for (x, y, a, b) in boxes for h, w in [image.shape[:2]] if 0.12 < a < 0.35
    ]  # fmt: skip
    ground = np.full((480, 854, 3), (120, 150, 160), np.uint8)
    ground[:250] = (225, 205, 180)
    noise = cv2.resize(random.integers(0, 40, (60, 107, 3), dtype=np.uint8), (854, 480))
    ground = np.asarray(cv2.subtract(ground, noise), np.uint8)
    chosen = [cuts[i] for i in random.integers(0, len(cuts), vehicles)]
    sizes = [(130, round(130 * c.shape[0] / c.shape[1])) for c in chosen]
    lefts = -np.cumsum(random.integers(170, 260, vehicles))
    for index in range(int((854 - lefts[-1]) / pixels_s * 4) + 1):
        image = ground.copy()
        for cut, size, left in zip(chosen, sizes, lefts, strict=True):
            at = int(left + index * pixels_s / 4)
            first, last = max(0, at), min(854, at + size[0])
            if last > first:
                image[330 - size[1] : 330, first:last] = cv2.resize(cut, size)[:, first - at : last - at]
        yield index / 4, np.asarray(image, np.uint8)


if __name__ == "__main__":
    main()
