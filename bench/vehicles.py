"""How well are vehicles found and columns counted? `python -m bench.vehicles [PART...]`

PART: detect (boxes labelled by hand in `vehicles_boxes.tsv`, the shipped detector beside YOLOX-nano), count (columns of
known length, made of vehicles cut from those clips, and of drawn white trucks), real (real clips of which the vehicles
were counted by eye). Prints what `bench/vehicles.md` holds; `bench.convoy_set` tells convoys from the rest.
"""

import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bench.columns import Column, cuts, drawn, ground, passing
from bench.vehicle_boxes import MILITARY, SHARED, VIDEOS, Labelled, labelled
from geolocate.frames.convoy import Seen
from geolocate.frames.counting import Counter
from geolocate.frames.look import Look
from geolocate.frames.opencv import cv2
from geolocate.frames.picture import picture_of
from geolocate.frames.runtime import Network
from geolocate.frames.sampler import sample
from geolocate.frames.vehicles import VEHICLES, Box, CenterNet, Detection, Image, distinct, overlap
from geolocate.frames.watch import CLOSE

LEAST, SHOWN = 0.15, 0.3
#: how many vehicles each shows, counted by eye: on the motorway without the far side; of four scenes the sum
BY_EYE: dict[str, int] = {
    "intel_car-detection.mp4": 4, "udacity_solidWhiteRight.mp4": 8, "adomvi_lav2.mp4": 16,
}  # fmt: skip

Detect = Callable[[Image], Sequence[Detection]]


def main() -> None:
    parts = {"detect": detect, "count": count, "real": real}
    for name in sys.argv[1:] or parts:
        parts[name]()


def detect() -> None:
    """AP50 and recall, classes merged."""
    frames = list(labelled())
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


def count() -> None:
    """Columns of known length that pass the camera."""
    look, place, off, held = Look(), ground(), [], []
    kinds = {c: cuts(c) for c in ("adomvi_apc1", "adomvi_lav2", "adomvi_tank3")}
    kinds["white trucks"] = [drawn("truck", i) for i in range(5)]
    for number, vehicles in enumerate((3, 5, 8, 12)):
        for offset, (name, shown) in enumerate(kinds.items()):
            turn = number + offset
            column = Column(vehicles, (110, 140)[turn % 2], (1.3, 2.0), (90, 140, 200)[turn % 3], 500 + turn)
            counter = Counter()
            for at_s, image in passing(column, shown, place, to_left=turn % 2 == 1):
                counter.add(at_s, image, _on_road(look.at(image)))
            found = counter.count()
            off.append(abs((found.least + found.most) / 2 - vehicles) / vehicles)
            held.append(found.least <= vehicles <= found.most)
            print(f"{name:14} {vehicles:3} vehicles, {column.pixels_s:3} pixels a second: {found}", flush=True)
    print(f"mean error of the middle {np.mean(off):.3f}, interval holds the truth in {sum(held)} of {len(held)}")


def real() -> None:
    """Clips whose vehicles were counted by eye."""
    look = Look()
    for name, vehicles in BY_EYE.items():
        counter = Counter()
        for frame in sample(VIDEOS / name, CLOSE).frames:
            image = picture_of(frame)
            counter.add(frame.at_ms / 1000, image, _on_road(look.at(image)))
        found = counter.count()
        print(f"{name:32} by eye {vehicles}: {found}, {counter.direction()}", flush=True)


def _on_road(seen: Seen) -> list[Detection]:
    return [v.detection for v in seen.vehicles if v.on_road]


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


if __name__ == "__main__":
    main()
