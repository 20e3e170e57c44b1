"""In which country and first-level area does an imported place lie?

Gazetteers that do not say, or say it in codes of their own, are given the codes of the nearest towns of the shipped
gazetteer: without them, an area that a text names would not support the villages in it.
"""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from geolocate.gazetteer import EMBEDDED, KINDS
from geolocate.gazetteer_file import Source
from geolocate.sphere import EARTH_RADIUS_KM

#: how many towns are asked, and how near, km, one must be to speak for a place
NEAREST, NEAR_KM = 3, 100.0


def settle(places: Sequence[Source], *, keep_admin1: bool, embedded: Path = EMBEDDED) -> None:
    """Fill in `country` where it is missing and `admin1`; a code of another system goes to what most of its places say.

    `keep_admin1`: the codes are GeoNames' own.
    """
    if not places or (keep_admin1 and all(p.country for p in places)):
        return
    said = _nearest(places, embedded)
    groups: dict[str, Counter[str]] = {}
    for place, (country, admin1) in zip(places, said, strict=True):
        place.country = place.country or country
        if place.admin1 and country == place.country:
            groups.setdefault(place.admin1, Counter())[admin1] += 1
    if keep_admin1:
        return
    common = {code: votes.most_common(1)[0][0] for code, votes in groups.items()}
    for place, (country, admin1) in zip(places, said, strict=True):
        place.admin1 = common.get(place.admin1) or (admin1 if country == place.country else "")


def _nearest(places: Sequence[Source], embedded: Path) -> list[tuple[str, str]]:
    """The (country, admin1) that most of the nearest towns have; empty where none is near."""
    connection = sqlite3.connect(f"{embedded.resolve().as_uri()}?mode=ro", uri=True)
    try:
        said = "country != '' AND admin1 != ''"
        wanted = f"SELECT lat, lon, country, admin1 FROM place WHERE kind = ? AND {said} ORDER BY id"
        towns = connection.execute(wanted, (KINDS.index("town"),)).fetchall()
    finally:
        connection.close()
    if not towns:
        return [("", "")] * len(places)
    # imported when first used: a fifth of a second that no other command needs
    from scipy.spatial import cKDTree

    tree = cKDTree(_unit([t[0] / 1e5 for t in towns], [t[1] / 1e5 for t in towns]))
    reach = 2 * np.sin(NEAR_KM / EARTH_RADIUS_KM / 2)
    _, found = tree.query(
        _unit([p.lat for p in places], [p.lon for p in places]), k=NEAREST, distance_upper_bound=reach
    )
    answers = []
    for row in np.asarray(found).tolist():
        votes = Counter((towns[i][2], towns[i][3]) for i in row if i < len(towns))
        answers.append(votes.most_common(1)[0][0] if votes else ("", ""))
    return answers


def _unit(lats: Sequence[float], lons: Sequence[float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    phi, lam = np.radians(lats), np.radians(lons)
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=1)
