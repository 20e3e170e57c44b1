"""What does somebody who splits or merges name? Posts and sightings, by what people copy from `show`."""

from collections.abc import Sequence

import click
from sqlalchemy import Connection

from collector.commands.output import plain
from collector.commands.show import resolve
from collector.errors import ConvoywatchError
from db import query, reviews, rulings
from db.types import AnyRow

#: what a ruling says: one side, the other side
Sides = tuple[set[str], set[str]]


def sides(conn: Connection, decision: str, kind: str, row_id: int, told: Sequence[str]) -> Sides:
    """The natural keys that a split parts, or a merger joins. Raises ConvoywatchError when it cannot be done."""
    if not told:
        what = "posts (address or native id)" if kind == "sighting" else "sightings (S12)"
        other = what if decision == "split" else f"other {kind}s"
        raise click.UsageError(f"name the {other} to {decision}: `convoywatch show` lists them")
    if decision == "merge":
        return _merged(conn, kind, row_id, told)
    return _parted_posts(conn, row_id, told) if kind == "sighting" else _parted_sightings(conn, row_id, told)


def _merged(conn: Connection, kind: str, row_id: int, told: Sequence[str]) -> Sides:
    others = [_of_kind(conn, kind, ident) for ident in told]
    if row_id in others:
        raise ConvoywatchError(f"a {kind} is not merged with itself")
    if kind == "track":
        return set(reviews.sightings_of(conn, row_id)), {k for o in others for k in reviews.sightings_of(conn, o)}
    rows = [s for i in (row_id, *others) if (s := query.sighting(conn, i)) is not None]
    for s in rows:
        if s.recycled_of:
            raise ConvoywatchError(f"S{s.id} is recycled: what is old bears no witness of an event, so it stays alone")
    return {rows[0].key}, {s.key for s in rows[1:]}


def _of_kind(conn: Connection, kind: str, ident: str) -> int:
    found, row_id = resolve(conn, ident)
    if found != kind:
        raise ConvoywatchError(f"{plain(ident)} is a {found}; a {kind} is merged with {kind}s")
    return row_id


def _parted_posts(conn: Connection, row_id: int, told: Sequence[str]) -> Sides:
    """The named posts, and all others of the sighting but the copies of the named, which go with them."""
    members = rulings.members(conn, row_id)
    named = [_post(members, word) for word in told]
    ids = {m.post_id for m in named}
    rest = {m.name for m in members if m.post_id not in ids and m.copy_of_post_id not in ids}
    if not rest:
        raise ConvoywatchError("those are all its posts (copies go with what they copy): nothing would be left")
    return {m.name for m in named}, rest


def _post(members: Sequence[AnyRow], word: str) -> AnyRow:
    for m in members:
        if word in (m.url, m.name, m.native_id):
            return m
    known = ", ".join(plain(m.url or m.name) for m in members)
    raise ConvoywatchError(f"{plain(word)} is no post of this sighting; its posts: {known}")


def _parted_sightings(conn: Connection, row_id: int, told: Sequence[str]) -> Sides:
    keys = reviews.sightings_of(conn, row_id)
    named = {s.key for i in told if (s := query.sighting(conn, _of_kind(conn, "sighting", i))) is not None}
    if strangers := named - set(keys):
        raise ConvoywatchError(f"{plain(', '.join(sorted(strangers)))}: not a sighting of this track")
    if not (rest := set(keys) - named):
        raise ConvoywatchError("those are all its sightings: nothing would be left")
    return named, rest
