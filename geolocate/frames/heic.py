"""Decode a HEIC picture, as iPhones make them: OpenCV reads none, and FFmpeg only one tile of the many.

pi-heif carries the decoder alone (libheif and libde265); what turns the picture stands in the file and is obeyed there.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.errors import Undecodable

_HEAD_BYTES = 65536
#: what pi_heif documents that it raises, besides an allocation that the limits refuse
_BAD = (ValueError, EOFError, SyntaxError, RuntimeError, OSError, MemoryError)


def heic_size(data: bytes) -> tuple[int, int]:
    """Width and height of the largest picture in the file, before it is turned; `ValueError` where none is stated.

    Each tile, thumbnail and map of depth states its own (ISO/IEC 23008-12, ispe).
    """
    sizes: list[tuple[int, int]] = []
    at = data.find(b"ispe", 0, _HEAD_BYTES)
    while at >= 0 and at + 16 <= len(data):
        sizes.append(struct.unpack_from(">II", data, at + 8))
        at = data.find(b"ispe", at + 4, _HEAD_BYTES)
    return max(sizes, key=lambda size: size[0] * size[1])


def decode_heic(data: bytes) -> NDArray[np.uint8]:
    """The main picture, (height, width, 3) in BGR, turned upright, 8 bits deep. Raises `Undecodable`."""
    import pi_heif  # a tenth of a second that only these files need

    try:
        file = pi_heif.open_heif(data, convert_hdr_to_8bit=True, bgr_mode=True)
        main = np.array(file, np.uint8)  # a copy: the memory behind it goes with `file`
    except _BAD as error:
        raise Undecodable(f"the image/heic is damaged or cut off ({' '.join(str(error).split())})") from error
    if main.ndim == 2:
        main = main[..., None].repeat(3, axis=2)
    return np.ascontiguousarray(main[..., :3])
