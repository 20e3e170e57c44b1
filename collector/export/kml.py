"""KML 2.2 (OGC 07-147r2): for Google Earth and other globes, with time spans and all facts as extended data."""

import json
from typing import Any, TextIO
from xml.sax.saxutils import escape, quoteattr

from sqlalchemy import Connection

from collector.export.features import ATTRIBUTION, Feature, features

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n'


def write(conn: Connection, view: str, out: TextIO) -> int:
    """Write a document as it is read; returns how many placemarks."""
    out.write(f"{_HEAD}<name>convoywatch {view}</name>\n<description>{escape(ATTRIBUTION)}</description>\n")
    count = 0
    for feature in features(conn, view):
        out.write(_placemark(feature))
        count += 1
    out.write("</Document>\n</kml>\n")
    return count


def _placemark(feature: Feature) -> str:
    facts = feature.facts
    letter = "S" if feature.kind == "Point" else "T"
    name = f"{letter}{feature.id} {facts.get('place') or facts.get('destination') or ''}".strip()
    begin, end = (facts.get(k) for k in (("seen_from", "seen_to") if letter == "S" else ("first_seen", "last_seen")))
    span = f"<TimeSpan><begin>{begin}</begin><end>{end}</end></TimeSpan>" if begin and end else ""
    data = "".join(
        f"<Data name={quoteattr(k)}><value>{_words(v)}</value></Data>" for k, v in facts.items() if v is not None
    )
    path = " ".join(f"{lon:.7f},{lat:.7f}" for lon, lat in feature.points)
    shape = f"<{feature.kind}><coordinates>{path}</coordinates></{feature.kind}>"
    return (
        f'<Placemark id="{letter}{feature.id}"><name>{_words(name)}</name>{span}'
        f"<ExtendedData>{data}</ExtendedData>{shape}</Placemark>\n"
    )


def _words(value: Any) -> str:
    """A value as XML holds it: without the characters that XML 1.0 refuses."""
    told = json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)
    return escape(
        "".join(c for c in told if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff")
    )
