"""What shows the footage of a clip that shows the footage of this one? Two copies of one original may have too little
in common to be held for one (each cropped on another side, one of them in a mirror, under other captions), yet both
are the original's.

One step, over two matches that are likely, and only where they meet: the first and the last third of a
clip share nothing.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from geolocate.frames.video_match import THRESHOLD, Match

SCHEMA = """
CREATE TABLE IF NOT EXISTS kin (clip INTEGER NOT NULL, other INTEGER NOT NULL, score REAL NOT NULL,
mirrored INTEGER NOT NULL, here_from REAL NOT NULL, here_until REAL NOT NULL, there_from REAL NOT NULL,
there_until REAL NOT NULL, PRIMARY KEY (clip, other)) WITHOUT ROWID
"""
#: seconds that both must show of the clip between them, or all that one of them shows
_LEAST_S = 0.5
#: score of a match that may lead on: dim clips of a fixed camera seldom reach more than 0.75 to 0.86 (bench/video.md)
_LIKELY = 0.7
#: matches of a new clip that are led to one another: hundreds of copies know one another well enough
_JOINED = 64


@dataclass(frozen=True, slots=True)
class Kin:
    """Likely matches between stored clips, in a table of the index's database."""

    db: sqlite3.Connection

    def add(self, clip: int, matches: Mapping[int, Match]) -> None:
        """A new clip's direct matches, in both directions. Called within a transaction."""
        likely = [(other, match) for other, match in matches.items() if match.score >= _LIKELY and other != clip]
        rows = [(clip, other, m.score, m.mirrored, *m.here, *m.there) for other, m in likely]
        rows += [(other, clip, m.score, m.mirrored, *m.there, *m.here) for other, m in likely]
        self.db.executemany("INSERT OR REPLACE INTO kin VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def beyond(self, matches: Mapping[int, Match]) -> dict[int, Match]:
        """The clips that one more step reaches from a clip's direct matches, each with its better match."""
        found: dict[int, Match] = {}
        for between, first in matches.items():
            if first.score < _LIKELY:
                continue
            for row in self.db.execute(
                "SELECT other, score, mirrored, here_from, here_until, there_from, there_until FROM kin WHERE clip = ?",
                (between,),
            ):
                other, score, mirrored, *times = row
                then = Match(score, 0.0, bool(mirrored), (times[0], times[1]), (times[2], times[3]))
                match = None if other in matches else chained(first, then)
                if match is not None and (other not in found or match.score > found[other].score):
                    found[other] = match
        return found

    def joined(self, matches: Mapping[int, Match]) -> Iterator[tuple[int, int, Match]]:
        """Pairs of stored clips that a new clip's direct matches bring together: the later one's with the other."""
        likely = sorted(clip for clip, match in matches.items() if match.score >= _LIKELY)[-_JOINED:]
        known = set[tuple[int, int]]()
        for clip in likely:
            rows = self.db.execute("SELECT clip, other FROM kin WHERE clip = ?", (clip,))
            known.update((clip, other) for clip, other in rows)
        for earlier, later in combinations(likely, 2):
            first = matches[later]
            back = Match(first.score, 0.0, first.mirrored, first.there, first.here)
            if (later, earlier) not in known and (match := chained(back, matches[earlier])) is not None:
                yield later, earlier, match


def chained(first: Match, then: Match) -> Match | None:
    """A clip's match with what its match matches; None when the two do not meet in the clip between them."""
    start, end = max(first.there[0], then.here[0]), min(first.there[1], then.here[1])
    shorter = min(first.there[1] - first.there[0], then.here[1] - then.here[0])
    score = round(first.score * then.score, 4)
    if end - start < min(_LEAST_S, shorter) or score < THRESHOLD:
        return None
    here = (_across(start, first.there, first.here), _across(end, first.there, first.here))
    there = (_across(start, then.here, then.there), _across(end, then.here, then.there))
    both_move = here[1] > here[0] and there[1] > there[0]
    overlap_s = round(here[1] - here[0], 1) if both_move else 0.0
    return Match(score, overlap_s, first.mirrored != then.mirrored, here, there)


def _across(at: float, one: tuple[float, float], other: tuple[float, float]) -> float:
    """The moment of the other clip that shows what this moment of the one shows."""
    length = one[1] - one[0]
    return other[0] + (other[1] - other[0]) * (at - one[0]) / length if length > 0 else other[0]
