"""A bent spelling of a long name against exact names that are parts of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.gazetteer_file import Source, write
from geolocate.locate import Locator

PLACES = [
    Source("t:1", "town", 35.5, 6.2, 3.0, "DZ", "1", 280_000, ["Batnah"]),
    Source("t:2", "town", 33.5, 36.4, 2.0, "SY", "8", 20_000, ["Kafr Batna"]),
    Source("t:3", "town", 34.7, 36.7, 5.0, "SY", "11", 700_000, ["Homs"]),
]


@pytest.fixture(scope="module")
def locator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locator]:
    file: Path = tmp_path_factory.mktemp("bent") / "small.sqlite"
    write(file, PLACES, lambda _name: 0)
    with Gazetteer([file]) as gazetteer:
        yield Locator(gazetteer)


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("a convoy in Kafr Batnah", ["t:2"]),
        ("a convoy in Batnah", ["t:1"]),
        ("a convoy from Batnah Homs", ["t:1", "t:3"]),
    ],
)
def test_the_longer_name_wins_though_bent_and_a_part_alone_is_itself(
    locator: Locator, text: str, refs: list[str]
) -> None:
    assert [place.ref for place in locator.locate(text).places] == refs
