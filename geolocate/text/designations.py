"""Which words of a text belong together as one type designation: T-72, С-400, БМП-2, Ка-52?"""

from collections.abc import Sequence

from geolocate.text.normalise import Token

#: letters that a designation has before its number, at most
_LETTERS = 5
_HYPHENS = {"-", "‑", "–"}


def joined(text: str, tokens: Sequence[Token]) -> list[Token]:
    """The tokens with letters, a hyphen and a number made one word, whose fold has no hyphen (с400)."""
    found: list[Token] = []
    for token in tokens:
        last = found[-1] if found else None
        if last and _designation(text, last, token):
            raw = text[last.start : token.end]
            found[-1] = Token(last.start, token.end, raw, last.fold + token.fold, last.script, last.capital)
        else:
            found.append(token)
    return found


def _designation(text: str, letters: Token, number: Token) -> bool:
    return (
        number.script == "digit"
        and letters.script in {"latin", "cyrillic"}
        and letters.capital
        and len(letters.fold) <= _LETTERS
        and letters.fold.isalpha()
        and text[letters.end : number.start] in _HYPHENS
    )
