"""Is a place told of as the one that something comes to?

"Germany expects 50,000 more refugees", "شهدت القامشلي وصول رتل": the place is the subject of a verb of receiving, and
no preposition says whither. What is expected has not arrived.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from geolocate.text.keys import Unit
from geolocate.text.lexicon import KIND_MEANINGS, meanings
from geolocate.text.mention import Mention
from geolocate.text.roles import Assigned
from geolocate.text.words import words

_VERBS, _COMES, _NOT = words("receive.verbs"), words("receive.comes"), words("receive.not")
_TELLS, _FUTURE = words("receive.tells"), words("receive.future")
#: words between the place and the verb, and the words after the verb among which it is told what comes
_NEAR, _REACH = 3, 12
_ENDS = frozenset(".!?\n;…|")
_VEHICLES = frozenset({"convoy", *KIND_MEANINGS})


def received(
    text: str, units: Sequence[Unit], mentions: Sequence[Mention], roles: Sequence[Assigned]
) -> list[Assigned]:
    """The roles with "mention" made "to" where the place receives, one a mention."""
    told = list(roles)
    for i, (role, mention) in enumerate(zip(roles, mentions, strict=True)):
        if role.role == "mention" or (role.role == "at" and units[mention.first].token.script == "arabic"):
            found = _receives(text, units, mention)
            if found and not _elsewhere(text, roles, mentions, i):
                told[i] = replace(role, role="to", arrived=found == "arrived")
    return told


def _receives(text: str, units: Sequence[Unit], mention: Mention) -> str:
    """ "arrived" or "expected", empty when nothing comes there."""
    after = _sentence(text, units, mention.last, mention.last + _NEAR + _REACH)
    if units[mention.first].token.script == "arabic":
        before = [u.token.fold.removeprefix("و") for u in units[max(0, mention.first - _NEAR) : mention.first]]
        verb = next((fold for fold in before if fold in _VERBS), "")
    else:
        verb = next((fold for fold in after[:_NEAR] if fold in _VERBS | _TELLS), "")
    if not verb or _NOT & set(after):
        return ""
    comes = bool(_COMES & set(after))
    if verb in _TELLS:
        comes = comes and any(fold[0].isdecimal() for fold in after)
    elif not comes:
        comes = any(meanings(fold) & _VEHICLES for fold in after)
    return "" if not comes else "expected" if verb in _FUTURE else "arrived"


def _sentence(text: str, units: Sequence[Unit], first: int, last: int) -> list[str]:
    """The folded words from unit `first` up to `last` or the end of the sentence."""
    if first >= len(units):
        return []
    numbered = range(first, min(last, len(units)))
    inside = takewhile(lambda i: not _ENDS & set(text[units[i - 1].end : units[i].start]), numbered)
    return [units[i].token.fold for i in inside]


def _elsewhere(text: str, roles: Sequence[Assigned], mentions: Sequence[Mention], i: int) -> bool:
    """Whether the same sentence names another place as the goal: Russia sees tanks arrive in Homs."""
    for other, mention in zip(roles[i + 1 :], mentions[i + 1 :], strict=True):
        if _ENDS & set(text[mentions[i].end : mention.start]):
            return False
        if other.role in {"to", "at"}:
            return True
    return False
