"""In which language is a text: Russian, Ukrainian, Arabic, English or Turkish?

The script decides first, then letters that only one of two languages has, then the commonest small words of each (a
general classifier was no better on posts, and took 80 MB).
"""

from collections.abc import Sequence

from geolocate.text.normalise import Script, Token
from geolocate.text.words import under

LANGUAGES = ("ru", "uk", "ar", "en", "tr")
_UKRAINIAN, _RUSSIAN, _TURKISH = set("іїєґ"), set("ыэъё"), set("ığş")
#: language -> folded small words
_SMALL = under("language.")
#: letters and words that are looked at, at most
_SAMPLE, _SAMPLE_WORDS = 500, 100
_SCRIPTS: tuple[Script, ...] = ("latin", "cyrillic", "arabic")


def detect(text: str, tokens: Sequence[Token]) -> str:
    """One of LANGUAGES, "en" when nothing tells."""
    scripts = [token.script for token in tokens[: 4 * _SAMPLE_WORDS]]
    script = max(_SCRIPTS, key=scripts.count)
    if script not in scripts:
        return "en"
    if script == "arabic":
        return "ar"
    letters = text[:_SAMPLE].casefold()
    if script == "cyrillic":
        ukrainian, russian = (sum(map(letters.count, own)) for own in (_UKRAINIAN, _RUSSIAN))
        return ("uk" if ukrainian > russian else "ru") if ukrainian != russian else _by_words(tokens, "ru", "uk")
    if any(c in letters for c in _TURKISH):
        return "tr"
    return "en" if text.isascii() else _by_words(tokens, "en", "tr")


def _by_words(tokens: Sequence[Token], usual: str, other: str) -> str:
    folds = [token.fold for token in tokens[:_SAMPLE_WORDS]]
    return other if sum(f in _SMALL[other] for f in folds) > sum(f in _SMALL[usual] for f in folds) else usual
