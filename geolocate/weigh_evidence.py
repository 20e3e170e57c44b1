"""Text, geotag, file, signs and known places of one post: one position, and in words who agrees and who does not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from geolocate import file_claims, recognised, signposts
from geolocate.fuse import COORDINATES, Fused
from geolocate.fusion import LEAST_ANSWER, Claim, Option, Verdict, combined
from geolocate.sphere import distance_km
from geolocate.types import Position, Recognised, Signed, Stated

#: trust that a text's place is right: with IF_RIGHT it makes the share of the dev sets' posts that its radius holds
#: (`covered` in `bench/places.md`: .86 to .96 where the text names the place); in stated coordinates and the platform's
#: geotag: assumed
TEXT_TRUST, COORDINATES_TRUST, GEOTAG_TRUST = 0.95, 0.97, 0.85
#: of a sign's own score, since signs point to towns far ahead: assumed
SIGN_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Heard:
    """All that is not the text: the platform's geotag, positions of files, places on signs, places known again."""

    geotag: Position | None = None
    stated: Sequence[Stated] = ()
    signed: Sequence[Signed] = ()
    known: Sequence[Recognised] = ()


def weighed(text: Fused, worded: Fused, heard: Heard) -> Fused:
    """`text`: what the text alone gives; `worded`: the same with geotag, files and signs told in words, which stands
    where nothing strong is there to be weighed against anything."""
    strong = _strong(heard)
    claims = _text(text) + strong + _signs(heard.signed)
    worded = replace(worded, explanation=worded.explanation + recognised.copied(heard.known))
    if not strong or (len(claims) == 1 and strong[0].kind != "landmark"):
        return worded
    verdict = combined(claims)
    if verdict is None:
        return worded
    if verdict.probability < LEAST_ANSWER and text.position is None and heard.geotag is None:
        return replace(worded, position=None, ref="", explanation=f"{_list(claims)}; far apart, none is believed")
    return _answer(verdict, worded)


def _answer(verdict: Verdict, worded: Fused) -> Fused:
    lead, here = verdict.leading, verdict.position
    agreeing = [c.words for c in verdict.agreeing if c is not lead and c.kind == "landmark"]
    words = worded.explanation
    if lead.kind == "landmark":
        textual = any(c.kind in ("text", "geotag") for c in (*verdict.agreeing, *verdict.against))
        words = f"{words}; {lead.words}" if not textual else _with_text(verdict, words)
    elif agreeing:
        words = f"{words}; agrees: {'; '.join(agreeing)}"
    elif lead.kind == "geotag":
        words = f"{words}{_text_told(verdict)}"
    for claim in verdict.against:
        if claim.kind == "landmark":
            words += f"; but {claim.words}, {_away_km(claim, here):.0f} km away"
    if verdict.probability < 0.9:
        words += f"; {verdict.probability:.0%} sure, for the evidence disagrees"
    return replace(
        worded, position=here, ref=verdict.ref, explanation=words, others=verdict.others,
        probability=verdict.probability,
    )  # fmt: skip


def _with_text(verdict: Verdict, words: str) -> str:
    against = [c for c in verdict.against if c.kind in ("text", "geotag")]
    if not against:
        return f"{words}; {verdict.leading.words}, which agrees"
    return f"{verdict.leading.words}; but {words}, {_away_km(against[0], verdict.position):.0f} km away"


def _text_told(verdict: Verdict) -> str:
    for claim in (*verdict.agreeing, *verdict.against):
        if claim.kind == "text":
            away = _away_km(claim, verdict.position)
            verb = "agrees with" if claim in verdict.agreeing else f"but {away:.0f} km from"
            return f"; {verb} {claim.words}"
    return ""


def _strong(heard: Heard) -> list[Claim]:
    found = recognised.claims(heard.known)
    if heard.geotag is not None:
        tag = heard.geotag
        found.append(Claim("geotag", GEOTAG_TRUST, (Option(tag.lat, tag.lon, tag.radius_km),), "the platform's geotag"))
    if heard.stated:
        best = max(heard.stated, key=lambda s: (s.trust, s.fresh, s.lat, s.lon))
        trust = best.trust if best.fresh else best.trust / 2
        option = Option(best.lat, best.lon, file_claims.RADIUS_KM, 1.0, "", "coordinates")
        # anyone can write it: it never moves what others say
        found.append(Claim("file", trust, (option,), f"the position in the file ({best.source})", refines=False))
    return found


def _text(text: Fused) -> list[Claim]:
    if text.position is None:
        return []
    if text.ref == COORDINATES or not text.readings:
        here = text.position
        options = (Option(here.lat, here.lon, here.radius_km, 1.0, "", text.ref),)
        return [Claim("text", COORDINATES_TRUST, options, text.explanation)]
    total = sum(o.share for o in text.readings)
    readings = tuple(replace(o, share=o.share / total) for o in text.readings)
    return [Claim("text", min(TEXT_TRUST, total), readings, text.explanation)]


def _signs(signed: Sequence[Signed]) -> list[Claim]:
    """The surest place on a sign: several signs of one drive are not several witnesses."""
    if not signed:
        return []
    best = max(signed, key=lambda s: (s.sign.score * s.place.probability, -s.place.radius_km, s.place.ref))
    place = best.place
    option = Option(place.lat, place.lon, place.radius_km, 1.0, place.name, place.ref)
    trust = SIGN_SHARE * best.sign.score * place.probability
    return [Claim("sign", trust, (option,), signposts.told(best.sign), refines=False)]


def _list(claims: Sequence[Claim]) -> str:
    return "; ".join(claim.words for claim in claims)


def _away_km(claim: Claim, here: Position) -> float:
    return min(float(distance_km(o.lat, o.lon, here.lat, here.lon)) for o in claim.options)
