"""Which posts of a file are copies, and of which? JSON lines as `parse` writes them in, one line a post out."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, TextIO
from urllib.parse import parse_qsl, urlencode, urlsplit

from collector.print_text import unwrapped
from collector.retold import Retold
from collector.stages.rows import origin_key
from geolocate.banner import Showing, is_banner
from geolocate.copies import CopyItem, Tie, copy_groups, within
from geolocate.message import message
from geolocate.near_texts import Prints, near_pairs
from geolocate.text_print import text_print

_HOST = re.compile(r"^(?:www|m|mobile|old)\.")
#: one site under two names
_SAME_SITE = {"x.com": "twitter.com", "telegram.me": "t.me"}
_TRACKING = re.compile(r"utm_|fbclid|gclid|igshid|is_copy_url|is_from_webapp|^(?:s|t|q|ref|ref_src|ref_url|feature)$")


@dataclass(frozen=True, slots=True)
class _Post:
    """What proves a copy, of one line. `own` are its addresses, `told` those of what it forwards or only links to;
    `text` is the digest of its message, `prints` are packed fingerprints of its media, `stills` digests of pictures;
    `showing` is by whom, when and under which words these were shown."""

    id: Any
    posted_at: datetime | None
    own: frozenset[str]
    told: frozenset[str]
    linked: frozenset[str]
    text: str | None
    media: tuple[str, ...]
    prints: tuple[bytes, ...]
    stills: frozenset[str]
    showing: Showing


def dedupe_lines(lines: Iterable[str], out: TextIO, err: TextIO, retold: Retold | None = None) -> int:
    """Write `{"id", "event", "original", "copy_of", "reason"}` for every post, in the order of the input.

    `id` is the post's id or native id. With `retold`, reports told again in another language are found, too. A bad line
    is told on `err` and skipped. Returns 0, or 3 when one was skipped.
    """
    posts: list[_Post] = []
    texts, skipped = Texts(), False
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                posts.append(_read(line, texts, retold, len(posts)))
            except (ValueError, RecursionError) as error:
                print(f"line {number}: {error}", file=err)
                skipped = True
    original, reason = list(range(len(posts))), [""] * len(posts)
    ties = [*_told_again(posts, texts), *_shown_again(posts), *(retold.ties() if retold else ())]
    for group in copy_groups(_items(posts), ties):
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


class Texts:
    """The distinct messages seen so far; `hours` by digest, in the order of `prints`."""

    def __init__(self) -> None:
        self.prints = Prints()
        self.hours: dict[str, float] = {}

    def add(self, text: str) -> str | None:
        """The digest of the message of a text; None when it proves nothing."""
        found = text_print(text)
        if found is not None and found.digest not in self.hours:
            self.hours[found.digest] = found.hours
            self.prints.add(found)
        return found.digest if found else None


def _items(posts: list[_Post]) -> list[CopyItem]:
    known = {address for post in posts for address in post.own}
    silent = _banners(posts)
    return [
        CopyItem(
            str(k),
            post.posted_at,
            tuple(post.own | post.told | _credited(post, known)),
            tuple(digest for digest in post.media if digest not in silent),
        )
        for k, post in enumerate(posts)
    ]


def _banners(posts: list[_Post]) -> set[str]:
    """Digests of files that channels put under their posts whatever these tell."""
    shown: dict[str, list[_Post]] = defaultdict(list)
    for post in posts:
        for digest in post.media:
            shown[digest].append(post)
    return {
        digest
        for digest, under in shown.items()
        if is_banner([p.showing for p in under], any(digest in p.stills for p in under))
    }


def _told_again(posts: list[_Post], texts: Texts) -> Iterable[Tie]:
    """Ties between posts of one message, or of two that are nearly one, near enough in time."""
    holders: dict[str, list[str]] = defaultdict(list)
    for k, post in enumerate(posts):
        if post.text is not None:
            holders[post.text].append(str(k))
    times = {str(k): post.posted_at for k, post in enumerate(posts)}
    for digest, hours in texts.hours.items():
        yield from (Tie(a, b, "text") for a, b in within(times, holders[digest], hours))
    names = texts.prints.digests
    for i, j, hours in near_pairs(texts.prints):
        for a, b in within(times, holders[names[i]] + holders[names[j]], hours):
            yield Tie(a, b, "text" if posts[int(a)].text == posts[int(b)].text else "similar")


def _shown_again(posts: list[_Post]) -> Iterable[Tie]:
    """Ties between posts whose fingerprints show the same footage."""
    holders: dict[bytes, list[str]] = defaultdict(list)
    for k, post in enumerate(posts):
        for packed in post.prints:
            holders[packed].append(str(k))
    if not holders:
        return
    from geolocate.frames.fingerprint import unpack
    from geolocate.frames.fingerprint_index import FingerprintIndex
    from geolocate.frames.video_match import SURE

    index = FingerprintIndex(":memory:")
    try:
        ordered = sorted(holders, key=lambda packed: unpack(packed).sha256)
        for number, packed in enumerate(ordered):
            index.add(str(number), unpack(packed))
        like = [[(int(other), m.score) for other, m in index.find(unpack(packed))] for packed in ordered]
        shown = [[posts[int(k)].showing for k in holders[packed]] for packed in ordered]
        silent = _silent(like, shown, [unpack(packed).duration_s is None for packed in ordered])
        for number in sorted(set(range(len(ordered))) - silent):
            mine = holders[ordered[number]]
            yield from (Tie(a, b, "footage") for a, b in pairwise(mine))
            others = [o for o, score in like[number] if score >= SURE and o != number and o not in silent]
            yield from (
                Tie(mine[0], holders[ordered[o]][0], "footage") for o in others if holders[ordered[o]][0] != mine[0]
            )
    finally:
        index.close()


def _silent(like: list[list[tuple[int, float]]], shown: list[list[Showing]], still: list[bool]) -> set[int]:
    """Numbers of files that say nothing, by those of the same footage with the score, and by who shows each."""
    from geolocate.frames.video_match import SURE, THRESHOLD

    silent = set()
    for number, others in enumerate(like):
        same = {number} | {other for other, score in others if score >= (THRESHOLD if still[number] else SURE)}
        if is_banner([one for other in same for one in shown[other]], still[number]):
            silent.add(number)
    return silent


def _credited(post: _Post, known: set[str]) -> frozenset[str]:
    """The one post it links to, if that is among the posts; who links to many writes about them, and copies none."""
    linked = post.linked & known - post.own
    return linked if len(linked) == 1 else frozenset()


def _read(line: str, texts: Texts, retold: Retold | None, place: int) -> _Post:
    row = json.loads(line)
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    name = row.get("id", row.get("native_id"))
    if isinstance(name, bool) or not isinstance(name, (str, int)) or name == "":
        raise ValueError("neither id nor native_id is a string or a whole number")
    native, text, forwarded = row.get("native_id"), row.get("text"), row.get("forwarded_from")
    own = {f"{row.get('platform')}:{native}"} if native else set()
    told = _addresses([forwarded.get("url")] if isinstance(forwarded, dict) else [])
    links, at, channel = row.get("links"), _time(row.get("posted_at")), row.get("channel")
    whose = (channel.get("id") or channel.get("name")) if isinstance(channel, dict) else channel
    words = texts.add(text) if isinstance(text, str) else None
    if retold and isinstance(text, str):
        retold.add(str(place), text, lang if isinstance(lang := row.get("lang"), str) else None, at, words)
    return _Post(
        name, at, frozenset(own) | _addresses([row.get("url")]), told,
        _addresses(links if isinstance(links, list) else []), words, *_files(row),
        Showing(f"{row.get('platform')}:{whose or str(native).rpartition('/')[0]}", words or message(f"{text}"), at),
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


def _files(row: dict[str, Any]) -> tuple[tuple[str, ...], tuple[bytes, ...], frozenset[str]]:
    """Digests and packed fingerprints of the media, digests of pictures. ValueError for a fingerprint that is none."""
    listed = row.get("media")
    digests, prints, stills = set(), set(), set()
    for media in listed if isinstance(listed, list) else []:
        if isinstance(media, dict):
            shown = media.get("fingerprint")
            whole = shown if isinstance(shown, dict) else {}
            mine = {d.lower() for d in (media.get("sha256"), whole.get("sha256")) if isinstance(d, str) and d}
            digests |= mine
            stills |= mine if media.get("kind") in ("photo", "image") else set()
            if whole.get("print"):
                prints.add(unwrapped(whole["print"]))
    return tuple(sorted(digests)), tuple(sorted(prints)), frozenset(stills)


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    time = datetime.fromisoformat(value)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
