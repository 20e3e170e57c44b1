"""Small clips and pictures that the tests make with OpenCV: scenes of a road on which blocks move."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2

Image = NDArray[np.uint8]
WIDTH, HEIGHT, FPS = 320, 240, 20


def scene(seed: int, width: int = WIDTH, height: int = HEIGHT) -> Image:
    """A textured still that no other seed resembles."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def still(image: Image, frames: int) -> Iterator[Image]:
    for _ in range(frames):
        yield image


def moving(image: Image, frames: int, size: int = 40) -> Iterator[Image]:
    for index in range(frames):
        frame = image.copy()
        left = int(index * (image.shape[1] - size) / max(1, frames - 1))
        cv2.rectangle(frame, (left, 100), (left + size, 100 + size), (0, 0, 255), -1)
        yield frame


def write(path: Path, frames: Iterable[Image], fourcc: str = "mp4v", fps: float = FPS) -> Path:
    writer = None
    for frame in frames:
        if writer is None:
            size = (frame.shape[1], frame.shape[0])
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*fourcc), fps, size)
            assert writer.isOpened()
        writer.write(frame)
    assert writer is not None
    writer.release()
    return path


def turn(path: Path) -> None:
    """Mark an MP4 as filmed with the phone held upright: a quarter turn in the track header (ISO 14496-12, 8.3.2)."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, HEIGHT << 16, 0, 0x40000000)
    path.write_bytes(data)


def jpeg(image: Image) -> bytes:
    return bytes(cv2.imencode(".jpg", image)[1].tobytes())


def turned_jpeg(image: Image) -> bytes:
    """A JPEG whose EXIF says that it must be turned by a quarter (orientation 6)."""
    tiff = b"MM\0*\0\0\0\x08" + b"\0\x01" + struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) + b"\0\0\0\0"
    body = b"Exif\0\0" + tiff
    data = jpeg(image)
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]


def bomb_png(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that claims to be enormous."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 9999))
        + chunk(b"IEND", b"")
    )
