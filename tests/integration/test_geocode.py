import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from collector.errors import Gone, Misconfigured, RateLimited, RetryLater, Unparseable
from collector.geocode import Geocoder, GeocoderSettings, make_provider
from collector.geocode_cache import FileCache, MemoryCache
from collector.settings import Geocoder as Named
from collector.settings import Settings
from tests.integration.loopback import Site, serve

NOMINATIM = [
    {
        "place_id": 1, "osm_type": "node", "osm_id": 11, "lat": "34.7324", "lon": "36.7137", "importance": 0.6,
        "boundingbox": ["34.68", "34.78", "36.66", "36.77"], "name": "حمص", "display_name": "حمص, سوريا",
    },
    {
        "place_id": 2, "osm_type": "relation", "osm_id": 22, "lat": "34.5", "lon": "38.3", "importance": 0.2,
        "boundingbox": ["33.0", "35.6", "36.0", "40.5"], "display_name": "محافظة حمص, سوريا",
    },
]  # fmt: skip
PHOTON = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [36.7137, 34.7324]},
            "properties": {"osm_type": "N", "osm_id": 11, "name": "Homs", "extent": [36.66, 34.78, 36.77, 34.68]},
        },
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-95.1, 40.2]},
            "properties": {"osm_type": "W", "osm_id": 33, "name": "Homs Road"},
        },
    ],
}


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


def answer(site: Site, path: str, value: Any, status: int = 200, **headers: str) -> None:
    site.page(path, json.dumps(value).encode(), status, Content_Type="application/json", **headers)


def geocoder(site: Site, provider: str = "nominatim", path: str = "", cache: Any = None, **more: Any) -> Geocoder:
    return Geocoder(GeocoderSettings(provider, site.base + path, gap_s=0.0, **more), cache)


def asked(site: Site) -> dict[str, list[str]]:
    return parse_qs(urlsplit(site.asked[-1].path).query)


def test_nominatim_gives_candidates_with_radius_and_probability(site: Site) -> None:
    answer(site, "/nominatim/search", NOMINATIM)
    with geocoder(site, path="/nominatim/", contact="desk@example.org") as ask:
        town, province = ask("  حمص ", "ar")
    assert (town.ref, town.name, town.lat, town.lon) == ("osm:node/11", "حمص", 34.7324, 36.7137)
    assert 6 < town.radius_km < 9
    assert (province.ref, province.name) == ("osm:relation/22", "محافظة حمص")
    assert province.radius_km > 200
    assert town.probability == pytest.approx(0.675)
    assert town.probability + province.probability == pytest.approx(0.9)
    assert asked(site)["q"] == ["حمص"]
    assert asked(site)["accept-language"] == ["ar"]
    assert "desk@example.org" in site.asked[-1].headers["user-agent"]


def test_photon_gives_candidates_in_its_order(site: Site) -> None:
    answer(site, "/api", PHOTON)
    with geocoder(site, "photon") as ask:
        town, road = ask("Homs", "ru")
    assert (town.ref, road.ref) == ("osm:node/11", "osm:way/33")
    assert 6 < town.radius_km < 9
    assert road.radius_km == 5.0
    assert town.probability > road.probability
    assert "lang" not in asked(site)


def test_a_name_that_nobody_knows_has_no_candidates(site: Site) -> None:
    answer(site, "/search", [])
    answer(site, "/api", {"type": "FeatureCollection", "features": []})
    for provider in ("nominatim", "photon"):
        with geocoder(site, provider) as ask:
            assert ask("Nowhere", "en") == ()
            assert ask("   ", "en") == ()
    assert len(site.asked) == 2


def test_answers_are_asked_for_once_and_outlive_the_process(site: Site, tmp_path: Path) -> None:
    answer(site, "/search", NOMINATIM)
    path = tmp_path / "data" / "geocoder.sqlite"
    with FileCache(path) as cache, geocoder(site, cache=cache) as ask:
        first = ask("Homs", "en")
        assert ask("HOMS", "en") == first
    with FileCache(path) as cache, geocoder(site, cache=cache) as ask:
        assert ask("Homs", "en") == first
        ask("Homs", "ru")
    assert len(site.asked) == 2
    with FileCache(path, keep_days=0) as cache, geocoder(site, cache=cache) as ask:
        ask("Homs", "en")
    assert len(site.asked) == 3


def test_an_empty_answer_is_remembered_and_a_failure_is_not(site: Site) -> None:
    cache = MemoryCache()
    answer(site, "/search", [])
    with geocoder(site, cache=cache) as ask:
        assert ask("Nowhere", "en") == ask("Nowhere", "en") == ()
        assert len(site.asked) == 1
        answer(site, "/search", [], 500)
        with pytest.raises(RetryLater):
            ask("Homs", "en")
        answer(site, "/search", NOMINATIM)
        assert len(ask("Homs", "en")) == 2


def test_requests_keep_the_gap_between_threads(site: Site) -> None:
    answer(site, "/search", NOMINATIM)
    with Geocoder(GeocoderSettings("nominatim", site.base, gap_s=0.2)) as ask:
        threads = [threading.Thread(target=ask, args=(f"place {n}", "en")) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    times = [request.at for request in site.asked]
    assert len(times) == 3
    assert times[1] - times[0] > 0.19
    assert times[2] - times[1] > 0.19


@pytest.mark.parametrize(
    ("status", "error"), [(429, RateLimited), (500, RetryLater), (403, Gone), (401, Gone), (502, RetryLater)]
)
def test_each_refusal_is_one_kind_of_failure(site: Site, status: int, error: type[Exception]) -> None:
    answer(site, "/search", {"error": "no"}, status, Retry_After="30")
    with geocoder(site) as ask, pytest.raises(error) as caught:
        ask("Homs", "en")
    assert type(caught.value) is error
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after_s == 30


@pytest.mark.filterwarnings("ignore:Latitude normalization")  # geopy warns and then refuses
@pytest.mark.parametrize(
    "body",
    [
        b"<html>not a geocoder</html>", b"", b"\xff\xfe", b'"text"', b"17", b'{"error": "bad query"}', b"[[1]]",
        b"[{}]",
        b'[{"lat": "x", "lon": "y", "display_name": "z"}]', b'[{"lat": "99", "lon": "0", "display_name": "z"}]',
        b'[{"lat": "nan", "lon": "0", "display_name": "z"}]',
    ],
)  # fmt: skip
def test_an_answer_of_another_kind_is_unparseable(site: Site, body: bytes) -> None:
    site.page("/search", body)
    with geocoder(site) as ask, pytest.raises(Unparseable):
        ask("Homs", "en")


@pytest.mark.parametrize("body", [b"{}", b'{"features": [{}]}', b'{"features": 7}', b"[]"])
def test_an_answer_that_photon_never_gives_is_unparseable(site: Site, body: bytes) -> None:
    site.page("/api", body)
    with geocoder(site, "photon") as ask, pytest.raises(Unparseable):
        ask("Homs", "en")


def test_a_server_that_is_away_is_asked_later() -> None:
    with serve() as away:
        pass
    with geocoder(away) as ask, pytest.raises(RetryLater):
        ask("Homs", "en")


@pytest.mark.parametrize(("provider", "base"), [("google", None), ("nominatim", "not a url"), ("photon", "ftp://x")])
def test_a_wrong_configuration_says_what_to_write(provider: str, base: str | None) -> None:
    with pytest.raises(Misconfigured, match="write"):
        Geocoder(GeocoderSettings(provider, base))


def test_a_cache_file_that_is_none_is_misconfigured(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    path.write_bytes(b"this is no SQLite file, whatever it is called" * 100)
    with pytest.raises(Misconfigured, match="cache"):
        FileCache(path)


def test_the_configuration_names_the_geocoder_and_its_cache_lies_in_the_data_folder(site: Site, tmp_path: Path) -> None:
    answer(site, "/search", NOMINATIM)
    settings = Settings(data_dir=str(tmp_path), geocoder=Named(provider="nominatim", base_url=site.base))
    for _ in range(2):
        provider = make_provider(settings)
        assert provider is not None
        assert provider("Homs", "en")[0].ref == "osm:node/11"
        del provider
    assert len(site.asked) == 1
    assert (tmp_path / "geocoder.sqlite").is_file()
    assert make_provider(Settings(data_dir=str(tmp_path))) is None
