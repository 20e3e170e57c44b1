"""What really happened in the recorded world: which post reports which convoy, where and when, and what is a copy?

Only tests and the closing check of the demo read this; the collector never does. Places are town centres or base
gates, good to some 3 km; times are when the head of the column was there.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

OSLK, TARTUS = "OSLK", "TARTUS"


@dataclass(frozen=True, slots=True)
class Report:
    """An original post on a convoy: where and when (UTC) its head was, how many vehicles the post tells (0: none)."""

    post: str
    place: str
    lat: float
    lon: float
    at: datetime
    vehicles: int = 0


@dataclass(frozen=True, slots=True)
class Convoy:
    """One real movement: its reports in the order of the road, and the id of the destination that it reached."""

    name: str
    destination: str
    reports: tuple[Report, ...]


def _report(post: str, place: str, lat: float, lon: float, at: str, vehicles: int) -> Report:
    return Report(
        post, place, lat, lon, datetime.strptime(f"2024-12-{at}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC), vehicles
    )


CONVOYS = (
    Convoy(
        "Qamishli to Khmeimim",
        OSLK,
        (
            _report("jazira_news_demo/80", "Qamishli", 37.021, 41.191, "11 05:30", 60),
            _report("levant_monitor_demo/4", "Al-Hasakah", 36.507, 40.747, "11 08:00", 60),
            _report("kolonna_demo/543", "Tell Tamr", 36.657, 40.371, "11 08:55", 60),
            _report("shamroads_demo/414", "Ain Issa", 36.386, 38.860, "11 12:25", 60),
            _report("sever_vektor_demo/3314", "Raqqa", 35.952, 39.008, "11 13:50", 60),
            _report("levant_monitor_demo/5", "Raqqa", 35.952, 39.008, "11 13:50", 57),
            _report("jazira_news_demo/83", "Tabqa airbase", 35.755, 38.567, "11 15:25", 58),
            _report("shamroads_demo/417", "Ithriya", 35.366, 37.779, "12 07:40", 60),
            _report("homs_now_demo/1212", "Salamiyah", 35.011, 37.052, "12 09:55", 60),
            _report("kolonna_demo/545", "Homs", 34.732, 36.713, "12 11:10", 60),
            _report("sever_vektor_demo/3318", "Tartus", 34.889, 35.887, "12 13:50", 59),
            _report("levant_monitor_demo/8", "Jableh", 35.362, 35.927, "12 15:40", 60),
        ),
    ),
    Convoy(
        "Palmyra to Tartus",
        TARTUS,
        (
            _report("kolonna_demo/548", "Palmyra", 34.560, 38.267, "13 05:30", 25),
            _report("levant_monitor_demo/9", "T4 airbase", 34.523, 37.630, "13 07:25", 25),
            _report("homs_now_demo/1217", "Furqlus", 34.604, 37.083, "13 09:05", 25),
            _report("sever_vektor_demo/3322", "Homs", 34.732, 36.713, "13 10:25", 25),
            _report("shamroads_demo/421", "Talkalakh", 34.671, 36.257, "13 11:40", 25),
            _report("levant_monitor_demo/10", "Tartus", 34.889, 35.887, "13 13:05", 25),
        ),
    ),
    Convoy(
        "Damascus to Khmeimim",
        OSLK,
        (
            _report("shamroads_demo/422", "Damascus", 33.510, 36.292, "14 05:00", 150),
            _report("sever_vektor_demo/3324", "An-Nabk", 34.024, 36.728, "14 07:35", 150),
            _report("homs_now_demo/1222", "Hisya", 34.411, 36.757, "14 08:35", 140),
            _report("kolonna_demo/551", "Homs", 34.732, 36.713, "14 09:50", 148),
            _report("levant_monitor_demo/12", "Tartus", 34.889, 35.887, "14 12:35", 152),
            _report("shamroads_demo/425", "Baniyas", 35.182, 35.949, "14 13:40", 150),
            _report("sever_vektor_demo/3325", "Jableh", 35.362, 35.927, "14 14:30", 150),
        ),
    ),
)

#: the second message of a report: the point that the author set, and a clip that was posted later for the same place
COMPANIONS = {
    "kolonna_demo/552": "kolonna_demo/551",
    "shamroads_demo/415": "sever_vektor_demo/3314",
    "svodka_relay_demo/9007": "sever_vektor_demo/3314",
}

#: copy -> original: a forward, or the same words without a word of whose they are
COPIES = {
    "svodka_relay_demo/9001": "kolonna_demo/540",
    "svodka_relay_demo/9002": "sever_vektor_demo/3312",
    "svodka_relay_demo/9003": "jazira_news_demo/80",
    "homs_now_demo/1207": "jazira_news_demo/80",
    "svodka_relay_demo/9004": "kolonna_demo/543",
    "svodka_relay_demo/9006": "sever_vektor_demo/3314",
    "svodka_relay_demo/9010": "kolonna_demo/545",
    "svodka_relay_demo/9011": "sever_vektor_demo/3318",
    "svodka_relay_demo/9015": "kolonna_demo/548",
    "svodka_relay_demo/9017": "sever_vektor_demo/3322",
    "svodka_relay_demo/9018": "levant_monitor_demo/10",
    "svodka_relay_demo/9020": "shamroads_demo/422",
    "svodka_relay_demo/9021": "sever_vektor_demo/3324",
    "svodka_relay_demo/9022": "kolonna_demo/551",
    "svodka_relay_demo/9024": "sever_vektor_demo/3325",
    "novosti_mix_demo/20525": "kolonna_demo/551",
}

#: the same footage under other words, byte for byte or encoded again: copy -> the post that showed it first
FOOTAGE_COPIES = {
    "shamroads_demo/415": "sever_vektor_demo/3314",
    "svodka_relay_demo/9007": "sever_vektor_demo/3314",
}

#: posts that read like a convoy and are none: an archive clip, a denial, aid, a wedding, buses, a parade, snow-ploughs
DECOYS = (
    "sever_vektor_demo/3312",
    "homs_now_demo/1210",
    "homs_now_demo/1219",
    "jazira_news_demo/85",
    "kolonna_demo/546",
    "kolonna_demo/553",
    "novosti_mix_demo/20505",
    "novosti_mix_demo/20515",
)


def convoy_of(post: str) -> Convoy | None:
    """Which convoy a post speaks of, copies and companions included; None for everything else."""
    for origins in (COPIES, COMPANIONS):
        post = origins.get(post, post)
    for convoy in CONVOYS:
        if any(report.post == post for report in convoy.reports):
            return convoy
    return None
