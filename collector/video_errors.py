"""What does a failure of yt-dlp mean for us? (Its tree: yt_dlp/utils/_utils.py, networking/exceptions.py)"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from yt_dlp.networking.exceptions import HTTPError, NoSupportingHandlers, RequestError
from yt_dlp.utils import (
    ContentTooShortError,
    DownloadError,
    ExtractorError,
    GeoRestrictedError,
    UnavailableVideoError,
    UnsupportedError,
    UserNotLive,
)

from collector.errors import Closed, ConvoywatchError, Gone, RateLimited, RetryLater, Unparseable, Unsupported
from collector.http_headers import parse_retry_after

_LIMITED = re.compile(r"rate.?limit|too many requests|not a bot|captcha|HTTP Error 429", re.IGNORECASE)
_LATER = re.compile(
    r"will begin|premieres? in|upcoming|scheduled|try again|temporar|needs to be reloaded|guest token|timed out",
    re.IGNORECASE,
)
_NO_VIDEO = re.compile(
    r"no (?:video|media|format)|(?:requested )?formats? (?:is|are) not available|ffmpeg|drm", re.IGNORECASE
)
#: English as yt-dlp words it, Russian as VK, OK and Rutube word what it passes on
_CLOSED = re.compile(
    r"private|protected|log ?in|logged|sign in|authenticat|authoriz|registered|members|subscribers|premium|\bpaid|"
    r"payment|purchase|\brent|age.?restrict|confirm your age|nsfw|adult|password|cookies|permission|"
    r"country|countries|region|access (?:denied|restricted|to this)|friends|"
    r"приватн|закрыт|(?<!не)доступ|регион|стране|авториз|войдите|подписчик|друз",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"removed|deleted|unavailable|not available|no longer|does(?: not|n't) exist|not found|terminated|suspended|"
    r"blocked|banned|withheld|account|copyright|has ended|offline|not currently live|could not be found|"
    r"удал[её]н|недоступн|не найден|заблокирован|изъят|не существует",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_REPORT = re.compile(r"[;.] please report this issue.*", re.DOTALL | re.IGNORECASE)


def translate(error: BaseException) -> ConvoywatchError:
    """The failure as one of ours, with yt-dlp's reason in the message."""
    chain = list(_chain(error))
    for link in chain:
        if isinstance(link, ConvoywatchError):
            return link
    reason = _reason(error)
    for link in chain:
        found = _by_class(link, reason)
        if found is not None:
            return found
    return _by_words(reason)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was made of, outermost first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, NoSupportingHandlers):
            yield from error.unexpected_errors
        inner = error.exc_info[1] if isinstance(error, DownloadError) and error.exc_info else None
        if inner is None or inner is error:
            inner = error.cause if isinstance(error, ExtractorError | RequestError) else None
        error = inner if isinstance(inner, BaseException) else error.__cause__ or error.__context__


def _by_class(error: BaseException, reason: str) -> ConvoywatchError | None:
    if isinstance(error, UnsupportedError):
        return Unsupported(f"no extractor reads this address: {reason}")
    if isinstance(error, GeoRestrictedError):
        return Closed(f"not shown in this region: {reason}")
    if isinstance(error, UserNotLive | UnavailableVideoError):
        return Gone(reason)
    if isinstance(error, HTTPError):
        return _by_status(error, reason)
    if isinstance(error, ContentTooShortError | RequestError | OSError):
        return RetryLater(reason)
    return None


def _by_status(error: HTTPError, reason: str) -> ConvoywatchError:
    if error.status == 429:
        return RateLimited(reason, parse_retry_after(error.response.headers.get("Retry-After"), datetime.now(UTC)))
    if error.status >= 500 or error.status == 408:
        return RetryLater(reason, parse_retry_after(error.response.headers.get("Retry-After"), datetime.now(UTC)))
    return Closed(reason) if error.status in (401, 403, 451) else Gone(reason)


def _by_words(reason: str) -> ConvoywatchError:
    if _LIMITED.search(reason):
        return RateLimited(reason)
    if _LATER.search(reason):
        return RetryLater(reason)
    if _NO_VIDEO.search(reason):
        return Unsupported(reason)
    if _CLOSED.search(reason):
        return Closed(reason)
    if _GONE.search(reason):
        return Gone(reason)
    return Unparseable(f"the extractor does not understand the page: {reason}")


def _reason(error: BaseException) -> str:
    text = _REPORT.sub("", _COLOUR.sub("", str(error)))
    return text.removeprefix("ERROR: ").strip()[:500] or type(error).__name__
