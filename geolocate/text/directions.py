"""Which word says in what direction, how far, or between what? Folded words of four languages."""

from geolocate.text.normalise import fold_word


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold_word(word) for word in words.split())


def _bearings() -> dict[str, float]:
    """Folded word -> degrees, for every form that may stand before a name."""
    found: dict[str, float] = {}
    forms = {
        0.0: "north northwards northward севернее север северу північніше північ",
        90.0: "east eastwards eastward восточнее восток востоку східніше схід сходу",
        180.0: "south southwards southward южнее юг югу південніше південь",
        270.0: "west westwards westward западнее запад западу західніше захід заходу",
        45.0: "northeast ne північносхід", 135.0: "southeast se", 225.0: "southwest sw", 315.0: "northwest nw",
    }  # fmt: skip
    for degrees, listed in forms.items():
        found.update(dict.fromkeys(_folded(listed), degrees))
    arabic = {"شمال": 0.0, "شرق": 90.0, "جنوب": 180.0, "غرب": 270.0}
    for word, degrees in arabic.items():
        for form in (word, word + "ي", "ال" + word, word + "ا"):
            found[fold_word(form)] = degrees
    return found


#: word -> degrees clockwise from north
BEARINGS = _bearings()
#: first halves: северо-западнее, north-west, північно-західніше
HALVES = {
    fold_word(word): degrees
    for word, degrees in {
        "северо": 0.0, "юго": 180.0, "північно": 0.0, "південно": 180.0, "north": 0.0, "south": 180.0,
        "شمال": 0.0, "جنوب": 180.0, "شمالي": 0.0, "جنوبي": 180.0,
    }.items()
}  # fmt: skip
#: comparatives and Arabic construct forms that need no "of": западнее Пальмиры, غرب تدمر
ALONE = _folded(
    "севернее южнее западнее восточнее північніше південніше західніше східніше شمال شرق جنوب غرب شمالي شرقي جنوبي غربي"
)
#: between direction or distance and name: к западу от, west of, على بعد 15 كم من
LINKS = _folded("of from от від من до")
#: may stand between: на, к, the, city of, مدينة
FILLERS = _folded(
    "к на в the to city town village outskirts г город города городу село села посёлка посёлок місто міста "
    "مدينة بلدة قرية إلى"
)
#: a part of an area, never what lies beside it: на севере Сирии, northern Syria
INSIDE = {
    fold_word(word): degrees
    for degrees, listed in {
        0.0: "northern севере півночі", 90.0: "eastern востоке сході", 180.0: "southern юге півдні",
        270.0: "western западе заході",
    }.items()
    for word in listed.split()
}  # fmt: skip
#: unit -> km
UNITS = {
    fold_word(word): km
    for km, listed in {
        1.0: "км km kms kilometer kilometers kilometre kilometres километр километра километров километрах километром "
             "кілометр кілометри кілометрів кілометрах كم كلم كيلومتر كيلومترا كيلومترات كيلو",
        1.609: "mile miles mi миль мили милях миля",
        0.001: "metre metres meter meters метр метра метров метрах метри метрів متر مترا أمتار",
    }.items()
    for word in listed.split()
}  # fmt: skip
BETWEEN = _folded("between между меж між поміж بين")
AND = _folded("and и та і й و")
