"""How is the shipped gazetteer made? `python -m geolocate.data.build.gazetteer [OUT]`

Reads the pinned packages of the `data` extra and `curated.tsv`; writes one SQLite file (the same bytes for the same
input and SQLite library) and prints its digest. About two minutes and 600 MB of memory.
"""

import hashlib
import math
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from wordfreq import get_frequency_dict

from geolocate.commonness import forms
from geolocate.data.build import gazetteer_sources as sources
from geolocate.data.build import ukraine
from geolocate.gazetteer_file import Source, write
from geolocate.text.normalise import fold_word, tokenize

OUT = Path(__file__).parents[1] / "gazetteer.sqlite"
FREQUENCY_LANGUAGES = {"cyrillic": ("ru", "uk"), "arabic": ("ar",), "latin": ("en",)}


def main() -> None:
    """Build the file and print its size and SHA-256."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    places = gather()
    unfinished = out.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    build(unfinished, places)
    unfinished.replace(out)
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    print(f"{out.name}: {len(places)} places, {out.stat().st_size / 1e6:.1f} MB, sha256 {digest}")


def gather() -> list[Source]:
    """Every place of every source; the order is the row id, so it must not depend on chance."""
    towns = sources.cities()
    own = sources.curated()
    known = {place.ref for place in own}
    further = sources.aliases()
    villages = ukraine.places(towns)
    areas = [*sources.countries(towns), *sources.areas(towns)]
    found = [*own, *areas, *sources.airfields(known), *towns, *villages]
    for place in found:
        place.names += further.get(place.ref, [])
    return found


def build(out: Path, places: Iterable[Source]) -> None:
    """Write `places` to a new SQLite file."""
    write(out, places, commonness, _skeletons)


def _skeletons(place: Source, position: int) -> bool:
    few = place.kind == "airfield" or place.ref.startswith("katottg:")
    return place.country in sources.THEATRE and (position == 0 or not few)


def commonness(name: str) -> int:
    """Ten times the Zipf frequency (wordfreq) of a one-word name in the languages of its script; else 0."""
    tokens = tokenize(name)
    if len(tokens) != 1:
        return 0
    shares = frequencies(tokens[0].script)
    frequency = max(shares.get(form, 0.0) for form in forms(tokens[0]))
    return max(0, math.floor(10 * (math.log10(frequency) + 9))) if frequency else 0


@cache
def frequencies(script: str) -> dict[str, float]:
    """Folded word -> its share of the words of that script's languages (the larger, where a script has two)."""
    found: dict[str, float] = {}
    for language in FREQUENCY_LANGUAGES.get(script, ()):
        folded: dict[str, float] = {}
        for word, frequency in get_frequency_dict(language).items():
            key = fold_word(word)
            folded[key] = folded.get(key, 0.0) + frequency
        for key, frequency in folded.items():
            found[key] = max(found.get(key, 0.0), frequency)
    return found


if __name__ == "__main__":
    main()
