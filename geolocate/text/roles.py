"""In which role does a text name each place: at, from, to, via, or merely mentioned?

The nearest preposition or verb before the name decides, in Russian and Ukrainian together with the case ending, in
the languages where "in" and "into" share a word. A name after "and" or a comma inherits the role before it; a name
that heads the text ("Хомс. Идёт колонна", "Raqqa: a convoy") is where all of it happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from geolocate.text.keys import Unit
from geolocate.text.lexicon import meanings
from geolocate.text.mention import Mention
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
_SITE_LOCATIVE, _SITE_ACCUSATIVE = words("site.locative"), words("site.accusative")
#: directions: в сторону Хомса, у напрямку Бердянська, in the direction of Homs
_TOWARD = words("role.toward")
_LOCATIVE = frozenset({"е", "ом", "ем", "ах", "ях", "ии", "ої", "ій", "ім", "ові", "ці", "ії", "ому"})
_ACCUSATIVE = frozenset({"у", "ю", "ую", "ию", "ію"})
_SECOND_LOCATIVE, _CONSONANTS = frozenset({"крыму", "криму", "дону", "клину"}), set("бвгджзклмнпрстфхцчшщьй")
_FEMININE = frozenset({"а", "я", "ия", "ія", "ая"})
_ARABIC_NEAR, _ENGLISH_AWAY = words("role.near-arabic"), words("role.away-english")
_CYRILLIC_NEAR, _FROM_CYRILLIC = words("role.near-cyrillic"), frozenset(["от", "від", "с", "з", "із"])
_FOR_VERBS, _ARRIVAL = words("role.for-verbs"), words("role.arrival")
_STRONG = words("role.strong")
_NUMBERS = words("role.numbers")
_ROAD_BEFORE, _ROAD_AFTER = words("road.before"), words("road.after")
#: words that say of themselves that something comes from what follows: قادمة من, leaving
_COMING = words("role.from") - {"من", "from", "из", "от"}
#: came in from Jordan, but by the crossing of Bab al-Hawa
_ENTERING, _CROSSINGS = words("role.entering"), words("role.crossing")
#: two words for "from"
_FROM_PAIRS = {
    ("з", "під"),
    ("із", "під"),
    ("з", "боку"),
    ("зі", "сторони"),
    ("out", "of"),
    ("из", "под"),
    ("со", "стороны"),
    ("с", "стороны"),
}
#: Aleppo → Manbij, and in a heading a dash
_ARROWS, _DASHES = {"→", "->", "➡", "➡️", "=>", "—>"}, {"—", "–", "-", "→", "->"}
_GOAL, _PASSING, _WHITHER = words("role.goal"), words("role.passing"), words("role.whither")
_RELATIVE, _DEPART = words("aside.relative"), words("aside.depart")
#: ends a heading; words that must follow for it to be one
_HEADING_ENDS, _HEADED = frozenset(".:,;—–-|\n"), 3
#: words before a name among which a word of goal is looked for (Next stop is probably Tabqa)
_GOAL_REACH = 5
#: words before "for" among which a verb of leaving makes it a goal: left the camp outside Homs for Tartus
_FOR_REACH = 6
#: the same trucks as in Raqqa: a comparison
_LIKE = frozenset({"as", "like", "как", "як", "كما"})
_STOPS = set(".!?\n;…|")
_JOINERS = words("role.joiners")
_MOVE, _HARM = frozenset({"move"}), frozenset({"damage", "strike"})


@dataclass(frozen=True, slots=True)
class Assigned:
    """The role of a mention; `arrived`, `departed`: the text tells of the arrival or start, so it was seen there."""

    role: Role
    arrived: bool = False
    departed: bool = False


def assign(text: str, units: Sequence[Unit], mentions: Sequence[Mention]) -> list[Assigned]:
    """One role a mention, in order."""
    roles: list[Assigned] = []
    heading = _heading(text, units, mentions)
    for number, mention in enumerate(mentions):
        previous = mentions[number - 1] if number else None
        if number < heading:
            roles.append(Assigned("at"))
        elif previous and roles[-1].role != "mention" and _joined(text, units, previous, mention):
            roles.append(roles[-1])
        else:
            floor = previous.last if previous else 0
            roles.append(_one(text, units, mention, floor))
            if (
                previous
                and roles[-1].role == "to"
                and roles[-2].role == "mention"
                and _only_to(units, previous, mention)
            ):
                roles[-2] = Assigned("from")
    for number, (left, right) in enumerate(pairwise(mentions)):
        if _arrow(text, left, right):
            roles[number : number + 2] = [Assigned("from"), Assigned("to")]
        elif roles[number].role == "from" and roles[number + 1].role == "at" and _upon(units, left, right):
            roles[number + 1] = Assigned("to")
        elif road_ends(text, units, left, right):
            roles[number : number + 2] = [Assigned("mention"), Assigned("mention")]
    return roles


def _upon(units: Sequence[Unit], left: Mention, right: Mention) -> bool:
    """From Bani Walid upon Tarhuna: زاحفة من بني وليد على ترهونة."""
    return [unit.token.fold for unit in units[left.last : right.first]] == ["علي"]


def road_ends(text: str, units: Sequence[Unit], left: Mention, right: Mention) -> bool:
    """Whether two names only say which road: طريق دمشق حلب, трасса Дамаск - Алеппо, the Homs-Tartus highway."""
    if text[left.end : right.start].strip() not in {"", "-", "–", "—", "/", "‑"}:
        return False
    before = units[left.first - 1].token.fold if left.first else ""
    after = units[right.last].token.fold if right.last < len(units) else ""
    return before in _ROAD_BEFORE or after in _ROAD_AFTER


def _arrow(text: str, left: Mention, right: Mention) -> bool:
    """Aleppo → Manbij, or a dash between the two names that head a text in Cyrillic or Arabic."""
    between = text[left.end : right.start].strip(' «»"')
    first = left.first == 0 and not text[left.start].isascii() and text[right.end : right.end + 1] in {":", ".", ","}
    leftward = between == "←" and "\u0600" <= text[left.start] <= "\u06ff"
    return between in _ARROWS or leftward or (first and between in _DASHES)


def _only_to(units: Sequence[Unit], left: Mention, right: Mention) -> bool:
    """Homs to Tartus: the first is where it comes from."""
    return [u.token.fold for u in units[left.last : right.first]] == ["to"]


def _heading(text: str, units: Sequence[Unit], mentions: Sequence[Mention]) -> int:
    """How many mentions stand alone before the first stop of a text that goes on after it (T4 / Tiyas airbase: ...)."""
    first = 0
    for count, mention in enumerate(mentions[:2], start=1):
        if any(u.token.fold not in _SKIP and u.token.script != "digit" for u in units[first : mention.first]):
            break
        first = mention.last
        behind = text[mention.end : mention.end + 3].lstrip(' »"*)')[:1]
        another = count < len(mentions) and mentions[count].first == mention.last
        if behind and behind in _HEADING_ENDS and not (another and behind in {",", "-"}):
            return count if len(units) - mention.last >= _HEADED else 0
        if behind != "/":
            break
    return 0


def _joined(text: str, units: Sequence[Unit], left: Mention, right: Mention) -> bool:
    between = units[left.last : right.first]
    gap = text[left.end : right.start]
    if set(gap) & _STOPS or len(between) > 1:
        return False
    if not between:
        return gap.strip() in {",", "،", "/", "و", "&", "#"} or (
            gap.strip() == "" and text[right.start : right.start + 1] == "و"
        )
    return between[0].token.fold in _JOINERS


def _one(text: str, units: Sequence[Unit], mention: Mention, floor: int) -> Assigned:
    moving = _moving(text, units, mention.first)
    clitic = _clitic_role(units[mention.first], mention, moving)
    if clitic == "at" and mention.first and units[mention.first - 1].token.fold in _PASSING:
        clitic = "via"
    if clitic and not (mention.first and units[mention.first - 1].token.fold in _ROLE_OF):
        return Assigned(clitic, arrived=clitic == "to" and _arrived("", _clause(text, units, mention.first)))
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
        if not _passed_over(units, i):
            break
        right, i, steps = unit.start, i - 1, steps + 1
    return _ungoverned(_clause(text, units, mention.first)[: min(_GOAL_REACH, mention.first - floor)])


def _passed_over(units: Sequence[Unit], i: int) -> bool:
    """Whether word `i` may stand between a preposition and its name: near the city of, to the border with."""
    token = units[i].token
    if token.fold == "with" and i and units[i - 1].token.fold == "border":
        return True
    return token.fold in _SKIP or token.script == "digit" or _adjective(units, i)


def _ungoverned(clause: Sequence[str]) -> Assigned:
    """The role of a name without a preposition: a goal (the next stop is probably X), or an Arabic verb's object."""
    bare = [fold.removeprefix("و") for fold in clause]
    if _GOAL & {*clause, *bare} or clause[2:3] == ["stop"]:
        return Assigned("to")
    for fold in clause:
        verb = "\u0600" <= fold[0] <= "\u06ff"
        if verb and fold in _DEPART:
            return Assigned("from", departed=not set(clause) & _RELATIVE)
        if verb and fold in _ROLE_OF:
            return Assigned("via") if _ROLE_OF[fold] == "via" else Assigned("mention")
    return Assigned("mention")


def _adjective(units: Sequence[Unit], i: int) -> bool:
    """Whether word `i` may stand between a preposition that lets no verb follow and a name."""
    token = units[i].token
    bare = not token.capital and not meanings(token.fold) and token.fold not in _ROLE_OF
    if not bare or not i:
        return False
    before = units[i - 1].token.fold
    return before in _STRONG or (before == "of" and i > 1 and units[i - 2].token.fold == "out")


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
    if earlier and earlier[-1] in _LIKE:
        return Assigned("mention")
    if word in _TOWARD and units[i].token.script == "cyrillic":
        return Assigned("to")
    if word in _IN_OR_INTO:
        return _in_or_into(text, units, i, mention)
    if word == "for":
        return Assigned("to") if set(_clause(text, units, i)[:_FOR_REACH]) & _FOR_VERBS else None
    if (*earlier[-1:], word) in _FROM_PAIRS:
        return Assigned("from")
    role = _role_of(text, units, i, mention)
    if _beside(word, earlier):
        return Assigned("at")
    if role is None:
        return None
    if role == "from":
        crossing = bool({u.token.fold for u in units[i + 1 : mention.first + 1]} & _CROSSINGS)
        return _origin(word, _clause(text, units, i), crossing)
    if word == "to" and not _moving(text, units, i):
        return Assigned("at" if earlier and meanings(earlier[-1]) & _HARM else "to")
    if units[i].token.script == "arabic" and word.startswith("ل") and not _moving(text, units, i):
        return Assigned("at")
    if role == "at" and word in {"in", "at", "on", "near"} and any(e.startswith("arriv") for e in earlier):
        return Assigned("to", arrived=True)
    return Assigned(role, arrived=role == "to" and _arrived(word, _clause(text, units, i)))


def _role_of(text: str, units: Sequence[Unit], i: int, mention: Mention) -> Role | None:
    """The role that word `i` has by itself; 2 and 4 right before a name, after a word of movement, mean to and for."""
    word = units[i].token.fold
    if word in _NUMBERS and i == mention.first - 1 and _moving(text, units, i):
        return "to"
    return _ROLE_OF.get(word)


def _origin(word: str, clause: Sequence[str], crossing: bool) -> Assigned:
    """من after a verb of passing says which way; a departure is a sighting unless a clause of its own tells of it."""
    verb = next((fold for fold in clause if fold in _PASSING | _DEPART | _ARRIVAL | _COMING), "")
    if word == "من" and verb in _PASSING and (crossing or verb not in _ENTERING):
        return Assigned("via")
    departed = word in _DEPART or verb in _DEPART
    return Assigned("from", departed=departed and not set(clause) & _RELATIVE)


def _arrived(word: str, clause: Sequence[str]) -> bool:
    """Whether the nearest verb of movement says that the way ended: прибыла в, وصل إلى, but not وصل ... متجها إلى."""
    if word in _WHITHER:
        return False
    verb = next((fold for fold in (word, *clause) if fold in _ARRIVAL or meanings(fold) & _MOVE), "")
    return verb in _ARRIVAL


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
    sites = {unit.token.fold for unit in units[i + 1 : mention.first + 1]}
    if sites & _SITE_LOCATIVE:
        return Assigned("at")
    if sites & _SITE_ACCUSATIVE and moving:
        return Assigned("to", arrived=_arrived("", clause))
    if units[i].token.fold == "у" and not (moving and ending in _ACCUSATIVE | {""}):
        return Assigned("at")
    if ending is None:
        final = units[mention.last - 1].token.fold
        ending = next((e for size in (3, 2, 1) if (e := final[-size:]) in _LOCATIVE | _ACCUSATIVE), "")
    whither = moving or (_only_accusative(units[mention.last - 1].token.fold, mention) and not _harmed(clause))
    if ending in _LOCATIVE or not whither:
        return Assigned("to") if ending in _ACCUSATIVE and mention.ending is not None and moving else Assigned("at")
    return Assigned("to", arrived=_arrived("", clause))


def _only_accusative(fold: str, mention: Mention) -> bool:
    """Whether a name after в or на can only be where something goes: в Хомс, в Казань, на Ракку (but в Крыму)."""
    ending = mention.ending
    if ending is None or fold in _SECOND_LOCATIVE:
        return False
    if ending in _ACCUSATIVE:
        return all(reading.named.tail in _FEMININE for reading in mention.readings)
    return ending in {"", "ь"} and fold[-1] in _CONSONANTS


def _harmed(clause: Sequence[str]) -> bool:
    return any(meanings(fold) & _HARM for fold in clause)
