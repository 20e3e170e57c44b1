"""Clustering a part after each change gives what clustering everything gives, and looks at a part only."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.context import Context
from collector.stages.cluster import Cluster
from collector.stages.region import touched_by
from db import observations, posts, sources
from db.rows import NewObservation, NewPost
from tests.e2e import small

START = datetime.fromisoformat("2025-03-01T00:00:00+00:00")
Report = tuple[str, NewObservation]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def opened(stack: ExitStack, folder: Path) -> Context:
    return stack.enter_context(small.inside(small.config(folder, "http://127.0.0.1:9", [])))


def reports(seed: int, count: int, days: float) -> list[Report]:
    """Reports around a few towns, some with a namesake far away, some vague in time."""
    chance, found = random.Random(seed), []
    towns = [(chance.uniform(33, 37), chance.uniform(35.8, 41.2)) for _ in range(4)]
    for k in range(count):
        lat, lon = (v + chance.gauss(0, 0.06) for v in chance.choice(towns))
        end = START + timedelta(days=chance.uniform(0, days))
        other: list[dict[str, Any]] = []
        if chance.random() < 0.3:
            far = chance.choice(towns)
            other = [{"ref": "x", "name": "x", "lat": far[0], "lon": far[1], "radius_km": 5.0, "probability": 0.4}]
        number = chance.choice((None, 20, 45))
        seen = NewObservation(
            "en", 0.9, lat, lon, chance.choice((2.0, 8.0, 25.0)), other,
            end - timedelta(hours=chance.choice((0.5, 3, 8, 24))), end, number, number,
            chance.choice(([], ["truck"], ["tank", "truck"])), None, None, None, "",
        )  # fmt: skip
        found.append((f"c/{k}", seen))
    return found


def observe(ctx: Context, batch: list[Report]) -> list[int]:
    """Store the posts and what was observed; the buckets that this touches."""
    with ctx.store.write() as conn:
        source_id, _ = sources.add(conn, "telegram", "quiet_test", START)
        rows = [NewPost("telegram", name, name, name, posted_at=START + timedelta(days=9)) for name, _ in batch]
        posts.save(conn, source_id, rows, START)
        touched = set[int]()
        for name, seen in batch:
            post_id = conn.exec_driver_sql("SELECT id FROM posts WHERE native_id = ?", (name,)).scalar_one()
            touched |= observations.save(conn, post_id, ctx.analyzers["locate"], [], seen)
    return sorted(touched)


def clustered(ctx: Context, buckets: list[int]) -> None:
    write = Cluster().run(ctx, buckets)
    with ctx.store.write() as conn:
        write(conn)


def told(ctx: Context) -> list[tuple[Any, ...]]:
    return small.rows(
        ctx,
        "SELECT s.key, s.lat, s.seen_from, s.seen_to, s.independent_sources, p.native_id FROM sightings s "
        "JOIN sighting_members m ON m.sighting_id = s.id JOIN posts p ON p.id = m.post_id ORDER BY 1, 6",
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_one_by_one_in_any_order_moved_or_not_is_as_all_at_once(stack: ExitStack, tmp_path: Path, seed: int) -> None:
    given, chance = reports(seed, 36, 4), random.Random(seed)
    whole = opened(stack, tmp_path / "whole")
    clustered(whole, observe(whole, given))
    bits = opened(stack, tmp_path / "bits")
    mixed = [*given, *((name, other) for (name, _), (_, other) in zip(given[:6], reports(9, 6, 4), strict=True))]
    chance.shuffle(mixed)
    # a report that was placed elsewhere first, and ends where the others have it
    for one in [*mixed, *given[:6]]:
        clustered(bits, observe(bits, [one]))
    assert told(bits) == told(whole)
    assert max(row[4] for row in told(whole)) > 1


def test_a_late_report_looks_again_at_what_it_touches_only(stack: ExitStack, tmp_path: Path) -> None:
    ctx = opened(stack, tmp_path)
    clustered(ctx, observe(ctx, reports(4, 240, 40)))
    _, late = reports(5, 1, 40)[0]
    touched = observe(ctx, [("c/late", late)])
    with ctx.store.read() as conn:
        assert len(touched_by(ctx, conn, touched).posts) < 40
