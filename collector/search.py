"""What of a text does search know it by, and what may the words of a question stand for?

Words are folded as the geolocator folds them (case, vowel signs, letter shapes), and cut to a stem: Russian and
Ukrainian endings, the article and the particles that Arabic writes together with a word, the plural of English. Names
are also kept by their consonants, so that Kafranbel finds Кафранбель; places by what the gazetteer and the geolocator
hold them to be, so that Хмеймим finds حميميم.
"""

import re
from collections.abc import Iterator, Sequence

from collector.errors import ConvoywatchError
from db import search
from db.search import Term
from db.session import Store
from geolocate.gazetteer import Gazetteer
from geolocate.text.inflect import fits, loose_stem
from geolocate.text.keys import ARABIC_CLITICS, Unit, phrase_keys, units
from geolocate.text.normalise import Token, tokenize
from geolocate.text.skeleton import romanise, skeleton

#: of the rules below; with another one every post's words are noted anew
VERSION = 1
#: a post's words past so many characters are not looked up by: PostgreSQL takes a megabyte
MOST_CHARACTERS = 200_000
#: names of a place of so many words
LONGEST_NAME = 4
_BATCH = 2_000
_DOUBLE = re.compile(r"(.)\1+")


def indexed(text: str) -> tuple[str, str]:
    """The words of a text and the consonants of its names, each once and joined by spaces."""
    tokens = tokenize(text)
    words = dict.fromkeys(w for t in tokens for w in _forms(t, glued=True))
    names = dict.fromkeys(n for t in tokens if _may_be_name(text, t) for n in _bones(t))
    return _cut(words), _cut(names)


def _cut(found: dict[str, None]) -> str:
    whole = " ".join(found)
    return whole if len(whole) <= MOST_CHARACTERS else whole[:MOST_CHARACTERS].rpartition(" ")[0]


def _forms(token: Token, *, glued: bool) -> Iterator[str]:
    """A word as written and its stems; `glued`: without the particles that may be written together with it, too."""
    fold = token.fold
    yield fold
    if token.script == "cyrillic":
        once = loose_stem(fold)
        # an ending may be part of the word (Хмеймим, Хмеймима): both cuts meet
        yield _DOUBLE.sub(r"\1", once)
        if len(again := loose_stem(once)) >= 4:
            yield _DOUBLE.sub(r"\1", again)
    elif token.script == "arabic":
        if fold.startswith("ال") and len(fold) >= 5:
            yield fold[2:]
        for clitic in ARABIC_CLITICS if glued else ():
            if fold.startswith(clitic) and len(fold) - len(clitic) >= 3:
                yield fold[len(clitic) :]
    elif token.script == "latin" and len(fold) > 3 and fold.endswith("s") and not fold.endswith("ss"):
        yield fold[:-1]


def _may_be_name(text: str, token: Token) -> bool:
    return token.capital or text[token.start - 1 : token.start] in ("#", "@", "_")


def _bones(token: Token) -> Iterator[str]:
    if token.script in ("latin", "cyrillic"):
        stems = {token.fold, loose_stem(token.fold)} if token.script == "cyrillic" else {token.fold}
        yield from sorted({bones for stem in stems if (bones := skeleton(romanise(stem)))})


def asked(question: str, gazetteer: Gazetteer) -> list[Term]:
    """The words of a question as they are looked up. Raises ConvoywatchError when it has none."""
    parts = units(question, tokenize(question))
    if not parts:
        raise ConvoywatchError("there is no word in that: write what you look for, e.g. `convoywatch search convoy`")
    refs = _places(parts, gazetteer)
    return [
        Term(tuple(dict.fromkeys(_forms(p.token, glued=False))), tuple(_bones(p.token)), tuple(refs[n]))
        for n, p in enumerate(parts)
    ]


def _places(parts: Sequence[Unit], gazetteer: Gazetteer) -> list[list[str]]:
    """For each word the places that it, or the name that it is a part of, may stand for."""
    refs: list[dict[str, None]] = [{} for _ in parts]
    for start in range(len(parts)):
        for end in range(start + 1, min(len(parts), start + LONGEST_NAME) + 1):
            if len({p.token.script for p in parts[start:end]}) > 1:
                break
            found = dict.fromkeys(_refs(parts[start:end], gazetteer))
            for n in range(start, end):
                refs[n] |= found
    return [list(r) for r in refs]


def _refs(parts: Sequence[Unit], gazetteer: Gazetteer) -> Iterator[str]:
    for key in phrase_keys(parts):
        for named in gazetteer.lookup(key.text):
            if key.ending is None or fits(named.tail, key.ending):
                yield named.entry.ref


def catch_up(store: Store) -> int:
    """Note the words of posts that were stored by an older program; how many there were."""
    count = 0
    while True:
        with store.read() as conn:
            left = search.unindexed(conn, VERSION, _BATCH)
        if not left:
            return count
        found = {row.id: indexed(row.text) for row in left}
        with store.write() as conn:
            search.index(conn, VERSION, found)
        count += len(left)
