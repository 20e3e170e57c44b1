"""Which places may a run of words stand for, whatever is around it? Remembered: the same words come again and again."""

from collections.abc import Collection, Iterator, Sequence

from geolocate.gazetteer import Gazetteer, Named
from geolocate.text import keys, nations
from geolocate.text.inflect import fits
from geolocate.text.keys import Key, Unit
from geolocate.text.mention import Reading
from geolocate.text.weigh import Sense, sense

#: what short words in capitals may name; towns of fewer people are not shouted
_WRITTEN_IN_CAPITALS, _KNOWN = frozenset({"country", "area", "region", "airfield", "base"}), 20_000
#: words, and runs of several that are names, that are remembered; all are forgotten when there are more
_WORDS, _RUNS = 20_000, 3_000


class Senses:
    """Answers from one gazetteer, for texts that are about `region` where nothing else tells."""

    def __init__(self, gazetteer: Gazetteer, region: Collection[str] = ()) -> None:
        self.gazetteer, self.region = gazetteer, frozenset(region)
        self._words: dict[tuple[str, str], Sense | None] = {}
        self._runs: dict[tuple[tuple[Key, ...], bool, int], Sense | None] = {}

    def of(self, parts: Sequence[Unit]) -> Sense | None:
        """What the words mean by the exact names of the gazetteer, None when they are in none."""
        if len(parts) > 1:
            return self._of_run(parts)
        word = parts[0].token.raw, parts[0].full
        try:
            return self._words[word]
        except KeyError:
            pass
        if len(self._words) >= _WORDS:
            self._words.clear()
        found = self._words[word] = self._looked_up(parts, self._kept(parts))
        return found

    def _of_run(self, parts: Sequence[Unit]) -> Sense | None:
        kept = self._kept(parts)
        if not kept:
            return None
        run = kept, parts[0].token.capital, len(parts)
        if run not in self._runs:
            if len(self._runs) >= _RUNS:
                self._runs.clear()
            self._runs[run] = self._looked_up(parts, kept)
        return self._runs[run]

    def _kept(self, parts: Sequence[Unit]) -> tuple[Key, ...]:
        known = self.gazetteer.known
        return tuple([key for key in keys.phrase_keys(parts) if known(key.text)])

    def by_key(self, unit: Unit, key: Key) -> Sense | None:
        """What one word means by a key that is not its own, as if written with a capital."""
        readings = list(exact(key, self.gazetteer, capital=True))
        return sense(readings, [unit.token], self.region) if readings else None

    def _looked_up(self, parts: Sequence[Unit], kept: Sequence[Key]) -> Sense | None:
        capital = parts[0].token.capital
        readings = [pair for key in kept for pair in exact(key, self.gazetteer, capital)]
        return sense(readings, [part.token for part in parts], self.region) if readings else None


def exact(key: Key, gazetteer: Gazetteer, capital: bool) -> Iterator[tuple[Reading, str | None]]:
    """The readings of one key with the case ending that it cut off; `capital`: the word is written with one."""
    for named in map(nations.corrected, gazetteer.lookup(key.text)):
        if key.arab_only and key.text[0] != "'":
            continue
        if key.ending is not None and not fits(named.tail, key.ending):
            continue
        if key.acronym and not _is_acronym(named, key):
            continue
        if named.tail == "adj" or key.adjective:
            if not capital or named.entry.kind != "country":
                yield Reading(named, 1.0), "adj"
        elif capital or not key.text.startswith("-"):
            cost = key.cost + (1.0 if named.article and not key.article else 0.0)
            yield Reading(named, cost), key.ending


def _is_acronym(named: Named, key: Key) -> bool:
    """Whether a short word in capitals may be this name: США is, ХОМС is, but ОВА and ВАСУ are no towns in any case."""
    if named.entry.kind in _WRITTEN_IN_CAPITALS:
        return True
    return key.ending == named.tail and named.entry.population >= _KNOWN
