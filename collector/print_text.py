"""How does a fingerprint travel in a line of JSON? Compressed, in base 85."""

import base64
import zlib

#: bytes that a fingerprint may have once unpacked: more is no fingerprint
MOST_BYTES = 8 << 20


def wrapped(packed: bytes) -> str:
    """A packed fingerprint as text."""
    return base64.b85encode(zlib.compress(packed, 9)).decode()


def unwrapped(text: object) -> bytes:
    """The packed fingerprint in a text. Raises ValueError for anything else."""
    from geolocate.frames.fingerprint import unpack

    if not isinstance(text, str):
        raise ValueError("the fingerprint is no text")
    engine = zlib.decompressobj()
    try:
        packed = engine.decompress(base64.b85decode(text), MOST_BYTES)
    except (ValueError, zlib.error) as error:
        raise ValueError("the fingerprint cannot be read") from error
    if not engine.eof or not unpack(packed).frames:
        raise ValueError("the fingerprint cannot be read")
    return packed
