"""A small authored world, its configuration, and the program on it: as a process, and inside the test."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from collector.context import Context
from collector.drain import drain
from collector.prepare import prepare
from collector.settings import load
from collector.stages.poll import poll
from db import sources
from db.session import Store
from db.types import AnyRow
from demo.server import DemoServer, Whim
from demo.world import Attachment, DemoChannel, DemoPost, Revision, World, world_of

DAY = datetime(2025, 3, 3, tzinfo=UTC)
DESTINATIONS = """
[[destinations]]
id = "OSLK"
name = "Khmeimim airbase"
lat = 35.411
lon = 35.949
radius_km = 4
weight = 4

[[destinations]]
id = "TARTUS"
name = "Tartus naval base"
lat = 34.915
lon = 35.874
radius_km = 3
weight = 2
"""


def at(day: int, clock: str) -> datetime:
    """`day` days after the world's first, at "HH:MM" UTC."""
    hours, minutes = clock.split(":")
    return DAY + timedelta(days=day, hours=int(hours), minutes=int(minutes))


def post(channel: str, number: int, when: datetime, text: str = "", **more: Any) -> DemoPost:
    return DemoPost(channel, number, when, text, views=100, **more)


def channel(name: str, number: int, posts: Sequence[DemoPost], **more: Any) -> DemoChannel:
    return DemoChannel(name, number, f"{name} title", "about", "en", 1000, posts=tuple(posts), **more)


def chatter(name: str, count: int, first: int = 1, start: datetime = DAY) -> list[DemoPost]:
    """Posts that speak of no convoy, one a minute."""
    return [
        post(name, first + n, start + timedelta(minutes=n), f"Market report {first + n}: tomatoes and bread, as ever")
        for n in range(count)
    ]


def one_channel(count: int, name: str = "quiet_test") -> World:
    return world_of([channel(name, 1001, chatter(name, count))])


def config(folder: Path, base_url: str, names: Sequence[str], **settings: Any) -> Path:
    """Writes convoywatch.toml; `settings` such as schedule__min_interval_s or store override the quick defaults."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted: dict[str, Any] = {
        "data_dir": "data",
        "http__gap_s": 0.01, "http__jitter": 0.0, "http__timeout_s": 5.0, "http__contact": "test@localhost",
        "http__allow_hosts": [base_url.partition("//")[2]], "telegram__base_url": base_url,
        "telegram__max_silence_h": 876_000,
        "schedule__tick_s": 0.05, "schedule__min_interval_s": 0.2, "schedule__max_interval_s": 0.3,
        "locate__region": ["SY", "LB"],
    }  # fmt: skip
    wanted |= settings
    lines = [f"{key} = {json.dumps(value)}" for key, value in wanted.items() if "__" not in key]
    for section in sorted({key.partition("__")[0] for key in wanted if "__" in key}):
        lines.append(f"\n[{section}]")
        found = {k.partition("__")[2]: v for k, v in wanted.items() if k.startswith(f"{section}__")}
        lines += [f"{key} = {json.dumps(value)}" for key, value in found.items()]
    for name in names:
        lines.append(f'\n[[sources]]\nname = "{name}"')
    path = folder / "convoywatch.toml"
    path.write_text("\n".join(lines) + "\n" + DESTINATIONS, encoding="utf-8")
    return path


def command(path: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "collector.cli", "--config", str(path), *words]


def run(path: Path, *words: str, stdin: bytes = b"", timeout: float = 60.0) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command(path, *words), input=stdin, capture_output=True, timeout=timeout, check=False, env=quiet_env()
    )


def quiet_env() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("CONVOYWATCH_")}


@contextmanager
def inside(path: Path) -> Iterator[Context]:
    """The program's parts on this configuration, in this process."""
    settings = load(path, {})
    with Store(settings.store_url) as store:
        ctx = Context(settings, store)
        try:
            prepare(ctx)
            yield ctx
        finally:
            ctx.close()


def source(ctx: Context, name: str = "quiet_test") -> AnyRow:
    with ctx.store.read() as conn:
        found = sources.find(conn, name)
    assert found is not None
    return found


def poll_now(ctx: Context, name: str = "quiet_test") -> AnyRow:
    """Polls once, whether due or not; the source's row afterwards."""
    poll(ctx, source(ctx, name))
    return source(ctx, name)


def collect(ctx: Context, *names: str) -> None:
    """Polls each source once, then does all the work that follows."""
    for name in names:
        poll(ctx, source(ctx, name))
    drain(ctx)


def rows(ctx_or_path: Context | Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement, over a plain connection of our own."""
    data = ctx_or_path.settings.data if isinstance(ctx_or_path, Context) else ctx_or_path.parent / "data"
    conn = sqlite3.connect(f"{(data / 'convoywatch.sqlite').as_uri()}?mode=ro", uri=True, timeout=20)
    try:
        return conn.execute(sql, values).fetchall()
    finally:
        conn.close()


def numbers(ctx_or_path: Context | Path) -> list[int]:
    """The numbers of all posts that are stored and current, in order."""
    return sorted(
        int(r[0].rpartition("/")[2]) for r in rows(ctx_or_path, "SELECT native_id FROM posts WHERE is_current")
    )


EAST, COAST, RELAY = "east_test", "coast_test", "relay_test"
#: (channel, when, text, more): two convoys on their way to Khmeimim, a week apart
REPORTS: tuple[tuple[str, datetime, str, dict[str, Any]], ...] = (
    (EAST, at(1, "06:10"), "A Russian military convoy of 45 trucks is leaving Deir ez-Zor now, heading west", {}),
    (EAST, at(1, "10:05"), "The Russian military convoy, 45 trucks, is passing Palmyra right now",
     {"media": (Attachment("a-teltamr"),)}),
    (COAST, at(1, "13:20"), "Russian military convoy of 45 trucks entering Homs now", {}),
    (COAST, at(1, "15:40"), "Russian military convoy, 45 trucks, in Tartus now, driving north",
     {"media": (Attachment("b-homs"),)}),
    (COAST, at(1, "17:20"), "The Russian military convoy with 45 trucks is in Jableh now", {}),
    (EAST, at(8, "06:00"), "A column of 80 Russian military vehicles has left Damascus now, moving north", {}),
    (EAST, at(8, "07:40"), "80 military vehicles, a Russian convoy, seen near Yabrud now", {"edited": Revision(
        "80 military vehicles, a Russian convoy, seen in An Nabk now. Correction: not Yabrud", at(8, "09:00"))}),
    (COAST, at(8, "09:30"), "Russian military convoy of 80 vehicles in Homs now", {}),
    (COAST, at(8, "12:00"), "Russian military convoy, 80 vehicles, passing Tartus now", {}),
    (COAST, at(8, "13:30"), "80 vehicles of a Russian military convoy now in Jableh", {}),
)  # fmt: skip


def convoys() -> World:
    """The two convoys as two channels tell of them, a third that copies, and talk of prices between."""
    told = {EAST: _noise(EAST, 3), COAST: _noise(COAST, 4), RELAY: _noise(RELAY, 5)}
    for name, when, text, more in REPORTS:
        told[name].append((when, text, more))
    built = {name: _numbered(name, told[name]) for name in (EAST, COAST)}
    for n, (name, when, text, more) in enumerate(REPORTS):
        origin = next(p for p in built[name] if p.text == text)
        # every other copy says whose words it brings
        forward = {"forwarded_from": origin.key} if n % 2 == 0 else {}
        told[RELAY].append((when + timedelta(minutes=20 + n), text, {"media": more.get("media", ())} | forward))
    built[RELAY] = _numbered(RELAY, told[RELAY])
    return world_of(channel(name, 5000 + n, posts) for n, (name, posts) in enumerate(built.items()))


Telling = list[tuple[datetime, str, dict[str, Any]]]


def _noise(name: str, hour: int) -> Telling:
    start = at(2, "00:00") + timedelta(hours=hour)
    return [
        (start + timedelta(hours=6 * n), f"{name}: prices of the day no. {n}, bread and fuel", {}) for n in range(20)
    ]


def _numbered(name: str, told: Telling) -> list[DemoPost]:
    """Numbers grow with time, with holes where something was deleted."""
    ordered = sorted(told, key=lambda t: t[0])
    return [post(name, 3 * n + 1, when, text, **more) for n, (when, text, more) in enumerate(ordered)]


class Moody(DemoServer):
    """A server whose misbehaviour a test plans request by request."""

    plan: tuple[Whim | None, ...] = ()

    def fail_after(self, good: int, status: int = 503, retry_after: int | None = None) -> None:
        """Lets `good` requests through, then fails the next one."""
        self.plan = (*[None] * good, Whim(status, retry_after))

    def whim(self) -> Whim | None:
        if self.plan:
            first, *rest = self.plan
            self.plan = tuple(rest)
            return first
        return super().whim()


@contextmanager
def served(world: World, folder: Path, **options: Any) -> Iterator[Moody]:
    with Moody(world, folder=folder, **options) as server:
        yield server
