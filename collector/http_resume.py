"""How is the rest of a file asked for, and is what comes surely the rest of the same file? (RFC 9110, 13.1.5, 14.2)"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from collector.errors import Unparseable
from collector.http_headers import content_range
from collector.http_urls import shown


@dataclass(frozen=True, slots=True)
class Rest:
    """What is missing of a file: all from byte `offset` on. `validator` names the version of which we have the start.

    `url` is the final address it came from, `total` its whole size in bytes where that was told.
    """

    offset: int
    validator: str
    url: str
    total: int | None

    def headers(self) -> dict[str, str]:
        """What asks for the rest, and for the whole file should it have changed."""
        return {"Range": f"bytes={self.offset}-", "If-Range": self.validator}


@dataclass(frozen=True, slots=True)
class Start:
    """The beginning of an answer: what follows belongs at byte `offset` of the file."""

    url: str
    headers: Mapping[str, str]
    offset: int


Began = Callable[[Start], None]


class NotTheRest(Unparseable):
    """The server answered a range with another file, another part, or none: to be asked for anew, as a whole."""


def offset_of(answer: httpx.Response, rest: Rest | None) -> int:
    """At which byte of the file this answer begins: 0 for a whole one. Raises `NotTheRest`.

    A part is only taken where everything says that it is of the same file: the validator (the server's word), the path
    of the address (one validator may name two files), and the whole size.
    """
    if answer.status_code == 200:
        return 0
    part = content_range(answer.headers)
    plain = answer.headers.get("content-encoding", "identity").strip().lower() in ("", "identity")
    if rest is None or answer.status_code != 206 or part is None or not plain:
        raise NotTheRest(f"{shown(answer.url)} answered {answer.status_code}, which is not the rest that was asked for")
    same_path = urlsplit(str(answer.url)).path == urlsplit(rest.url).path
    etag = answer.headers.get("etag", rest.validator) if rest.validator.startswith('"') else rest.validator
    same_size = rest.total is None or part[1] is None or part[1] == rest.total
    if part[0] != rest.offset or not same_path or not same_size or etag != rest.validator:
        raise NotTheRest(f"{shown(answer.url)} answered with a part of another file")
    return part[0]
