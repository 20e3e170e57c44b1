"""Place a post: from its text, its platform geotag and its footage to evidence and one observation."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from collector.company import company
from collector.context import Context
from collector.errors import ConvoywatchError
from collector.kilometres import km
from collector.settings import Settings
from collector.stages.base import Outcome, Write
from collector.stages.footage import footage_of
from collector.stages.stated import stated_of, with_stated
from db import copies, observations, posts, work
from db.rows import NewEvidence, NewObservation
from db.types import AnyRow
from geolocate.footage import Witnessed, says_nothing, witnessed
from geolocate.locate import destination_named, from_hint
from geolocate.retelling import told_keys
from geolocate.types import Located, Position

#: a platform geotag is a point that the author set by hand or by the phone
GEOTAG_RADIUS_KM = 1.0


class Locate:
    """Posts, each by itself; the input is a row of posts."""

    name = "locate"
    version = "6"
    batch = 32
    apart = True

    def params(self, settings: Settings) -> dict[str, Any]:
        """What changes the answer for the same text."""
        return settings.locate.model_dump(mode="json") | {
            "destinations": [d.model_dump(mode="json") for d in settings.destinations]
        }

    def run(self, ctx: Context, inputs: Sequence[int]) -> Write:
        """Read the text."""
        with ctx.store.read() as conn:
            post = posts.get(conn, inputs[0])
            seen = footage_of(conn, post, ctx.analyzers)
        if post is None or not post.is_current or post.service:
            return lambda _conn: Outcome(empty=True)
        geotag, told = _geotag(post), stated_of(post.stated)
        found = ctx.locator.locate(
            post.text, lang=post.lang, posted_at=post.posted_at, geotag=geotag, signs=seen.lines(),
            stated=seen.stated(), known=seen.recognised(),
        )  # fmt: skip
        evidence = [*_evidence(post, geotag, found), *seen.evidence(found)]
        found = with_stated(found, geotag, told)
        both = witnessed(found.convoy, seen.shown, bool(seen.shown) and says_nothing(post.text))
        observed, doubts = _observation(ctx, found, both), seen.doubts(found)

        def write(conn: Connection) -> Outcome:
            mine = ctx.analyzers["locate"]
            before = company(conn, [post.id])
            copies.set_told(conn, post.id, found.lang, told_keys(post.text, found))
            touched = observations.save(conn, post.id, mine, evidence, observed, doubts)
            touched |= observations.buckets_of_posts(conn, mine, before | company(conn, [post.id]))
            work.enqueue(conn, ctx.analyzers["cluster"], touched)
            return Outcome(empty=not evidence, lines=_lines(ctx, post, found, both))

        return write

    def failed(self, conn: Connection, input_id: int, error: ConvoywatchError) -> None:
        """The work row says it all."""

    def backlog(self, conn: Connection) -> Sequence[int]:
        """Every current post."""
        return posts.current_ids(conn)


def _geotag(post: AnyRow) -> Position | None:
    if post.geotag_lat is None or post.geotag_lon is None:
        return None
    told = stated_of(post.stated)
    return Position(post.geotag_lat, post.geotag_lon, told.radius_km if told else GEOTAG_RADIUS_KM)


def _evidence(post: AnyRow, geotag: Position | None, found: Located) -> list[NewEvidence]:
    tagged = []
    if geotag:
        title = post.geotag_title or "location attached to the post"
        tagged.append(
            NewEvidence(
                "dataset" if post.stated else "geotag",
                "at",
                title,
                None,
                None,
                title,
                "coordinates",
                geotag.lat,
                geotag.lon,
                geotag.radius_km,
                0.9,
            )
        )
    return tagged + [
        NewEvidence(
            "coordinates" if p.ref == "coordinates" else "mention", p.role, p.text, p.start, p.end, p.name, p.ref,
            p.lat, p.lon, p.radius_km, p.probability, [asdict(a) for a in p.alternatives],
        )
        for p in found.places
    ]  # fmt: skip


def _observation(ctx: Context, found: Located, both: Witnessed) -> NewObservation:
    position, why = _definite(found, ctx.settings.locate.max_radius_km)
    seen, convoy, hint = found.seen, both.convoy, from_hint(found)
    return NewObservation(
        lang=found.lang, convoy_probability=convoy.probability,
        lat=position.lat if position else None, lon=position.lon if position else None,
        radius_km=position.radius_km if position else None, alternatives=_alternatives(found) if position else [],
        seen_from=seen.start if seen else None, seen_to=seen.end if seen else None,
        vehicles_min=convoy.vehicles_min, vehicles_max=convoy.vehicles_max, kinds=sorted(convoy.kinds),
        bearing_deg=found.bearing_deg, from_hint=asdict(hint) if hint else None,
        to_hint=destination_named(found, ctx.destinations), explanation=f"{why}; {both.why}" if both.why else why,
        text_probability=found.convoy.probability, footage=both.footage or None,
    )  # fmt: skip


def _definite(found: Located, max_radius_km: float) -> tuple[Position | None, str]:
    """The position, unless it is too vague to be a place where something was seen; and why, in words."""
    if found.position is None or found.position.radius_km <= max_radius_km:
        return found.position, found.explanation
    return None, f"{found.explanation}; too vague for a sighting (±{km(found.position.radius_km)})"


def _alternatives(found: Located) -> list[dict[str, Any]]:
    """What else it may be: other readings of the mention that it was taken from, or what other evidence speaks for."""
    if found.position is None:
        return []
    if found.others:
        return [asdict(other) for other in found.others]
    here = (found.position.lat, found.position.lon)
    chosen = next((p for p in found.places if (p.lat, p.lon) == here), None)
    return [asdict(a) for a in chosen.alternatives] if chosen else []


def _lines(ctx: Context, post: AnyRow, found: Located, both: Witnessed) -> tuple[tuple[str, str], ...]:
    limits = ctx.settings.locate
    if found.position is None or both.convoy.probability < limits.convoy_threshold:
        return ()
    if found.position.radius_km > limits.max_radius_km:
        return ()
    where = f"{found.position.lat:.3f}, {found.position.lon:.3f} ±{km(found.position.radius_km)}"
    name = next((p.name for p in found.places if (p.lat, p.lon) == (found.position.lat, found.position.lon)), "")
    line = f"{post.channel_name or post.platform}/{post.native_id.rpartition('/')[2]}: {name} {where}"
    return (("located", f"{line}, convoy {both.convoy.probability:.0%}"),)
