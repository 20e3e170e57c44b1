"""Which script is a line of writing in?"""

import unicodedata
from typing import Literal

Script = Literal["arabic", "cyrillic", "latin"]
SCRIPTS: tuple[Script, ...] = ("arabic", "cyrillic", "latin")


def share(text: str, script: Script) -> float:
    """How much of the letters of `text` are of a script: 0 to 1; 0 where there is no letter."""
    letters = [c for c in text if c.isalpha()]
    prefix = script.upper()
    return sum(unicodedata.name(c, "").startswith(prefix) for c in letters) / len(letters) if letters else 0.0


def script_of(text: str) -> Script | None:
    """The script of most letters; None where there is no letter of the three."""
    best = max(SCRIPTS, key=lambda script: share(text, script))
    return best if share(text, best) > 0 else None
