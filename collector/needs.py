"""Which sightings most need a person's eye, and why? Those on which most stands, and of which least is known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from collector.kilometres import km
from db.types import AnyRow

#: a track is told to head somewhere from this probability on
HEADS = 0.5
#: a position, a membership, a report or a track is doubtful past these
WIDE_KM, UNSURE, DOUBTFUL, FEW = 25.0, 0.7, 0.7, 3


@dataclass(frozen=True, slots=True)
class Need:
    """A sighting, how much it needs a person (the weights of its reasons added up), and the reasons."""

    row: AnyRow
    weight: float
    reasons: tuple[str, ...]


def needs(found: Sequence[AnyRow]) -> list[Need]:
    """Sightings in the order in which a person should look at them; the newest first of those that need it as much."""
    queue = []
    for row in found:
        why = list(_reasons(row))
        queue.append(Need(row, round(sum(w for w, _ in why), 3), tuple(r for _, r in why)))
    return sorted(queue, key=lambda n: (-n.weight, -n.row.seen_to.timestamp(), n.row.id))


def _reasons(row: AnyRow) -> Iterator[tuple[float, str]]:
    if row.track_id is not None and row.destination_id != "elsewhere" and row.destination_probability >= HEADS:
        said = f"its track heads to {row.destination} ({row.destination_probability:.0%})"
        # the fewer sightings a track has, the more stands on each
        yield 4.0 * row.destination_probability * min(1.0, FEW / row.track_sightings), said
    if row.recycled_of is not None:
        yield 1.0, "its footage or words may be old: confirm it, or it stays out of tracks"
    if row.independent_sources == 1:
        yield (1.5 if row.track_id is not None else 0.5), "one source only"
    if row.radius_km > WIDE_KM:
        yield 1.0, f"its place is vague (±{km(row.radius_km)})"
    if row.convoy_probability < UNSURE:
        yield 0.5, f"it may be no convoy ({row.convoy_probability:.0%})"
    if row.membership is not None and row.membership < DOUBTFUL:
        yield 1.0, f"it may not belong to its track ({row.membership:.0%})"
    yield 0.1, "nobody has looked at it"
