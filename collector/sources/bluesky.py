"""What does a Bluesky answer say: an author's feed, a list of posts, a thread or one record, as posts?"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from collector.errors import Unparseable
from collector.sources.base import Channel, Media, Post
from collector.sources.json_values import map_at, maps_at, text_at
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
    if not found and not (isinstance(answer, Mapping) and [] in (answer.get("feed"), answer.get("posts"))):
        raise Unparseable("no Bluesky post in it")
    for view, notes in found:
        yield _post(view, notes)


def _views(answer: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], list[str]]]:
    """Every post view in an answer, with what is to be said of it."""
    for item in [*maps_at(answer, "feed"), *_thread(map_at(answer, "thread")), *([answer] if "post" in answer else [])]:
        view, reason = map_at(item, "post"), map_at(item, "reason")
        if text_at(view, "uri"):
            reposted = "repost" in (text_at(reason, "$type") or "").casefold()
            who = text_at(map_at(reason, "by"), "handle") or "another account"
            yield view, [f"a repost by {who}"] if reposted else []
    for view in maps_at(answer, "posts"):
        if text_at(view, "uri"):
            yield view, []
    if text_at(answer, "uri") and isinstance(answer.get("value"), Mapping):
        yield {**answer, "record": answer["value"]}, []


def _thread(asked: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A thread as its posts: what was answered, oldest first, the one asked for, its answers."""
    above = []
    up = map_at(asked, "parent")
    while up:
        above.append(up)
        up = map_at(up, "parent")
    yield from reversed(above)
    waiting = [asked]
    while waiting:
        here = waiting.pop()
        yield here
        waiting += reversed(maps_at(here, "replies"))


def _post(view: Mapping[str, Any], notes: list[str]) -> Post:
    record, author = map_at(view, "record"), map_at(view, "author")
    uri = text_at(view, "uri") or ""
    handle = text_at(author, "handle")
    found = _URI.fullmatch(uri)
    at = moment(text_at(record, "createdAt") or text_at(view, "indexedAt"))
    langs = record.get("langs")
    parent = _URI.fullmatch(text_at(map_at(map_at(record, "reply"), "parent"), "uri") or "")
    return Post(
        platform="bluesky",
        channel=Channel(
            text_at(author, "did") or (found[1] if found else None), handle, text_at(author, "displayName")
        ),
        native_id=uri,
        url=f"https://bsky.app/profile/{handle or found[1]}/post/{found[2]}" if found else None,
        posted_at=at,
        text=(text_at(record, "text") or "").strip(),
        author=text_at(author, "displayName") or handle,
        lang=next((lang for lang in langs if isinstance(lang, str)), None) if isinstance(langs, list) else None,
        reply_to=f"https://bsky.app/profile/{parent[1]}/post/{parent[2]}" if parent else None,
        media=tuple(_media(view, record)),
        links=tuple(dict.fromkeys(_links(view, record))),
        warnings=(*notes, *([] if at else ["no date is given"])),
    )


def _media(view: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[Media]:
    """Pictures and videos as the view serves them; a bare record only tells that they are there."""
    shown = map_at(view, "embed")
    embed = shown or map_at(record, "embed")
    if "recordWithMedia" in (text_at(embed, "$type") or ""):
        embed = map_at(embed, "media")
    for image in maps_at(embed, "images"):
        url = address(text_at(image, "fullsize"), "")
        yield Media("photo", url, address(text_at(image, "thumb"), ""), withheld=bool(shown) and url is None)
    if "embed.video" in (text_at(embed, "$type") or ""):
        yield Media("video", address(text_at(embed, "playlist"), ""), address(text_at(embed, "thumbnail"), ""))


def _links(view: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[str]:
    """Addresses in the text (they stand beside it as facets) and that of a link card."""
    written = [text_at(feature, "uri") for facet in maps_at(record, "facets") for feature in maps_at(facet, "features")]
    embed = map_at(view, "embed") or map_at(record, "embed")
    cards = [text_at(map_at(part, "external"), "uri") for part in (embed, map_at(embed, "media"))]
    for link in (*written, *cards, *_quoted(embed)):
        full = address(link, "")
        if full:
            yield full


def _quoted(embed: Mapping[str, Any]) -> Iterator[str]:
    """The address of the post that is quoted, as bare records and the views of both kinds of quotes tell it."""
    record = map_at(embed, "record")
    for said in (record, map_at(record, "record")):
        found = _URI.fullmatch(text_at(said, "uri") or "")
        if found:
            who = text_at(map_at(said, "author"), "handle") or found[1]
            yield f"https://bsky.app/profile/{who}/post/{found[2]}"
