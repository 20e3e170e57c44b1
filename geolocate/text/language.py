"""In which language is a text: Russian, Ukrainian, Arabic, English or Turkish?

The script decides first, then letters that only one of two languages has, then py3langid among the few that remain.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from geolocate.text.normalise import Script, Token

LANGUAGES = ("ru", "uk", "ar", "en", "tr")
_UKRAINIAN, _RUSSIAN, _TURKISH = set("іїєґ"), set("ыэъё"), set("ığş")
#: what py3langid is given at most
_SAMPLE = 500
_lock = threading.Lock()


def detect(text: str, tokens: Sequence[Token]) -> str:
    """One of LANGUAGES, "en" when nothing tells."""
    scripts = Counter(token.script for token in tokens)
    among: tuple[Script, ...] = ("latin", "cyrillic", "arabic")
    script = max(among, key=lambda s: scripts[s])
    if not scripts[script]:
        return "en"
    if script == "arabic":
        return "ar"
    letters = Counter(text[:_SAMPLE].casefold())
    if script == "cyrillic":
        ukrainian, russian = (sum(letters[c] for c in own) for own in (_UKRAINIAN, _RUSSIAN))
        return ("uk" if ukrainian > russian else "ru") if ukrainian != russian else _classify(text, ("ru", "uk"))
    if any(letters[c] for c in _TURKISH):
        return "tr"
    return "en" if text.isascii() else _classify(text, ("en", "tr"))


def _classify(text: str, among: tuple[str, ...]) -> str:
    sample = text[:_SAMPLE].encode("utf-8", "replace").decode()
    with _lock:
        ranked = _identifier().rank(sample)
    return next(str(label) for label, _ in ranked if label in among)


@cache
def _identifier() -> LanguageIdentifier:
    """One model for all, loaded when a text first needs it (80 MB)."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    return identifier
