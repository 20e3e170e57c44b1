"""Which posts of a file are copies, and of which? JSON lines as `parse` writes them in, one line a post out."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO
from urllib.parse import parse_qsl, urlencode, urlsplit

from collector.stages.rows import origin_key
from geolocate.copies import CopyItem, copy_groups, text_key
from geolocate.near_texts import NearTexts

_HOST = re.compile(r"^(?:www|m|mobile|old)\.")
#: one site under two names
_SAME_SITE = {"x.com": "twitter.com", "telegram.me": "t.me"}
_TRACKING = re.compile(r"utm_|fbclid|gclid|igshid|is_copy_url|is_from_webapp|^(?:s|t|q|ref|ref_src|ref_url|feature)$")


@dataclass(frozen=True, slots=True)
class _Post:
    """What proves a copy, of one line. `own` are its addresses, `told` those of what it forwards or only links to."""

    id: Any
    posted_at: datetime | None
    own: frozenset[str]
    told: frozenset[str]
    linked: frozenset[str]
    text: str
    media: tuple[str, ...]


def dedupe_lines(lines: Iterable[str], out: TextIO, err: TextIO) -> int:
    """Write `{"id", "event", "original", "copy_of", "reason"}` for every post, in the order of the input.

    `id` is the post's id or native id. A bad line is told on `err` and skipped. Returns 0, or 3 when one was skipped.
    """
    posts, skipped = [], False
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                posts.append(_read(line))
            except (ValueError, RecursionError) as error:
                print(f"line {number}: {error}", file=err)
                skipped = True
    original, reason = list(range(len(posts))), [""] * len(posts)
    for group in copy_groups(_items(posts)):
        for name, why in zip(group.copies, group.reasons, strict=True):
            original[int(name)], reason[int(name)] = int(group.original), why
    for k, post in enumerate(posts):
        first = original[k]
        row = {
            "id": post.id, "event": f"event:{posts[first].id}", "original": first == k,
            "copy_of": None if first == k else posts[first].id, "reason": reason[k] or None,
        }  # fmt: skip
        print(json.dumps(row, ensure_ascii=False), file=out)
    return 3 if skipped else 0


def _items(posts: list[_Post]) -> list[CopyItem]:
    """Posts as the thinking wants them; near-same texts are looked up in the order of time, not of the input."""
    known = {address for post in posts for address in post.own}
    late = datetime.max.replace(tzinfo=UTC)
    order = sorted(range(len(posts)), key=lambda k: (posts[k].posted_at or late, str(posts[k].id), posts[k].text))
    texts = NearTexts()
    similar = {k: tuple(map(str, [*texts.add(posts[k].text), place])) for place, k in enumerate(order)}
    return [
        CopyItem(
            str(k), post.posted_at, tuple(post.own | post.told | _credited(post, known)), text_key(post.text),
            post.media, similar[k],
        )
        for k, post in enumerate(posts)
    ]  # fmt: skip


def _credited(post: _Post, known: set[str]) -> frozenset[str]:
    """The one post it links to, if that is among the posts; who links to many writes about them, and copies none."""
    linked = post.linked & known - post.own
    return linked if len(linked) == 1 else frozenset()


def _read(line: str) -> _Post:
    row = json.loads(line)
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    name = row.get("id", row.get("native_id"))
    if isinstance(name, bool) or not isinstance(name, (str, int)) or name == "":
        raise ValueError("neither id nor native_id is a string or a whole number")
    native, text, forwarded = row.get("native_id"), row.get("text"), row.get("forwarded_from")
    own = {f"{row.get('platform')}:{native}"} if native else set()
    told = _addresses([forwarded.get("url")] if isinstance(forwarded, dict) else [])
    links = row.get("links")
    return _Post(
        name, _time(row.get("posted_at")), frozenset(own) | _addresses([row.get("url")]), told,
        _addresses(links if isinstance(links, list) else []), text if isinstance(text, str) else "", _digests(row),
    )  # fmt: skip


def _addresses(urls: Iterable[object]) -> frozenset[str]:
    return frozenset(key for url in urls if isinstance(url, str) and (key := address(url)))


def address(url: str) -> str | None:
    """One spelling of a post's address, without scheme, mobile host, tracking, fragment; None for a whole site."""
    try:
        parts = urlsplit(url.strip() if "//" in url else f"https://{url.strip()}")
        query = urlencode(sorted(pair for pair in parse_qsl(parts.query) if not _TRACKING.search(pair[0])))
    except ValueError:
        return None
    host = _HOST.sub("", (parts.hostname or "").lower())
    host, path = _SAME_SITE.get(host, host), parts.path.rstrip("/")
    if host == "t.me":
        return origin_key(f"https://t.me{path}")
    return f"{host}{path}{'?' + query if query else ''}" if path.strip("/") or query else None


def _digests(row: dict[str, Any]) -> tuple[str, ...]:
    media = row.get("media")
    found = {m.get("sha256") for m in media if isinstance(m, dict)} if isinstance(media, list) else set()
    return tuple(sorted(d.lower() for d in found if isinstance(d, str) and d))


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    time = datetime.fromisoformat(value)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
