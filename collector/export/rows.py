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


def sources(conn: Connection, sighting_id: int) -> list[str]:
    """The addresses of the posts under a sighting, the earliest first: its provenance."""
    return list(dict.fromkeys(r.url for r in query.trail(conn, sighting_id) if r.url))


def attributions(conn: Connection, sighting_id: int) -> list[str]:
    """The datasets of others under a sighting, each with its licence."""
    told = (r.channel_title for r in query.trail(conn, sighting_id) if r.platform == "dataset" and r.channel_title)
    return list(dict.fromkeys(told))
