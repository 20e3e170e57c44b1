"""What was read in the footage of a post, as thinking takes it; and what came of it, as the store keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from db import landmarks, signs, vehicles
from db.rows import NewDoubt, NewEvidence
from db.types import AnyRow
from geolocate.doubts import doubts_of
from geolocate.file_claims import RADIUS_KM, believable, fresh
from geolocate.footage import Shown
from geolocate.recognised import TRUST, told
from geolocate.types import Located, Made, Recognised, Sign, Stated

#: likeness (geolocate.frames.video_match.THRESHOLD) from which on two files are held to be one footage here: a doubtful
#: copy is no second witness either
SAME_FOOTAGE = 0.5
#: from this share of all points that agree on, two stills are held to be one picture, whatever their prints say: other
#: views of a place seldom share a third (`bench/landmarks.md`)
SAME_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Footage:
    """Lines of writing with the file that each is in, the positions that files state, what the files show, what they
    state of their making, the largest share of a clip's stills that show a blue sky, and the places known again."""

    signs: tuple[tuple[Sign, int], ...] = ()
    positions: tuple[tuple[Stated, int], ...] = ()
    shown: tuple[Shown, ...] = ()
    made: tuple[Made, ...] = ()
    sky: float | None = None
    known: tuple[tuple[Recognised, int], ...] = ()

    def lines(self) -> list[Sign]:
        """For the locator."""
        return [sign for sign, _ in self.signs]

    def stated(self) -> list[Stated]:
        """For the locator."""
        return [position for position, _ in self.positions]

    def doubts(self, found: Located) -> list[NewDoubt]:
        """What it has against the claim of the post."""
        return [
            NewDoubt(d.kind, d.probability, d.since, d.words)
            for d in doubts_of(found, self.lines(), self.made, self.sky)
        ]

    def recognised(self) -> list[Recognised]:
        """For the locator."""
        return [one for one, _ in self.known]

    def evidence(self, found: Located) -> list[NewEvidence]:
        """The places that signs name, the positions that files state, and the places that the footage shows."""
        media_of = dict(reversed(self.signs))
        named = [
            NewEvidence(
                "caption" if one.sign.kind == "caption" else "sign", "mention", one.sign.text, None, None,
                one.place.name, one.place.ref, one.place.lat, one.place.lon, one.place.radius_km,
                round(one.sign.score * one.place.probability, 4), media_id=media_of[one.sign],
                at_ms=one.sign.at_ms, box=list(one.sign.box),
            )
            for one in found.signed
        ]  # fmt: skip
        title = "position stored in the file"
        return named + [
            NewEvidence(
                one.source, "at", title, None, None, title, "coordinates", one.lat, one.lon, RADIUS_KM, one.trust,
                media_id=media_id,
            )
            for one, media_id in self.positions
        ] + [
            NewEvidence(
                "landmark", "mention" if one.copied else "at", told(one), None, None, one.name,
                f"landmark:{one.landmark}", one.lat, one.lon, one.radius_km,
                0.0 if one.copied else TRUST[one.kind], media_id=media_id, at_ms=one.at_ms, box=list(one.box),
            )
            for one, media_id in self.known
        ]  # fmt: skip


def footage_of(conn: Connection, post: AnyRow | None, analyzers: Mapping[str, int]) -> Footage:
    """What these versions of the reader, the detector and the landmark matcher found in the files that a post shows; a
    claim that cannot be true is left out."""
    if post is None:
        return Footage()
    lines = tuple(
        (Sign(r.text, r.script, r.kind, tuple(r.box), r.score, r.at_ms, r.first_ms, r.last_ms), r.media_id)
        for r in signs.of_post(conn, post.id, analyzers["read"])
    )
    stated = signs.claims_of_post(conn, post.id, analyzers["read"])
    claims = [r for r in stated if believable(r.made_at, post.posted_at)]
    positions = tuple(
        (Stated(r.source, r.lat, r.lon, r.trust, fresh(r.made_at, post.posted_at)), r.media_id)
        for r in claims
        if r.lat is not None and r.lon is not None
    )
    shown = tuple(
        Shown(
            "video" if r.media_type.startswith("video/") else "picture", r.convoy_probability, r.vehicles_min,
            r.vehicles_max, r.military, r.direction, tuple(r.marks),
        )
        for r in vehicles.of_post(conn, post.id, analyzers["detect"])
    )  # fmt: skip
    made = tuple(Made(r.made_at, r.device, r.trust) for r in claims if r.made_at)
    sky = max(signs.skies_of_post(conn, post.id), default=None)
    return Footage(lines, positions, shown, made, sky, _known(conn, post.id, analyzers["landmark"]))


def _known(conn: Connection, post_id: int, analyzer_id: int) -> tuple[tuple[Recognised, int], ...]:
    rows = landmarks.of_post(conn, post_id, analyzer_id, SAME_FOOTAGE, SAME_SHARE)
    # what is a copy of some of a sighting's footage says nothing new by the rest of it
    copied = {r.sighting_key for r in rows if r.copied}
    return tuple(
        (
            Recognised(
                r.landmark_id, r.kind, r.name, r.lat, r.lon, r.radius_km, r.score, r.at_ms, tuple(r.box),
                r.sighting_key is not None and r.sighting_key in copied,
            ),
            r.media_id,
        )
        for r in rows
    )  # fmt: skip
