"""GeoPackage 1.3 (OGC 12-128r17): one SQLite file that QGIS opens as a layer."""

import json
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from collector.export.features import ATTRIBUTION, Feature, columns, features
from collector.export.whole import whole
from collector.export.wkb import wkb

#: "GPKG", and version 1.3.0
_APPLICATION, _VERSION = 0x47504B47, 10300
_TYPES = {"integer": "INTEGER", "real": "DOUBLE", "time": "DATETIME", "text": "TEXT"}
_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,'
    'AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]'
)
_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
"""


def write(conn: Connection, view: str, out: Path) -> int:
    """Write the file as rows are read, whole or not at all; returns how many features."""
    layer = view.removeprefix("v_")
    named = columns(conn, view)
    with whole(out) as part, closing(sqlite3.connect(part, isolation_level=None)) as made:
        made.execute(f"PRAGMA application_id = {_APPLICATION}")
        made.execute(f"PRAGMA user_version = {_VERSION}")
        made.executescript(_TABLES)
        made.execute("BEGIN")
        _describe(made, layer, "LINESTRING" if view == "v_tracks" else "POINT", named)
        bounds = [180.0, 90.0, -180.0, -90.0]
        marks = ", ".join("?" * (len(named) + 1))
        made.executemany(f"INSERT INTO {layer} VALUES ({marks})", _rows(features(conn, view), named, bounds))
        count = int(made.execute(f"SELECT count(*) FROM {layer}").fetchone()[0])
        if count:
            made.execute("UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ?", bounds)
        made.execute("COMMIT")
    return count


def _describe(made: sqlite3.Connection, layer: str, geometry: str, named: dict[str, str]) -> None:
    made.executemany(
        "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)",
        [
            ("Undefined cartesian SRS", -1, "NONE", -1, "undefined", None),
            ("Undefined geographic SRS", 0, "NONE", 0, "undefined", None),
            ("WGS 84 geodetic", 4326, "EPSG", 4326, _WGS84, "longitude and latitude in degrees"),
        ],
    )
    made.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) "
        "VALUES (?, 'features', ?, ?, 4326)",
        (layer, layer, ATTRIBUTION),
    )
    made.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, 4326, 0, 0)", (layer, geometry))
    typed = ", ".join(f'"{n}" {_TYPES[kind]}' for n, kind in named.items() if n != "id")
    made.execute(f"CREATE TABLE {layer} (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom {geometry}, {typed})")


def _rows(found: Iterator[Feature], named: dict[str, str], bounds: list[float]) -> Iterator[list[Any]]:
    """The values of each feature; `bounds` (west, south, east, north) grows with them."""
    for feature in found:
        for lon, lat in feature.points:
            bounds[:] = min(bounds[0], lon), min(bounds[1], lat), max(bounds[2], lon), max(bounds[3], lat)
        facts = [_value(feature.facts.get(n), kind) for n, kind in named.items() if n != "id"]
        # "GP", version 1, little endian without an envelope, WGS 84
        yield [feature.id, b"GP" + struct.pack("<BBi", 0, 1, 4326) + wkb(feature), *facts]


def _value(value: Any, kind: str) -> Any:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    if kind == "time" and value is not None:  # the standard wants milliseconds
        return datetime.fromisoformat(value).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return value
