"""Which county of the United States is "Laurel County"? Every one of the name, with its state.

News from there says where things are by county; without them the namesake town elsewhere would be taken.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from geolocate.gazetteer import Entry, Named
from geolocate.text.keys import Unit
from geolocate.text.normalise import fold_word

FILE = Path(__file__).with_name("counties.tsv")
_KINDS = frozenset({"county", "parish", "borough"})
#: words in a name, at most, the word "County" included
MAX_WORDS = 4
#: a county counts as a place of so many people: their numbers are not in the table
_PEOPLE = 40_000


def counties(parts: Sequence[Unit]) -> tuple[Named, ...]:
    """Every county that these words name, the word County being the last of them; empty when they name none."""
    if len(parts) < 2 or parts[-1].token.fold not in _KINDS or not parts[0].token.capital:
        return ()
    return _table().get("".join(part.full for part in parts[:-1]), ())


@cache
def _table() -> dict[str, tuple[Named, ...]]:
    table: dict[str, tuple[Named, ...]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, state, lat, lon, reach = line.split("\t")
        key = "".join(fold_word(word) for word in name.replace("-", " ").replace(".", " ").split())
        ref = f"county:US-{state}-{name.lower().replace(' ', '-')}"
        entry = Entry(ref, f"{name} County", "area", float(lat), float(lon), float(reach), "US", state, _PEOPLE)
        table[key] = (*table.get(key, ()), Named(entry, "", True, False, 0))
    return table
