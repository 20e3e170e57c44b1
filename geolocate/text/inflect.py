"""Which dictionary forms may an inflected Russian or Ukrainian place name have?

A name is kept as stem and tail (Камышл-ы, Полтав-а); a form in a text is cut at every ending it may have, and a
stem found so counts only when the tail's paradigm has that ending. Paradigms: the noun and adjective tables of any
school grammar, folded (ё = е). Names of several words are compared by loosely cut stems instead.
"""

import re
from functools import lru_cache

from geolocate.text.words import listed

#: tail of the nominative -> endings of the other cases that place names of that paradigm take
PARADIGMS: dict[str, frozenset[str]] = {
    tail: frozenset(forms.split())
    for tail, forms in {
        "": "а у ом ем е і ові ами",
        "v": "а у ом ем е і ові я ю и єві єм",
        "ь": "ь и ю ем я е ью і ам ях",
        "й": "й я ю ем е и ї єм і",
        "ий": "ий ый ого его ому ему ом ем им ым ім ій",
        "ый": "ый ого ому ом ым",
        "ой": "ой ого ому ом ым им ое оя ою оем оєм ої",
        "а": "а ы и е у ой ою і ої ій ей ею",
        "я": "я и е ю ей ею і ї єю ньою",
        "ия": "ия ии ию ией",
        "ія": "ія ії ію ією",
        "ая": "ая ой ую ою",
        "яя": "яя ей юю",
        "о": "о а у ом е і ові",
        "е": "е я ю ем и а у і ого ому им ім ом",
        "є": "є я ю єм ї",
        "ое": "ое ого ому ом ым им",
        "ее": "ее его ему ем им",
        "ье": "ье ья ью ьем ьи",
        "ы": "ы ов ам ами ах",
        "и": "и ов ев ів ам ами ах ям ями ях ей",
        "і": "і их им ими ів",
        "ї": "ї їв ям ями ях",
        "ые": "ые ых ым ыми",
        "ие": "ие их им ими",
        "adj": "ий ый ой ого ому ом им ым ая ой ую ою ое ие ые их ых ими ыми а ої ій у е і ім",
    }.items()
}
_TAILS = sorted((t for t in PARADIGMS if t not in {"", "v", "adj"}), key=len, reverse=True)
_ENDINGS = {e for forms in PARADIGMS.values() for e in forms} - {""}
_SIZES = sorted({len(e) for e in _ENDINGS}, reverse=True)
_LOOSE = listed("ending.loose")
#: the last vowel changes in the oblique cases: Харків, Харкова; Донець, Донця
_ALTERNATIONS = (
    ("ків", "ков"), ("ів", "ов"), ("їв", "єв"), ("інь", "ен"), ("іль", "ол"), ("ець", "ц"), ("ец", "ц"), ("ец", "ьц"),
    ("ок", "к"), ("ень", "н"), ("іг", "ог"),
)  # fmt: skip
#: Ukrainian locative: Макіївка, Макіївці; Волноваха, Волновасі
_SOFTENED = {"к": "ц", "г": "з", "х": "с"}
#: a hard consonant before the locative -і -> how the form ends
_HARDENED = {"к": "ці", "г": "зі", "х": "сі"}
#: the same of a soft locative in names of several words
_LOCATIVE = {"к": "ці", "г": "зі", "х": "сі"}
#: the о of an open syllable, which is і where the nominative closes it
_OPEN = re.compile(r"о([бвгджзклмнпрстфхцчшщ]{1,2})\Z")
#: an adjective in which the s of the name and that of the suffix became one
_ONE_S = re.compile(r"[аеиоуюяії]ськ\Z")


def stems_of_name(word: str) -> list[tuple[str, str]]:
    """(stem, tail) pairs under which a folded one-word name is kept; the first is the plain one."""
    tail = next((t for t in _TAILS if word.endswith(t) and len(word) - len(t) >= 2), "")
    if tail in {"ий", "ый", "ой"} and len(word) < 5:
        tail = "й"
    stem = word[: len(word) - len(tail)] if tail else word
    pairs = [(stem, tail)]
    pairs += [(word[: -len(old)] + new, "v") for old, new in _ALTERNATIONS if word.endswith(old) and len(word) >= 4]
    if tail == "а" and stem[-1] in _SOFTENED:
        pairs.append((stem[:-1] + _SOFTENED[stem[-1]], "v"))
    return pairs


def adjective_stems(word: str) -> list[str]:
    """Stems of the adjective made from a one-word name: Хмеймим -> хмеймимск-; Кременчук -> кременчуцьк-."""
    if word.endswith(("ий", "ый", "ой", "ая", "ое", "е")) and len(word) > 4:
        return []
    stem = stems_of_name(word)[0][0]
    if word.endswith(("ів", "їв")):
        return [word + "ськ"]
    if stem.endswith(("ск", "цк", "ськ", "цьк")):
        return [stem]
    if stem.endswith("к"):
        return [stem[:-1] + "цьк", stem[:-1] + "цк", stem + "ск"]
    return [stem + "ск", stem + "ськ"]


@lru_cache(maxsize=10_000)
def stems_of_form(word: str) -> tuple[tuple[str, str], ...]:
    """Every (stem, ending) that a word of a text may be cut into; the uncut word comes first with ending ""."""
    cuts = [(word, "")]
    cuts += [(word[:-n], word[-n:]) for n in _SIZES if len(word) - n >= 2 and word[-n:] in _ENDINGS]
    soft = next((hard for hard, end in _HARDENED.items() if word.endswith(end)), None)
    if soft and len(word) >= 5:
        cuts.append((word[:-2] + soft, "і"))  # Кременчук, у Кременчуці
    if word.endswith(("овым", "евым", "иным")):
        cuts.append((word[:-2], "ом"))  # под Ореховым, as of a surname
    return tuple(cuts)


@lru_cache(maxsize=10_000)
def stems_of_adjective(word: str) -> tuple[tuple[str, str], ...]:
    """(stem, ending) of names whose adjective this may be though it is not kept just so: Одеса, одеський."""
    cuts: list[tuple[str, str]] = []
    if "ск" in word or "ськ" in word:
        for stem, ending in stems_of_form(word):
            if _ONE_S.search(stem):
                cuts.append((stem[:-3] + "сськ", ending))  # Одеса, одеський; Черкаси, черкаський
            elif (bare := stem.removesuffix("ськ").removesuffix("ск")) != stem:
                cuts += _from_adjective(stem, bare, ending)
    return tuple(cuts)


def _from_adjective(stem: str, bare: str, ending: str) -> list[tuple[str, str]]:
    """Cuts by which an adjective meets a name whose own adjective is not kept just so."""
    if bare.endswith("ой"):
        return [(bare[:-2], "ой")]  # Джанкой, джанкойський
    if bare.endswith("ль"):
        return [(bare[:-1] + stem[len(bare) :], ending)]  # Мелитополь, мелитопольский
    return [(bare + "к", "а")] if bare.endswith(("в", "н")) and len(bare) >= 4 else []  # Авдеевка, авдеевский


def fits(tail: str, ending: str) -> bool:
    """Whether a name kept with `tail` takes the case ending `ending`."""
    return ending == tail or ending in PARADIGMS.get(tail, ())


@lru_cache(maxsize=10_000)
def loose_stems(word: str) -> tuple[str, ...]:
    """The loose stem of a word, then those that it has when its last consonant or vowel changed in this case.

    Нова Каховка, у Новій Каховці; Кривий Ріг, у Кривому Розі; Кам'янець-Подільський, з Кам'янця-Подільського;
    Антонівський міст, на мосту.
    """
    stem = loose_stem(word)
    others = [word[:-2] + hard for hard, end in _LOCATIVE.items() if word.endswith(end) and len(word) >= 4]
    if stem != word and stem.endswith("ц") and len(stem) >= 4:
        others.append(loose_stem(stem[:-1] + "ець"))
    open_stems = [stem, *others] if stem != word else []
    others += [f"{one[: o.start()]}і{o[1]}" for one in open_stems if (o := _OPEN.search(one))]
    return (stem, *others)


@lru_cache(maxsize=10_000)
def loose_stem(word: str) -> str:
    """A word without its longest ending, for comparing names of several words; never shorter than three letters."""
    for ending in _LOOSE:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
