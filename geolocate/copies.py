"""Which posts are copies of one another, which came first, and how do we know? A copy never raises confidence.

Two posts that share a key (a native id or origin address, a media digest), or that somebody ties (the same footage,
within their time the same or nearly the same words, or the same report in another language), are copies, and so are
copies of copies: connected components by union-find (Galler and Fischer 1964), near-linear in the posts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import isinf

#: in which order a reason is given: the surest first
REASONS = ("origin", "media", "footage", "text", "similar", "report")


@dataclass(frozen=True, slots=True)
class CopyItem:
    """A post with what may prove it a copy. `posted_at` is aware UTC, None when unknown (then it is never the original
    of a dated post); `origins` are native ids and addresses of itself and of what it forwards, as the caller
    canonicalises them; `media` are SHA-256 digests."""

    id: str
    posted_at: datetime | None
    origins: tuple[str, ...] = ()
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tie:
    """Two posts of one account, by their ids, and why: one of REASONS."""

    one: str
    other: str
    reason: str


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """One account and its copies: `original` is the earliest, `copies` the others by time.

    `reasons` says for each copy what ties it to an earlier post of the group, one of REASONS; "chain" when only a later
    post ties it.
    """

    original: str
    copies: tuple[str, ...]
    reasons: tuple[str, ...]


def copy_groups(items: Sequence[CopyItem], ties: Iterable[Tie] = ()) -> list[CopyGroup]:
    """Every item in exactly one group, groups in the order of their originals' times, whatever the order of `items`.

    Raises ValueError when two items have one id.
    """
    ordered = sorted(items, key=lambda item: (item.posted_at is None, _stamp(item), item.id))
    place = {item.id: k for k, item in enumerate(ordered)}
    if len(place) < len(ordered):
        raise ValueError("two items have one id")
    parent = list(range(len(ordered)))
    reason: dict[int, str] = {}
    for earlier, later, why in _tied(ordered, place, ties):
        if later not in reason or REASONS.index(why) < REASONS.index(reason[later]):
            reason[later] = why
        a, b = _root(parent, earlier), _root(parent, later)
        parent[max(a, b)] = min(a, b)
    groups: dict[int, list[int]] = defaultdict(list)
    for k in range(len(ordered)):
        groups[_root(parent, k)].append(k)
    return [
        CopyGroup(ordered[m[0]].id, tuple(ordered[k].id for k in m[1:]), tuple(reason.get(k, "chain") for k in m[1:]))
        for _, m in sorted(groups.items())
    ]


def within(times: Mapping[str, datetime | None], posts: Iterable[str], hours: float) -> Iterable[tuple[str, str]]:
    """Pairs that join all of these posts of which each lies at most so many hours from the next.

    A post without a time is joined only where no distance is too far (an infinite `hours`).
    """
    dated = sorted((at.timestamp(), p) for p in set(posts) if (at := times[p]) is not None)
    yield from ((p, q) for (at, p), (then, q) in pairwise(dated) if then - at <= hours * 3600.0)
    if isinf(hours):
        undated = sorted(p for p in set(posts) if times[p] is None)
        yield from pairwise([*(p for _, p in dated[:1]), *undated])


def _tied(ordered: Sequence[CopyItem], place: dict[str, int], ties: Iterable[Tie]) -> Iterable[tuple[int, int, str]]:
    """(earlier, later, reason) for what two items share, and for what they are tied by."""
    first: dict[tuple[str, str], int] = {}
    for k, item in enumerate(ordered):
        for kind, values in (("origin", item.origins), ("media", item.media)):
            for value in values:
                earlier = first.setdefault((kind, value), k)
                if earlier != k:
                    yield earlier, k, kind
    for tie in ties:
        a, b = place[tie.one], place[tie.other]
        yield min(a, b), max(a, b), tie.reason


def _stamp(item: CopyItem) -> float:
    return item.posted_at.timestamp() if item.posted_at is not None else 0.0


def _root(parent: list[int], k: int) -> int:
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k
