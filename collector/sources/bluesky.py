"""What does a Bluesky answer say: an author's feed, a list of posts, a thread or one record, as posts?"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from collector.errors import Unparseable
from collector.sources.base import Channel, Media, Post
from collector.sources.values import address, moment

_URI = re.compile(r"at://([^/]+)/app\.bsky\.feed\.post/([^/]+)")


def read_posts(text: str | bytes) -> Iterator[Post]:
    """The posts of a JSON answer (`feed`, `posts`, `thread`, `post`, or a record with its `value`).

    `native_id` is the post's `at://` address. A repost is the original post with a warning that names who repeated it:
    it says nothing new. Raises `Unparseable` where the answer holds no post.
    """
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as broken:
        raise Unparseable(f"no JSON: {str(broken)[:200]}") from broken
    found = list(_views(answer)) if isinstance(answer, Mapping) else []
    if not found and not (isinstance(answer, Mapping) and answer.get("feed") == []):
        raise Unparseable("no Bluesky post in it")
    for view, notes in found:
        yield _post(view, notes)


def _views(answer: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], list[str]]]:
    """Every post view in an answer, with what is to be said of it."""
    for item in [*_list(answer, "feed"), _map(answer, "thread"), *([answer] if "post" in answer else [])]:
        view, reason = _map(item, "post"), _map(item, "reason")
        if _text(view, "uri"):
            reposted = "repost" in (_text(reason, "$type") or "").casefold()
            who = _text(_map(reason, "by"), "handle") or "another account"
            yield view, [f"a repost by {who}"] if reposted else []
    for view in _list(answer, "posts"):
        if _text(view, "uri"):
            yield view, []
    if _text(answer, "uri") and isinstance(answer.get("value"), Mapping):
        yield {**answer, "record": answer["value"]}, []


def _post(view: Mapping[str, Any], notes: list[str]) -> Post:
    record, author = _map(view, "record"), _map(view, "author")
    uri = _text(view, "uri") or ""
    handle = _text(author, "handle")
    found = _URI.fullmatch(uri)
    at = moment(_text(record, "createdAt") or _text(view, "indexedAt"))
    langs = record.get("langs")
    parent = _URI.fullmatch(_text(_map(_map(record, "reply"), "parent"), "uri") or "")
    return Post(
        platform="bluesky",
        channel=Channel(_text(author, "did") or (found[1] if found else None), handle, _text(author, "displayName")),
        native_id=uri,
        url=f"https://bsky.app/profile/{handle or found[1]}/post/{found[2]}" if found else None,
        posted_at=at,
        text=(_text(record, "text") or "").strip(),
        author=_text(author, "displayName") or handle,
        lang=next((lang for lang in langs if isinstance(lang, str)), None) if isinstance(langs, list) else None,
        reply_to=f"https://bsky.app/profile/{parent[1]}/post/{parent[2]}" if parent else None,
        media=tuple(_media(view, record)),
        links=tuple(dict.fromkeys(_links(view, record))),
        warnings=(*notes, *([] if at else ["no date is given"])),
    )


def _media(view: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[Media]:
    """Pictures and videos as the view serves them; a bare record only tells that they are there."""
    shown = _map(view, "embed")
    embed = shown or _map(record, "embed")
    if "recordWithMedia" in (_text(embed, "$type") or ""):
        embed = _map(embed, "media")
    for image in _list(embed, "images"):
        url = address(_text(image, "fullsize"), "")
        yield Media("photo", url, address(_text(image, "thumb"), ""), withheld=bool(shown) and url is None)
    if "embed.video" in (_text(embed, "$type") or ""):
        yield Media("video", address(_text(embed, "playlist"), ""), address(_text(embed, "thumbnail"), ""))


def _links(view: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[str]:
    """Addresses in the text (they stand beside it as facets) and that of a link card."""
    written = [_text(feature, "uri") for facet in _list(record, "facets") for feature in _list(facet, "features")]
    embed = _map(view, "embed") or _map(record, "embed")
    cards = [_text(_map(part, "external"), "uri") for part in (embed, _map(embed, "media"))]
    for link in (*written, *cards):
        full = address(link, "")
        if full:
            yield full


def _text(said: Mapping[str, Any], key: str) -> str | None:
    value = said.get(key)
    return value if isinstance(value, str) and value else None


def _map(said: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = said.get(key)
    return value if isinstance(value, Mapping) else {}


def _list(said: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = said.get(key)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
