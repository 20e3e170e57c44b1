"""Every expected failure, as one tree.

    ConvoywatchError
    ├── Misconfigured        the operator must change something; says what
    ├── RetryLater           try again after a while
    │   ├── RateLimited      the server said when, or said 429
    │   └── NoRoom           the disk, or the share of it that is ours, is full
    ├── Gone                 it was there and is not, or never was: do not ask again soon
    │   └── Closed           it is there, and is not shown to us: a person may get at it
    ├── Unparseable          it came, and is not what it should be
    └── Unsupported          we do not do this kind

`kind` is what the store keeps in `error_kind`; the message says what happened and what to do next.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collector.http_values import Response


class ConvoywatchError(Exception):
    """Something expected went wrong. `answer`: what a server said, where it is a server that refused."""

    kind = "error"
    answer: "Response | None" = None


class Misconfigured(ConvoywatchError):
    """The configuration or the call is wrong; the message names the key or argument and what to write instead."""

    kind = "misconfigured"


class RetryLater(ConvoywatchError):
    """A passing failure (network, 5xx, timeout). `retry_after_s` is the server's word, None when it gave none."""

    kind = "retry"

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RateLimited(RetryLater):
    """The server asks us to slow down."""

    kind = "rate-limited"


class NoRoom(RetryLater):
    """The quota on disk is reached: files wait until there is room again, texts are collected on."""

    kind = "quota"


class Gone(ConvoywatchError):
    """Not found, removed, or private."""

    kind = "gone"


class Closed(Gone):
    """Shown to others only: private, to whoever is logged in or has paid, or in another country."""

    kind = "closed"


class Unparseable(ConvoywatchError):
    """Bytes that are not what they claim to be: a truncated video, a page of another kind."""

    kind = "unparseable"


class Unsupported(ConvoywatchError):
    """A kind of input that this program does not read."""

    kind = "unsupported"
