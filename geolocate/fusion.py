"""What do all kinds of evidence of one post say together: where was it, how sure is that, and who disagrees?

Each kind is a claim: places it may mean, each with a 90 % radius, and the trust that one of them is right. The truth
is taken to lie anywhere in a region until claims speak; a claim that is wrong says nothing. So claims that agree make
each other surer, and of claims that disagree the more trusted wins, with the others kept as other places and their
probabilities: two towns are never averaged. The order of the claims does not matter.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from geolocate.sphere import distance_km
from geolocate.types import Candidate, Position

#: what the radius of an answer is meant to hold
HOLDS = 0.9
#: where a truth is looked for before anything is known: per km2, in a circle of 500 km
_ANYWHERE = 1 / (math.pi * 500.0**2)
#: a claim that is right lies within its radius so often: with the trust that it is right, that makes nine in ten
IF_RIGHT = 0.95
#: such a radius of a round normal distribution in its standard deviations
_SIGMAS = math.sqrt(-2 * math.log(1 - IF_RIGHT))
#: places that disagree but lie this near, km, are held by one wider radius; those farther apart are told one by one
WIDENS_KM = 60.0
#: the least probability of a place that is told, and of one that is the answer
_LEAST_OTHER, LEAST_ANSWER = 0.02, 0.5
_SAME_KM = 0.1


@dataclass(frozen=True, slots=True)
class Option:
    """One place that a claim may mean; `share` of the claim's trust."""

    lat: float
    lon: float
    radius_km: float
    share: float = 1.0
    name: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one kind of evidence says: `trust` (0 to 1) that one of the options holds the truth; `words` say who says
    so. One that does not `refine` never moves a position that another claim gives."""

    kind: str
    trust: float
    options: tuple[Option, ...]
    words: str = ""
    refines: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """The place that the claims make likeliest, with its probability; the `claims` that agree and those that do not;
    `others`: places elsewhere. None of it is a position where `probability` is under LEAST_ANSWER."""

    position: Position
    ref: str
    probability: float
    leading: Claim
    agreeing: tuple[Claim, ...]
    against: tuple[Claim, ...]
    others: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    """A hypothesis: this option of this claim is right. `weight`: how likely the claims together make it."""

    claim: Claim
    option: Option
    weight: float


def combined(claims: Sequence[Claim]) -> Verdict | None:
    """One answer out of claims of different kinds; None where there are none."""
    held = sorted(
        (_Held(claim, option, _weight(claims, claim, option)) for claim in claims for option in claim.options),
        key=lambda h: (-h.weight, h.claim.kind, h.option.lat, h.option.lon),
    )
    if not held:
        return None
    groups = _groups(held)
    # wrong all of them
    none = math.prod((1 - claim.trust) * _ANYWHERE for claim in claims)
    total = sum(group[0].weight for group in groups) + none
    shares = [group[0].weight / total for group in groups]
    best = _narrowest(groups[0])
    radius_km, probability = best.option.radius_km, shares[0]
    for group, share in zip(groups[1:], shares[1:], strict=True):
        away = _away_km(best.option, group[0].option)
        if probability < HOLDS and away <= WIDENS_KM:
            radius_km, probability = max(radius_km, away + group[0].option.radius_km / 2), probability + share
    others = tuple(
        Candidate(o.ref, o.name, o.lat, o.lon, o.radius_km, round(share, 4))
        for group, share in zip(groups[1:], shares[1:], strict=True)
        if share >= _LEAST_OTHER and _away_km(best.option, o := group[0].option) > radius_km
    )
    agreeing = tuple(c for c in claims if any(h.claim is c for h in groups[0]))
    return Verdict(
        Position(best.option.lat, best.option.lon, round(radius_km, 1)), best.option.ref, round(probability, 4),
        best.claim, agreeing, tuple(c for c in claims if c not in agreeing), others,
    )  # fmt: skip


def _weight(claims: Sequence[Claim], mine: Claim, option: Option) -> float:
    """How likely the claims are when the truth is where this option of one of them is."""
    weight = mine.trust * option.share * _ANYWHERE
    for claim in claims:
        if claim is not mine:
            near = sum(o.share * _density(option, o) for o in claim.options)
            weight *= claim.trust * near + (1 - claim.trust) * _ANYWHERE
    return weight


def _density(one: Option, other: Option) -> float:
    """How likely, per km2, two options lie so far apart when they mean one point."""
    variance = (one.radius_km**2 + other.radius_km**2) / _SIGMAS**2
    return math.exp(-(_away_km(one, other) ** 2) / (2 * variance)) / (2 * math.pi * variance)


def _groups(held: Sequence[_Held]) -> list[list[_Held]]:
    """Hypotheses that are one place, the likeliest place first; of each claim, one option a place."""
    groups: list[list[_Held]] = []
    for one in held:
        for group in groups:
            if _agree(group[0].option, one.option):
                if all(h.claim is not one.claim for h in group):
                    group.append(one)
                break
        else:
            groups.append([one])
    return groups


def _agree(one: Option, other: Option) -> bool:
    return _away_km(one, other) <= max(_SAME_KM, math.hypot(one.radius_km, other.radius_km))


def _narrowest(group: Sequence[_Held]) -> _Held:
    """The one that says most exactly where it was, of those that may; else the likeliest."""
    able = [h for h in group if h.claim.refines] or list(group)
    return min(able, key=lambda h: (h.option.radius_km, -h.weight))


def _away_km(one: Option, other: Option) -> float:
    return float(distance_km(one.lat, one.lon, other.lat, other.lon))
