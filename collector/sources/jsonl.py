"""Which posts do these JSON lines hold, in the shape that `convoywatch parse` writes?"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast, get_args

from collector.errors import Unparseable
from collector.sources.base import Channel, Location, Media, MediaKind, Origin, Poll, Post
from collector.sources.json_values import whole
from collector.sources.values import moment

#: the batch contract's `platform` words
PLATFORMS = frozenset({
    "telegram", "feed", "mastodon", "bluesky", "youtube", "vk", "rutube", "ok", "x", "web", "manual", "dataset",
})  # fmt: skip
_MEDIA_KINDS = frozenset(get_args(MediaKind))


def read_lines(lines: Iterable[str | bytes], bad: Callable[[int, str], None]) -> Iterator[Post]:
    """The posts of JSON lines in order; a bad line goes to `bad(number from 1, what is wrong)`, the rest go on."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield read_line(line)
        except Unparseable as wrong:
            bad(number, str(wrong))


def read_line(line: str | bytes) -> Post:
    """The post of one JSON line; raises `Unparseable` naming the field that is wrong. Unknown keys are ignored."""
    try:
        said = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as broken:
        raise Unparseable(f"no JSON: {str(broken)[:200]}") from broken
    return post_of(said)


def post_of(said: Any) -> Post:
    """The post of one decoded line: `Post.as_contract` backwards. Only `platform` and `native_id` are required."""
    line = _map(said, "the line")
    platform = _text(line, "platform") or "absent"
    if platform not in PLATFORMS:
        raise Unparseable(f"platform is {platform[:40]!r}: write one of {', '.join(sorted(PLATFORMS))}")
    native_id = _text(line, "native_id")
    if not native_id:
        raise Unparseable("native_id is missing")
    channel = _map(line.get("channel") or {}, "channel")
    origin, reply = line.get("forwarded_from"), line.get("reply_to")
    return Post(
        platform=platform,
        channel=Channel(_text(channel, "id"), _text(channel, "name"), _text(channel, "title")),
        native_id=native_id,
        url=_text(line, "url"),
        posted_at=_time(line, "posted_at"),
        text=_text(line, "text") or "",
        edited=_bool(line, "edited"),
        author=_text(line, "author"),
        lang=_text(line, "lang"),
        forwarded_from=_origin(_map(origin, "forwarded_from")) if origin is not None else None,
        reply_to=_text(_map(reply, "reply_to"), "url") if reply is not None else None,
        views=_count(line, "views"),
        media=tuple(_media(item) for item in _list(line, "media")),
        location=_location(line.get("location")),
        links=_texts(line, "links"),
        poll=_poll(line.get("poll")),
        service=_text(line, "service"),
        served_at=_time(line, "served_at"),
        warnings=_texts(line, "warnings"),
    )


def _origin(said: Mapping[str, Any]) -> Origin:
    return Origin(_text(said, "name"), _text(said, "url"))


def _media(said: Any) -> Media:
    item = _map(said, "media")
    kind = item.get("kind")
    if not isinstance(kind, str) or kind not in _MEDIA_KINDS:
        raise Unparseable(f"media kind is {str(kind)[:40]!r}: write one of {', '.join(sorted(_MEDIA_KINDS))}")
    length = _number(item, "duration_s")
    return Media(cast(MediaKind, kind), _text(item, "url"), _text(item, "thumb_url"), length, _bool(item, "withheld"))


def _location(said: Any) -> Location | None:
    if said is None:
        return None
    place = _map(said, "location")
    lat, lon = _number(place, "lat"), _number(place, "lon")
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        raise Unparseable("location is no point on this globe")
    return Location(lat, lon, _text(place, "title"))


def _poll(said: Any) -> Poll | None:
    if said is None:
        return None
    poll = _map(said, "poll")
    return Poll(_text(poll, "question") or "", _texts(poll, "options"))


def _map(value: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Unparseable(f"{what} is no JSON object")
    return value


def _list(said: Mapping[str, Any], key: str) -> list[Any]:
    value = said.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unparseable(f"{key} is no list")
    return value


def _texts(said: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = _list(said, key)
    if not all(isinstance(value, str) for value in values):
        raise Unparseable(f"{key} is no list of texts")
    return tuple(values)


def _text(said: Mapping[str, Any], key: str) -> str | None:
    value = said.get(key)
    if value is not None and not isinstance(value, str):
        raise Unparseable(f"{key} is no text")
    return value


def _bool(said: Mapping[str, Any], key: str) -> bool:
    value = said.get(key, False)
    if not isinstance(value, bool):
        raise Unparseable(f"{key} is neither true nor false")
    return value


def _number(said: Mapping[str, Any], key: str) -> float | None:
    value = said.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e18:
        raise Unparseable(f"{key} is no number")
    return float(value)


def _count(said: Mapping[str, Any], key: str) -> int | None:
    value = said.get(key)
    if value is not None and whole(value) is None:
        raise Unparseable(f"{key} is no count")
    return value


def _time(said: Mapping[str, Any], key: str) -> Any:
    value = _text(said, key)
    at = moment(value)
    if value is not None and at is None:
        raise Unparseable(f"{key} is no ISO 8601 time: {value[:40]!r}")
    return at


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
