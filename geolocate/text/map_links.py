"""Which point does a link to an online map show? Google, Yandex, OpenStreetMap, Apple, Bing, 2GIS, Wikimapia, geo:."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

_LINK = re.compile(
    r"(?:https?://|(?<![\w./])(?:www\.|maps\.)?(?:google|yandex|openstreetmap|osm|apple|bing|2gis|wikimapia)"
    r"\.[a-z]{2,6}/|\bgeo:)[^\s<>\"]{1,600}",
    re.I,
)
_P = r"(-?\d{1,3}\.\d{1,15})"
#: what is pinned comes before what the map is centred on
_LAT_LON = (
    re.compile(rf"!3d{_P}!4d{_P}"), re.compile(rf"/(?:place|search|dir)/{{1,2}}(?:loc:)?{_P},[+ ]?{_P}", re.I),
    re.compile(rf"[?&#](?:q|query|daddr|destination|coordinate|sll)=(?:loc:)?{_P}[,+ ]{{1,2}}{_P}", re.I),
    re.compile(rf"[?&#](?:ll|center|cbll|viewpoint)={_P},{_P}", re.I), re.compile(rf"/@{_P},{_P}"),
    re.compile(rf"[?&#](?:m?lat|latitude)={_P}&(?:m?lon|lng|longitude)={_P}", re.I),
    re.compile(rf"#map=\d{{1,2}}(?:\.\d{{1,4}})?/{_P}/{_P}"), re.compile(rf"[?&]cp={_P}[~,]{_P}", re.I),
    re.compile(rf"^geo:{_P},{_P}"),
)  # fmt: skip
_LON_LAT = (
    re.compile(rf"[?&](?:pt|whatshere\[point\])={_P}[,~]{_P}", re.I), re.compile(rf"[?&](?:ll|m)={_P}[,~]{_P}", re.I),
    re.compile(rf"/geo/(?:\d{{1,20}}/)?{_P},{_P}"),
)  # fmt: skip
_EMBEDDED = re.compile(rf"!2d{_P}!3d{_P}")
_LON_FIRST = re.compile(r"\b(?:yandex|2gis)\.", re.I)


def find(text: str) -> Iterator[tuple[int, int, str, tuple[float, float] | None]]:
    """(start, end, link decoded, point) of every link; the point is None where no pattern fits."""
    if "/" not in text and ":" not in text:
        return
    for match in _LINK.finditer(text):
        link = unquote(match.group())
        yield match.start(), match.end(), link, _pair(link)


def _pair(link: str) -> tuple[float, float] | None:
    if _LON_FIRST.search(link[:60]):
        found = next((m for pattern in _LON_LAT if (m := pattern.search(link))), None)
        return (float(found[2]), float(found[1])) if found else None
    found = next((m for pattern in _LAT_LON if (m := pattern.search(link))), None)
    if found:
        return float(found[1]), float(found[2])
    found = _EMBEDDED.search(link)
    return (float(found[2]), float(found[1])) if found else None
