"""Which posts are copies of one another, which came first, and how do we know? A copy never raises confidence.

Two posts that share a key (a native id or origin address, a media digest, a long enough normalised text) are copies,
and so are copies of copies: connected components by union-find (Galler and Fischer 1964), near-linear in the posts.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

#: a shorter text is no proof: "колонна на М5" is written by many
LETTERS_ENOUGH = 25
#: in which order a shared key is given as the reason: the surest first
REASONS = ("origin", "media", "text", "similar")

_ADDRESS = re.compile(r"(?:https?://|www\.|t\.me/)\S+|(?<![\w.])@\w+", re.IGNORECASE)
_NOT_LETTERS = re.compile(r"[^\w]+|_+")
#: a last line that only asks to subscribe or names the channel is the channel's signature, not the message
_SIGNATURE = re.compile(
    r"подпис|прислать|предложк|наш\w* (?:канал|чат|бот)|мы в |поддержать|subscribe|follow|join|our (?:channel|chat)"
    r"|اشترك|تابع|انضم|قناتنا|للاشتراك|لمتابعة",
    re.IGNORECASE,
)
_SIGNATURE_LETTERS = 60


@dataclass(frozen=True, slots=True)
class CopyItem:
    """A post with what may prove it a copy. `posted_at` is aware UTC, None when unknown (then it is never the original
    of a dated post); `origins` are native ids and addresses of itself and of what it forwards, as the caller
    canonicalises them; `text_key` comes from `text_key()`; `media` are SHA-256 digests; `similar` are names of texts
    that are its own or nearly so (see `near_texts`)."""

    id: str
    posted_at: datetime | None
    origins: tuple[str, ...] = ()
    text_key: str | None = None
    media: tuple[str, ...] = ()
    similar: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """One account and its copies: `original` is the earliest, `copies` the others by time.

    `reasons` says for each copy which key ties it to an earlier post of the group: "origin", "media", "text" or
    "similar"; "chain" when only a later post ties it.
    """

    original: str
    copies: tuple[str, ...]
    reasons: tuple[str, ...]


def copy_groups(items: Sequence[CopyItem]) -> list[CopyGroup]:
    """Every item in exactly one group, groups in the order of their originals' times, whatever the order of `items`.

    Raises ValueError when two items have one id.
    """
    ordered = sorted(items, key=lambda item: (item.posted_at is None, _stamp(item), item.id))
    if len({item.id for item in ordered}) < len(ordered):
        raise ValueError("two items have one id")
    parent = list(range(len(ordered)))
    first: dict[tuple[str, str], int] = {}
    reason = ["chain"] * len(ordered)
    for k, item in enumerate(ordered):
        known = [key for key in _keys(item) if key in first]
        if known:
            reason[k] = known[0][0]
        for key in known:
            a, b = _root(parent, first[key]), _root(parent, k)
            parent[max(a, b)] = min(a, b)
        for key in _keys(item):
            first.setdefault(key, k)
    groups: dict[int, list[int]] = defaultdict(list)
    for k in range(len(ordered)):
        groups[_root(parent, k)].append(k)
    return [
        CopyGroup(ordered[m[0]].id, tuple(ordered[k].id for k in m[1:]), tuple(reason[k] for k in m[1:]))
        for _, m in sorted(groups.items())
    ]


def text_key(text: str) -> str | None:
    """A digest that is equal for equal messages in another dress, None when too few letters could prove a copy.

    Ignored: Unicode form (NFKC), case, white space, punctuation, emoji, web addresses, @handles, hashtag signs, and
    last lines that only advertise the channel.
    """
    lines = [line for line in unicodedata.normalize("NFKC", text).splitlines() if plain_text(line)]
    while len(lines) > 1 and _is_signature(lines[-1]):
        lines.pop()
    plain = plain_text("\n".join(lines))
    if sum(map(str.isalpha, plain)) < LETTERS_ENOUGH:
        return None
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()


def plain_text(text: str) -> str:
    """A text without its dress: see `text_key`."""
    bare = unicodedata.normalize("NFKC", _ADDRESS.sub(" ", text).casefold())
    # marks (Arabic vowels, variation selectors, accents left over) come and go between copies
    unmarked = "".join(
        c
        for c in unicodedata.normalize("NFD", bare)
        if not unicodedata.category(c).startswith(("M", "C")) or c.isspace()
    )
    return " ".join(_NOT_LETTERS.sub(" ", unmarked).split())


def _is_signature(line: str) -> bool:
    return len(line) <= _SIGNATURE_LETTERS and bool(_SIGNATURE.search(line))


def _keys(item: CopyItem) -> Iterable[tuple[str, str]]:
    """Keys of an item, the surest kind first."""
    yield from (("origin", value) for value in sorted(item.origins))
    yield from (("media", value) for value in sorted(item.media))
    if item.text_key is not None:
        yield "text", item.text_key
    yield from (("similar", value) for value in item.similar)


def _stamp(item: CopyItem) -> float:
    return item.posted_at.timestamp() if item.posted_at is not None else 0.0


def _root(parent: list[int], k: int) -> int:
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k
