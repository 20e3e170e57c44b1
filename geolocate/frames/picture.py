"""What does a picture file show? One still, turned the way its EXIF says."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.dimensions import picture_size
from geolocate.frames.errors import Undecodable
from geolocate.frames.heic import decode_heic
from geolocate.frames.opencv import cv2, reason
from geolocate.frames.select import encode, sharpness_of, shrink
from geolocate.types import Frame, Sampled

PICTURES = frozenset({"image/jpeg", "image/png", "image/bmp", "image/webp", "image/avif", "image/heic"})
_JPEG_END = b"\xff\xd9"
_TAIL = 4096


def read_picture(path: Path, kind: str, max_pixels: int, max_width: int, quality: int) -> Sampled:
    """The picture as a clip of one frame. Raises `Undecodable`; a JPEG that is cut off is shown as far as it goes."""
    data = path.read_bytes()
    size = picture_size(data, kind)
    if size is None or min(size) < 1:
        raise Undecodable(f"the {kind} has a damaged header")
    if size[0] * size[1] > max_pixels:
        raise Undecodable(f"the picture unpacks to {size[0]}x{size[1]} pixels; the limit is {max_pixels} in all")
    whole = kind != "image/jpeg" or _JPEG_END in data[-_TAIL:]
    # OpenCV waits for a JPEG's end mark and gives up without one; with it, the decoder leaves grey what is missing
    image = decode_heic(data) if kind == "image/heic" else _decoded(data if whole else data + _JPEG_END, kind)
    small = shrink(image, max_width)
    sharpness = sharpness_of(np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8))
    return Sampled(
        width=image.shape[1],
        height=image.shape[0],
        duration_s=None,
        frames=(encode(0, small, sharpness, quality),),
        decode_failures=0 if whole else 1,
        warnings=() if whole else ("the picture is cut off",),
    )


def _decoded(data: bytes, kind: str) -> NDArray[np.uint8]:
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise Undecodable(f"the {kind} cannot be decoded ({reason(error)})") from error
    if image is None:
        raise Undecodable(f"the {kind} is damaged or cut off: nothing of it can be decoded")
    return np.asarray(image, np.uint8)


def picture_of(frame: Frame) -> NDArray[np.uint8]:
    """A still as a BGR picture (height, width, 3)."""
    return np.asarray(cv2.imdecode(np.frombuffer(frame.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
