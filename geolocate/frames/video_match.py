"""Do two fingerprints come from the same footage, how surely, and how much of it do they share?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.align import Agreement, Still, by_borders, by_points
from geolocate.frames.fingerprint import Fingerprint, FramePrint
from geolocate.frames.hashes import MIRROR_MASK, shown_of
from geolocate.frames.keypoints import Points
from geolocate.frames.motion import Glimpses, Likeness, likeness

#: pairs are told from this score on
THRESHOLD = 0.5
#: from this score on two files make two posts copies without a person looking: a wrong one would hide a witness
SURE = 0.9
#: bits in which the signatures of one point seen twice may differ
_NEAR_BITS = 34
#: bits in which the hashes of one still seen twice may differ
_NEAR_HASH = 8
#: points that look alike from which on two stills are worth aligning
_LEAST_VOTES = 4
#: pairs of stills that are aligned, best first
_MAX_ALIGNED = 48
_MAX_SPEED = 2.5
#: two pairs of stills tell a speed when they lie this far apart
_LEAST_RUN_S = 1.0
#: the sampler takes the sharpest still of a moment, which need not be the same in both
_SLACK_S = 0.5
#: share of a still's blocks that must look alike where nothing moves, and where the movement agrees
_LEAST_SHARE, _LOWEST_SHARE = 0.5, 0.3
#: transforms by which the movement is compared
_TRIED = 3
#: grey levels of change (root mean square) from which movement tells something
_CHANGE = 1.5
#: correlation of the movement under which two clips are two, and from which it speaks for one; how much it does
_APART, _ONE, _MOVING = 0.5, 0.6, 2.0
#: what stills are worth that agree for a moment only
_BRIEF = 0.3


@dataclass(frozen=True, slots=True)
class Match:
    """`score` 0 to 1, told from 0.5 on; `overlap_s` seconds of the first one's footage that the second shows too,
    which it shows at `here`, and the second at `there` (from and until, in seconds)."""

    score: float
    overlap_s: float
    mirrored: bool
    here: tuple[float, float] = (0.0, 0.0)
    there: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two stills held to be one: their intervals in seconds, what they weigh, how well they fit, how they lie."""

    one: tuple[float, float]
    other: tuple[float, float]
    weight: float
    fit: float
    shapes: tuple[float, float]
    agreed: Agreement


def compare(one: Fingerprint, other: Fingerprint, ways: tuple[bool, ...] = (False, True)) -> Match | None:
    """How the two belong together; None when nothing speaks for it. A match may still score under `THRESHOLD`.

    `ways`: whether to try the other as it is (False), in a mirror (True), or both.
    """
    if one.sha256 == other.sha256:
        whole = (0.0, one.duration_s or 0.0)
        return Match(1.0, whole[1], False, whole, whole)
    if not one.frames or not other.frames:
        return None
    found = [m for mirrored in ways if (m := _compare(one, other, mirrored)) is not None]
    return max(found, key=lambda m: m.score, default=None)


def _compare(one: Fingerprint, other: Fingerprint, mirrored: bool) -> Match | None:
    pairs = _aligned(one.frames, other.frames, mirrored)
    if not pairs:
        return None
    speed, shift = _best_line(pairs)
    chosen = [p for p in pairs if _off(p, speed, shift) < 1]
    evidence = _once_each(chosen, [p.weight for p in chosen])
    there = other.glimpses.mirrored() if mirrored else other.glimpses
    moved = _moved(one.glimpses, there, chosen, speed, shift)
    tells = one.glimpses.tell and there.tell
    worth = _judged(evidence, max(p.agreed.share for p in chosen), moved, tells)
    start, end = _span(one, other, chosen, speed, shift)
    still = one.duration_s is None or other.duration_s is None
    return Match(
        round(1 - float(np.exp(-worth)), 4),
        0.0 if still else round(end - start, 1),
        mirrored,
        (start, end),
        (max(0.0, speed * start + shift), max(0.0, speed * end + shift)),
    )


def _moved(one: Glimpses, other: Glimpses, chosen: list[_Pair], speed: float, shift: float) -> Likeness | None:
    """How alike the two move, by the transforms of the pairs of stills that fit best."""
    best = sorted(chosen, key=lambda p: -p.fit)[:_TRIED]
    found = [likeness(one, other, p.shapes, p.agreed.move, speed, shift) for p in best]
    return max((f for f in found if f is not None), key=lambda f: f.correlation, default=None)


def _judged(evidence: float, share: float, moved: Likeness | None, tells: bool) -> float:
    """What the agreement of stills is worth, given how the clips move; `tells` is whether both are seen moving."""
    if moved is None:  # together for too short a time, where both are longer
        evidence *= _BRIEF if tells else 1.0
    elif max(moved.change) >= _CHANGE:
        if moved.correlation < _APART:
            return 0.0
        if moved.correlation >= _ONE:
            return evidence + _MOVING * (moved.correlation - _APART)
    return evidence if share >= _LEAST_SHARE else 0.0


def _aligned(one: tuple[FramePrint, ...], other: tuple[FramePrint, ...], mirrored: bool) -> list[_Pair]:
    left = [f.points for f in one]
    right = [f.points.mirrored() if mirrored else f.points for f in other]
    proposed = _alike(left, right)
    hashes = _near_hashes(one, other, mirrored)
    shown_one, shown_other = (shown_of(np.stack([f.thumb for f in side])) for side in (one, other))
    pairs = []
    for i, j in sorted(set(proposed) | hashes, key=lambda ij: -len(proposed.get(ij, ((), ()))[0]))[:_MAX_ALIGNED]:
        still_one = Still(one[i].thumb, one[i].shape, shown_one)
        still_other = Still(other[j].thumb, other[j].shape, shown_other)
        if mirrored:
            still_other = still_other.mirrored()
        agreed = None
        if (i, j) in proposed:
            at_one, at_other = proposed[i, j]
            agreed = by_points(still_one, still_other, left[i].at[at_one], right[j].at[at_other])
        if (i, j) in hashes and (agreed is None or agreed.share < 0.5):
            agreed = by_borders(still_one, still_other)
        if agreed is not None and (weight := _weight(agreed)) > 0:
            pairs.append(
                _Pair(
                    _interval(one[i]),
                    _interval(other[j]),
                    weight,
                    agreed.share * (4 + agreed.points),
                    (one[i].shape, other[j].shape),
                    agreed,
                )
            )
    return pairs


def _weight(agreed: Agreement) -> float:
    """How much one pair of stills speaks for a match."""
    if agreed.points == 0:
        return 1.0 if agreed.share >= 0.8 else 0.0
    if agreed.share < _LOWEST_SHARE:
        return 0.0
    return agreed.share * min(agreed.points - 4, 12) / 6


def _interval(frame: FramePrint) -> tuple[float, float]:
    return frame.at_ms / 1000, frame.until_ms / 1000


Indices = NDArray[np.intp]


def _alike(one: list[Points], other: list[Points]) -> dict[tuple[int, int], tuple[Indices, Indices]]:
    """For pairs of stills with enough points that look alike: the indices of these points in each."""
    signs_one, frame_one, place_one = _stack(one)
    signs_other, frame_other, place_other = _stack(other)
    if not len(signs_one) or not len(signs_other):
        return {}
    a, b = _candidates(signs_one, signs_other)
    apart = np.bitwise_count(signs_one[a] ^ signs_other[b]).sum(axis=1, dtype=np.int64)
    near = apart <= _NEAR_BITS
    a, b, apart = a[near], b[near], apart[near]
    pair = frame_one[a] * len(other) + frame_other[b]
    # of a point's look-alikes in one still, the nearest
    order = np.lexsort((apart, a, pair))
    first = np.ones(len(order), bool)
    first[1:] = (np.diff(pair[order]) != 0) | (np.diff(a[order]) != 0)
    order = order[first]
    pair, a, b = pair[order], a[order], b[order]
    if not len(pair):
        return {}
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    found = {}
    for start, end in zip(starts, [*starts[1:], len(pair)], strict=True):
        if end - start >= _LEAST_VOTES:
            key = (int(pair[start]) // len(other), int(pair[start]) % len(other))
            found[key] = (place_one[a[start:end]], place_other[b[start:end]])
    return found


def _stack(stills: list[Points]) -> tuple[NDArray[np.uint64], Indices, Indices]:
    signs = np.concatenate([p.signs for p in stills]) if stills else np.zeros((0, 2), np.uint64)
    counts = [len(p.signs) for p in stills]
    frames = np.repeat(np.arange(len(stills)), counts)
    places = np.concatenate([np.arange(n) for n in counts]) if stills else np.zeros(0, np.intp)
    return signs, frames, places


def _candidates(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> tuple[Indices, Indices]:
    """Pairs of rows that are equal in at least one of eight stretches of 16 bits."""
    left, right = one.view(np.uint16), other.view(np.uint16)
    found = []
    for band in range(8):
        order = np.argsort(right[:, band], kind="stable")
        keys = right[order, band]
        low, high = (
            np.searchsorted(keys, left[:, band], "left"),
            np.searchsorted(keys, left[:, band], "right"),
        )
        counts = high - low
        a = np.repeat(np.arange(len(left)), counts)
        within = np.arange(len(a)) - np.repeat(np.cumsum(counts) - counts, counts)
        found.append(a * len(right) + order[np.repeat(low, counts) + within])
    both = np.unique(np.concatenate(found))
    return both // len(right), both % len(right)


def _near_hashes(one: tuple[FramePrint, ...], other: tuple[FramePrint, ...], mirrored: bool) -> set[tuple[int, int]]:
    left = np.array([f.hash for f in one], np.uint64)
    right = np.array([f.hash ^ (MIRROR_MASK if mirrored else 0) for f in other], np.uint64)
    apart = np.bitwise_count(left[:, None] ^ right[None, :])
    return {(int(i), int(j)) for i, j in zip(*np.nonzero(apart <= _NEAR_HASH), strict=True)}


def _best_line(pairs: list[_Pair]) -> tuple[float, float]:
    """The speed and shift that explain the pairs best: what fits well and lies near the line speaks for it."""
    lines = _lines(pairs)
    fits = [
        _once_each(pairs, [p.fit * max(0.0, 1 - _off(p, speed, shift) ** 2) for p in pairs]) for speed, shift in lines
    ]
    return lines[int(np.argmax(fits))]


def _once_each(pairs: list[_Pair], values: list[float]) -> float:
    """The sum of what pairs are worth when a still of either side counts once, in its best pair."""
    ones: dict[float, float] = {}
    others: dict[float, float] = {}
    for pair, value in zip(pairs, values, strict=True):
        if value > ones.get(pair.one[0], 0.0):
            ones[pair.one[0]] = value
        if value > others.get(pair.other[0], 0.0):
            others[pair.other[0]] = value
    return min(sum(ones.values()), sum(others.values()))


def _lines(pairs: list[_Pair]) -> list[tuple[float, float]]:
    """Speeds and shifts (seconds) that some pair or two suggest: other = speed * one + shift."""
    found = [(1.0, _middle(p.other) - _middle(p.one)) for p in pairs]
    strongest = sorted(pairs, key=lambda p: -p.weight)[:16]
    for p in strongest:
        for q in strongest:
            run = _middle(q.one) - _middle(p.one)
            if run >= _LEAST_RUN_S:
                speed = (_middle(q.other) - _middle(p.other)) / run
                if 1 / _MAX_SPEED <= speed <= _MAX_SPEED:
                    found.append((speed, _middle(p.other) - speed * _middle(p.one)))
    return found


def _middle(interval: tuple[float, float]) -> float:
    return (interval[0] + interval[1]) / 2


def _off(pair: _Pair, speed: float, shift: float) -> float:
    """How far the pair's middles lie from the line, 1 being as far as stills of these intervals may."""
    reach = (speed * (pair.one[1] - pair.one[0]) + pair.other[1] - pair.other[0]) / 2
    return abs(speed * _middle(pair.one) + shift - _middle(pair.other)) / (reach + _SLACK_S)


def _span(
    one: Fingerprint,
    other: Fingerprint,
    chosen: list[_Pair],
    speed: float,
    shift: float,
) -> tuple[float, float]:
    """From and until when the first shows what the second does, but no longer than the second can."""
    start = max(min(p.one[0] for p in chosen), -shift / speed)
    end = max(p.one[1] for p in chosen)
    if other.duration_s is not None:
        end = min(end, (other.duration_s - shift) / speed)
    return start, max(start, end)
