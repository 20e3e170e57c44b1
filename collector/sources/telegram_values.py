"""What do the small written values of a Telegram page mean: counts, lengths, pictures, points, keys?"""

import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from collector.sources.values import address, from_unix

#: Telegram opened in August 2013: a post dated earlier is not what it says
TELEGRAM_OPENED = datetime(2013, 8, 1, tzinfo=UTC)

_COUNT = re.compile(r"(\d{1,15})(?:\.(\d{1,15}))?\s?([KMB]?)", re.IGNORECASE | re.ASCII)
_SCALE = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_LENGTH = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2})")
_BACKGROUND = re.compile(r"background-image\s*:\s*url\(\s*['\"]?([^'\")]+)")
_POINT = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*")
#: what a `data-view` has said for years; anything else is read as the JSON that it is
_VIEW = re.compile(rb'\{"c":-([1-9]\d{0,14}),"p":"?(\d{1,15})(g?)"?,"t":(\d{1,11}),"h":"\w*"\}')
_read_json = json.JSONDecoder().decode
_SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009,"))
_ADDRESS = re.compile(r"https?://[^/?#]+/(?:s/)?([^?#]*?)/?(?:[?#].*)?", re.DOTALL)
_POST = re.compile(r"(c/\d{1,15}|\w{1,64})/(?:\d{1,15}/)?(\d{1,15})", re.ASCII)


@dataclass(frozen=True, slots=True)
class DataView:
    """What a message's `data-view` attribute says; `grouped` marks an album. Unsigned: a hint, not a proof."""

    channel_id: str | None
    post_id: int | None
    grouped: bool
    served_at: datetime | None


def count(text: str) -> tuple[int, int] | None:
    """A written count and its granularity: "436.6K" is (436600, 100), "1 204" is (1204, 1); None when it is none."""
    found = _COUNT.fullmatch(text) or _COUNT.fullmatch(text.strip().translate(_SPACES))
    if not found:
        return None
    whole, digits, scale = found[1], found[2] or "", _SCALE[found[3].upper()]
    unit = 10 ** len(digits)
    return int(whole + digits) * scale // unit, max(1, scale // unit)


def length_s(text: str) -> float | None:
    """The seconds of a written length: "0:52" is 52, "1:02:03" is 3723; None when it is none."""
    found = _LENGTH.fullmatch(text.strip())
    if not found:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def background(style: str | None, base: str) -> str | None:
    """The picture's address in an inline style `background-image:url('...')`."""
    found = _BACKGROUND.search(style or "")
    return address(found[1], base) if found else None


def point(href: str | None) -> tuple[float, float] | None:
    """(lat, lon) in degrees from a maps link with `q=lat,lon` (or `ll=`); None when there is none on this globe."""
    try:
        query = parse_qs(urlsplit((href or "").replace("&amp;", "&")).query)
    except ValueError:
        return None
    for key in ("q", "ll"):
        found = _POINT.fullmatch(query.get(key, [""])[0])
        if found and abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180:
            return float(found[1]), float(found[2])
    return None


def post_key(text: str | None) -> tuple[str, int] | None:
    """("NAME", post id) of `NAME/ID`, `NAME/TOPIC/ID` or `c/CHANNEL/ID`; None when it is none of them."""
    found = _POST.fullmatch((text or "").strip())
    return (found[1], int(found[2])) if found and int(found[2]) > 0 else None


def linked_post(href: str | None) -> tuple[str, int] | None:
    """The same of the address of a post; None for any other address."""
    found = _ADDRESS.fullmatch(href or "")
    return post_key(found[1]) if found else None


def data_view(text: str | None) -> DataView | None:
    """Read a `data-view` attribute (base64 JSON, with or without padding); None when it is unreadable.

    Its `c` is the channel's number with a minus; the number alone is the `id` of a Desktop export, so the sign goes
    and nothing else: ids that begin with 100 are common.
    """
    try:
        raw = binascii.a2b_base64((text or "").replace("-", "+").replace("_", "/") + "==")
        usual = _VIEW.fullmatch(raw)
        if usual:
            return DataView(usual[1].decode(), int(usual[2]), bool(usual[3]), _served_at(int(usual[4])))
        told = _read_json(raw.decode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    channel, post = told.get("c"), str(told.get("p", ""))
    number = post.removesuffix("g")
    served = told.get("t")
    return DataView(
        channel_id=str(abs(channel)) if type(channel) is int and 0 < abs(channel) < 10**15 else None,
        post_id=int(number) if number.isascii() and number.isdigit() and len(number) < 16 else None,
        grouped=post.endswith("g"),
        served_at=_served_at(served) if isinstance(served, int | float) else None,
    )


@lru_cache(maxsize=64)
def _served_at(seconds: float) -> datetime | None:
    """When the page was made; all messages of a page say the same."""
    at = from_unix(seconds)
    return at if at and at > TELEGRAM_OPENED else None
