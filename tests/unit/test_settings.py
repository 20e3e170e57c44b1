"""The configuration: the file, the variables over it, and what a wrong key or value is told."""

import os
from pathlib import Path

import pytest

from collector.errors import Misconfigured
from collector.settings import Settings, load

SHIPPED = Path(__file__).resolve().parents[2] / "convoywatch.toml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "convoywatch.toml"


def wrong(file: Path, toml: str, **variables: str) -> str:
    file.write_text(toml, encoding="utf-8")
    with pytest.raises(Misconfigured) as told:
        load(file, variables)
    return str(told.value)


def test_the_shipped_file_is_valid_and_watches_khmeimim_first() -> None:
    settings = load(SHIPPED, {})
    assert settings.destinations[0].id == "OSLK"
    assert settings.destinations[0].weight > settings.destinations[1].weight
    assert settings.sources
    names = [(s.platform, s.name.lower()) for s in settings.sources]
    assert len(set(names)) == len(names)


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(environ={}) == Settings()
    assert load(environ={}).data == tmp_path / "data"


def test_the_file_in_the_folder_is_taken(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("data_dir = 'x'", encoding="utf-8")
    monkeypatch.chdir(file.parent)
    assert load(environ={}).data == file.parent / "x"


def test_paths_are_relative_to_the_file(file: Path) -> None:
    file.write_text("data_dir = 'kept/here'", encoding="utf-8")
    settings = load(file, {})
    assert settings.data == file.parent / "kept" / "here"
    assert settings.store_url == f"sqlite:///{file.parent / 'kept' / 'here' / 'convoywatch.sqlite'}"
    assert load(file, {"CONVOYWATCH_STORE": "postgresql+psycopg://x/y"}).store_url == "postgresql+psycopg://x/y"


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ("[http]\ncontect = 'x'", "http.contect"),
        ("[htp]\ncontact = 'x'", "htp"),
        ("sorces = []", "sorces"),
        ("[[sources]]\nname = 'x'\ninterval = 3", "sources.0.interval"),
    ],
)
def test_an_unknown_key_is_an_error_that_names_it(file: Path, toml: str, named: str) -> None:
    told = wrong(file, toml)
    assert f"{named}: there is no such key" in told
    assert str(file) in told


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ("[http]\ngap_s = -1", "http.gap_s: input should be greater than or equal to 0"),
        ("[http]\ngap_s = 'soon'", "http.gap_s: input should be a valid number"),
        ("[schedule]\npollers = 0", "schedule.pollers"),
        ("[locate]\nconvoy_threshold = 1.0", "locate.convoy_threshold: input should be less than 1"),
        ("[[destinations]]\nid = 'x'\nname = 'x'\nlat = 91\nlon = 0", "destinations.0.lat"),
        ("[[destinations]]\nid = 'x'\nname = 'x'\nlat = 9", "destinations.0.lon: field required"),
        ("[[sources]]\nplatform = 'telegram'", "sources.0: a source has either a name or a url"),
        ("http = 3", "http:"),
    ],
)
def test_a_bad_value_is_told_with_its_key(file: Path, toml: str, named: str) -> None:
    assert named in wrong(file, toml)


def test_every_wrong_key_is_told_at_once(file: Path) -> None:
    told = wrong(file, "a = 1\nb = 2\n[http]\ngap_s = -1")
    assert len(told.splitlines()) == 4


@pytest.mark.parametrize("content", [b"[http", b"\xff\xfe", b"a = \x00"])
def test_a_file_that_is_no_toml_is_told(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(Misconfigured, match="not valid TOML"):
        load(file, {})


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no configuration file"):
        load(tmp_path / "none.toml", {})
    with pytest.raises(Misconfigured, match="no configuration file"):
        load(environ={"CONVOYWATCH_CONFIG": str(tmp_path / "none.toml")})


def test_a_variable_names_the_file(file: Path) -> None:
    file.write_text("[http]\ncontact = 'desk@example.org'", encoding="utf-8")
    assert load(environ={"CONVOYWATCH_CONFIG": str(file)}).http.contact == "desk@example.org"


def test_variables_win_over_the_file(file: Path) -> None:
    file.write_text("[http]\ncontact = 'a@example.org'\ngap_s = 3", encoding="utf-8")
    env = {
        "CONVOYWATCH_HTTP__CONTACT": "b@example.org",
        "CONVOYWATCH_HTTP__ALLOW_HOSTS": "localhost:1,127.0.0.1:2",
        "CONVOYWATCH_HTTP__RESPECT_ROBOTS": "false",
        "CONVOYWATCH_SCHEDULE__TICK_S": "0.5",
        "CONVOYWATCH_LOCATE__REGION": "SY,LB",
        "CONVOYWATCH_DATA_DIR": "elsewhere",
        "OTHER": "x",
    }
    settings = load(file, env)
    assert (settings.http.contact, settings.http.gap_s) == ("b@example.org", 3)
    assert (settings.http.allow_hosts, settings.http.respect_robots) == (("localhost:1", "127.0.0.1:2"), False)
    assert (settings.schedule.tick_s, settings.locate.region, settings.data_dir) == (0.5, ("SY", "LB"), "elsewhere")


@pytest.mark.parametrize("name", ["CONVOYWATCH_HTTP__CONTECT", "CONVOYWATCH_HTTPS__CONTACT", "CONVOYWATCH_STORRE"])
def test_an_unknown_variable_is_an_error_too(file: Path, name: str) -> None:
    assert "there is no such key" in wrong(file, "", **{name: "x"})


def test_a_variable_for_a_part_that_the_file_has_wrong_is_told(file: Path) -> None:
    assert "http" in wrong(file, "http = 3", CONVOYWATCH_HTTP__CONTACT="x")


def test_an_empty_list_can_be_given_by_a_variable(file: Path) -> None:
    file.write_text("[locate]\nregion = ['SY']", encoding="utf-8")
    assert load(file, {"CONVOYWATCH_LOCATE__REGION": ""}).locate.region == ()


def test_bounds_that_contradict_each_other_are_told(file: Path) -> None:
    assert "max_interval_s" in wrong(file, "[schedule]\nmin_interval_s = 900\nmax_interval_s = 300")


def test_a_destination_named_twice_is_told(file: Path) -> None:
    line = "[[destinations]]\nid = 'OSLK'\nname = 'x'\nlat = 1\nlon = 2\n"
    assert "OSLK" in wrong(file, line * 2)


def test_the_environment_is_read_by_default(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("", encoding="utf-8")
    for name in [n for n in os.environ if n.startswith("CONVOYWATCH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CONVOYWATCH_HTTP__CONTACT", "c@example.org")
    assert load(file).http.contact == "c@example.org"
