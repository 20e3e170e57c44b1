"""What does asking the outside world need, and what does it give?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from collector.http_headers import fresh_for_s
from collector.robots import TOKEN

MIB = 1024 * 1024


def tool() -> str:
    """This program and its version, as captures and the User-Agent name it."""
    try:
        return f"{TOKEN}/{version(TOKEN)}"
    except PackageNotFoundError:
        return f"{TOKEN}/0"


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How to ask. Times in seconds, sizes in bytes (after decompression).

    `contact` is a URL or e-mail address at which a publisher can reach the operator. `allow_hosts` are hosts
    (`host` or `host:port`) whose private addresses are permitted. `proxy` is an http or socks5 URL; names are then
    resolved by the proxy, so that only addresses spelled out in a URL can be checked here. `ca_file` is a PEM file of
    certificate authorities to trust beside the usual ones. A host that fails `break_after` times in a row is left alone
    for `break_s`, doubled at each further failure up to `break_max_s`.
    """

    user_agent: str = ""
    contact: str = ""
    gap_s: float = 2.0
    jitter: float = 0.2
    timeout_s: float = 30.0
    download_timeout_s: float = 900.0
    max_page_bytes: int = 8 * MIB
    max_media_bytes: int = 512 * MIB
    allow_hosts: frozenset[str] = frozenset()
    proxy: str | None = None
    ca_file: str | None = None
    respect_robots: bool = True
    break_after: int = 5
    break_s: float = 30.0
    break_max_s: float = 1800.0

    def agent(self) -> str:
        """The User-Agent: `convoywatch/VERSION (+contact)` unless another is set."""
        contact = f" (+{self.contact})" if self.contact else ""
        return self.user_agent or f"{tool()}{contact}"


@dataclass(frozen=True, slots=True)
class Hop:
    """A redirect on the way: the address that was asked, and the status with which it pointed on."""

    url: str
    status: int


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: `url` is the final one, header names in lower case, `fetched_at` (its end) aware UTC.

    `PoliteClient.get` returns those with status 200 or 304; those of errors hang on the error as `answer`, where the
    body may be cut. `sent` are the headers of the last request, `hops` the redirects before it.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    sent: Mapping[str, str] = field(default_factory=dict)
    hops: tuple[Hop, ...] = ()

    @property
    def not_modified(self) -> bool:
        """The page is as it was when its `etag` or `last_modified` was given."""
        return self.status == 304

    @property
    def etag(self) -> str | None:
        """The validator to send next time."""
        return self.headers.get("etag")

    @property
    def last_modified(self) -> str | None:
        """The date to send next time, as the server wrote it."""
        return self.headers.get("last-modified")

    @property
    def fresh_for_s(self) -> float | None:
        """How many seconds, from `fetched_at` on, the server holds this answer to be fresh; None when it does not say.

        Asking again sooner brings nothing new: the least interval of a source. 0 for `no-store` and `no-cache`; capped
        at a day, so that no server can silence a source.
        """
        return fresh_for_s(self.headers)


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that was written out: `url` is the final one, `size` in bytes, `resumed_at` how many were there before."""

    url: str
    headers: Mapping[str, str]
    size: int
    fetched_at: datetime
    status: int = 200
    sent: Mapping[str, str] = field(default_factory=dict)
    hops: tuple[Hop, ...] = ()
    resumed_at: int = 0
