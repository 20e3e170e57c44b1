"""How do the tracks that the program found compare with what happened in the recorded world?"""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from demo import truth

MEMBERS = """
SELECT DISTINCT track_id, channel_name || '/' || replace(native_id, rtrim(native_id, '0123456789'), '') AS post
FROM v_evidence_trail WHERE track_id IS NOT NULL
"""
LEADS = """
SELECT t.id, t.sightings, d.destination, d.probability, t.destination_id, d.destination_id, t.eta_from, t.eta_to,
       (SELECT count(DISTINCT post_id) FROM v_evidence_trail e WHERE e.track_id = t.id)
FROM v_tracks t JOIN v_heading_to_airbase d ON d.track_id = t.id
ORDER BY t.first_seen, t.id, d.probability DESC
"""
HEADINGS = "SELECT id, destination_id, destination_probability FROM v_tracks ORDER BY first_seen, id"


#: destinations less probable than this are left out of the summary
WORTH_NAMING = 0.1


@dataclass(frozen=True, slots=True)
class Heading:
    """One track as the store has it: its most probable destination ("elsewhere" included) and how probable that is."""

    track: int
    destination: str | None
    probability: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One real convoy: the track that holds most of its reports, and what is right and wrong with that track.

    `found` of `reports` original reports are on it, `strangers` are posts on it that speak of something else, and
    `split` counts reports that ended on other tracks.
    """

    convoy: truth.Convoy
    track: int | None
    found: int
    split: int
    strangers: tuple[str, ...]
    destination: str | None
    probability: float | None

    @property
    def reports(self) -> int:
        """How many original reports there are."""
        return len(self.convoy.reports)

    @property
    def right(self) -> bool:
        """Whether most reports are on one track that leads where the convoy went."""
        return self.found * 2 > self.reports and self.destination == self.convoy.destination


def compare(members: Iterable[tuple[int, str]], headings: Iterable[Heading]) -> list[Verdict]:
    """A verdict a convoy. `members` are (track, "channel/number") pairs."""
    by_track: dict[int, set[str]] = {}
    for track, post in members:
        by_track.setdefault(track, set()).add(post)
    leads = {heading.track: heading for heading in headings}
    return [_verdict(convoy, by_track, leads) for convoy in truth.CONVOYS]


def _verdict(convoy: truth.Convoy, by_track: dict[int, set[str]], leads: dict[int, Heading]) -> Verdict:
    originals = {report.post for report in convoy.reports}
    share = Counter({track: len(posts & originals) for track, posts in by_track.items() if posts & originals})
    if not share:
        return Verdict(convoy, None, 0, 0, (), None, None)
    track, found = min(share.items(), key=lambda item: (-item[1], item[0]))
    strangers = tuple(sorted(post for post in by_track[track] if truth.convoy_of(post) is not convoy))
    lead = leads.get(track, Heading(track, None, None))
    split = len({post for other in share if other != track for post in by_track[other] & originals} - by_track[track])
    return Verdict(convoy, track, found, split, strangers, lead.destination, lead.probability)


def verdicts(store: Path) -> list[Verdict]:
    """The verdicts on an SQLite store, which is opened read-only."""
    connection = sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)
    try:
        headings = [Heading(*row) for row in connection.execute(HEADINGS)]
        return compare(connection.execute(MEMBERS).fetchall(), headings)
    finally:
        connection.close()


def headings(store: Path) -> list[str]:
    """A line for each track and destination worth naming: how probable, when, and on how many posts that stands."""
    connection = sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)
    try:
        rows = connection.execute(LEADS).fetchall()
    finally:
        connection.close()
    return [_heading(*row) for row in rows if row[3] >= WORTH_NAMING]


def _heading(
    track: int, sightings: int, name: str, probability: float, best: str, this: str, start: str | None,
    end: str | None, posts: int,
) -> str:  # fmt: skip
    eta = f", ETA {start[:16]} to {end[:16]} UTC" if start and end and best == this else ""
    return f"T{track} heading to {name}: probability {probability:.0%}{eta} ({sightings} sightings, {posts} posts)"


def told(verdict: Verdict) -> str:
    """The verdict as a line."""
    if verdict.track is None:
        return f"MISSED  {verdict.convoy.name}: none of its {verdict.reports} reports is on a track"
    chance = "" if verdict.probability is None else f" ({verdict.probability:.0%})"
    line = (
        f"{'right ' if verdict.right else 'WRONG '}  {verdict.convoy.name}: track T{verdict.track} holds "
        f"{verdict.found} of its {verdict.reports} reports and leads to {verdict.destination or 'nowhere'}{chance}"
    )
    if verdict.split:
        line += f"; {verdict.split} went to other tracks"
    if verdict.strangers:
        line += f"; it also holds {', '.join(verdict.strangers)}"
    return line
