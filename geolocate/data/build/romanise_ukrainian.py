"""How is a Ukrainian name written in Latin letters, and how in Russian?

The first is the state's own table (Cabinet resolution 55 of 2010), as passports and maps have it. The second is by the
regular correspondences of place names (-івка and -овка, -ськ and -ск), for villages whose Russian name no list has.
"""

import re

_LETTERS = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'",
        "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch _ iu ia _".replace("_", "").split(" "),
        strict=True,
    )
)
_AT_START = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_WORD = re.compile(r"[^\W_][\w']*")
#: Ukrainian -> Russian, in this order; endings first
_RUSSIAN = tuple(
    (re.compile(old), new)
    for old, new in (
        (r"([жчшщ])івк", r"\1евк"), (r"івк", "овк"), (r"ївк", "евк"), (r"([жчшщ])івці\b", r"\1евцы"),
        (r"івці\b", "овцы"),
        (r"(с|ц)ька\b", r"\1кая"), (r"(с|ц)ьке\b", r"\1кое"), (r"(с|ц)ьк", r"\1к"),
        (r"(н|л|р|т|д|ш|к|г|х)е\b", r"\1ое"),
        (r"(?<![кгхжшчщ])ий\b", "ый"), (r"ці\b", "цы"), (r"ів\b", "ов"), (r"їв\b", "ев"), (r"іль\b", "оль"),
        (r"(?i)(нов.|)микола", r"\1никола"), (r"(?i)олекс", "алекс"), (r"(?i)костянтин", "константин"),
        (r"(?i)володимир", "владимир"), (r"(?i)катерин", "екатерин"), (r"(?i)ганн", "анн"), (r"(?i)вільх", "ольх"),
        (r"(?i)вільн", "вольн"), (r"(?i)\bпід", "под"), (r"йо", "ё"), (r"ьо", "ё"), (r"'ї", "ье"), (r"иї\b", "ии"),
        (r"ії", "ие"), (r"(?<=\w)і(?=[а-яґєії])", "е"), (r"[іїи]", "и"), (r"[єЄ]", "е"), (r"[ІЇ]", "и"), (r"ґ", "г"),
        (r"'", "ъ"),
    )
)  # fmt: skip


def romanised(name: str) -> str:
    """The name in Latin letters, capitals kept."""
    return _WORD.sub(lambda word: _word(word[0]), name.replace("’", "'"))


def _word(word: str) -> str:
    low = word.lower().replace("зг", "з\0")
    latin = "".join(
        _AT_START[c] if i == 0 and c in _AT_START else "gh" if c == "\0" else _LETTERS.get(c, c)
        for i, c in enumerate(low)
    )
    return latin.capitalize() if word[0].isupper() else latin


def russian(name: str) -> list[str]:
    """The name as Russian texts are likely to have it, one form or two."""
    for old, new in _RUSSIAN:
        name = old.sub(new, name)
    name = "-".join(part[:1].upper() + part[1:] for part in name.split("-"))
    return [name[:-1] + "о", name[:-1] + "ое"] if name.endswith("ве") else [name]
