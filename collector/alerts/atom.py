"""The alerts as an Atom feed (RFC 4287), for whoever reads feeds: a file in the data folder, and on the endpoint."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import Any

from db import alerts
from db.session import Store

FILE = "alerts.atom"
SHOWN = 100
_NS = "http://www.w3.org/2005/Atom"


def feed(store: Store) -> bytes:
    """The newest alerts, those that are over too, as a document."""
    with store.read() as conn:
        rows = alerts.newest(conn, SHOWN)
    ET.register_namespace("", _NS)
    root = ET.Element(f"{{{_NS}}}feed")
    _add(root, "id", "urn:convoywatch:alerts")
    _add(root, "title", "convoywatch: alerts")
    _add(root, "updated", _iso(max((_changed(r) for r in rows), default=datetime.fromtimestamp(0, UTC))))
    author = ET.SubElement(root, f"{{{_NS}}}author")
    _add(author, "name", "convoywatch")
    for row in rows:
        _entry(root, row)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(root: ET.Element, row: Any) -> None:
    entry = ET.SubElement(root, f"{{{_NS}}}entry")
    # the moment is part of the name: a store that is made anew counts from 1 again
    _add(entry, "id", f"urn:convoywatch:alert:{row.id}:{int(row.opened_at.timestamp())}")
    _add(entry, "title", _legal(("over: " if row.closed_at else "") + row.message))
    _add(entry, "updated", _iso(_changed(row)))
    _add(entry, "published", _iso(row.opened_at))
    ET.SubElement(entry, f"{{{_NS}}}category", {"term": row.kind})
    over = f"\nover since {_iso(row.closed_at)}" if row.closed_at else ""
    facts = "".join(f"\n{name}: {value}" for name, value in row.data.items())
    _add(entry, "content", _legal(f"{row.severity}: {row.message}{facts}{over}"))


def _changed(row: Any) -> datetime:
    at: datetime = row.closed_at or row.opened_at
    return at


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_NS}}}{name}").text = text


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _legal(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold; names of channels are whatever strangers typed."""
    return "".join(
        c for c in text if c in "\t\n" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
    )
