"""What does an answer that is not the page mean, as one of our errors?"""

from collections.abc import Callable

from collector.errors import ConvoywatchError, Gone, RateLimited, RetryLater, Unparseable
from collector.http_headers import parse_retry_after, server_clock, spent_for_s
from collector.http_values import Response

#: closes the host for the seconds it asked for, or (None) for a pause of our own; returns how many those are
Pause = Callable[[float | None], float]


def refusal(answer: Response, shown: str, pause: Pause) -> ConvoywatchError:
    """The error for an answer with a status that nobody asked for; it carries the answer. `shown` is its address."""
    error = _error(answer, f"{shown} answered {answer.status}", pause)
    error.answer = answer
    return error


def _error(answer: Response, what: str, pause: Pause) -> ConvoywatchError:
    status, asked = answer.status, parse_retry_after(answer.headers.get("retry-after"), server_clock(answer.headers))
    if status == 429 or (status == 503 and asked is not None):
        seconds = pause(spent_for_s(answer.headers) if asked is None else asked)
        return RateLimited(f"{what}: the host asks us to wait {seconds:.0f} s", seconds)
    if status >= 500 or status in (408, 425):
        return RetryLater(what, asked)
    if status in (404, 410):
        return Gone(f"{what}: there is no such page, or no longer")
    if status in (401, 403, 451):
        return Gone(f"{what}: the server does not show this to us (log-in, region or law)")
    if status >= 400:
        return Gone(f"{what}: the server refuses the request")
    return Unparseable(f"{what}, which is no answer to a plain request")
