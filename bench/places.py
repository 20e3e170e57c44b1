"""How well does `convoywatch locate` place real posts? `python -m bench.places [--rows N] [--set NAME] [--syria]`

Runs every set of shared/eval/places through the locator as the command does, then the scorers that lie beside them,
and prints one line a set. N: at most so many rows of each, evenly spread (0: all). `--syria` imports the Syrian files
of shared/data/gazetteer first, `--gazetteer FILE.sqlite` adds one that is imported. Nothing is written into shared.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from io import StringIO
from pathlib import Path

from geolocate.gazetteer import Gazetteer
from geolocate.gazetteer_import import About, Format, import_gazetteer
from geolocate.locate import Locator
from geolocate.locate_lines import locate_lines

SHARED = Path(os.environ.get("CONVOYWATCH_SHARED", Path(__file__).resolve().parents[1] / ".." / "shared"))
#: set -> scorer runs: (what to print before the figures, the scorer's arguments)
RUNS: dict[str, list[tuple[str, list[str]]]] = {
    "syrian_archive_ar": [("", ["score_places.py", "--only-in-text"])],
    "syrian_archive_en": [("", ["score_places.py", "--only-in-text"])],
    "syrian_archive_incidents_en": [("", ["score_places.py"])],
    "airwars_syria_places_ar": [("", ["score_places.py"])],
    "airwars_syria_places_en": [("", ["score_places.py"])],
    "viina_ru": [("all", ["score_places.py"]), ("core", ["score_places.py", "--core"])],
    "viina_uk": [("all", ["score_places.py"]), ("core", ["score_places.py", "--core"])],
    "ukraine_place_strings_en": [("", ["score_places.py"])],
    "bellingcat_civharm_en": [("in text", ["score_places.py", "--only-in-text"])],
    "cir_eyes_on_russia_en": [
        ("in text", ["score_places.py", "--only-in-text"]),
        ("convoy", ["score_reports.py", "convoy"]),
    ],
    "movement_direction_en": [("roles", ["score_reports.py", "roles"])],
    "idrisi_d_ar": [("", ["score_toponyms.py"])],
    "idrisi_d_en": [("", ["score_toponyms.py"])],
    "std_lgl": [("", ["score_toponyms.py"])],
    "std_tr_news": [("", ["score_toponyms.py"])],
    "std_geowebnews": [("", ["score_toponyms.py"])],
    "std_geovirus": [("", ["score_toponyms.py"])],
    "ner_nerel_ru": [("", ["score_toponyms.py"])],
    "ner_lang_uk": [("", ["score_toponyms.py"])],
}

#: what --syria imports: (name, format, file)
IMPORTS: list[tuple[str, Format, str]] = [
    ("wof_sy", "whosonfirst", "wof_sy_places.tsv.gz"),
    ("ocha", "csv", "ocha_syr_populated_places_2015.tsv"),
]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=0)
    options.add_argument("--set", action="append")
    options.add_argument("--region", default="")
    options.add_argument("--gazetteer", action="append", type=Path, default=[])
    options.add_argument("--syria", action="store_true")
    given = options.parse_args()
    region = [code for code in given.region.split(",") if code]
    with tempfile.TemporaryDirectory() as folder:
        imported = _imported(Path(folder)) if given.syria else []
        with Gazetteer.open([*given.gazetteer, *imported]) as gazetteer:
            locator = Locator(gazetteer, region=region)
            for name in given.set or RUNS:
                _measure(name, given.rows, locator, Path(folder))


def _imported(folder: Path) -> list[Path]:
    made = []
    for name, kind, file in IMPORTS:
        out = folder / f"{name}.sqlite"
        about = About(name, file, kind, "measuring only", "")
        import_gazetteer(SHARED / "data" / "gazetteer" / file, out, kind, about, bad=lambda *row: print(row))
        made.append(out)
    return made


def _measure(name: str, rows: int, locator: Locator, folder: Path) -> None:
    lines = (SHARED / "eval" / "places" / f"{name}.dev.jsonl").read_text(encoding="utf-8").strip().split("\n")
    step = max(1, len(lines) // rows) if rows else 1
    truth, located = folder / "truth.jsonl", folder / "located.jsonl"
    lines = lines[::step]
    truth.write_text("\n".join(lines) + "\n", encoding="utf-8")
    out = StringIO()
    start = time.perf_counter()
    locate_lines(lines, locator, out, sys.stderr)
    speed = len(lines) / (time.perf_counter() - start)
    located.write_text(out.getvalue(), encoding="utf-8")
    for label, (script, *rest) in RUNS[name]:
        command = [
            sys.executable,
            str(SHARED / "eval" / script),
            *([rest.pop()] if script == "score_reports.py" else []),
        ]
        print(
            f"{name} {label}".strip(),
            f"{speed:.0f}/s",
            _shown(_run([*command, str(truth), str(located), *rest])),
            flush=True,
        )
    if name == "std_geowebnews":
        print(f"{name} toponyms alone", _shown(_toponyms_alone(lines, truth, located)), flush=True)
    if name.startswith("std_"):
        print(f"{name} given spans", _shown(_given_spans(lines, truth, located, locator)), flush=True)


def _toponyms_alone(lines: list[str], truth: Path, located: Path) -> str:
    """The same answers against the mentions with a capital: over half of those marked are common nouns."""
    kept = truth.with_name("toponyms.jsonl")
    rows = [json.loads(line) for line in lines]
    for row in rows:
        row["mentions"] = [m for m in row["mentions"] if not row["text"][m["start"]].islower()]
    kept.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return _run([sys.executable, str(SHARED / "eval" / "score_toponyms.py"), str(kept), str(located)])


def _given_spans(lines: list[str], truth: Path, located: Path, locator: Locator) -> str:
    asked = []
    for row in map(json.loads, lines):
        row["spans"] = [[m["start"], m["end"]] for m in row["mentions"] if m.get("ok", True)]
        asked.append(json.dumps(row))
    out = StringIO()
    locate_lines(asked, locator, out, sys.stderr)
    located.write_text(out.getvalue(), encoding="utf-8")
    return _run([sys.executable, str(SHARED / "eval" / "score_toponyms.py"), str(truth), str(located)])


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _shown(printed: str) -> str:
    figures = json.loads(printed)
    return " ".join(
        f"{key} {value}" for key, value in figures.items() if key not in {"texts", "with_one_point", "truths"}
    )


if __name__ == "__main__":
    main()
