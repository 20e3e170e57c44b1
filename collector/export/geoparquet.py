"""GeoParquet 1.1: for data frames and map engines, in batches. Needs the extra `parquet`."""

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from collector.export.features import ATTRIBUTION, Feature, columns, features
from collector.export.parquet import arrow
from collector.export.whole import whole
from collector.export.wkb import wkb

_BATCH = 1000


def write(conn: Connection, view: str, out: Path) -> int:
    """Write the file as rows are read, whole or not at all; returns how many features."""
    pa = arrow()
    schema = _schema(pa, columns(conn, view), "LineString" if view == "v_tracks" else "Point")
    count, found = 0, features(conn, view)
    with whole(out) as part, pa.parquet.ParquetWriter(part, schema) as writer:
        while batch := list(islice(found, _BATCH)):
            writer.write_batch(pa.RecordBatch.from_pylist(list(_rows(batch, schema)), schema=schema))
            count += len(batch)
    return count


def _schema(pa: Any, named: dict[str, str], geometry: str) -> Any:
    types = {"integer": pa.int64(), "real": pa.float64(), "time": pa.timestamp("us", tz="UTC"), "text": pa.string()}
    fields = [pa.field(n, types[kind]) for n, kind in named.items()]
    # without a "crs" it is OGC:CRS84: longitude and latitude in degrees
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": [geometry]}},
    }
    return pa.schema(
        [*fields, pa.field("geometry", pa.binary())], metadata={"geo": json.dumps(geo), "attribution": ATTRIBUTION}
    )


def _rows(found: list[Feature], schema: Any) -> Iterator[dict[str, Any]]:
    times = {f.name for f in schema if str(f.type).startswith("timestamp")}
    for feature in found:
        facts = {name: _value(value, name in times) for name, value in feature.facts.items()}
        yield facts | {"id": feature.id, "geometry": wkb(feature)}


def _value(value: Any, is_time: bool) -> Any:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return datetime.fromisoformat(value) if is_time and value is not None else value
