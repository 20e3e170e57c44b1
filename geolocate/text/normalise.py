"""Which words does a text have, where, and which spellings of a word are the same?

Folding: NFKC, case, accents, stress marks, Arabic vowel signs and tatweel; hamza carriers, taa marbuta, alif maqsura
and Persian letters to one Arabic letter each. Offsets are code points into the original text.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple

Script = Literal["latin", "cyrillic", "arabic", "digit", "other"]

#: a word longer than this names no place; it is cut so that a hostile text costs no more than its length
MAX_WORD = 60

_MARKS = "\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640\u200c\u200d'’ʼʹʻ`´‘ʿʾ"
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*")
_DROPPED = re.compile(r"[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0640\u200c\u200d'’ʼʹʻ`´‘ʿʾ]")
_APOSTROPHES = "'’ʼ`´‘"
_ARABIC = str.maketrans("أإآٱىةؤئگپیکەڤھہ", "اااايهويكبيكهفهه")
_LATIN = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ə": "a"})
_CYRILLIC = str.maketrans("ёґў", "егу")


class Token(NamedTuple):
    """One word: `text[start:end]` as written, `fold` its folded form, `capital` whether it starts with a capital."""

    start: int
    end: int
    raw: str
    fold: str
    script: Script
    capital: bool


def tokenize(text: str) -> list[Token]:
    """The words of `text` in order; time and memory grow linearly with its length."""
    tokens = []
    for match in _WORD.finditer(text):
        start = match.start()
        raw, fold, script, capital = _parts(match.group()[:MAX_WORD])
        if fold:
            tokens.append(Token(start, start + len(raw), raw, fold, script, capital))
    return tokens


@lru_cache(maxsize=20_000)
def _parts(word: str) -> tuple[str, str, Script, bool]:
    """A word as a token has it: raw without apostrophes at its end, folded, its script, whether it is capitalised."""
    raw = word.rstrip(_APOSTROPHES)
    fold = fold_word(raw)
    return raw, fold, script_of(fold), raw[:1].isupper()


@lru_cache(maxsize=20_000)
def fold_word(raw: str) -> str:
    """One spelling for all spellings of a word that differ in case, accents, vowel signs or letter shapes."""
    if raw.isascii():
        return _without_possessive(raw.casefold())
    word = _without_possessive(unicodedata.normalize("NFKC", raw).casefold().replace("\u0307", ""))
    word = _DROPPED.sub("", word)
    if not word:
        return ""
    if "\u0400" <= word[0] <= "\u052f":
        return word.translate(_CYRILLIC)
    if "\u0600" <= word[0] <= "\u06ff":
        return word.translate(_ARABIC)
    plain = unicodedata.normalize("NFD", word)
    return _DROPPED.sub("", plain).translate(_LATIN)


def _without_possessive(word: str) -> str:
    for mark in _APOSTROPHES:
        if mark in word:
            word = word[:-2] if word.endswith(mark + "s") else word
            word = word.replace(mark, "")
    return word


def script_of(fold: str) -> Script:
    """The script of a folded word, by its first letter."""
    first = fold[:1]
    if first.isdigit():
        return "digit"
    if "a" <= first <= "z" or "\u00c0" <= first <= "\u024f":
        return "latin"
    if "\u0400" <= first <= "\u052f":
        return "cyrillic"
    if "\u0600" <= first <= "\u06ff":
        return "arabic"
    return "other"
