"""Under which keys is a name kept, and which keys may a phrase of a text stand for?

Key kinds, told apart by their first character: none, the words joined; "'", the same without Arabic articles (names
of countries where Arabic is written); "-", the stem of one Cyrillic word; "=", loose stems of several; "~", the
consonant skeleton. Words are joined without a space, so that كفرنبل and كفر نبل meet.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from geolocate.text.inflect import (
    adjective_stems,
    loose_stem,
    loose_stems,
    stems_of_adjective,
    stems_of_form,
    stems_of_name,
)
from geolocate.text.normalise import Token, tokenize
from geolocate.text.skeleton import romanise, skeleton
from geolocate.text.words import listed, words

#: the article before sun letters is assimilated: ash-Sham, эз-Зор
LATIN_ARTICLES = words("article.latin")
#: these are English words too: an article only when hyphenated or between capitals
_AMBIGUOUS = words("article.latin-ambiguous")
CYRILLIC_ARTICLES = words("article.cyrillic")
_ARTICLES = LATIN_ARTICLES | CYRILLIC_ARTICLES
ARABIC_CLITICS = listed("clitic.arabic")

#: letters of an acronym, at most
ACRONYM = 5
PRIMARY, ARTICLE = 1, 2
COMMON_SHIFT = 4
#: endings of the instrumental that a skeleton would keep
_INSTRUMENTAL = ("ами", "ями", "ом", "ем", "єм")
_GAP = re.compile(r"[ \t\xa0\-‐‑–_.·/'’]{1,3}\Z")


class Key(NamedTuple):
    """One key to look up. `ending`: the case ending cut off. `cost`: how far the spelling was bent.

    `adjective`: the name was found in an adjective made from it; `acronym`: written in capitals and short.
    """

    text: str
    ending: str | None = None
    cost: float = 0.0
    article: bool = False
    arab_only: bool = False
    adjective: bool = False
    acronym: bool = False


class Unit(NamedTuple):
    """A word with the article before it: one step of a name."""

    start: int
    end: int
    full: str
    bare: str
    token: Token
    article: bool


def units(text: str, tokens: Sequence[Token]) -> list[Unit]:
    """The tokens with articles joined to the word that follows."""
    found: list[Unit] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.fold in _ARTICLES and i + 1 < len(tokens) and _is_article(text, token, tokens[i + 1]):
            following = tokens[i + 1]
            full = token.fold + following.fold
            found.append(Unit(token.start, following.end, full, following.fold, following, True))
            i += 2
            continue
        bare, article = _without_arabic_article(token)
        found.append(Unit(token.start, token.end, token.fold, bare, token, article))
        i += 1
    return found


def _is_article(text: str, token: Token, following: Token) -> bool:
    if token.script != following.script or len(following.fold) < 2 or following.start - token.end > 2:
        return False
    gap = text[token.end : following.start]
    if token.script == "cyrillic":
        return token.fold in CYRILLIC_ARTICLES and gap in {"-", "‑", "–"}
    if token.script != "latin" or token.fold not in LATIN_ARTICLES:
        return False
    if gap in {"-", "‑", "–", "'", "’"}:
        return True
    return gap == " " and following.capital and (token.fold not in _AMBIGUOUS or token.capital)


def _without_arabic_article(token: Token) -> tuple[str, bool]:
    fold = token.fold
    if token.script == "arabic" and fold.startswith("ال") and len(fold) >= 5:
        return fold[2:], True
    return fold, False


def links(text: str, units: Sequence[Unit]) -> list[bool]:
    """For each unit whether it and the next may belong to one name; one less than there are units."""
    return [connected(text, left, right) for left, right in pairwise(units)]


def connected(text: str, left: Unit, right: Unit) -> bool:
    """Whether two neighbouring words may belong to one name: the same script family, only spaces or hyphens between."""
    if right.start - left.end > 3 or (
        left.token.script != right.token.script and "digit" not in (left.token.script, right.token.script)
    ):
        return False
    gap = text[left.end : right.start]
    return gap == " " or bool(_GAP.match(gap))


def name_keys(name: str, arab: bool, theatre: bool, adjectives: bool) -> Iterator[tuple[str, str, bool]]:
    """(key, tail, article) under which a gazetteer keeps `name`.

    `arab`: Arabic is written where it lies; `theatre`: skeletons are kept; `adjectives`: Cyrillic adjectives are too.
    """
    parts = units(name, tokenize(name))
    if not parts or len(parts) > 6:
        return
    article = parts[0].article
    full, bare = "".join(p.full for p in parts), "".join(p.bare for p in parts)
    script = parts[0].token.script
    if script == "cyrillic":
        if len(parts) == 1:
            yield from (("-" + stem, tail, article) for stem, tail in stems_of_name(bare))
            if adjectives:
                yield from (("-" + stem, "adj", article) for stem in adjective_stems(bare))
        else:
            yield "=" + "".join(loose_stem(p.bare) for p in parts), "", article
    elif script == "arabic":
        yield bare, "", article
    elif arab:
        yield "'" + bare, "", article
    else:
        yield full, "", article
    if theatre and script in {"cyrillic", "latin"}:
        romanised = romanise(bare)
        bones = skeleton(romanised)
        if bones:
            yield "~" + bones, romanised, article


def phrase_keys(parts: Sequence[Unit]) -> Iterator[Key]:
    """The exact keys that a phrase of a text may stand for, the likeliest first (skeletons: `skeleton_key`)."""
    script = parts[0].token.script
    bare = "".join(p.bare for p in parts)
    article = parts[0].article
    if script == "cyrillic":
        if len(parts) == 1:
            raw = parts[0].token.raw
            yield from _cyrillic(bare, article, len(raw) <= ACRONYM and raw.isupper() and raw.isalpha())
        else:
            yield from (Key("=" + stem, None, 0.0, article) for stem in _joined_stems(parts))
    elif script == "arabic":
        yield Key(bare, None, 0.0, article)
        yield from _without_clitics(parts)
    else:
        yield Key("".join(p.full for p in parts), None, 0.0, article)
        yield Key("'" + bare, None, 0.0, article, arab_only=True)


def _joined_stems(parts: Sequence[Unit]) -> list[str]:
    """The loose stems of several words joined, and with any one of them as it is in the nominative."""
    stems = [loose_stems(part.bare) for part in parts]
    plain = [stem[0] for stem in stems]
    found = ["".join(plain)]
    for i, others in enumerate(stems):
        found += ["".join((*plain[:i], other, *plain[i + 1 :])) for other in others[1:]]
    return found


@lru_cache(maxsize=20_000)
def _cyrillic(bare: str, article: bool, acronym: bool) -> tuple[Key, ...]:
    """The keys of one Cyrillic word; the same words come again and again."""
    plain = (Key("-" + stem, ending, 0.0, article, acronym=acronym) for stem, ending in stems_of_form(bare))
    adjectives = (
        Key("-" + stem, ending, 0.0, article, adjective=True, acronym=acronym)
        for stem, ending in stems_of_adjective(bare)
    )
    return (*plain, *adjectives)


def _without_clitics(parts: Sequence[Unit]) -> Iterator[Key]:
    stripped = without_clitics(parts[0].token.fold)
    if stripped:
        rest = "".join(p.bare for p in parts[1:])
        for first, cost, article in stripped:
            yield Key(first + rest, None, cost, article)


@lru_cache(maxsize=20_000)
def without_clitics(fold: str) -> tuple[tuple[str, float, bool], ...]:
    """What an Arabic word may be without what is written with it: (rest, cost, whether it had an article)."""
    return tuple(
        (fold[len(clitic) :], 0.3 if len(clitic) > 1 else 0.6, clitic.endswith(("ال", "لل")))
        for clitic in ARABIC_CLITICS
        if fold.startswith(clitic) and len(fold) - len(clitic) >= 3
    )


def skeleton_key(parts: Sequence[Unit]) -> tuple[str, str] | None:
    """(key, romanised form) of a phrase, None when it has too few consonants."""
    if parts[0].token.script not in {"latin", "cyrillic", "arabic"}:
        return None
    romanised = romanise("".join(p.bare for p in parts))
    bones = skeleton(romanised)
    return ("~" + bones, romanised) if bones else None


def uncased(parts: Sequence[Unit]) -> Sequence[Unit]:
    """One Cyrillic word without the ending of the instrumental, which has a consonant: Саракибом; else nothing."""
    word = parts[0].bare
    cut = next((word[: -len(e)] for e in _INSTRUMENTAL if word.endswith(e) and len(word) - len(e) >= 4), "")
    return [parts[0]._replace(bare=cut)] if cut and len(parts) == 1 and parts[0].token.script == "cyrillic" else ()
