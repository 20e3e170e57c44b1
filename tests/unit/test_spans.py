"""What a caller says is a place is resolved as far as it is known, and no further."""

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator

LOCATOR = Locator(Gazetteer.open())


def given(text: str, span: str) -> str | None:
    start = text.index(span)
    places = LOCATOR.locate(text, spans=[(start, start + len(span))]).places
    return places[0].name if places else None


@pytest.mark.parametrize(
    ("text", "span", "name"),
    [
        ("He moved to Fresno, Calif., in May", "Calif.", "California"),
        ("born in Newark, N.J., she", "N.J.", "New Jersey"),
        ("the port of Vancouver, B.C.", "B.C.", "British Columbia"),
        ("ships in the Mediterranean", "Mediterranean", "Mediterranean Sea"),
        ("a farm in Northamptonshire", "Northamptonshire", "Northamptonshire"),
        ("governor of the Bank of England", "Bank of England", "England"),
        ("at the University of Alberta", "University of Alberta", "Alberta"),
        ("troops in the Soviet Union", "Soviet Union", "Soviet Union"),
        ("the Austrian border", "Austrian", "Austria"),
        ("races at Brands Hatch", "Brands Hatch", None),
        ("on Third Street", "Third Street", None),
        ("said a Ministry", "Ministry", None),
    ],
)
def test_a_given_span_is_resolved(text: str, span: str, name: str | None) -> None:
    assert given(text, span) == name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A train left Richmond, Va., at noon", {"Richmond", "Virginia"}),
        ("He called Va. Tech, OK?", set()),
        ("Frigates crossed the Baltic Sea near Kent", {"Baltic Sea", "Kent"}),
    ],
)
def test_states_and_wide_areas_are_found_in_running_text(text: str, names: set[str]) -> None:
    assert {place.name for place in LOCATOR.locate(text).places} == names
