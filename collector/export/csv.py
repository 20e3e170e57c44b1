"""CSV: a row a sighting or a track, with the addresses of its sources."""

import csv
import json
from typing import Any, TextIO

from sqlalchemy import Connection

from collector.export.rows import provenance, rows


def write(conn: Connection, view: str, out: TextIO) -> int:
    """Write a header and the rows as they are read; returns how many rows."""
    writer: csv.DictWriter[str] | None = None
    count = 0
    for row in rows(conn, view):
        if view == "v_sightings":
            told = provenance(conn, row["id"])
            row |= {"sources": " ".join(told["sources"]), "attributions": "; ".join(told["attributions"])}
        if writer is None:
            writer = csv.DictWriter(out, list(row))
            writer.writeheader()
        writer.writerow({k: _cell(v) for k, v in row.items()})
        count += 1
    return count


def _cell(value: Any) -> Any:
    """Lists as JSON; text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
