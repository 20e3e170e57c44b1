"""convoywatch gazetteer: import, list, and what locate makes of it; as a script would call it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROWS = "id,title,name_ar,breite,lon\n1,Qwertabad,قورتاباد,35.9,36.6\n2,No Place,,x,36\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "convoywatch.toml").write_text('data_dir = "data"\n')
    (tmp_path / "Some Places.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path


def call(folder: Path, *words: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "collector.cli", *words]
    return subprocess.run(command, cwd=folder, input=given, capture_output=True, text=True, timeout=60, check=False)


def test_an_import_is_listed_and_used(folder: Path) -> None:
    mapped = "ref=id,name=title,name=name_ar,lat=breite,lon=lon"
    for _ in range(2):  # repeatable
        done = call(
            folder, "gazetteer", "import", "Some Places.csv", "--format", "csv", "--columns", mapped, "--licence", "CC0"
        )
        assert (done.returncode, done.stdout) == (3, "")
        assert "line 3: no position" in done.stderr
    listed = [json.loads(line) for line in call(folder, "gazetteer", "list", "--json").stdout.splitlines()]
    assert [(one["name"], one["licence"]) for one in listed][1:] == [("some_places", "CC0")]
    assert "some_places" in call(folder, "gazetteer", "list").stdout
    line = json.dumps({"id": 1, "text": "رتل عسكري في قورتاباد"})
    without = json.loads(call(folder, "locate", given=line).stdout)
    found = json.loads(call(folder, "locate", "--gazetteer", "some_places", given=line).stdout)
    assert without["position"] is None
    assert [place["ref"] for place in found["places"]] == ["some_places:1"]
    assert [path.name for path in (folder / "data" / "gazetteers").rglob("*") if path.is_file()] == [
        "some_places.sqlite"
    ]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["gazetteer", "import", "Some Places.csv", "--format", "csv", "--columns", "height=x"], 2, "FIELD=COLUMN"),
        (["gazetteer", "import", "Some Places.csv", "--format", "csv", "--name", "../x"], 2, "cannot be called"),
        (["gazetteer", "import", "Some Places.csv", "--format", "geonames"], 1, "holds no GeoNames row"),
        (["gazetteer", "import", "Some Places.csv", "--format", "whosonfirst", "--columns", "a=b"], 2, "--columns"),
        (["gazetteer", "import", "gone.csv", "--format", "csv"], 2, "does not exist"),
        (["locate", "--gazetteer", "gone"], 2, "imported: none"),
        (["locate", "--gazetteer", "Some Places.csv"], 2, "cannot be read"),
    ],
)
def test_a_wrong_call_is_explained_and_leaves_nothing(folder: Path, words: list[str], code: int, said: str) -> None:
    done = call(folder, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((folder / "data").rglob("*.sqlite"))
