"""How well is writing on rendered frames read? A floor, raised and never lowered; more in bench/signs.md.

The letters are OpenCV's own face, so that no font file is needed; Arabic is measured in the bench only.
"""

import random

import numpy as np
from rapidfuzz.fuzz import ratio

from geolocate.frames.opencv import cv2
from geolocate.frames.signs_boxes import written
from geolocate.frames.signs_lines import read_line
from geolocate.frames.vehicles import Image

LINES = (
    "Саракиб 25 км", "М-4 Воронеж", "Колонна на трассе", "Київ - Харків",
    "Welcome to Homs", "M4 Aleppo", "Footage from Palmyra", "BEIRUT",
)  # fmt: skip
FLOOR = 7


def frame(text: str, seed: int) -> Image:
    """A board leaning a little, on a smooth ground, with blur, noise and strong compression."""
    rng, noise = random.Random(seed), np.random.default_rng(seed)
    coarse = noise.integers(50, 190, (6, 10, 3), dtype=np.uint8)
    image = np.asarray(cv2.resize(coarse, (1280, 720), interpolation=cv2.INTER_CUBIC), np.uint8)
    dark = rng.random() < 0.5
    board, ink = ((150, 60, 20), (240, 240, 240)) if dark else ((230, 235, 235), (20, 20, 20))
    cv2.rectangle(image, (300, 260), (960, 360), board, -1)
    cv2.putText(image, text, (340, 325), ink, cv2.FontFace("sans"), rng.randint(28, 44), 500)
    lean = rng.uniform(-0.05, 0.05)
    image = np.asarray(cv2.warpAffine(image, np.array([[1, 0, 0], [lean, 1, -lean * 640]]), (1280, 720)), np.uint8)
    blurred = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.2)) + noise.normal(0, 7, image.shape)
    _, packed = cv2.imencode(".jpg", np.clip(blurred, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 55])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def test_lines_on_rendered_frames_are_read() -> None:
    read = 0
    for seed, text in enumerate(LINES):
        image = frame(text, seed)
        found = [r.text for line in written(image, 960) if (r := read_line(image, line)) is not None]
        read += any(ratio(text.casefold(), one.casefold()) >= 80 for one in found)
    assert read >= FLOOR
