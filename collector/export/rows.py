"""What every export reads: a view's rows one by one, with JSON columns as values and times in ISO 8601."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from collector.commands.output import iso
from db import query

#: columns that hold JSON: text on SQLite
_JSON = ("kinds",)


def rows(conn: Connection, view: str) -> Iterator[dict[str, Any]]:
    """The rows of one of the store's views."""
    for row in query.stream(conn, view):
        told = {k: iso(v) for k, v in row._mapping.items()}
        for name in _JSON:
            if isinstance(told.get(name), str):
                told[name] = json.loads(told[name])
        yield told


def provenance(conn: Connection, *sighting_ids: int) -> dict[str, list[str]]:
    """What sightings stand on, each thing once, the earliest first.

    `sources`: addresses of posts; `attributions`: datasets of others, each with its licence.
    """
    told = [row for sighting_id in sighting_ids for row in query.trail(conn, sighting_id)]
    return {
        "sources": list(dict.fromkeys(r.url for r in told if r.url)),
        "attributions": list(
            dict.fromkeys(r.channel_title for r in told if r.platform == "dataset" and r.channel_title)
        ),
    }
