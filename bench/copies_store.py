"""Posts compared in an SQLite store, as the `compare` stage does it: how long did each take, and what was found?"""

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from bench.copies_made import Made
from collector.company import company
from collector.stages.compare import remember
from db import copies, posts, sources
from db.migrate import upgrade
from db.rows import NewPost
from db.session import Store
from geolocate.near_texts import CROWD, Prints
from geolocate.text_print import pack, text_print

SAVED, COMPARED = 1000, 32
START = datetime(2025, 1, 1, tzinfo=UTC)

_POST = """
    INSERT INTO posts (id, source_id, platform, native_id, revision, is_current, content_hash, collected_at, posted_at,
                       edited, text, links, warnings)
    VALUES (?, ?, 'telegram', ?, 1, 1, '', ?, ?, 0, ?, '[]', '[]')"""

Near = tuple[int, int, float]


def compared(file: Path, made: Iterable[Made]) -> list[tuple[float, float]]:
    """Seconds a post, by the clock and of the processor: its words read, stored, compared, its company asked for."""
    taken = []
    with Store(f"sqlite:///{file}") as store:
        upgrade(store)
        with store.write() as conn:
            source_id, _ = sources.add(conn, "telegram", "made", START)
        for batch in _batched(made):
            rows = [
                NewPost(
                    "telegram", f"new {p.number}", f"{p.number}", p.text, posted_at=START + timedelta(hours=p.hours)
                )
                for p in batch
            ]  # fmt: skip
            with store.write() as conn:
                ids = posts.save(conn, source_id, rows, START).new
            for start in range(0, len(ids), COMPARED):
                with store.write() as conn:
                    for post_id, row in zip(ids[start : start + COMPARED], rows[start : start + COMPARED], strict=True):
                        began, busy = time.perf_counter(), time.process_time()
                        found = text_print(row.text)
                        copies.set_text(conn, post_id, found.digest if found else None)
                        if found:
                            remember(conn, found)
                        company(conn, [post_id])
                        taken.append((time.perf_counter() - began, time.process_time() - busy))
    return taken


def pairs(file: Path) -> list[tuple[str, str]]:
    """Digests of the messages that the store holds to be nearly one."""
    sql = """
        SELECT a.digest, b.digest FROM text_pairs p JOIN texts a ON a.id = p.text_id JOIN texts b ON b.id = p.near_id
        WHERE p.text_id < p.near_id"""
    with Store(f"sqlite:///{file}") as store, store.read() as conn:
        return [(a, b) for a, b in conn.execute(text(sql))]


def filled(
    folder: Path, made: Iterable[Made], digests: Sequence[str | None], prints: Prints, near: Iterable[Near]
) -> Path:
    """A store that holds these posts as if each had been compared; written at once, table by table. `digests` are
    those of the posts' messages, `near` pairs of numbers of `prints`."""
    file = folder / "store.sqlite"
    with Store(f"sqlite:///{file}") as store:
        upgrade(store)
        with store.write() as conn:
            source_id, _ = sources.add(conn, "telegram", "made", START)
            plain = conn.connection.dbapi_connection
            assert plain is not None
            plain.executemany(
                _POST,
                ((k, source_id, f"{k}", _stored(p.hours), _stored(p.hours), p.text) for k, p in enumerate(made, 1)),
            )
            plain.executemany(
                "INSERT INTO copy_keys (post_id, kind, value) VALUES (?, 'text', ?)",
                ((k, digest) for k, digest in enumerate(digests, 1) if digest is not None),
            )
            plain.executemany(
                "INSERT INTO texts (id, digest, hours, packed) VALUES (?, ?, ?, ?)",
                ((k, p.digest, p.hours, pack(p)) for k, p in enumerate(map(prints.__getitem__, range(len(prints))), 1)),
            )
            plain.executemany("INSERT INTO text_anchors (anchor, text_id) VALUES (?, ?)", _anchors(prints))
            plain.executemany(
                "INSERT INTO text_pairs (text_id, near_id, hours) VALUES (?, ?, ?)",
                ((a + 1, b + 1, hours) for one, other, hours in near for a, b in ((one, other), (other, one))),
            )
    return file


def _anchors(prints: Prints) -> Iterator[tuple[int, int]]:
    """Rows in the order of the table; of a crowd one too many, as the stage keeps them."""
    before, count = None, 0
    for value, owner in zip(*prints.anchors(), strict=True):
        count = count + 1 if value == before else 1
        before = value
        if count <= CROWD + 1:
            yield int(value), int(owner) + 1


def _stored(hours: float) -> str:
    return f"{START + timedelta(hours=hours):%Y-%m-%d %H:%M:%S.%f}"


def _batched(made: Iterable[Made]) -> Iterable[list[Made]]:
    rest = iter(made)
    while batch := list(itertools.islice(rest, SAVED)):
        yield batch
