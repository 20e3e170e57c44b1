"""Which pictures and clips does the recorded world show? Draws them: a road, a sky, a column of boxes on wheels.

Everything is drawn from the clip's name, so each machine gets the same pictures and none is shipped. Two names never
give the same picture; a copy of a clip is the same file, and `rendition_of` is one that somebody has re-encoded.
"""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
FPS = 12


@dataclass(frozen=True, slots=True)
class Clip:
    """One drawing: `size` in pixels, `seconds` of a video, `vehicles` that drive through it, `caption` on a sign.

    A `rendition_of` another clip is its copy at this size, with black borders and a mark in the corner.
    """

    name: str
    kind: Literal["video", "photo"]
    caption: str
    vehicles: int
    size: tuple[int, int] = (480, 270)
    seconds: float = 3.0
    rendition_of: str | None = None

    @property
    def filename(self) -> str:
        """The name of the file under the clips folder."""
        return f"{self.name}.{'mp4' if self.kind == 'video' else 'jpg'}"


def _video(name: str, caption: str, vehicles: int, **more: Any) -> Clip:
    return Clip(name, "video", caption, vehicles, **more)


def _photo(name: str, caption: str, vehicles: int, **more: Any) -> Clip:
    return Clip(name, "photo", caption, vehicles, **more)


CLIPS: dict[str, Clip] = {
    clip.name: clip
    for clip in (
        _photo("a-qamishli", "AIRPORT 2 km", 4),
        _video("a-teltamr", "TELL TAMR  M4", 5, seconds=3.0),
        _video("a-raqqa", "RAQQA", 6, size=(640, 360), seconds=4.0),
        _video("a-raqqa-small", "RAQQA", 6, size=(320, 240), seconds=4.0, rendition_of="a-raqqa"),
        _video("a-raqqa-en", "RAQQA  TABQA 45", 5, seconds=2.5),
        _video("a-salamiyah", "SALAMIYAH  HOMS 42", 4, size=(320, 240), seconds=2.0),
        _photo("a-homs", "HOMS", 3),
        _photo("a-tartus-1", "TARTUS", 3),
        _photo("a-tartus-2", "LATAKIA 85", 2),
        _photo("a-tartus-3", "BANIYAS 35", 5, size=(360, 480)),
        _video("a-jableh", "JABLEH", 6, seconds=2.5),
        _photo("b-palmyra-1", "HOMS 155", 3),
        _photo("b-palmyra-2", "T4  60", 2),
        _photo("b-t4", "GATE 1", 3),
        _video("b-homs", "HOMS  TARTUS 95", 4, seconds=3.0),
        _photo("b-talkalakh", "TARTUS 48", 3),
        _video("b-tartus", "PORT", 5, seconds=76.0),
        _video("c-damascus", "DAMASCUS  HOMS 160", 7, size=(640, 360), seconds=3.0),
        _photo("c-nabk", "AN NABK", 6),
        _video("c-homs", "TARTUS 96", 7, seconds=3.5),
        _video("c-tartus", "LATAKIA 88", 7, size=(640, 360), seconds=3.0),
        _photo("c-baniyas", "BANIYAS", 5),
        _video("c-jableh", "JABLEH 4", 6, seconds=52.0),
        _video("n-archive", "ARCHIVE 2018", 4, size=(320, 240), seconds=2.0),
        _photo("n-parade", "PARADE", 5),
        _photo("n-ship", "DECK", 1),
        _photo("n-weather", "14 / 5", 0),
        _photo("n-prices", "MARKET", 0),
        _photo("n-football", "2 : 1", 0),
        _photo("n-logo", "NEWS", 0, size=(320, 320)),
    )
}  # fmt: skip


def draw_all(
    folder: Path, withheld: frozenset[str] = frozenset(), names: Collection[str] = frozenset(CLIPS)
) -> None:  # fmt: skip
    """Writes every clip of `names` into `folder` as NAME.mp4 or NAME.jpg, and NAME.thumb.jpg for a video.

    Of a clip in `withheld` only the thumb is drawn: the page never gives the file itself.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for clip in (CLIPS[name] for name in sorted(names)):
        if clip.kind == "photo":
            _write_jpeg(folder / clip.filename, frame(clip, 0.4))
            continue
        _write_jpeg(folder / f"{clip.name}.thumb.jpg", frame(clip, 0.4))
        if clip.name not in withheld:
            _write_video(folder / clip.filename, clip)


def frame(clip: Clip, progress: float) -> Picture:
    """The picture at `progress` (0 to 1) of the clip, BGR, height x width x 3."""
    if clip.rendition_of is not None:
        return _rendition(frame(CLIPS[clip.rendition_of], progress), clip.size)
    rng = np.random.default_rng(zlib.crc32(clip.name.encode()))
    picture = _landscape(clip.size, rng)
    _sign(picture, clip.caption, rng)
    for index in range(clip.vehicles):
        _vehicle(picture, index, progress, rng)
    return picture


def _landscape(size: tuple[int, int], rng: np.random.Generator) -> Picture:
    """Sky, a ridge of hills, ground with stones, and a road across the lower third."""
    width, height = size
    horizon = int(height * rng.uniform(0.35, 0.5))
    picture: Picture = np.empty((height, width, 3), np.uint8)
    picture[:horizon] = rng.integers([170, 150, 120], [250, 220, 190])
    picture[horizon:] = rng.integers([70, 110, 130], [120, 160, 190])
    xs = np.linspace(0, width, 9).astype(np.int32)
    ridge = np.column_stack([xs, horizon - rng.integers(0, height // 5, 9)])
    outline = np.vstack([[[0, horizon]], ridge, [[width, horizon]]]).astype(np.int32)
    cv2.fillPoly(picture, [outline], rng.integers(60, 140, 3).tolist())
    for x, y, radius in zip(
        rng.integers(0, width, 40), rng.integers(horizon, height, 40), rng.integers(1, 6, 40), strict=True
    ):
        cv2.circle(picture, (int(x), int(y)), int(radius), rng.integers(50, 160, 3).tolist(), -1)
    cv2.rectangle(picture, (0, int(height * 0.66)), (width, int(height * 0.88)), (72, 70, 68), -1)
    for x in range(0, width, width // 8):
        cv2.rectangle(picture, (x, int(height * 0.77)), (x + width // 16, int(height * 0.78)), (220, 220, 220), -1)
    return picture


def _sign(picture: Picture, caption: str, rng: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    scale = height / 480
    box = int(len(caption) * 20 * scale) + 20
    left, top = int(rng.integers(4, max(5, width - box - 4))), int(height * 0.08)
    colour = (150, 70, 20) if rng.random() < 0.5 else (60, 110, 20)
    cv2.rectangle(picture, (left, top), (left + box, top + int(56 * scale)), colour, -1)
    at = (left + 8, top + int(40 * scale))
    cv2.putText(picture, caption, at, cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), max(1, round(2 * scale)))


def _vehicle(picture: Picture, index: int, progress: float, rng: np.random.Generator) -> None:
    """A cab, a bed with a load and three wheels; drives to the left, one after another."""
    height, width = picture.shape[:2]
    length, tall = int(width * rng.uniform(0.11, 0.16)), int(height * rng.uniform(0.09, 0.14))
    paint = rng.integers([30, 60, 50], [80, 110, 100]).tolist()
    x = int(width * (0.1 + 0.21 * index - 0.45 * progress))
    y = int(height * 0.8)
    cv2.rectangle(picture, (x, y - tall), (x + length // 4, y), paint, -1)
    cv2.rectangle(picture, (x + length // 3, y - int(tall * rng.uniform(0.5, 1.2))), (x + length, y), paint, -1)
    cv2.rectangle(picture, (x + 3, y - tall + 3), (x + length // 6, y - tall // 2), (190, 180, 160), -1)
    for share in (0.12, 0.55, 0.85):
        cv2.circle(picture, (x + int(length * share), y), max(3, tall // 4), (20, 20, 20), -1)


def _rendition(picture: Picture, size: tuple[int, int]) -> Picture:
    """The whole picture inside `size`, black above and below, with a channel's mark."""
    width, height = size
    inner = round(width * picture.shape[0] / picture.shape[1])
    canvas: Picture = np.zeros((height, width, 3), np.uint8)
    top = (height - inner) // 2
    canvas[top : top + inner] = cv2.resize(picture, (width, inner), interpolation=cv2.INTER_AREA)
    cv2.putText(canvas, "t.me", (width - 60, top + inner - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (240, 240, 240), 1)
    return canvas


def _write_jpeg(path: Path, picture: Picture) -> None:
    if not cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, 88]):
        raise OSError(f"could not write {path}")


def _write_video(path: Path, clip: Clip) -> None:
    count = round(clip.seconds * FPS)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FPS, clip.size)
    if not writer.isOpened():
        raise OSError(f"could not write {path}: this build of OpenCV has no mp4v encoder")
    for index in range(count):
        writer.write(frame(clip, index / count))
    writer.release()
