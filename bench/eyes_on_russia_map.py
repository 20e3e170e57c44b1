"""How do tracks lie on the map? An SVG of the shipped roads and towns with each track in a colour of its own."""

import sqlite3
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import numpy as np

from geolocate.roads import RoadGraph
from geolocate.types import Sighting, Track

GAZETTEER = Path(__file__).resolve().parents[1] / "geolocate" / "data" / "gazetteer.sqlite"
#: west, south, east, north of what is drawn; degrees to the side of the picture's widest line, pixels
BOX = (26.0, 44.0, 42.0, 56.0)
_WIDTH, _MARGIN = 1000.0, 8.0
#: plate carree, as high as at 50 N a degree of latitude is to one of longitude
_SQUEEZE = 1.55
_TOWN = 200_000
#: places are drawn to a twentieth of a degree: the picture shows a flow, not an address
_GRID = 0.05

Place = tuple[float, float]


def drawn(sightings: Sequence[Sighting], tracks: Sequence[Track]) -> str:
    """The picture: roads light, sightings in no track grey, tracks coloured, numbered, with arrows."""
    west, south, east, north = BOX
    scale = _WIDTH / (east - west)

    def at(place: Place) -> str:
        lat, lon = place
        return f"{_MARGIN + (lon - west) * scale:.1f},{_MARGIN + (north - lat) * scale * _SQUEEZE:.1f}"

    parts = [f'<path d="{_roads(at)}" fill="none" stroke="#d8d8d8" stroke-width="0.7"/>']
    for name, *place in _towns():
        x, y = at((place[0], place[1])).split(",")
        parts.append(f'<text x="{x}" y="{y}" font-size="10" fill="#888">{escape(name)}</text>')
    for s in sightings:
        if _inside(s.lat, s.lon):
            x, y = at(_coarse(s.lat, s.lon)).split(",")
            parts.append(f'<circle cx="{x}" cy="{y}" r="2" fill="#999"/>')
    legend = []
    for number, track in enumerate(tracks, 1):
        colour = f"hsl({number * 137 % 360},75%,38%)"
        places = [_coarse(p.lat, p.lon) for p in track.points if _inside(p.lat, p.lon)]
        if places:
            parts.append(_line([at(p) for p in places], colour, number))
        span = f"{track.points[0].at:%d %b} to {track.points[-1].at:%d %b}"
        legend.append(
            f'<tspan x="1020" dy="14" fill="{colour}">{number}: {len(track.points)} sightings, {span}</tspan>'
        )
    parts.append(f'<text y="10" font-size="11">{"".join(legend)}</text>')
    size = f"{_WIDTH + 260:.0f} {(north - south) * scale * _SQUEEZE + 2 * _MARGIN:.0f}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" font-family="sans-serif">'
    ground = '<rect width="100%" height="100%" fill="#fff"/>'
    mark = (
        '<marker id="way" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="5" markerHeight="5" orient="auto">'
        '<path d="M0 0L6 3L0 6z" fill="#444"/></marker>'
    )
    return "\n".join([head, f"<defs>{mark}</defs>", ground, *parts, "</svg>"]) + "\n"


def _line(points: Sequence[str], colour: str, number: int) -> str:
    x, y = points[-1].split(",")
    dots = "".join(f'<circle cx="{p.split(",")[0]}" cy="{p.split(",")[1]}" r="3" fill="{colour}"/>' for p in points)
    return (
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2" marker-end="url(#way)"/>'
        f'{dots}<text x="{x}" y="{y}" dx="5" dy="-4" font-size="13" font-weight="bold" fill="{colour}">{number}</text>'
    )


def _roads(at: Callable[[Place], str]) -> str:
    graph = RoadGraph.embedded()
    west, south, east, north = BOX
    inside = (graph.lat > south) & (graph.lat < north) & (graph.lon > west) & (graph.lon < east)
    kept = inside[graph.start] & inside[graph.end] & (graph.km > 1.0)
    ends = np.column_stack([graph.start[kept], graph.end[kept]])
    return "".join(f"M{at((graph.lat[a], graph.lon[a]))}L{at((graph.lat[b], graph.lon[b]))}" for a, b in ends.tolist())


def _towns() -> list[tuple[str, float, float]]:
    west, south, east, north = (round(degrees * 1e5) for degrees in BOX)
    sql = (
        "SELECT p.name, p.lat / 1e5, p.lon / 1e5 FROM place p JOIN kind k ON k.id = p.kind AND k.name = 'town' "
        "WHERE p.population >= ? AND p.lat BETWEEN ? AND ? AND p.lon BETWEEN ? AND ?"
    )
    opened = sqlite3.connect(f"{GAZETTEER.as_uri()}?mode=ro", uri=True)
    try:
        return opened.execute(sql, (_TOWN, south, north, west, east)).fetchall()
    finally:
        opened.close()


def _inside(lat: float, lon: float) -> bool:
    return BOX[1] < lat < BOX[3] and BOX[0] < lon < BOX[2]


def _coarse(lat: float, lon: float) -> Place:
    return round(lat / _GRID) * _GRID, round(lon / _GRID) * _GRID
