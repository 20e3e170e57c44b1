"""Which of these posts are copies of one another, as clustering sees them?"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from collector.company import ties
from collector.ruled import parted_copies
from db import copies
from db.rows import NewMember
from db.rulings import Ruling
from db.types import AnyRow
from geolocate.copies import CopyGroup, CopyItem, Tie


@dataclass(frozen=True, slots=True)
class Copied:
    """A post and its copies, the original first: its natural key, and when it was posted if that is known.

    `names` are the natural keys of all of them.
    """

    members: tuple[NewMember, ...]
    key: str
    since: datetime | None
    names: tuple[str, ...]


def copied(conn: Connection, posts: Collection[int], ruled: Sequence[Ruling]) -> list[Copied]:
    """The posts that are current as groups of copies, the earliest first; people may have parted some."""
    keys: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows: dict[str, AnyRow] = {}
    for row in copies.keys(conn, posts):
        natural = f"{row.platform}:{row.native_id}"
        rows[natural] = row
        if row.kind is not None:
            keys[natural][row.kind].append(row.value)
    items = [
        CopyItem(name, row.posted_at, tuple(keys[name]["origin"]), tuple(keys[name]["media"]))
        for name, row in rows.items()
    ]
    names = {str(row.post_id): name for name, row in rows.items()}
    tied = [Tie(names[t.one], names[t.other], t.reason) for t in ties(conn, posts)]
    return [_copied(group, rows) for group in parted_copies(items, tied, ruled)]


def _copied(group: CopyGroup, rows: dict[str, AnyRow]) -> Copied:
    original = rows[group.original].post_id
    others = zip(group.copies, group.reasons, strict=True)
    members = (NewMember(original), *(NewMember(rows[name].post_id, original, reason) for name, reason in others))
    return Copied(members, group.original, rows[group.original].posted_at, (group.original, *group.copies))
