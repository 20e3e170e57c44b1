"""Where are the vehicles in frames of the measuring clips? Boxes by hand, `vehicles_boxes.tsv`."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from geolocate.frames.opencv import cv2
from geolocate.frames.vehicles import Box, Image

SHARED = Path(os.environ.get("CONVOYWATCH_SHARED", Path(__file__).resolve().parents[1] / ".." / "shared"))
VIDEOS = SHARED / "eval" / "videos"
BOXES = Path(__file__).with_name("vehicles_boxes.tsv")
MILITARY = "adomvi"

Labelled = tuple[str, Image, list[Box]]


def labelled() -> Iterator[Labelled]:
    """Clip, BGR frame, and the boxes in it (left, top, width, height as fractions)."""
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
