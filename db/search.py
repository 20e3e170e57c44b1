"""Which posts hold the words that somebody asks for? Words come folded from whoever knows languages."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text

from db.among import among
from db.models import Post, PostWords
from db.query import rows
from db.types import AnyRow, Utc
from db.upsert import insert

#: what a word, a name by its consonants, and a place that the geolocator read there are worth to the rank: the same on
#: both databases, whose own measures are not
WORD, NAME, PLACE = 4.0, 1.0, 2.0
#: a term that so many posts hold is common; how many of the newest posts are looked at first then
COMMON, NEWEST = 5_000, 20_000
_PLACED = f"""SELECT e.post_id AS id, {PLACE} * e.probability AS score FROM evidence e WHERE e.analyzer_id = (
  SELECT id FROM analyzers WHERE stage = 'locate' AND is_current) AND e.ref IN"""
#: by whether it is SQLite; the name of the bound words follows
_WORDED = {
    True: "SELECT rowid AS id, {} AS score FROM post_words_fts WHERE post_words_fts MATCH :",
    False: "SELECT post_id AS id, CAST({} AS float8) AS score FROM post_words"
    " WHERE ddl_found_by @@ to_tsquery('simple', :",
}


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a question: any of `words`, of `names` (consonants), or of the places `refs` will do."""

    words: tuple[str, ...]
    names: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()


def index(conn: Connection, version: int, found: Mapping[int, tuple[str, str]]) -> None:
    """Note the words and the names (each joined by spaces) of posts, by their row ids."""
    if not found:
        return
    given = [{"post_id": i, "version": version, "words": w, "names": n} for i, (w, n) in found.items()]
    statement = insert(conn, PostWords)
    fresh = {name: statement.excluded[name] for name in ("version", "words", "names")}
    conn.execute(statement.on_conflict_do_update(index_elements=["post_id"], set_=fresh), given)


def unindexed(conn: Connection, version: int, limit: int) -> Sequence[AnyRow]:
    """Current posts (`id`, `text`) whose words are not noted by these rules, the newest first."""
    known = select(PostWords.post_id).where(PostWords.post_id == Post.id, PostWords.version == version).exists()
    return conn.execute(
        select(Post.id, Post.text).where(Post.is_current, ~known).order_by(Post.id.desc()).limit(limit)
    ).all()


def texts(conn: Connection, post_ids: Sequence[int]) -> Sequence[AnyRow]:
    """Posts by their row ids: `id`, `text`."""
    return conn.execute(select(Post.id, Post.text).where(among(conn, Post.id, post_ids))).all()


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Only what was posted within these times, by a source whose name or title is `source`."""

    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None


def find(
    conn: Connection, terms: Sequence[Term], limit: int, only: Narrowed | None = None, *, every: bool = True
) -> Sequence[AnyRow]:
    """Current posts that hold all terms (any, without `every`), the best first, then the newest; with `score`.

    Where a word stands in very many posts, the newest are looked at first: when enough of them hold all terms as well
    as any post could, no older one comes before them.
    """
    only = only or Narrowed()
    if (all if every else any)(_is_common(conn, term) for term in terms):
        newest = _newest(conn)
        found = _ranked(conn, terms, limit, only, every, newest.first)
        best = [r for r in found if r.score >= sum(map(_most, terms)) and r.posted_at and r.posted_at >= newest.oldest]
        if len(best) == limit:
            return found
    return _ranked(conn, terms, limit, only, every)


def _is_common(conn: Connection, term: Term) -> bool:
    given: dict[str, Any] = {"limit": COMMON}
    sql = f"SELECT count(*) AS n FROM (SELECT id FROM ({_looked_up(conn, 0, term, given)}) x LIMIT :limit) y"
    return bool(rows(conn, sql, **given)[0].n == COMMON)


def _newest(conn: Connection) -> AnyRow:
    """Of the newest posts by their own time: the least row number as `first`, the least time as `oldest`."""
    listed = "SELECT id, posted_at FROM posts WHERE posted_at IS NOT NULL ORDER BY posted_at DESC LIMIT :newest"
    sql = f"SELECT min(id) AS first, min(posted_at) AS oldest FROM ({listed}) x"
    return conn.execute(text(sql).columns(oldest=Utc), {"newest": NEWEST}).one()


def _most(term: Term) -> float:
    """The score of a post that holds a term as well as can be."""
    return max((WORD if term.words else 0.0, NAME if term.names else 0.0, PLACE if term.refs else 0.0))


def _ranked(
    conn: Connection, terms: Sequence[Term], limit: int, only: Narrowed, every: bool, first: int = 0
) -> Sequence[AnyRow]:
    """See `find`; of posts whose row number is at least `first`."""
    given: dict[str, Any] = {"limit": limit} | ({"least": len(terms) if every else 1} if len(terms) > 1 else {})
    given |= {k: v for k, v in (("since", only.since), ("until", only.until), ("source", only.source)) if v}
    parts = [f"t{n} AS MATERIALIZED ({_looked_up(conn, n, term, given, first)})" for n, term in enumerate(terms)]
    each = [f"SELECT id, max(score) AS score FROM t{n} GROUP BY id" for n in range(len(terms))]
    whole = f"SELECT id, sum(score) AS score FROM ({' UNION ALL '.join(each)}) x GROUP BY id HAVING count(*) >= :least"
    where = "p.is_current"
    where += " AND p.posted_at >= :since" if only.since else ""
    where += " AND p.posted_at <= :until" if only.until else ""
    where += " AND lower(:source) IN (lower(p.channel_name), lower(p.channel_title))" if only.source else ""
    sql = f"""
        WITH {", ".join(parts)}, found AS MATERIALIZED (
          {whole if len(terms) > 1 else each[0]} ORDER BY id)
        SELECT p.id, p.platform, p.channel_name, p.channel_title, p.native_id, p.url, p.posted_at, p.text,
               b.score, m.sighting_id
        FROM (
          SELECT p.id, f.score FROM found f JOIN posts p ON p.id = f.id
          WHERE {where} ORDER BY f.score DESC, p.posted_at DESC NULLS LAST, p.id DESC LIMIT :limit) b
        JOIN posts p ON p.id = b.id
        LEFT JOIN sighting_members m ON m.post_id = p.id AND m.analyzer_id = (
          SELECT id FROM analyzers WHERE stage = 'cluster' AND is_current)
        ORDER BY b.score DESC, p.posted_at DESC NULLS LAST, p.id DESC"""
    return rows(conn, sql, **given)


def _looked_up(conn: Connection, n: int, term: Term, given: dict[str, Any], first: int = 0) -> str:
    """The posts that hold one term, each with what that is worth; its values go into `given`."""
    sqlite = conn.dialect.name == "sqlite"
    asked = []
    for column, label, found, worth in (("words", "A", term.words, WORD), ("names", "D", term.names, NAME)):
        if clean := _clean(found):
            quoted = " OR ".join(f'"{w}"' for w in clean)
            given[f"{column}{n}"] = f"{column}:({quoted})" if sqlite else " | ".join(f"'{w}':{label}" for w in clean)
            since = f" AND {'rowid' if sqlite else 'post_id'} >= {first}" if first else ""
            asked.append(f"{_WORDED[sqlite].format(worth)}{column}{n}{'' if sqlite else ')'}{since}")
    if term.refs:
        given[f"refs{n}"] = json.dumps(term.refs)
        listed = "json_each(:refs{})" if sqlite else "jsonb_array_elements_text(CAST(:refs{} AS jsonb))"
        since = f" AND e.post_id >= {first}" if first else ""
        asked.append(f"{_PLACED} (SELECT value FROM {listed.format(n)}){since}")
    return " UNION ALL ".join(asked) or "SELECT id, 0.0 AS score FROM posts WHERE 1 = 0"


def _clean(words: Sequence[str]) -> list[str]:
    """Words of letters and digits only: nothing that either search language would take for its own."""
    kept = ("".join(c for c in w if unicodedata.category(c)[0] in "LNM") for w in words)
    return list(dict.fromkeys(w for w in kept if w))
