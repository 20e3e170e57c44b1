"""Which stored posts are copies of these, and why?"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import combinations

from sqlalchemy import Connection

from db import copies
from db.types import AnyRow
from geolocate.copies import Tie, within
from geolocate.frames.video_match import SURE
from geolocate.near_texts import CROWD
from geolocate.retelling import hours_of


def company(conn: Connection, post_ids: Collection[int]) -> set[int]:
    """Current posts that are copies of one of these, these included; one step, not the closure."""
    tied = (int(name) for tie in ties(conn, post_ids) for name in (tie.one, tie.other))
    return copies.sharing(conn, post_ids) | set(tied)


def whole_company(conn: Connection, post_ids: Collection[int]) -> set[int]:
    """The closure: copies of copies, too."""
    posts = set(post_ids)
    fresh = posts
    while fresh:
        fresh = company(conn, fresh) - posts
        posts |= fresh
    return posts


def former_company(conn: Connection, post_ids: Collection[int]) -> set[int]:
    """Posts that may have been copies of posts that are no longer current, these included: more rather than fewer."""
    if not post_ids:
        return set()
    same = copies.texts_of_posts(conn, post_ids)
    texts = same.keys() | {pair.near_id for pair in copies.near_texts(conn, same)}
    told = {row.post_id for row in copies.posts_of_texts(conn, texts)}
    shown = {other for _, other in copies.footage_of_posts(conn, post_ids, SURE)}
    retold = {row.post_id for row in copies.told_alike(conn, post_ids)}
    return copies.sharing(conn, post_ids) | told | shown | retold


def ties(conn: Connection, post_ids: Collection[int]) -> list[Tie]:
    """What ties these posts to others by words or footage; ids are row ids of posts."""
    shown = [Tie(str(a), str(b), "footage") for a, b in copies.footage_of_posts(conn, post_ids, SURE)]
    return [*shown, *_told(conn, post_ids), *_retold(conn, post_ids)]


def _retold(conn: Connection, post_ids: Collection[int]) -> list[Tie]:
    """Posts that tell the same in different languages, near enough in time."""
    telling: dict[str, list[AnyRow]] = defaultdict(list)
    for row in copies.told_alike(conn, post_ids):
        telling[row.key].append(row)
    return [
        Tie(str(a.post_id), str(b.post_id), "report")
        for key, rows in telling.items()
        if len(rows) <= CROWD
        for a, b in combinations(rows, 2)
        if a.lang != b.lang and abs(a.at - b.at) <= timedelta(hours=hours_of(key))
    ]


def _told(conn: Connection, post_ids: Collection[int]) -> list[Tie]:
    """Posts of one message, or of two that are nearly one, near enough in time."""
    same = copies.texts_of_posts(conn, post_ids)
    if not same:
        return []
    near = copies.near_texts(conn, same)
    holders: dict[int, set[str]] = defaultdict(set)
    times: dict[str, datetime | None] = {}
    text_of: dict[str, int] = {}
    for row in copies.posts_of_texts(conn, same.keys() | {pair.near_id for pair in near}):
        holders[row.text_id].add(str(row.post_id))
        times[str(row.post_id)], text_of[str(row.post_id)] = row.at, row.text_id
    spans = [(holders[text], hours) for text, hours in same.items()]
    spans += [(holders[pair.text_id] | holders[pair.near_id], pair.hours) for pair in near]
    return [
        Tie(a, b, "text" if text_of[a] == text_of[b] else "similar")
        for posts, hours in spans
        for a, b in within(times, posts, hours)
    ]
