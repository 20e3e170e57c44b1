"""How does what people ruled to be one, or apart, bear on copies, on events and on the pairs that are linked?"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from db.rulings import Ruling
from geolocate.copies import CopyGroup, CopyItem, Tie, copy_groups
from geolocate.pair_rulings import Pair


def in_force(ruled: Sequence[Ruling]) -> list[Ruling]:
    """Without the splits that a later merger of both sides takes back."""
    return [
        r for n, r in enumerate(ruled)
        if r.one or not any(m.one and m.named & r.these and m.named & r.others for m in ruled[n + 1 :])
    ]  # fmt: skip


def parted_copies(items: Sequence[CopyItem], ties: Sequence[Tie], ruled: Iterable[Ruling]) -> list[CopyGroup]:
    """Posts as groups of copies, of which no group holds both sides of a split; who is named nowhere stays."""
    groups = copy_groups(items, ties)
    by_id = {item.id: item for item in items}
    for split in (r for r in ruled if not r.one):
        for group in list(groups):
            members = {group.original, *group.copies}
            if members & split.these and members & split.others:
                groups.remove(group)
                for side in (members & split.these, members - split.these):
                    inside = [t for t in ties if t.one in side and t.other in side]
                    groups.extend(copy_groups([by_id[name] for name in side], inside))
    return groups


def never_one(ruled: Iterable[Ruling], account: Mapping[str, str]) -> list[Pair]:
    """Pairs of accounts that a split parts; `account` names the account that each post belongs to."""
    pairs = (
        (account[a], account[b])
        for r in ruled
        if not r.one
        for a, b in product(sorted(r.these & account.keys()), sorted(r.others & account.keys()))
    )
    return list(dict.fromkeys(pair for pair in pairs if pair[0] != pair[1]))


def settled(
    events: Iterable[tuple[str, ...]], ruled: Iterable[Ruling], account: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """Events (tuples of accounts) as the rulings have them, the oldest first: the newest word counts."""
    groups = [[event] for event in events]
    for r in ruled:
        these, others = ({account[p] for p in side if p in account} for side in (r.these, r.others))
        if r.one:
            joined = [g for g in groups if any(set(e) & (these | others) for e in g)]
            groups = [g for g in groups if g not in joined] + ([[e for g in joined for e in g]] if joined else [])
            continue
        for group in [g for g in groups if _touches(g, these) and _touches(g, others)]:
            groups.remove(group)
            groups += [[e for e in group if set(e) & these], [e for e in group if not set(e) & these]]
    return sorted(tuple(sorted(name for event in group for name in event)) for group in groups)


def _touches(group: Iterable[tuple[str, ...]], accounts: set[str]) -> bool:
    return any(set(event) & accounts for event in group)


def ruled_pairs(ruled: Iterable[Ruling], sighting: Mapping[str, str]) -> dict[Pair, bool]:
    """What is said of pairs of sightings, the newest word; `sighting` names the sighting that each post is in."""
    said: dict[Pair, bool] = {}
    for r in ruled:
        for a, b in product(*({sighting[p] for p in side if p in sighting} for side in (r.these, r.others))):
            if a != b:
                said[min(a, b), max(a, b)] = r.one
    return said
