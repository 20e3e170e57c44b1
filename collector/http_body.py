"""How much of an answer do we read? As much as was allowed, decompressed, and not a byte more."""

import threading
from collections.abc import Iterator

import httpx

from collector.errors import ConvoywatchError, RetryLater, Unparseable
from collector.http_headers import length
from collector.http_urls import shown
from collector.inflate import inflate


def pieces(answer: httpx.Response, limit: int, stop: threading.Event, before: int = 0) -> Iterator[bytes]:
    """The decompressed body in pieces; raises `Unparseable` as soon as it is over `limit` with what was `before`."""
    declared = length(answer.headers)
    if declared is not None and before + declared > limit:
        raise Unparseable(f"{shown(answer.url)} announces {before + declared} bytes; the limit is {limit}")
    size = before
    for piece in _inflated(answer):
        size += len(piece)
        if size > limit:
            raise Unparseable(f"{shown(answer.url)} is larger than the limit of {limit} bytes")
        if stop.is_set():
            raise RetryLater("the program is stopping; the answer was not read to its end", 0.0)
        yield piece


def beginning(answer: httpx.Response, limit: int) -> bytes:
    """The first `limit` bytes of the body, or all. Raises what the network and the decompression raise."""
    body = bytearray()
    for piece in _inflated(answer):
        body += piece
        if len(body) >= limit:
            break
    return bytes(body[:limit])


def remains(answer: httpx.Response, limit: int) -> bytes:
    """The beginning of an error's body, as far as it comes: its status says more than how the body ended."""
    body = bytearray()
    try:
        for piece in _inflated(answer):
            body += piece
            if len(body) >= limit:
                break
    except (httpx.TransportError, ConvoywatchError):
        pass
    return bytes(body[:limit])


def _inflated(answer: httpx.Response) -> Iterator[bytes]:
    # as it comes: gathered into chunks of a size, the last bytes before a reset would be lost
    return inflate(answer.iter_raw(), answer.headers.get("content-encoding", ""))
