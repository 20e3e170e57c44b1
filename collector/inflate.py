"""What is inside a compressed answer, without unpacking more than was asked for?

The usual decoders unpack a whole chunk at once, so a few kilobytes of a "gzip bomb" may become gigabytes before anyone
counts them. This one never holds more than `STEP` bytes of output, and refuses what swells out of all proportion.
"""

import zlib
from collections.abc import Iterable, Iterator

from collector.errors import RetryLater, Unparseable

#: the most that one step unpacks, bytes
STEP = 256 * 1024
#: the most that compressed data may swell, counted from this many bytes of output on: real pages stay under 50 times
#: (repetitive JSON under 200), a bomb of zeros reaches the 1032 times of deflate
MAX_RATIO, RATIO_FROM = 400, 1024 * 1024
_GZIP = 0x1F  # the first byte of every gzip member


def inflate(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The bytes behind a `Content-Encoding` of gzip, deflate or identity, in pieces of at most `STEP` bytes.

    Raises `Unparseable` for any other encoding, for broken data and for a bomb (over `MAX_RATIO`), `RetryLater` when
    the data ends too soon.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        yield from chunks
    elif name in ("gzip", "x-gzip"):
        yield from _unpack(chunks, zlib.MAX_WBITS | 16)
    elif name == "deflate":
        yield from _unpack(chunks, None)
    else:
        raise Unparseable(f"the answer has the encoding {name!r}, which was not asked for")


def _unpack(chunks: Iterable[bytes], wbits: int | None) -> Iterator[bytes]:
    stream, came, made = None, 0, 0
    for chunk in chunks:
        data, came = chunk, came + len(chunk)
        while data:
            if stream is None or stream.eof:
                if stream is not None and (wbits is None or data[0] != _GZIP):
                    return  # only gzip has further members; anything else behind the end is padding
                stream = zlib.decompressobj(wbits if wbits is not None else _deflate_bits(data))
            try:
                piece = stream.decompress(data, STEP)
            except zlib.error as error:
                raise Unparseable(f"the compressed answer is broken ({error})") from error
            data = stream.unused_data if stream.eof else stream.unconsumed_tail
            made += len(piece)
            if made > max(RATIO_FROM, MAX_RATIO * came):
                raise Unparseable(f"the compressed answer swells more than {MAX_RATIO} times: a bomb, over any limit")
            if piece:
                yield piece
    if stream is not None and not stream.eof:
        yield from _rest(stream)


def _rest(stream: "zlib._Decompress") -> Iterator[bytes]:
    # output may still wait inside after the last input byte; flush() would be unbounded, an empty step is not
    while piece := stream.decompress(b"", STEP):
        yield piece
    if not stream.eof:
        raise RetryLater("the compressed answer was cut off")


def _deflate_bits(data: bytes) -> int:
    # "deflate" is zlib by the standard and raw deflate from some servers: a zlib header is a multiple of 31
    is_zlib = len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
