"""Does a place where something is said to be turn out to be where its way started?

"Trucks in Homs set off for Tartus", "a column left the base in Hama", "из Хамы" in so many words: the place stays one
where it was seen, but its role is that of an origin. "Ivanov, from Rostov, drove to Homs" is the other way round: where
a person comes from is no start of a movement.
"""

from collections.abc import Sequence
from dataclasses import replace

from geolocate.text.keys import Unit
from geolocate.text.lexicon import meanings
from geolocate.text.mention import Mention
from geolocate.text.roles import Assigned
from geolocate.text.words import words

_BEGINS, _LEAVES, _SITES = words("start.begins"), words("start.leaves"), words("start.site")
_WISHES, _GOING = words("start.wishes"), words("start.going")
#: in Homs a column is driving 90 km to Tartus
_LENGTHS = frozenset({"km", "kilometers", "kilometres", "miles", "км", "километров", "кілометрів", "كم", "كيلومتر"})
_ENDS = frozenset(".!?\n;…|")
#: words between leaving and the place whose site is left: left the railway station in Homs
_LEFT_REACH = 6


def start_from(
    text: str, units: Sequence[Unit], mentions: Sequence[Mention], roles: Sequence[Assigned]
) -> list[Assigned]:
    """The roles with "at" made "from" where the movement began there, one a mention."""
    told: list[Assigned] = []
    for role, mention in zip(roles, mentions, strict=True):
        # Damascus, Syria: what follows a comma has the role before it
        same = bool(told) and told[-1].role == "mention" and mention.first == mentions[len(told) - 1].last
        born = role.role == "from" and (same or _birthplace(text, units, mention))
        told.append(replace(role, role="mention") if born else role)
    for i, (role, mention) in enumerate(zip(told, mentions, strict=True)):
        if role.role in {"at", "mention"} and _left_site(text, units, mention, mentions[i - 1].last if i else 0):
            told[i] = replace(role, role="from", departed=True)
    if any(role.role == "from" for role in told):
        return told
    for i, role in enumerate(told):
        goal = next((j for j in range(i + 1, len(told)) if told[j].role == "to"), None)
        if (
            role.role == "at"
            and goal is not None
            and not told[goal].arrived
            and _sets_off(text, units, mentions, i, goal)
        ):
            told[i] = replace(role, role="from", departed=True)
            break
    return told


def _between(text: str, units: Sequence[Unit], first: int, last: int) -> list[str] | None:
    """The words from unit `first` up to `last`, None when a sentence ends among them."""
    if first and set(text[units[first - 1].end : units[last].start]) & _ENDS:
        return None
    return [unit.token.fold for unit in units[first:last]]


def _sets_off(text: str, units: Sequence[Unit], mentions: Sequence[Mention], i: int, goal: int) -> bool:
    """Whether what was at mention `i` is told to begin its way, or to want to go, to mention `goal`."""
    found = _between(text, units, mentions[i].last, mentions[goal].first)
    if found is None:
        return False
    if _BEGINS & set(found) or (_LENGTHS & set(found) and any("move" in meanings(fold) for fold in found)):
        return True
    wished = next((n for n, fold in enumerate(found) if fold in _WISHES), None)
    return wished is not None and any(fold in _GOING or "move" in meanings(fold) for fold in found[wished + 1 :])


def _left_site(text: str, units: Sequence[Unit], mention: Mention, floor: int) -> bool:
    """Whether a base, a station or the like at this place is what was left: вышла с базы в Хомсе.

    `floor`: the word after the name before, which may be that of a site itself (Port Sudan).
    """
    first = max(floor, mention.first - _LEFT_REACH)
    for start in range(mention.first - 1, first - 1, -1):
        if units[start].token.fold in _LEAVES:
            found = _between(text, units, start + 1, mention.first)
            return found is not None and bool(_SITES & set(found))
    return False


def _birthplace(text: str, units: Sequence[Unit], mention: Mention) -> bool:
    """Whether "from" follows a person's name and a comma: Majed, from Damascus, walked."""
    i = mention.first - 1
    if i < 1 or units[i].token.fold not in {"from", "из", "з", "із"}:
        return False
    before = units[i - 1]
    named = before.token.capital and not meanings(before.token.fold) and not before.token.raw.isupper()
    return named and text[before.end : units[i].start].strip() == "," and units[i].token.script == before.token.script
