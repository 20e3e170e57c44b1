"""Footage that the tests of copies make: a slow pan over rough ground that no other seed resembles."""

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2

Image = NDArray[np.uint8]
WIDTH, HEIGHT, FPS = 320, 180, 10


def footage(seed: int, seconds: float = 4.0) -> list[Image]:
    rng = np.random.default_rng(seed)
    wide = 2 * WIDTH
    ground = np.zeros((HEIGHT, wide), np.float32)
    for cells in (5, 12, 30, 70):
        noise = rng.normal(0, 1, (cells, 2 * cells)).astype(np.float32)
        ground += np.asarray(cv2.resize(noise, (wide, HEIGHT), interpolation=cv2.INTER_CUBIC)) / np.float32(cells**0.5)
    ground = (ground - ground.min()) / np.ptp(ground) * 220 + 20
    colour = np.asarray(ground[..., None] * rng.uniform(0.7, 1.1, 3), np.float32).clip(0, 255).astype(np.uint8)
    for _ in range(12):
        x, y = int(rng.integers(0, wide)), int(rng.integers(40, HEIGHT - 10))
        shade = tuple(int(c) for c in rng.integers(0, 255, 3))
        cv2.rectangle(colour, (x, y - 30), (x + int(rng.integers(8, 50)), y), shade, -1)
    frames = int(seconds * FPS)
    return [np.ascontiguousarray(colour[:, 5 * i : 5 * i + WIDTH]) for i in range(min(frames, WIDTH // 5))]


def captioned(frame: Image) -> Image:
    drawn = frame.copy()
    cv2.rectangle(drawn, (0, HEIGHT * 4 // 5), (WIDTH, HEIGHT), (15, 15, 15), -1)
    cv2.putText(drawn, "COLUMN ON THE ROAD", (8, HEIGHT - 14), cv2.FONT_HERSHEY_DUPLEX, 0.7, (255, 255, 255), 1)
    return drawn


def in_blurred_vertical(frame: Image) -> Image:
    height = WIDTH * 16 // 9
    small = cv2.resize(frame[:, 109:210], (WIDTH // 8, height // 8), interpolation=cv2.INTER_AREA)
    ground = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2), (WIDTH, height), interpolation=cv2.INTER_CUBIC)
    top = (height - HEIGHT) // 2
    ground[top : top + HEIGHT] = frame
    return np.asarray(ground, np.uint8)


def cropped(frame: Image, share: float = 0.2) -> Image:
    x, y = int(WIDTH * share), int(HEIGHT * share)
    return np.ascontiguousarray(frame[y // 3 : HEIGHT - 2 * y // 3, x // 4 : WIDTH - 3 * x // 4])


def mirrored(frame: Image) -> Image:
    return np.ascontiguousarray(frame[:, ::-1])


def bordered(frame: Image) -> Image:
    return np.asarray(cv2.copyMakeBorder(frame, 40, 40, 10, 10, cv2.BORDER_CONSTANT, value=(0, 0, 0)), np.uint8)


def halved(frame: Image) -> Image:
    return np.asarray(cv2.resize(frame, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA), np.uint8)
