"""In which role does a text name each place: at, from, to, via, or merely mentioned?

The nearest preposition or verb before the name decides, in Russian and Ukrainian together with the case ending, in
the languages where "in" and "into" share a word. A name after "and" or a comma inherits the role before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from geolocate.text.keys import Unit
from geolocate.text.lexicon import meanings
from geolocate.text.toponyms import Mention
from geolocate.text.words import words
from geolocate.types import ROLES, Role

#: words looked at before a name
_REACH = 4
#: words searched for the verb that tells "in" from "into"
_CLAUSE = 9
#: qualifiers that may stand between a preposition and the name
_SKIP = words("role.skip")
_ROLE_OF: dict[str, Role] = {word: role for role in ROLES if role != "mention" for word in words(f"role.{role}")}
#: "in" and "into" are one word: the case tells, or the verb
_IN_OR_INTO = words("role.in-or-into")
#: directions: в сторону Хомса, у напрямку Бердянська, in the direction of Homs
_TOWARD = words("role.toward")
_LOCATIVE = frozenset({"е", "ом", "ем", "ах", "ях", "ии", "ої", "ій", "ім", "ові", "ці", "ії", "ому"})
_ACCUSATIVE = frozenset({"у", "ю", "ую", "ию", "ію"})
_ARABIC_NEAR, _ENGLISH_AWAY = words("role.near-arabic"), words("role.away-english")
_CYRILLIC_NEAR, _FROM_CYRILLIC = words("role.near-cyrillic"), frozenset(["от", "від", "с", "з", "із"])
_FOR_VERBS, _ARRIVAL = words("role.for-verbs"), words("role.arrival")
_STOPS = set(".!?\n;…|")
_JOINERS = words("role.joiners")
_MOVE, _HARM = frozenset({"move"}), frozenset({"damage", "strike"})


@dataclass(frozen=True, slots=True)
class Assigned:
    """The role of a mention; `arrived`: it is where the movement ended, so the thing was seen there."""

    role: Role
    arrived: bool = False


def assign(text: str, units: Sequence[Unit], mentions: Sequence[Mention]) -> list[Assigned]:
    """One role a mention, in order."""
    roles: list[Assigned] = []
    for number, mention in enumerate(mentions):
        previous = mentions[number - 1] if number else None
        if previous and roles[-1].role != "mention" and _joined(text, units, previous, mention):
            roles.append(roles[-1])
        else:
            floor = previous.last if previous else 0
            roles.append(_one(text, units, mention, floor))
    return roles


def _joined(text: str, units: Sequence[Unit], left: Mention, right: Mention) -> bool:
    between = units[left.last : right.first]
    gap = text[left.end : right.start]
    if set(gap) & _STOPS or len(between) > 1:
        return False
    if not between:
        return gap.strip() in {",", "،", "/", "و", "&"} or (
            gap.strip() == "" and text[right.start : right.start + 1] == "و"
        )
    return between[0].token.fold in _JOINERS


def _one(text: str, units: Sequence[Unit], mention: Mention, floor: int) -> Assigned:
    moving = _moving(text, units, mention.first)
    clitic = _clitic_role(units[mention.first], mention, moving)
    if clitic and not (mention.first and units[mention.first - 1].token.fold in _ROLE_OF):
        return Assigned(clitic)
    i = mention.first - 1
    steps = 0
    right = mention.start
    while i >= floor and steps < _REACH:
        unit = units[i]
        if set(text[unit.end : right]) & _STOPS:
            break
        assigned = _governed(text, units, i, floor, mention)
        if assigned:
            return assigned
        if unit.token.fold not in _SKIP and unit.token.script != "digit":
            break
        right, i, steps = unit.start, i - 1, steps + 1
    return Assigned("mention")


def _clitic_role(unit: Unit, mention: Mention, moving: bool) -> Role | None:
    """Arabic بـ and لـ are written with the name: بحمص in Homs, لحمص of Homs, or to Homs after a verb of movement."""
    if unit.token.script != "arabic" or all(r.cost < 0.3 for r in mention.readings):
        return None
    fold = unit.token.fold.removeprefix("و")
    return (
        "at"
        if fold.startswith("ب") or (fold.startswith("ل") and not moving)
        else "to"
        if fold.startswith("ل")
        else None
    )


def _governed(text: str, units: Sequence[Unit], i: int, floor: int, mention: Mention) -> Assigned | None:
    """The role that word `i` gives a name after it, None when it gives none."""
    word = units[i].token.fold
    earlier = [u.token.fold for u in units[max(floor, i - 3) : i]]
    if word in _TOWARD and units[i].token.script == "cyrillic":
        return Assigned("to")
    if word in _IN_OR_INTO:
        return _in_or_into(text, units, i, mention)
    if word == "for":
        return Assigned("to") if set(earlier) & _FOR_VERBS else None
    if _beside(word, earlier):
        return Assigned("at")
    role = _ROLE_OF.get(word)
    if role is None:
        return None
    if word == "to" and not _moving(text, units, i):
        return Assigned("at" if earlier and meanings(earlier[-1]) & _HARM else "to")
    if units[i].token.script == "arabic" and word.startswith("ل") and not _moving(text, units, i):
        return Assigned("at")
    if role == "at" and word in {"in", "at"} and any(e.startswith("arriv") for e in earlier):
        return Assigned("to", arrived=True)
    return Assigned(role, arrived=role == "to" and (word in _ARRIVAL or bool(set(earlier) & _ARRIVAL)))


def _beside(word: str, earlier: Sequence[str]) -> bool:
    """Whether a word for "from" only says near what: недалеко от, рядом с, بالقرب من, north of."""
    last = earlier[-1] if earlier else ""
    if word == "من":
        return last in _ARABIC_NEAR or last.removeprefix("ال") in _ARABIC_NEAR
    if word == "of":
        return bool(set(earlier) & _ENGLISH_AWAY)
    return word in _FROM_CYRILLIC and last in _CYRILLIC_NEAR


def _clause(text: str, units: Sequence[Unit], i: int) -> list[str]:
    """The words before unit `i` in its sentence, the nearest first."""
    clause: list[str] = []
    right = units[i].start
    for unit in reversed(units[max(0, i - _CLAUSE) : i]):
        if set(text[unit.end : right]) & _STOPS:
            break
        clause.append(unit.token.fold)
        right = unit.start
    return clause


def _moving(text: str, units: Sequence[Unit], i: int) -> bool:
    return any(meanings(fold) & _MOVE for fold in _clause(text, units, i))


def _in_or_into(text: str, units: Sequence[Unit], i: int, mention: Mention) -> Assigned:
    """в Хомсе (where) or в Хомс (where to); when the form is both, a verb of movement before it decides."""
    clause = _clause(text, units, i)
    moving = any(meanings(fold) & _MOVE for fold in clause)
    ending = mention.ending
    if units[i].token.fold == "у" and not (moving and ending in _ACCUSATIVE | {""}):
        return Assigned("at")
    if ending is None:
        final = units[mention.last - 1].token.fold
        ending = next((e for size in (3, 2, 1) if (e := final[-size:]) in _LOCATIVE | _ACCUSATIVE), "")
    if ending in _LOCATIVE or not moving:
        return Assigned("to") if ending in _ACCUSATIVE and mention.ending is not None and moving else Assigned("at")
    return Assigned("to", arrived=any(fold in _ARRIVAL for fold in clause))
