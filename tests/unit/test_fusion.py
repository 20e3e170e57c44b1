"""Claims of different kinds become one place, a radius that holds, and who disagrees."""

import itertools
import math
import random

import pytest

from geolocate.fusion import Claim, Option, combined
from geolocate.sphere import distance_km
from geolocate.types import Candidate

SARAQIB, HOMS, NEAR_SARAQIB = (35.864, 36.806), (34.73, 36.71), (35.90, 36.82)


def claim(kind: str, at: tuple[float, float], radius_km: float, trust: float, refines: bool = True) -> Claim:
    return Claim(kind, trust, (Option(*at, radius_km, 1.0, kind, kind),), kind, refines)


def test_no_claim_is_no_answer() -> None:
    assert combined([]) is None


def test_kinds_that_agree_make_each_other_surer_and_the_most_exact_gives_the_place() -> None:
    text, landmark = claim("text", SARAQIB, 8.0, 0.9), claim("landmark", NEAR_SARAQIB, 0.5, 0.9)
    alone, both = combined([text]), combined([text, landmark])
    assert alone
    assert both
    assert both.probability > 0.98 > alone.probability
    assert (both.position.lat, both.position.lon, both.position.radius_km) == (*NEAR_SARAQIB, 0.5)
    assert {c.kind for c in both.agreeing} == {"text", "landmark"}


def test_two_towns_are_never_averaged_and_the_other_is_told_with_its_probability() -> None:
    found = combined([claim("text", HOMS, 8.0, 0.9), claim("landmark", SARAQIB, 0.5, 0.97)])
    assert found
    assert (found.position.lat, found.position.lon) == SARAQIB
    assert 0.6 < found.probability < 0.9
    ((lat, lon, probability),) = [(o.lat, o.lon, o.probability) for o in found.others]
    assert (lat, lon) == HOMS
    assert probability + found.probability <= 1
    assert [c.kind for c in found.against] == ["text"]


def test_places_near_each_other_that_disagree_are_held_by_a_wider_radius() -> None:
    near = (SARAQIB[0] + 0.2, SARAQIB[1])
    found = combined([claim("text", SARAQIB, 5.0, 0.9), claim("geotag", near, 1.0, 0.85)])
    assert found
    away = float(distance_km(*SARAQIB, *near))
    assert found.position.radius_km >= away
    assert found.others == ()


def test_what_anyone_can_write_moves_no_position_that_others_give() -> None:
    found = combined([claim("text", SARAQIB, 8.0, 0.9), claim("file", NEAR_SARAQIB, 5.0, 0.5, refines=False)])
    assert found
    assert (found.position.lat, found.position.lon) == SARAQIB


def test_a_landmark_says_which_of_two_places_of_one_name_is_meant() -> None:
    torn = Claim("text", 0.9, (Option(*HOMS, 5.0, 0.7, "A", "a"), Option(*SARAQIB, 5.0, 0.3, "B", "b")), "text")
    found = combined([torn, claim("landmark", NEAR_SARAQIB, 1.0, 0.97)])
    assert found
    assert found.ref == "landmark"
    assert {c.kind for c in found.agreeing} == {"text", "landmark"}
    assert found.probability > 0.95


def test_the_order_of_claims_does_not_matter() -> None:
    claims = [
        claim("text", SARAQIB, 8.0, 0.9), claim("sign", HOMS, 40.0, 0.5, refines=False),
        claim("geotag", NEAR_SARAQIB, 1.0, 0.85), claim("landmark", HOMS, 0.5, 0.97),
    ]  # fmt: skip
    told = set()
    for order in itertools.permutations(claims):
        found = combined(order)
        assert found
        told.add((found.position, found.ref, found.probability, frozenset(c.kind for c in found.against)))
    assert len(told) == 1


#: kind -> trust, 90 % radius in km, and whether it may move a position; how often each is there
KINDS = {
    "text": (0.95, 8.0, True, 0.9), "geotag": (0.85, 1.0, True, 0.2), "file": (0.5, 5.0, False, 0.2),
    "sign": (0.5, 42.0, False, 0.3), "landmark": (0.95, 0.7, True, 0.3),
}  # fmt: skip


def moved(at: tuple[float, float], east_km: float, north_km: float) -> tuple[float, float]:
    return at[0] + north_km / 111.2, at[1] + east_km / (111.2 * math.cos(math.radians(at[0])))


def drawn(rng: random.Random) -> list[Claim]:
    """Claims of a post about SARAQIB: each kind there or not, right as often as it is trusted."""
    claims = []
    for kind, (trust, radius_km, refines, there) in KINDS.items():
        if rng.random() < there:
            sigma = radius_km / math.sqrt(2 * math.log(20))
            at = moved(SARAQIB, rng.gauss(0, sigma), rng.gauss(0, sigma))
            if rng.random() > trust:
                away, bearing = 500 * math.sqrt(rng.random()), rng.uniform(0, 2 * math.pi)
                at = moved(SARAQIB, away * math.cos(bearing), away * math.sin(bearing))
            claims.append(claim(kind, at, radius_km, trust, refines))
    return claims


@pytest.mark.parametrize("seed", range(2))
def test_the_radius_holds_the_truth_nine_times_in_ten_and_the_probability_says_when_not(seed: int) -> None:
    rng, held, believed, told, sure = random.Random(seed), 0, 0.0, 0, []
    for _ in range(1500):
        found = combined(drawn(rng))
        if found is None:
            continue
        away = float(distance_km(*SARAQIB, found.position.lat, found.position.lon))
        inside = away <= found.position.radius_km
        held += inside
        sure += [inside] if found.probability >= 0.95 else []
        believed += found.probability
        told += 1
    assert held / told == pytest.approx(0.95 * believed / told, abs=0.03)
    assert len(sure) > 700
    assert sum(sure) / len(sure) > 0.9


def test_others_are_candidates() -> None:
    found = combined([claim("a", HOMS, 5.0, 0.8), claim("b", SARAQIB, 5.0, 0.8)])
    assert found
    assert all(isinstance(o, Candidate) and o.probability > 0 for o in found.others)
