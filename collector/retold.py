"""Which posts of a file tell the same in different languages? By the places and figures that the locator finds."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations

from geolocate.copies import Tie
from geolocate.gazetteer import EMBEDDED, Gazetteer
from geolocate.locate import Locator
from geolocate.near_texts import CROWD
from geolocate.retelling import hours_of, told_keys


class Retold:
    """What posts tell, by their names; the same proof as in the store (`collector/company.py`).

    Places are read with the shipped gazetteer, so that the answer depends on the posts only.
    """

    def __init__(self) -> None:
        self._locator = Locator(Gazetteer([EMBEDDED]))
        self._known: dict[str, tuple[str, list[str]]] = {}
        self._telling: dict[str, list[tuple[str, str, datetime]]] = defaultdict(list)

    def add(self, name: str, text: str, lang: str | None, at: datetime | None, digest: str | None) -> None:
        """Note what a post tells; posts of one digest tell the same. One without a time proves nothing."""
        if at is None or not text.strip():
            return
        found = self._known.get(f"{digest}:{lang}") if digest else None
        if found is None:
            place = self._locator.locate(text, lang=lang, posted_at=at)
            found = place.lang, told_keys(text, place)
            if digest:
                self._known[f"{digest}:{lang}"] = found
        for key in found[1]:
            self._telling[key].append((name, found[0], at))

    def ties(self) -> Iterator[Tie]:
        """Posts that tell the same in different languages, near enough in time."""
        for key, posts in self._telling.items():
            if len(posts) <= CROWD:
                for (one, lang, at), (other, tongue, then) in combinations(posts, 2):
                    if lang != tongue and abs(at - then) <= timedelta(hours=hours_of(key)):
                        yield Tie(one, other, "report")

    def close(self) -> None:
        """Close the gazetteer."""
        self._locator.close()
