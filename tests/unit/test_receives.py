"""A place that is told of as receiving is where something comes to."""

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator

LOCATOR = Locator(Gazetteer.open())


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("Germany expects 50,000 more refugees", {"Germany": "to"}),
        ("Poland awaits 100 American tanks", {"Poland": "to"}),
        ("Belarus received a shipment of S-400 systems", {"Belarus": "to"}),
        ("Hungary says 10,046 migrants entered on Wednesday", {"Hungary": "to"}),
        ("Hungary says it is ready", {"Hungary": "mention"}),
        ("Syria faces attacks as tanks burn", {"Syria": "mention"}),
        ("Russia saw columns of tanks arrive in Homs", {"Homs": "to"}),
        ("شهدت القامشلي وصول رتل أمريكي", {"القامشلي": "to"}),
        ("استقبلت القامشلي ثلاثين شاحنة عسكرية", {"القامشلي": "to"}),
        ("شهدت القامشلي اشتباكات وقصفا بالدبابات", {"القامشلي": "mention"}),
        ("trains 2 Germany leave at noon, moving 2 Germany", {"Germany": "to"}),
        ("Züge nach Deutschland", {"Deutschland": "to"}),
    ],
)
def test_a_place_that_receives_is_a_goal(text: str, roles: dict[str, str]) -> None:
    found = {place.text: place.role for place in LOCATOR.locate(text).places}
    assert {name: found.get(name) for name in roles} == roles
