"""Are marks painted on vehicles read, and nothing else? `python -m bench.marks`

Z, V and O in print and by hand are painted on the vehicles of labelled frames (every third that is large enough), and
the same vehicles are read as they are; so are all vehicles found in stills of the traffic clips.
"""

from collections import Counter

import numpy as np

from bench.vehicle_boxes import MILITARY, VIDEOS, labelled
from geolocate.frames.marks import MARKS, marks
from geolocate.frames.opencv import cv2
from geolocate.frames.picture import picture_of
from geolocate.frames.sampler import SamplerParams, sample
from geolocate.frames.vehicles import Box, CenterNet, Image

FONTS = ("sans", "serif", "hand")
TRAFFIC = ("udacity_solidWhiteRight.mp4", "intel_car-detection.mp4", "perception/v1.m4v")
#: pixels of the shorter side of a vehicle that gets paint, and grey levels above which a vehicle is as pale as paint
LARGE, PALE = 56, 125


def main() -> None:
    random = np.random.default_rng(1)
    shown, read, wrong, false, boxes = Counter[str](), Counter[str](), 0, 0, 0
    for clip, image, found in labelled():
        for box in found if MILITARY in clip else ():
            if min(box[2] * image.shape[1], box[3] * image.shape[0]) < LARGE:
                continue
            boxes += 1
            false += len(marks(image, [box]))
            if boxes % 3 or _part(image, box, 0.3).mean() > PALE:
                continue
            for letter, font in ((x, f) for x in MARKS for f in FONTS):
                told = [d.label[-1] for d in marks(_painted(image, box, letter, font, random), [box])]
                shown[font] += 1
                read[font] += letter in told
                wrong += any(t != letter for t in told)
    print(f"{boxes} military vehicles as they are: {false} false marks")
    print("painted, read:", {font: f"{read[font]} of {shown[font]}" for font in FONTS}, "read as another:", wrong)
    detector = CenterNet()
    for name in TRAFFIC:
        stills = sample(VIDEOS / name, SamplerParams()).frames
        seen = [(p, [d.box for d in detector.detect(p)]) for p in map(picture_of, stills)]
        told = sum(len(marks(picture, each)) for picture, each in seen)
        print(f"{name}: {sum(len(each) for _, each in seen)} vehicles in {len(stills)} stills, {told} false marks")


def _part(image: Image, box: Box, edge: float) -> Image:
    """The middle of a box, without `edge` of each side."""
    height, width = image.shape[:2]
    rows = slice(int((box[1] + edge * box[3]) * height), int((box[1] + (1 - edge) * box[3]) * height))
    return image[rows, int((box[0] + edge * box[2]) * width) : int((box[0] + (1 - edge) * box[2]) * width)]


def _painted(image: Image, box: Box, letter: str, font: str, random: np.random.Generator) -> Image:
    canvas = np.zeros((300, 300), np.uint8)
    if font != "hand":
        cv2.putText(canvas, letter, (90, 210), (1,), cv2.FontFace(font), 150, int(random.integers(300, 900)))
    elif letter == "O":
        cv2.ellipse(
            canvas, (150, 150), (int(random.integers(60, 90)), 80), 0, 0, 360, (1,), int(random.integers(24, 46))
        )
    else:
        bends = {"Z": [(70, 80), (230, 80), (70, 220), (230, 220)], "V": [(70, 80), (150, 220), (230, 80)]}[letter]
        points = np.array(bends) + random.normal(0, 10, (len(bends), 2))
        cv2.polylines(canvas, [points.astype(np.int32)], False, (1,), int(random.integers(24, 46)))
    rows, columns = np.nonzero(canvas)
    shape = canvas[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(np.float32)
    out = image.copy()
    middle = _part(out, box, 0.3)  # a view into the copy
    side = min(middle.shape[:2])
    paint = cv2.resize(shape, (side, side), interpolation=cv2.INTER_AREA)[..., None] * random.uniform(0.75, 0.95)
    top, left = (middle.shape[0] - side) // 2, (middle.shape[1] - side) // 2
    part = middle[top : top + side, left : left + side]
    part[:] = (part * (1 - paint) + random.uniform(205, 245) * paint).astype(np.uint8)
    return out


if __name__ == "__main__":
    main()
