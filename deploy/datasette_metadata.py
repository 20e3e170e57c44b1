"""What does Datasette need to know of the store? `python -m deploy.datasette_metadata` writes it from docs/.

The pages of docs/ stay the one source: a view's words are those of docs/schema.md, its questions those of
docs/howto/queries.md. A test compares the committed file with what this makes.
"""

import json
import re
from pathlib import Path
from typing import Any

from db.models import Base

ROOT = Path(__file__).resolve().parents[1]
TARGET = Path(__file__).with_name("datasette.json")
#: Datasette calls a database by the name of its file
DATABASE = "convoywatch"
#: tables that no model declares
OTHERS = ("alembic_version", "ddl_state", "posts_fts", "post_words_fts", "sightings_rtree")

FACETS: dict[str, list[str]] = {
    "v_sightings": ["review", "independent_sources"],
    "v_tracks": ["state", "destination", "review"],
    "v_track_changes": ["kind"],
    "v_heading_to_airbase": ["destination"],
    "v_doubts": ["kind", "recycled"],
    "v_evidence_trail": ["evidence_kind", "role", "channel_name"],
    "v_source_health": ["platform", "state", "enabled"],
    "v_backlog": ["stage", "state"],
    "v_withheld": ["channel_name", "state"],
    "v_custody": ["came_by", "status"],
    "v_posts": ["platform", "channel_name", "lang"],
    "v_mentions": ["kind", "role"],
    "v_media": ["kind", "state", "channel_name"],
    "v_footage": ["channel_name", "direction"],
    "v_detections": ["label"],
    "v_alerts": ["kind", "severity"],
}

#: by the number of the question: what in its statement a reader may change, and what that is called
PARAMETERS: dict[int, dict[str, str]] = {
    1: {"'OSLK'": "destination", "'2026-02-22'": "since"},
    2: {"(SELECT id FROM v_sightings ORDER BY id LIMIT 1)": "sighting"},
    3: {"'c1'": "sha256_from", "'c2'": "sha256_before"},
    5: {"34.73": "latitude_of_place", "36.71": "longitude_of_place"},
    6: {"'Tiyas'": "place", "'2026-02-01'": "since"},
    8: {"'2026-02-27'": "before"},
    14: {"'%tank%'": "kind_like"},
    18: {"(SELECT id FROM v_tracks ORDER BY id LIMIT 1)": "track"},
    19: {"'2026-02-22'": "since"},
    20: {"'OSLK'": "destination", "'2026-02-01'": "since"},
}

#: what datasette-cluster-map draws: it wants columns of these very names
MAPS = {
    "map_sightings": (
        "Sightings on the map",
        "SELECT id, place, lat AS latitude, lon AS longitude, radius_km, seen_from, seen_to, convoy_probability, "
        "independent_sources, review FROM v_sightings WHERE lat IS NOT NULL ORDER BY seen_from DESC",
    ),
    "map_track": (
        "The points of a track on the map (all tracks where none is given)",
        "SELECT track_id, seq, place, lat AS latitude, lon AS longitude, radius_km, seen_at, probability "
        "FROM v_track_points WHERE :track = '' OR track_id = :track ORDER BY track_id, seq",
    ),
}


def metadata() -> dict[str, Any]:
    """All of Datasette's metadata, for a file that is called convoywatch.sqlite."""
    tables: dict[str, Any] = {name: {"hidden": True} for name in sorted({*Base.metadata.tables, *OTHERS})}
    queries = {name: {"title": title, "sql": sql} for name, (title, sql) in MAPS.items()}
    return {
        "title": "Convoy sightings",
        "description": "Every radius_km is a 90 % bound, probabilities are between 0 and 1, times UTC.",
        "license": "Places CC BY-SA 4.0; roads ODbL; posts belong to their authors",
        "source": "GeoNames and others; © OpenStreetMap contributors; each post by its url",
        "databases": {DATABASE: {"tables": tables | _views(), "queries": queries | _questions()}},
    }


def _views() -> dict[str, Any]:
    page = (ROOT / "docs" / "schema.md").read_text("utf-8")
    told: dict[str, Any] = {}
    for name, body in re.findall(r"^## (v_\w+)\n(.*?)(?=^## |\Z)", page, re.S | re.M):
        words, _, _ = body.partition("\n|")
        told[name] = {"description": " ".join(words.split()), "columns": _columns(body)}
        if name in FACETS:
            told[name]["facets"] = FACETS[name]
    told["v_posts"] |= {"fts_table": "posts_fts", "fts_pk": "id"}
    return told


def _columns(body: str) -> dict[str, str]:
    rows = re.findall(r"^\| ([a-z_0-9, ]+) \| (.*) \|$", body, re.M)
    return {
        column.strip(): _with_unit(column.strip(), meaning)
        for names, meaning in rows
        if names != "column"
        for column in names.split(",")
    }


def _with_unit(column: str, meaning: str) -> str:
    units = {"_km": "km", "_kmh": "km/h", "_deg": "degrees", "_s": "seconds", "_ms": "milliseconds", "_at": "UTC"}
    unit = next((unit for end, unit in units.items() if column.endswith(end)), None)
    if column.removeprefix("destination_") in ("lat", "lon"):
        unit = "degrees, WGS 84"
    return f"{meaning} [{unit}]" if unit else meaning


def _questions() -> dict[str, Any]:
    page = (ROOT / "docs" / "howto" / "queries.md").read_text("utf-8")
    found = re.findall(r"^## (\d+)\. (.*?)\n(.*?)```sql\n(.*?)```", page, re.S | re.M)
    return {
        f"q{int(number):02}": {"title": title, "description": " ".join(words.split()), "sql": _open(int(number), sql)}
        for number, title, words, sql in found
    }


def _open(number: int, sql: str) -> str:
    """The statement with its values as parameters; a field left empty means the value of the page."""
    for value, name in PARAMETERS.get(number, {}).items():
        if value not in sql:
            raise ValueError(f"question {number} of docs/howto/queries.md no longer says {value}: mend PARAMETERS")
        sql = sql.replace(value, f"coalesce(nullif(:{name}, ''), {value})")
    return sql.replace(" lat, lon,", " lat AS latitude, lon AS longitude,", 1).strip()


if __name__ == "__main__":
    TARGET.write_text(json.dumps(metadata(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
