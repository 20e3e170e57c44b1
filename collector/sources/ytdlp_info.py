"""What does a yt-dlp info.json say: a video, or a channel's or playlist's listing, as posts?"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from collector.errors import Unparseable
from collector.sources.base import Channel, Media, Post
from collector.sources.json_values import seconds, whole
from collector.sources.values import address, from_unix

#: yt-dlp's extractor (the part before ":") or the site -> the contract's platform; others are "web"
_PLATFORMS = {
    "youtube": "youtube", "youtu.be": "youtube", "vk": "vk", "vkvideo": "vk", "vk.com": "vk", "vkvideo.ru": "vk",
    "rutube": "rutube", "rutube.ru": "rutube", "odnoklassniki": "ok", "ok.ru": "ok", "twitter": "x", "twitter.com": "x",
    "x.com": "x", "telegram": "telegram", "t.me": "telegram", "mastodon": "mastodon", "bluesky": "bluesky",
    "youtube.com": "youtube",
}  # fmt: skip
#: where yt-dlp hides notes to itself in an address
_SMUGGLED = "#__youtubedl_smuggle"
_LISTINGS = frozenset({"playlist", "multi_video"})
_CLOSED = frozenset({"private", "premium_only", "subscriber_only", "needs_auth"})


def read_info(text: str | bytes) -> Iterator[Post]:
    """The posts of an info.json (or of `yt-dlp -j` output, one JSON a line); a listing gives one post an entry.

    Raises `Unparseable` for anything else. Media addresses that yt-dlp lists expire within hours: `url` of the post is
    what to download from.
    """
    try:
        documents = [json.loads(text)]
    except RecursionError as deep:
        raise Unparseable("JSON nested too deep") from deep
    except ValueError as broken:
        documents = _lines(text, broken)
    for info in documents:
        yield from _posts(info)


@dataclass(frozen=True, slots=True)
class Listing:
    """A channel's or playlist's listing: its entries in its order, and at which address each is asked for."""

    channel: Channel
    entries: tuple[Post, ...]
    addresses: Mapping[str, str]


def read_listing(text: str | bytes) -> Listing:
    """A flat info.json of a listing. Entries without an id go by their address. Raises `Unparseable` for no listing."""
    try:
        info = json.loads(text)
    except (ValueError, RecursionError) as broken:
        raise Unparseable(f"no JSON: {str(broken)[:200]}") from broken
    if not isinstance(info, Mapping) or not isinstance(info.get("entries"), list):
        raise Unparseable("one video, and no listing: take it in by hand with `convoywatch ingest`")
    entries: dict[str, Post] = {}
    addresses: dict[str, str] = {}
    for entry in info["entries"]:
        if not isinstance(entry, Mapping):
            continue  # yt-dlp writes null for an entry that it could not read
        asked = _string(entry, "url") or _string(entry, "webpage_url") or ""
        number = _string(entry, "id") or asked.partition(_SMUGGLED)[0]
        if number and asked:
            entries[number], addresses[number] = _post({**entry, "id": number}, info), asked
    return Listing(_channel(info, {}), tuple(entries.values()), addresses)


def _lines(text: str | bytes, broken: ValueError) -> list[Any]:
    try:
        documents = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        documents = []
    if not documents:
        raise Unparseable(f"no JSON: {str(broken)[:200]}") from broken
    return documents


def _posts(info: Any) -> Iterator[Post]:
    waiting: list[tuple[Any, Mapping[str, Any] | None]] = [(info, None)]
    while waiting:
        here, listing = waiting.pop()
        if not isinstance(here, Mapping):
            if listing is None:
                raise Unparseable("no yt-dlp info.json: not an object")
            continue  # yt-dlp writes null for an entry that it could not read
        entries = here.get("entries")
        if str(here.get("_type")) in _LISTINGS or isinstance(entries, list):
            waiting += [(entry, here) for entry in reversed(entries if isinstance(entries, list) else [])]
        elif _string(here, "id"):
            yield _post(here, listing or {})
        else:
            raise Unparseable("no yt-dlp info.json: it has no id")


def _post(info: Mapping[str, Any], listing: Mapping[str, Any]) -> Post:
    url = _page(info)
    at, notes = _published(info)
    number = _string(info, "id") or ""
    return Post(
        platform=platform_of(info, url),
        channel=_channel(info, listing),
        native_id=number,
        url=url,
        posted_at=at,
        text=_text(info),
        author=_string(info, "uploader") or _string(info, "channel"),
        lang=(_string(info, "language") or "").partition("-")[0].lower() or None,
        views=whole(info.get("view_count")),
        views_step=1 if whole(info.get("view_count")) is not None else None,
        media=(_media(info),),
        warnings=tuple(notes),
    )


def platform_of(info: Mapping[str, Any], url: str | None) -> str:
    """The contract's platform of an info.json: from yt-dlp's extractor, or from the page's host."""
    extractor = (
        _string(info, "extractor") or _string(info, "ie_key") or _string(info, "extractor_key") or ""
    ).casefold()
    known = _PLATFORMS.get(extractor.partition(":")[0])
    if known or not url:
        return known or "web"
    host = (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("m.")
    return _PLATFORMS.get(host, "web")


def _page(info: Mapping[str, Any]) -> str | None:
    """The page of the video; in a flat listing it is under `url`."""
    flat = info.get("url") if str(info.get("_type", "")).startswith("url") else None
    for written in (info.get("webpage_url"), info.get("original_url"), flat):
        full = address(written if isinstance(written, str) else None, "")
        if full:
            return full.partition(_SMUGGLED)[0]
    return None


def _channel(info: Mapping[str, Any], listing: Mapping[str, Any]) -> Channel:
    def first(*keys: str) -> str | None:
        return next((found for said in (info, listing) for key in keys if (found := _string(said, key))), None)

    handle = first("uploader_id")
    number = first("channel_id") or (None if (handle or "").startswith("@") else handle)
    return Channel(number, handle.removeprefix("@") if handle else None, first("channel", "uploader"))


def _published(info: Mapping[str, Any]) -> tuple[datetime | None, list[str]]:
    for key in ("timestamp", "release_timestamp"):
        at = from_unix(info.get(key))
        if at:
            return at, []
    day = _string(info, "upload_date") or _string(info, "release_date") or ""
    try:
        return datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC), ["only the day of publication is known"]
    except ValueError:
        return None, ["no date is given"]


def _text(info: Mapping[str, Any]) -> str:
    """Title and description; the title alone is left out where the description begins with it, as posts' titles do."""
    title = (_string(info, "fulltitle") or _string(info, "title") or "").strip()
    words = (_string(info, "description") or "").strip()
    return words if not title or words.startswith(title.removesuffix("...")) else f"{title}\n\n{words}".strip()


def _media(info: Mapping[str, Any]) -> Media:
    formats = info.get("formats")
    whole = [item for item in formats if _is_whole(item)] if isinstance(formats, list) else []
    written = info.get("url") if not str(info.get("_type", "video")).startswith("url") else None
    best = written if isinstance(written, str) else (whole[-1]["url"] if whole else None)
    closed = str(info.get("availability")) in _CLOSED
    kind = "audio" if info.get("vcodec") == "none" and info.get("acodec") not in (None, "none") else "video"
    return Media(
        "audio" if kind == "audio" else "video",
        url=None if closed else address(best, ""),
        thumb_url=address(_string(info, "thumbnail") or _thumbnail(info), ""),
        duration_s=seconds(info.get("duration")),
        withheld=closed,
    )


def _is_whole(item: Any) -> bool:
    """Whether a format holds picture and sound in one file that plain HTTP brings."""
    if not isinstance(item, Mapping) or not isinstance(item.get("url"), str):
        return False
    return str(item.get("protocol", "")).startswith("http") and "none" not in (
        item.get("vcodec", "none"),
        item.get("acodec", "none"),
    )


def _thumbnail(info: Mapping[str, Any]) -> str | None:
    shown = info.get("thumbnails")
    last = shown[-1] if isinstance(shown, list) and shown else None
    return _string(last, "url") if isinstance(last, Mapping) else None


def _string(said: Mapping[str, Any], key: str) -> str | None:
    value = said.get(key)
    return value if isinstance(value, str) and value else None
