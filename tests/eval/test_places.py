"""Floors under the quality of places, roles and reports on real posts; they may be raised, never lowered.

Each set is pinned by its digest, so that a changed corpus is noticed rather than taken for a better locator. Only
every n-th row is run; the whole table is in `bench/places.md`.
"""

import hashlib
import io
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from geolocate.gazetteer import Gazetteer
from geolocate.locate import Locator
from geolocate.locate_lines import locate_lines

SHARED = Path(os.environ.get("CONVOYWATCH_SHARED", Path(__file__).resolve().parents[2] / ".." / "shared"))

pytestmark = pytest.mark.skipif(not (SHARED / "eval" / "places").is_dir(), reason=f"no evaluation sets at {SHARED}")


@cache
def _locator() -> Locator:
    return Locator(Gazetteer.open())


def _scores(name: str, digest: str, rows: int, scorer: list[str], folder: Path) -> dict[str, float]:
    raw = (SHARED / "eval" / "places" / f"{name}.dev.jsonl").read_bytes()
    if hashlib.sha256(raw).hexdigest() != digest:
        pytest.skip(f"{name} is another edition than the one its floors were measured on")
    lines = raw.decode().strip().split("\n")
    lines = lines[:: max(1, len(lines) // rows)]
    out = io.StringIO()
    assert locate_lines(lines, _locator(), out, sys.stderr) == 0
    truth, located = folder / "truth.jsonl", folder / "located.jsonl"
    truth.write_text("\n".join(lines) + "\n", encoding="utf-8")
    located.write_text(out.getvalue(), encoding="utf-8")
    script, *rest = scorer
    arguments = [a if a not in {"TRUTH", "LOCATED"} else str({"TRUTH": truth, "LOCATED": located}[a]) for a in rest]
    command = [sys.executable, str(SHARED / "eval" / script), *arguments]
    figures: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return figures


TOPONYMS = ["score_toponyms.py", "TRUTH", "LOCATED"]
PLACES = ["score_places.py", "TRUTH", "LOCATED"]


@pytest.mark.parametrize(
    ("name", "digest", "scorer", "floors"),
    [
        (
            "syrian_archive_ar",
            "123c0a2bda6b90f030961fa6165e483e192548ffb36b220d3d56baf121034fad",
            [*PLACES, "--only-in-text"],
            {"best10": 0.83, "best161": 0.91, "covered": 0.90},
        ),
        (
            "viina_ru",
            "133e1364b3a1a56e42742b9bceb586a58ba621dc457c7a55c712179d7d88cfbb",
            PLACES,
            {"best25": 0.80, "any25": 0.82, "covered": 0.86},
        ),
        (
            "ukraine_place_strings_en",
            "b5344e1c50ec22b3615a7935fad0806725664a047cf0fd71eb38d33d8e1a8748",
            PLACES,
            {"any25": 0.88, "best161": 0.93},
        ),
        (
            "cir_eyes_on_russia_en",
            "e826877fbf4c3bc7ea1f5e6b7259d962bbc6d483655756fb32e09e08d48ac9d3",
            ["score_reports.py", "convoy", "TRUTH", "LOCATED"],
            {"presence_ap": 0.78},
        ),
        (
            "movement_direction_en",
            "bc97f022a42682e4b81e8b0765778561ea4938d3bf3e86d7b3fac8f778e24575",
            ["score_reports.py", "roles", "TRUTH", "LOCATED"],
            {"origin_f1": 0.74, "destination_f1": 0.83},
        ),
        (
            "std_lgl",
            "d5d7e3b929dca572d9eb52c6e1161785944dcd5d9bce451ecf1829a2f4a2c1c6",
            TOPONYMS,
            {"f1": 0.81, "end_to_end161": 0.72},
        ),
        (
            "std_geowebnews",
            "280ff4e6c1006fb533019e62ed00c127283060bcbf9c9523cd9a68edeb2808b4",
            TOPONYMS,
            {"end_to_end161": 0.72},
        ),
        (
            "viina_uk",
            "4223b92aa8a43aee7319b5f94c1c101fb70ffa990749c7c54157276a8f56e3dc",
            PLACES,
            {"best25": 0.67, "any25": 0.75},
        ),
        ("ner_lang_uk", "5d5ed462dca95d53546452cb376a8e06283cfd826a886dcac71a3165b3e92879", TOPONYMS, {"f1": 0.78}),
        ("ner_nerel_ru", "fe84160d333dfd7d16dce9ba1f06215f0ddccb1b62cd98dcdb8b0093d1900097", TOPONYMS, {"f1": 0.80}),
    ],
)
def test_quality_stays_above_its_floor(
    name: str, digest: str, scorer: list[str], floors: dict[str, float], tmp_path: Path
) -> None:
    figures = _scores(name, digest, 400, scorer, tmp_path)
    below = {key: figures[key] for key, floor in floors.items() if figures[key] < floor}
    assert not below
