"""Do two spellings in different scripts stand for the same sounds?

A name is romanised by letter, then reduced to its consonants in one class for letters that transcriptions confuse
(в/w/u dropped, kh/h/х one, q/k one, j/dj/zh/g one). One skeleton only gathers candidates: rank them by a string
ratio on the romanised forms.
"""

import re
from functools import lru_cache

_CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ",
        "a b v g d e j z i i k l m n o p r s t u f h ts ch sh sh _ i _ e iu ia i i e g".replace("_", "'").split(" "),
        strict=True,
    )
)
#: Arabic writes long vowels and consonants only
_ARABIC = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويء",
        "a b t t j h h d d r z s sh s d t z a g f k k l m n h u i _".replace("_", "'").split(" "),
        strict=True,
    )
)
_LETTERS = _CYRILLIC | _ARABIC
_DIGRAPHS = (
    ("shch", "sh"), ("tch", "ch"), ("kh", "h"), ("gh", "g"), ("dzh", "j"), ("zh", "j"), ("dj", "j"), ("th", "t"),
    ("dh", "d"), ("ph", "f"), ("ck", "k"), ("q", "k"), ("ou", "u"), ("oo", "u"), ("ee", "i"), ("w", "u"), ("y", "i"),
    ("x", "ks"), ("ie", "e"), ("dsch", "j"), ("sch", "sh"), ("ç", "ch"), ("ş", "sh"),
)  # fmt: skip
_CLASSES = str.maketrans({"v": None, "u": None, "a": None, "e": None, "i": None, "o": None, "'": None, "p": "b",
                          "j": "g", "z": "z", "c": "k"})  # fmt: skip
_DOUBLE = re.compile(r"(.)\1+")
#: vowels that transcriptions from Arabic confuse; the short a is dropped
_VOWELS = (("ai", "i"), ("ei", "i"), ("au", "u"), ("o", "u"), ("e", ""), ("a", ""))


@lru_cache(maxsize=20_000)
def romanise(fold: str) -> str:
    """A folded Latin, Cyrillic or Arabic name (words joined) in plain Latin letters, with one spelling a sound."""
    word = "".join(_LETTERS.get(c, c) for c in fold).replace("'", "")
    for old, new in _DIGRAPHS:
        if old in word:
            word = word.replace(old, new)
    return _DOUBLE.sub(r"\1", word)


@lru_cache(maxsize=20_000)
def skeleton(romanised: str) -> str:
    """The consonants of a romanised name; empty when fewer than three are left (too little to tell names apart)."""
    word = romanised.replace("ch", "s").replace("sh", "s")
    word = word[:-1] if word.endswith("h") else word
    bones = _DOUBLE.sub(r"\1", word.translate(_CLASSES))
    return bones if len(bones) >= 3 else ""


@lru_cache(maxsize=20_000)
def vowels_folded(romanised: str) -> str:
    """A romanised Arabic name with one spelling for vowels: Orme Kobra and Urum Kubra, Zor and Zawr come near."""
    word = romanised.removesuffix("h")
    for old, new in _VOWELS:
        word = word.replace(old, new)
    return _DOUBLE.sub(r"\1", word)
