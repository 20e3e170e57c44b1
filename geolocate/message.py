"""Which words of a post are its message, without its dress, and how much does each of them say?

Dress: Unicode form, case, marks, white space, punctuation, emoji, web addresses, @handles, hashtag signs, and last
lines that only advertise the channel.
"""

import re
import unicodedata
from functools import lru_cache

from geolocate.commonness import commonness
from geolocate.text.lexicon import meanings
from geolocate.text.normalise import fold_word
from geolocate.text.words import under

_ADDRESS = re.compile(r"(?:https?://|www\.|t\.me/)\S+|(?<![\w.])@\w+", re.IGNORECASE)
_NOT_LETTERS = re.compile(r"[^\w]+|_+")
#: a last line that only asks to subscribe or names the channel is the channel's signature, not the message
_SIGNATURE = re.compile(
    r"подпис|прислать|предложк|наш\w* (?:канал|чат|бот)|мы в |поддержать|subscribe|follow|join|our (?:channel|chat)"
    r"|اشترك|تابع|انضم|قناتنا|للاشتراك|لمتابعة",
    re.IGNORECASE,
)
_SIGNATURE_LETTERS = 60
#: a row of hashtags files a post, and says no more than the shelf does
_SHELF = re.compile(r"(?:[#\uff03]\w+[\s,|.]*){3,}")
_CUT_OFF = re.compile(r"\w+\s*(?:…|\.\.\.)\s*$")
#: letters of their own, not letters with a mark
_KEPT = (("и\u0306", "й"), ("і\u0308", "ї"))

#: bits of a word that every report of a convoy has, of one that is in no list of common words, of a small number
_TRADE, _RARE, _NUMBER = 2.0, 9.0, 3.0
#: bits of a word that stands ten times in a million, and how many fewer for each tenfold more (as in `commonness`)
_USUAL, _TENFOLD = 6.0, 2.0
_DIGIT = 3.3  # log2(10)
#: words that stand around the places and times of every report: toward, road, district, now
_AROUND = frozenset[str]().union(*under("place.").values(), *under("role.").values(), *under("time.").values())


def plain_text(text: str) -> str:
    """A text's words, each as every copy would have it, joined by spaces."""
    bare = unicodedata.normalize("NFKC", _ADDRESS.sub(" ", text).casefold())
    if not bare.isascii():
        bare = _unmarked(bare)
    return " ".join(_NOT_LETTERS.sub(" ", bare).split())


class _Unmarked(dict[int, int | None]):
    """For `str.translate`: marks and control characters go."""

    def __missing__(self, code: int) -> int | None:
        c = chr(code)
        self[code] = code if c.isspace() or not unicodedata.category(c).startswith(("M", "C")) else None
        return self[code]


_UNMARKED = _Unmarked()


def _unmarked(text: str) -> str:
    """Without marks (Arabic vowels, variation selectors, accents), which come and go between copies."""
    apart = unicodedata.normalize("NFD", text)
    for mark, whole in _KEPT:
        apart = apart.replace(mark, whole)
    return unicodedata.normalize("NFC", apart.translate(_UNMARKED))


def message(text: str) -> str:
    """The plain text of what a post says: without its channel's signature, rows of hashtags, a last word cut off."""
    shown = _SHELF.sub(" ", unicodedata.normalize("NFKC", text))
    lines = [line for line in shown.splitlines() if plain_text(line)]
    while len(lines) > 1 and _is_signature(lines[-1]):
        lines.pop()
    return plain_text(_CUT_OFF.sub(" ", "\n".join(lines)))


def _is_signature(line: str) -> bool:
    return len(line) <= _SIGNATURE_LETTERS and bool(_SIGNATURE.search(line))


@lru_cache(maxsize=200_000)
def bits(word: str) -> float:
    """How much a plain word tells one message from another: little for "the" and "convoy", much for a rare name."""
    if word.isdigit():
        return _NUMBER if len(word) < 3 or is_year(word) else _DIGIT * min(len(word), 6)
    fold = fold_word(word)
    if not fold or fold in _AROUND or meanings(fold):
        return _TRADE
    common = commonness(word)
    return _RARE if common == 0 else min(_RARE - 1, max(1.0, _USUAL - _TENFOLD * (common / 10 - 5)))


def is_year(word: str) -> bool:
    """Whether a number may be a year of our days."""
    return len(word) == 4 and word[:2] in ("19", "20")
