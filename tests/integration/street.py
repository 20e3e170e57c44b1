"""A street with cars that the tests draw; the shipped detector knows them as cars."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2

Image = NDArray[np.uint8]
WIDTH, HEIGHT = 640, 360
#: where a car's wheels stand, and its length, in pixels
GROUND, LENGTH = 260, 72
COLOURS = ((40, 40, 190), (50, 30, 170), (60, 50, 200), (30, 30, 160), (50, 60, 210))


def street() -> Image:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[: HEIGHT // 2] = np.linspace([235, 200, 150], [245, 235, 215], HEIGHT // 2)[:, None]
    image[HEIGHT // 2 :] = np.linspace([95, 130, 125], [90, 140, 150], HEIGHT // 2)[:, None]
    cv2.rectangle(image, (0, 216), (WIDTH, 306), (88, 86, 84), -1)
    for left in range(0, WIDTH, 60):
        cv2.rectangle(image, (left, 259), (left + 30, 262), (220, 220, 220), -1)
    noise = np.random.default_rng(1).normal(0, 5, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def car(image: Image, left: int, colour: tuple[int, int, int]) -> None:
    """Draw one whose rear is at `left`."""

    def at(*points: tuple[float, float]) -> NDArray[np.int32]:
        return np.array([(left + x * 0.6, GROUND + y * 0.6) for x, y in points], np.int32)

    body = at((0, -10), (0, -28), (12, -32), (30, -48), (72, -48), (94, -31), (116, -27), (120, -10))
    cv2.fillPoly(image, [body], colour, cv2.LINE_AA)
    for window in (((18, -32), (32, -45), (48, -45), (48, -32)), ((52, -32), (52, -45), (71, -45), (86, -32))):
        cv2.fillPoly(image, [at(*window)], (90, 70, 60))
    cv2.ellipse(image, at((60, -6))[0].tolist(), (37, 2), 0, 0, 360, (40, 40, 40), -1)
    for wheel in (26, 94):
        cv2.circle(image, at((wheel, -9))[0].tolist(), 6, (20, 20, 20), -1, cv2.LINE_AA)
        cv2.circle(image, at((wheel, -9))[0].tolist(), 3, (170, 170, 170), -1, cv2.LINE_AA)


def passing(cars: int, frames: int, step: int, gap: int = 170) -> Iterator[Image]:
    """Cars that drive from left to right, `step` pixels a frame; all have passed when the last frame is long enough."""
    ground = street()
    for index in range(frames):
        image = ground.copy()
        for number in range(cars):
            left = index * step - number * gap - LENGTH
            if -LENGTH < left < WIDTH:
                car(image, left, COLOURS[number % len(COLOURS)])
        yield np.asarray(cv2.GaussianBlur(image, (3, 3), 0), np.uint8)
