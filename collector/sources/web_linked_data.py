"""What do the JSON-LD blocks of a web page say of its article?"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collector.sources.base import Location

#: schema.org types of a page's main thing, the most telling first
_TYPES = (
    "NewsArticle",
    "ReportageNewsArticle",
    "LiveBlogPosting",
    "BlogPosting",
    "SocialMediaPosting",
    "DiscussionForumPosting",
    "Article",
    "Report",
    "VideoObject",
    "WebPage",
)
_LENGTH = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_MOST_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Video:
    """A video that the page declares; `duration_s` in seconds."""

    url: str | None
    thumb_url: str | None
    duration_s: float | None


@dataclass(frozen=True, slots=True)
class Article:
    """What the page declares of its article; None and empty where it does not."""

    headline: str | None = None
    body: str | None = None
    summary: str | None = None
    url: str | None = None
    published: str | None = None
    modified: str | None = None
    author: str | None = None
    publisher: str | None = None
    lang: str | None = None
    location: Location | None = None
    images: tuple[str, ...] = ()
    videos: tuple[Video, ...] = ()
    warnings: list[str] = field(default_factory=list)


def article_of(blocks: Sequence[str]) -> Article:
    """The article that a page's JSON-LD blocks declare; broken blocks become warnings."""
    nodes: list[Mapping[str, Any]] = []
    warnings = []
    for block in blocks:
        try:
            nodes += _nodes(json.loads(block, strict=False))
        except (ValueError, RecursionError):
            warnings.append("a JSON-LD block is broken")
    ranked = [node for kind in _TYPES for node in nodes if kind in _names(node.get("@type"))]
    main = ranked[0] if ranked else {}
    is_video = "VideoObject" in _names(main.get("@type"))
    videos = [node for node in nodes if "VideoObject" in _names(node.get("@type"))]
    return Article(
        headline=_string(main.get("headline")) or _string(main.get("name")),
        body=_string(main.get("articleBody")) or _string(main.get("text")),
        summary=_string(main.get("description")),
        url=_address(main.get("mainEntityOfPage")) or _address(main.get("url")),
        published=_string(main.get("datePublished")) or (_string(main.get("uploadDate")) if is_video else None),
        modified=_string(main.get("dateModified")),
        author=_person(main.get("author")) or _person(main.get("creator")),
        publisher=_person(main.get("publisher")),
        lang=_string(main.get("inLanguage")),
        location=_location(main.get("contentLocation")),
        images=tuple(_addresses(main.get("image"))),
        videos=tuple(_video(node) for node in videos),
        warnings=warnings,
    )


def length_s(text: str | None) -> float | None:
    """The seconds of an ISO 8601 duration ("PT1M30S" is 90); None when it is none."""
    found = _LENGTH.fullmatch(text or "")
    if not found or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return days * 86_400 + hours * 3600 + minutes * 60 + seconds


def _nodes(value: Any) -> list[Mapping[str, Any]]:
    """Every object in a block, outermost first, without recursion."""
    found: list[Mapping[str, Any]] = []
    waiting = [value]
    while waiting and len(found) < _MOST_NODES:
        here = waiting.pop(0)
        if isinstance(here, Mapping):
            found.append(here)
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here
    return found


def _names(value: Any) -> list[str]:
    names = value if isinstance(value, list) else [value]
    return [name.rpartition("/")[2] for name in names if isinstance(name, str)]


def _string(value: Any) -> str | None:
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str)), None)
    return value.strip() or None if isinstance(value, str) else None


def _person(value: Any) -> str | None:
    """A name, or several joined by commas."""
    people = value if isinstance(value, list) else [value]
    names = [_string(person.get("name")) if isinstance(person, Mapping) else _string(person) for person in people]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def _address(value: Any) -> str | None:
    return next(_addresses(value), None)


def _addresses(value: Any) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            item = item.get("url") or item.get("contentUrl") or item.get("@id")
        if isinstance(item, str) and item.strip():
            yield item.strip()


def _video(node: Mapping[str, Any]) -> Video:
    return Video(
        _string(node.get("contentUrl")), _address(node.get("thumbnailUrl")), length_s(_string(node.get("duration")))
    )


def _location(value: Any) -> Location | None:
    place = value[0] if isinstance(value, list) and value else value
    if not isinstance(place, Mapping) or not isinstance(geo := place.get("geo"), Mapping):
        return None
    try:
        lat, lon = float(geo["latitude"]), float(geo["longitude"])
    except (KeyError, TypeError, ValueError):
        return None
    return Location(lat, lon, _string(place.get("name"))) if abs(lat) <= 90 and abs(lon) <= 180 else None
