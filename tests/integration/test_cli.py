"""The command line as a person and as a script would call it: real processes on a real store."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CONFIG = """
data_dir = "data"
[locate]
region = ["SY"]
[[destinations]]
id = "OSLK"
name = "Khmeimim airbase"
lat = 35.411
lon = 35.949
radius_km = 4
"""

PASSING = "Russian military convoy, about 30 trucks, seen passing through Salamiyah in Syria."

#: a convoy from Raqqa to Hama in a day, told by two channels, one of them copied
POSTS = [
    ("alpha", 1, "2024-12-10T07:10Z", "A Russian military convoy of 30 trucks was seen in Raqqa, heading to Khmeimim."),
    ("beta", 8, "2024-12-10T13:30Z", PASSING),
    ("gamma", 4, "2024-12-10T13:50Z", PASSING),
    ("beta", 9, "2024-12-10T15:40Z", "A Russian military convoy of some 30 trucks was seen in Hama, moving west."),
    ("gamma", 5, "2024-12-10T16:00Z", "Weather in Damascus: rain, twelve degrees."),
]  # fmt: skip


def call(folder: Path, *args: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """`convoywatch ARGS` in a folder."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("CONVOYWATCH_")}
    return subprocess.run(
        [sys.executable, "-m", "collector.cli", *args], cwd=folder, env=env, input=stdin, text=True,
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip


def line(channel: str, number: int, at: str, text: str) -> str:
    return json.dumps({
        "platform": "telegram", "channel": {"id": None, "name": channel, "title": channel.title()},
        "native_id": f"{channel}/{number}", "url": f"https://t.me/{channel}/{number}", "posted_at": at, "text": text,
    })  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration and a store into which the posts were taken."""
    made = tmp_path_factory.mktemp("newsroom")
    (made / "convoywatch.toml").write_text(CONFIG, encoding="utf-8")
    done = call(made, "ingest", "-", stdin="\n".join(line(*p) for p in POSTS) + "\n")
    assert done.returncode == 0, done.stderr
    assert "5 new" in done.stdout
    return made


def rows(done: "subprocess.CompletedProcess[str]") -> list[dict[str, object]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(text) for text in done.stdout.splitlines()]


def test_taking_in_the_same_lines_again_adds_nothing(folder: Path) -> None:
    done = call(folder, "ingest", "-", stdin="\n".join(line(*p) for p in POSTS) + "\n")
    assert (done.returncode, "0 new, 0 edited, 5 known" in done.stdout) == (0, True)


def test_a_bad_line_is_skipped_and_told(folder: Path) -> None:
    done = call(folder, "ingest", "-", stdin="{broken\n" + line(*POSTS[0]) + "\n")
    assert done.returncode == 3
    assert "line 1" in done.stdout
    assert "1 known" in done.stdout


def test_every_post_is_listed_once(folder: Path) -> None:
    found = rows(call(folder, "posts", "--json"))
    assert sorted(str(p["native_id"]) for p in found) == sorted(f"{c}/{n}" for c, n, _, _ in POSTS)


def test_a_copied_report_is_company_not_a_second_source(folder: Path) -> None:
    found = {s["key"]: s for s in rows(call(folder, "sightings", "--json"))}
    copied = found["telegram:beta/8"]
    assert (copied["independent_sources"], copied["copies"]) == (1, 1)
    assert "telegram:gamma/4" not in found


def test_the_sightings_become_one_track_with_its_destinations(folder: Path) -> None:
    (track,) = rows(call(folder, "tracks", "--json"))
    assert track["sightings"] == 3
    whole = call(folder, "show", f"T{track['id']}", "--json")
    destinations = json.loads(whole.stdout)["destinations"]
    assert set(destinations) == {"OSLK", "elsewhere"}
    assert sum(destinations.values()) == pytest.approx(1)
    assert [p["seq"] for p in json.loads(whole.stdout)["points"]] == [0, 1, 2]


def test_show_prints_the_posts_behind_each_point(folder: Path) -> None:
    (track,) = rows(call(folder, "tracks", "--json"))
    shown = call(folder, "show", f"T{track['id']}").stdout
    assert "heading to" in shown
    assert "when last seen: " in shown
    assert "in no track" in shown
    assert "How it came to be" in shown
    for channel, number, _, _ in POSTS[:4]:
        assert f"https://t.me/{channel}/{number}" in shown
    assert "copy of https://t.me/beta/8 (same text)" in shown


def test_show_understands_a_natural_key_and_refuses_what_is_not_there(folder: Path) -> None:
    assert "Salam" in call(folder, "show", "telegram:beta/8").stdout
    missing = call(folder, "show", "S999999")
    assert missing.returncode == 1
    assert "convoywatch sightings" in missing.stderr


def test_a_place_is_searched_in_another_script_than_the_posts(folder: Path) -> None:
    found = rows(call(folder, "search", "convoys", "Саламия", "--json"))
    assert sorted(str(p["native_id"]) for p in found) == ["beta/8", "gamma/4"]
    assert "Weather" in call(folder, "search", "дамаск", "--until", "2024-12-11").stdout
    assert rows(call(folder, "search", "convoy", "--source", "alpha", "--since", "7d", "--json")) == []
    assert call(folder, "search", "convoy", "--since", "soon").returncode == 2
    assert call(folder, "search", "!!").returncode == 1


def test_the_brief_tells_what_moved_and_by_whom(folder: Path) -> None:
    told = call(folder, "brief", "--since", "2024-12-01").stdout
    assert "1 track(s) moved" in told
    assert "Khmeimim airbase" in told
    assert "https://t.me/alpha/1" in told
    assert "## 1 track(s) moved" in call(folder, "brief", "--since", "2024-12-01", "--format", "markdown").stdout
    (track,) = json.loads(call(folder, "brief", "--since", "2024-12-01", "--json").stdout)["tracks"]
    assert (track["sightings"], track["fresh"], len(track["first_posts"])) == (3, 3, 3)
    assert json.loads(call(folder, "brief", "--json").stdout)["tracks"] == []


def test_the_queue_of_what_needs_a_person_names_its_reasons(folder: Path) -> None:
    queue = rows(call(folder, "review", "next", "--since", "2024-12-01", "--json"))
    assert {q["key"] for q in queue} <= {"telegram:alpha/1", "telegram:beta/8", "telegram:beta/9"}
    assert all(q["reasons"] for q in queue)
    assert "why" in call(folder, "review", "next", "--since", "2024-12-01").stdout
    assert call(folder, "review", str(queue[0]["key"]), "move", "north").returncode == 2
    assert call(folder, "review", str(queue[0]["key"])).returncode == 2


def test_sql_answers_in_three_shapes(folder: Path) -> None:
    asked = "SELECT key, copies FROM v_sightings ORDER BY seen_from, key"
    told = rows(call(folder, "sql", asked, "--format", "json"))
    table = list(csv.DictReader(io.StringIO(call(folder, "sql", asked, "--format", "csv").stdout)))
    assert [t["key"] for t in table] == [t["key"] for t in told]
    assert "telegram:beta/8" in call(folder, "sql", asked).stdout


@pytest.mark.parametrize(
    "statement", ["DELETE FROM posts", "ATTACH 'x.db' AS x", "PRAGMA journal_mode=DELETE", "SELEKT 1"]
)
def test_sql_refuses_what_is_not_a_read(folder: Path, statement: str) -> None:
    done = call(folder, "sql", statement)
    assert done.returncode == 1
    assert "sql:" in done.stderr
    assert len(rows(call(folder, "posts", "--json"))) == len(POSTS)


def test_a_saved_query_is_asked_by_its_name_and_answered_as_parquet(folder: Path, tmp_path: Path) -> None:
    import pyarrow.parquet

    named = folder / "named.toml"
    named.write_text(
        '[queries]\nplaces = "SELECT key, lat, copies FROM v_sightings ORDER BY key"\n'
        + CONFIG.replace("data_dir", "#")
    )
    out = tmp_path / "places.parquet"
    done = call(folder, "--config", "named.toml", "sql", "--saved", "places", "--format", "parquet", "--out", str(out))
    assert done.returncode == 0, done.stderr
    told = rows(call(folder, "--config", "named.toml", "sql", "--saved", "places", "--json"))
    assert pyarrow.parquet.read_table(out).to_pylist() == told
    assert "places" in call(folder, "--config", "named.toml", "sql", "--list").stdout
    wrong = call(folder, "sql", "--saved", "others")
    assert (wrong.returncode, "it has: none" in wrong.stderr) == (2, True)
    assert call(folder, "sql").returncode == 2
    assert call(folder, "sql", "SELECT 1", "--format", "parquet").returncode == 2


def test_exports_can_be_read_again(folder: Path) -> None:
    points = json.loads(call(folder, "export", "geojson").stdout)
    assert points["type"] == "FeatureCollection"
    assert all(f["geometry"]["type"] == "Point" and f["properties"]["sources"] for f in points["features"])
    lines_ = json.loads(call(folder, "export", "geojson", "--what", "tracks").stdout)
    assert [len(f["geometry"]["coordinates"]) for f in lines_["features"]] == [3]
    table = list(csv.DictReader(io.StringIO(call(folder, "export", "csv").stdout)))
    assert {t["key"] for t in table} == {f["properties"]["key"] for f in points["features"]}


def test_only_what_a_person_confirmed_is_public(folder: Path) -> None:
    assert json.loads(call(folder, "export", "geojson", "--public").stdout)["features"] == []
    assert call(folder, "review", "telegram:beta/8", "confirm", "seen on imagery", "--who", "desk").returncode == 0
    (public,) = json.loads(call(folder, "export", "geojson", "--public").stdout)["features"]
    (exact,) = (s for s in rows(call(folder, "sightings", "--json")) if s["key"] == "telegram:beta/8")
    assert public["geometry"]["coordinates"] != [exact["lon"], exact["lat"]]
    assert public["properties"]["radius_km"] > float(str(exact["radius_km"]))
    assert exact["review"] == "confirm"
    assert "confirm by desk" in call(folder, "show", "telegram:beta/8").stdout


def test_the_store_is_sound_and_the_doctor_content(folder: Path) -> None:
    for command in (("db", "check"), ("db", "upgrade"), ("doctor",)):
        done = call(folder, *command)
        assert done.returncode == 0, done.stdout + done.stderr


def test_sources_are_added_once_listed_paused_and_removed(tmp_path: Path) -> None:
    assert "added" in call(tmp_path, "sources", "add", "@some_channel").stdout
    assert "there already" in call(tmp_path, "sources", "add", "https://t.me/s/some_channel").stdout
    (listed,) = rows(call(tmp_path, "sources", "list", "--json"))
    assert (listed["name"], listed["state"]) == ("some_channel", "new")
    assert "paused" in call(tmp_path, "sources", "pause", "some_channel").stdout
    assert "due now" in call(tmp_path, "sources", "pause", "--resume", "some_channel").stdout
    assert "removed" in call(tmp_path, "sources", "remove", "some_channel").stdout
    assert rows(call(tmp_path, "sources", "list", "--json")) == []


@pytest.mark.parametrize("name", ["'; DROP TABLE sources; --", "../../etc/passwd", "https://example.org/x", "a"])
def test_a_source_that_is_no_channel_is_refused_with_what_to_write(tmp_path: Path, name: str) -> None:
    done = call(tmp_path, "sources", "add", name)
    assert done.returncode == 2
    assert "NAME" in done.stderr


def test_a_command_before_there_is_a_store_says_what_to_run(tmp_path: Path) -> None:
    done = call(tmp_path, "tracks")
    assert done.returncode == 2
    assert "convoywatch run" in done.stderr
    assert not (tmp_path / "data" / "convoywatch.sqlite").exists()


def test_an_unknown_key_in_the_configuration_is_named(tmp_path: Path) -> None:
    (tmp_path / "convoywatch.toml").write_text("[http]\ncontakt = 'x'\n", encoding="utf-8")
    done = call(tmp_path, "posts")
    assert done.returncode == 2
    assert "http.contakt" in done.stderr


def test_an_unknown_command_is_a_usage_error(tmp_path: Path) -> None:
    done = call(tmp_path, "trakcs")
    assert done.returncode == 2
    assert "No such command" in done.stderr


def test_help_lists_every_command_without_importing_them(tmp_path: Path) -> None:
    probe = "import sys, collector.cli as c\ntry:\n c.convoywatch.main(['--help'])\nfinally:\n print('sqlalchemy' in sys.modules, 'cv2' in sys.modules)"  # noqa: E501
    done = subprocess.run([sys.executable, "-c", probe], cwd=tmp_path, text=True, capture_output=True, check=False)
    assert done.stdout.rstrip().endswith("False False")
    assert "heading" not in done.stderr


def test_batch_locate_and_link_leave_no_store_behind(tmp_path: Path) -> None:
    texts = json.dumps({"id": "a", "text": "Convoy seen in Palmyra, Syria", "posted_at": "2024-12-10T12:00:00Z"})
    (placed,) = rows(call(tmp_path, "locate", "-", stdin=texts + "\n"))
    assert placed["id"] == "a"
    assert placed["position"]
    sighting = {
        "id": "s", "lat": 35.0, "lon": 36.5, "radius_km": 3, "alternatives": [], "seen_from": "2024-12-10T10:00+00:00",
        "seen_to": "2024-12-10T11:00+00:00", "posted_at": "2024-12-10T11:00+00:00", "vehicles_min": None,
        "vehicles_max": None, "kinds": [], "bearing_deg": None, "from_hint": None, "to_hint": None,
    }  # fmt: skip
    (tmp_path / "d.json").write_text(json.dumps([{"id": "X", "name": "X", "lat": 35.4, "lon": 35.9, "radius_km": 4}]))
    (tmp_path / "s.jsonl").write_text(json.dumps(sighting) + "\n")
    done = call(tmp_path, "link", "s.jsonl", "--destinations", "d.json", "--tracks", "t.jsonl")
    assert rows(done)[0]["track"] is None
    assert not (tmp_path / "data").exists()


def test_a_country_is_too_vague_for_a_sighting(tmp_path: Path) -> None:
    (tmp_path / "convoywatch.toml").write_text(CONFIG, encoding="utf-8")
    told = line("alpha", 1, "2024-12-10T07:10Z", "A Russian military convoy of 30 trucks was seen in Syria.")
    assert call(tmp_path, "ingest", "-", stdin=told + "\n").returncode == 0
    (post,) = rows(call(tmp_path, "posts", "--json"))
    assert float(str(post["convoy_probability"])) > 0.5
    assert post["lat"] is None
    assert rows(call(tmp_path, "sightings", "--json")) == []


def test_destinations_are_added_beside_those_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "convoywatch.toml").write_text(CONFIG, encoding="utf-8")
    assert call(tmp_path, "destinations", "add", "OSKL", "Qamishli", "37.02", "41.19").returncode == 0
    assert (
        call(tmp_path, "destinations", "add", "OSKL", "Qamishli", "-37.02", "-41.19", "--weight", "2").returncode == 0
    )
    found = {str(d["id"]): d for d in rows(call(tmp_path, "destinations", "list", "--json"))}
    assert {k: d["origin"] for k, d in found.items()} == {"OSLK": "configuration", "OSKL": "added"}
    assert (found["OSKL"]["lat"], found["OSKL"]["weight"]) == (-37.02, 2.0)
    assert "change it there" in call(tmp_path, "destinations", "add", "OSLK", "x", "1", "1").stderr
    assert "remove it there" in call(tmp_path, "destinations", "remove", "OSLK").stderr
    assert call(tmp_path, "destinations", "remove", "OSKL").returncode == 0
    assert "no such one" in call(tmp_path, "destinations", "remove", "OSKL").stderr
    (tmp_path / "data" / "destinations.json").write_text("{", encoding="utf-8")
    assert "damaged" in call(tmp_path, "tracks").stderr


def test_a_bundle_holds_a_track_with_every_post_and_hash(folder: Path, tmp_path: Path) -> None:
    (track,) = rows(call(folder, "tracks", "--json"))
    done = call(folder, "bundle", f"T{track['id']}", "--out", str(tmp_path / "b.zip"))
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "b.zip") as made:
        for summed in made.read("SHA256SUMS").decode().splitlines():
            digest, name = summed.split("  ")
            assert hashlib.sha256(made.read(name)).hexdigest() == digest
        (whole,) = json.loads(made.read("data.json"))
        posts = list(csv.DictReader(io.StringIO(made.read("posts.csv").decode())))
        page = made.read("index.html").decode()
    assert (whole["kind"], len(whole["points"])) == ("track", 3)
    assert {p["native_id"] for p in posts} == {f"{c}/{n}" for c, n, _, _ in POSTS[:4]}
    assert all(f"https://t.me/{p['native_id']}" in page for p in posts)
