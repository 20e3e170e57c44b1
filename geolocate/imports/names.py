"""Which of the names that a gazetteer lists are names as people write them?"""

import re
from collections.abc import Iterable, Iterator

#: Latin, Cyrillic and Arabic letters with their marks, spaces, hyphens and quotation marks
_SCRIPTS = re.compile(
    r"[\u0020-\u024f\u02b0-\u02bf\u0300-\u036f\u0400-\u045f\u0490\u0491\u0600-\u06ff\u1e00-\u1eff\u2010-\u2019]+"
)
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]{0,80}[)\]]\s*")
_SPLIT = re.compile(r"\s*[|;/]\s*|\s+[-–]\s+")
#: longest name, characters, and most names of one place
MAX_NAME, MAX_NAMES = 80, 80


def usable(name: str) -> bool:
    """Whether it is a name in our scripts: no code, and no machine transliteration (they start in lower case)."""
    if len(name) < 3 or (name.isascii() and (not name[0].isupper() or (name.isupper() and len(name) < 5))):
        return False
    return bool(_SCRIPTS.fullmatch(name))


def clean(listed: Iterable[str]) -> list[str]:
    """The usable names in order, each once: without what stands in brackets, "A / B" as two names."""
    found = dict.fromkeys(name for raw in listed for name in _variants(raw) if usable(name) and len(name) <= MAX_NAME)
    return list(found)[:MAX_NAMES]


def _variants(raw: str) -> Iterator[str]:
    plain = " ".join(_BRACKETS.sub(" ", raw[: 40 * MAX_NAME]).split())
    for part in _SPLIT.split(plain):
        yield part.strip(" ,.")
