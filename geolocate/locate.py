"""Where, when and what does a text report?

`Locator.locate` is pure apart from reading the gazetteer, and safe to call from several threads.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from geolocate import file_claims, fuse, signposts, weigh_evidence
from geolocate.gazetteer import Entry, Gazetteer
from geolocate.gazetteer import Named as Known
from geolocate.sphere import distance_km
from geolocate.text import (
    coordinates,
    designations,
    heading,
    keys,
    language,
    offsets,
    place_line,
    plus_codes,
    quantities,
    receives,
    report,
    resolve,
    roles,
    starts,
    stated_area,
    times,
    toponyms,
)
from geolocate.text.aside import Asides, Spot
from geolocate.text.keys import Unit
from geolocate.text.mention import Mention, Reading
from geolocate.text.normalise import Token, tokenize
from geolocate.text.senses import Senses
from geolocate.text.spans import at_span
from geolocate.types import Candidate, Convoy, Destination, Located, Place, Position, Recognised, Sign, Stated

#: characters of a text that are read for places, times and counts; longer ones are reports of no single event
MAX_TEXT = 20_000
#: alternatives kept under a mention, and the least probability of one
MOST_ALTERNATIVES, LEAST_ALTERNATIVE = 5, 0.01
#: a place this near a destination's edge, km, stands for it
_DESTINATION_SLACK = 1.5
#: radius of a short plus code: its cell is small, but the place beside it may be another of that name
_SHORT_CODE_KM = 0.5


class CandidateProvider(Protocol):
    """An online geocoder, handed in by the collector: places for a name that the gazetteer does not know."""

    def __call__(self, name: str, lang: str, /) -> Sequence[Candidate]: ...


class Locator:
    """Places posts, with one gazetteer, the watched destinations and the countries (ISO 3166 codes) to prefer.

    Who imports the gazetteer of a country and names none to prefer is taken to look there.
    """

    def __init__(
        self,
        gazetteer: Gazetteer,
        destinations: Sequence[Destination] = (),
        region: Collection[str] = (),
        candidates: CandidateProvider | None = None,
    ) -> None:
        self._gazetteer = gazetteer
        self._destinations = tuple(destinations)
        self._region = frozenset(code.upper() for code in region) or gazetteer.imported_countries()
        self._senses = Senses(gazetteer, self._region)
        self._candidates = candidates

    def close(self) -> None:
        """Close the gazetteer's files; no other thread may be locating."""
        self._gazetteer.close()

    def locate(
        self,
        text: str,
        *,
        lang: str | None = None,
        posted_at: datetime | None = None,
        spans: Sequence[tuple[int, int]] | None = None,
        geotag: Position | None = None,
        signs: Sequence[Sign] = (),
        stated: Sequence[Stated] = (),
        known: Sequence[Recognised] = (),
        whole: bool = True,
    ) -> Located:
        """Everything that `text` says. `spans`: resolve exactly these code-point ranges. `posted_at` must be aware.

        `signs`: what was read in the footage that the post shows; `stated`: positions that its files state; `known`:
        places that its footage shows again. `whole`: the text is a post, and no sign that stands anywhere.
        """
        text = text[:MAX_TEXT]
        tokens = tokenize(text)
        units = keys.units(text, tokens)
        lang = lang or language.detect(text, tokens)
        points = coordinates.find(text)
        mentions = self._mentions(text, units, spans, points, lang, whole)
        resolved = resolve.resolve(mentions, units, self._region, self._destinations, whole)
        resolved = stated_area.within_stated(text, units, resolved)
        assigned = starts.start_from(text, units, mentions, roles.assign(text, units, mentions))
        assigned = receives.received(text, units, mentions, assigned)
        around = place_line.only_around(text, units, mentions)
        named = [
            fuse.Named(text[r.mention.start : r.mention.end], r, role, r.mention.first in around)
            for r, role in zip(resolved, assigned, strict=True)
        ]
        signed = signposts.signed(signs, lambda line: self.locate(line, whole=False).places)
        named = signposts.tipped(named, signed)
        points += _short_codes(text, named)
        seen_from = offsets.shifted(text, units, named)
        fused = file_claims.with_claims(fuse.fuse(points, seen_from, geotag), stated)
        fused = signposts.with_signs(fused, signed, signs)
        if geotag or stated or known:
            alone = fuse.fuse(points, seen_from)
            fused = weigh_evidence.weighed(alone, fused, weigh_evidence.Heard(geotag, stated, signed, known))
        named = offsets.with_roles(named, seen_from)
        places = [_stated(text, point) for point in points] + [_place(one) for one in named]
        places.sort(key=lambda place: place.start)
        spots = [Spot(p.start, p.end, p.role, p.ref == fused.ref) for p in places]
        seen = times.seen(text, tokens, posted_at, Asides(text, tokens, spots).holds)
        return Located(
            lang,
            tuple(places),
            fused.position,
            _convoy(text, tokens),
            seen,
            heading.stated(text, tokens),
            fused.explanation,
            signed,
            fused.others,
            fused.probability,
        )

    def _mentions(
        self,
        text: str,
        units: Sequence[Unit],
        spans: Sequence[tuple[int, int]] | None,
        points: Sequence[coordinates.Point],
        lang: str,
        whole: bool,
    ) -> list[Mention]:
        if spans is None:
            found = toponyms.find(text, units, self._senses, whole)
            return [m for m in found if not any(p.start < m.end and m.start < p.end for p in points)]
        mentions = []
        for start, end in spans:
            mention = at_span(text, units, start, end, self._gazetteer)
            mention = mention or self._asked(text, units, start, end, lang)
            if mention is not None:
                mentions.append(mention)
        return sorted(mentions, key=lambda m: m.start)

    def _asked(self, text: str, units: Sequence[Unit], start: int, end: int, lang: str) -> Mention | None:
        """What the online provider, if there is one, knows of a span that the gazetteer does not know."""
        inside = [i for i, unit in enumerate(units) if unit.start < end and start < unit.end]
        if self._candidates is None or not inside:
            return None
        readings = tuple(
            Reading(
                Known(Entry(c.ref, c.name, "town", c.lat, c.lon, c.radius_km, "", "", 1000), "", True, False, 0), 0.0
            )
            for c in self._candidates(text[start:end], lang)
        )
        return Mention(start, end, inside[0], inside[-1] + 1, readings, 0.8, None) if readings else None


def destination_named(located: Located, destinations: Sequence[Destination]) -> str | None:
    """The id of the watched destination that the text names as where the movement goes, None when it names none."""
    for place in located.places:
        if place.role != "to":
            continue
        for destination in destinations:
            away = distance_km(place.lat, place.lon, destination.lat, destination.lon)
            if place.ref == f"icao:{destination.id}" or away <= destination.radius_km + _DESTINATION_SLACK:
                return destination.id
    return None


def from_hint(located: Located) -> Position | None:
    """Where the text says the movement came from, None when it does not."""
    place = next((p for p in located.places if p.role == "from"), None)
    return Position(place.lat, place.lon, place.radius_km) if place else None


def _convoy(text: str, tokens: Sequence[Token]) -> Convoy:
    words = designations.joined(text, tokens)
    counted = quantities.vehicles(text, words)
    return Convoy(round(report.probability(words), 4), counted.least, counted.most, counted.kinds)


def _short_codes(text: str, named: Sequence[fuse.Named]) -> list[coordinates.Point]:
    """The points of short plus codes, each seen from the place that is named nearest to it."""
    found = []
    for start, end, code in plus_codes.find_short(text):
        mentions = [n.resolved for n in named if n.resolved.entries]
        if mentions:
            best = min(mentions, key=lambda r: max(r.mention.start - end, start - r.mention.end))
            lat, lon = plus_codes.near(code, best.entries[0].lat, best.entries[0].lon)
            found.append(coordinates.Point(start, end, lat, lon, _SHORT_CODE_KM))
    return found


def _stated(text: str, point: coordinates.Point) -> Place:
    raw = text[point.start : point.end]
    return Place(raw, point.start, point.end, raw, "coordinates", point.lat, point.lon, point.radius_km, "at", 0.98)


def _place(named: fuse.Named) -> Place:
    resolved, mention = named.resolved, named.resolved.mention
    shares = [round(weight * mention.probability, 4) for weight in resolved.weights]
    best = resolved.entries[0]
    others = tuple(
        Candidate(entry.ref, entry.name, entry.lat, entry.lon, fuse.stated_radius(entry), share)
        for entry, share in list(zip(resolved.entries, shares, strict=True))[1 : 1 + MOST_ALTERNATIVES]
        if share >= LEAST_ALTERNATIVE
    )
    return Place(
        named.text, mention.start, mention.end, best.name, best.ref, best.lat, best.lon, fuse.stated_radius(best),
        named.assigned.role, shares[0], others,
    )  # fmt: skip
