"""A store of so many made posts, filled at once table by table: what a long-running installation would hold.

A post in five founds a sighting, with a copy or a second account in every other one; ten sightings make a track. Posts
carry two files each, and everything that thinking left behind: evidence, observations, words, finished work.
"""

import hashlib
import itertools
import random
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from collector.context import Context
from collector.prepare import prepare
from collector.search import VERSION, indexed
from collector.settings import load
from db.session import Store

END, DAYS, CHANNELS = datetime(2026, 3, 1, tzinfo=UTC), 1000, 200
PLACES = (
    ("Homs", "Хомса", "حمص", 34.73, 36.71), ("Tiyas", "Тияса", "التياس", 34.57, 37.72),
    ("Palmyra", "Пальмиры", "تدمر", 34.56, 38.27), ("Jableh", "Джебле", "جبلة", 35.36, 35.92),
    ("Hama", "Хамы", "حماة", 35.13, 36.75), ("Deir ez-Zor", "Дейр-эз-Зора", "دير الزور", 35.34, 40.14),
    ("Raqqa", "Ракки", "الرقة", 35.95, 39.01), ("Qamishli", "Камышлы", "القامشلي", 37.05, 41.23),
    ("Aleppo", "Алеппо", "حلب", 36.20, 37.16), ("Tartus", "Тартуса", "طرطوس", 34.89, 35.89),
)  # fmt: skip
SAID = (
    "A convoy of {n} trucks was seen near {en} this morning, heading west on the main road, two tanks at its head",
    "Колонна военной техники, {n} машин, прошла мимо {ru} в сторону побережья, сопровождение с воздуха",
    "رتل عسكري من {n} آلية شوهد قرب {ar} متجها نحو الساحل صباح اليوم",
    "Local council of {en}: water will be off in {n} streets until the evening, the pumps are being mended",
)
CONFIG = """data_dir = "{folder}"
[[destinations]]
id = "OSLK"
name = "Khmeimim airbase"
lat = 35.4
lon = 35.9
[[destinations]]
id = "TARTUS"
name = "Tartus"
lat = 34.9
lon = 35.9
"""
_BATCH = 20_000


def fill(folder: Path, posts: int) -> Path:
    """The SQLite file of a data folder with so many posts, ready for the daemon. Raises nothing when it is there."""
    file = folder / "store.sqlite"
    if (folder / "filled").exists():
        return file
    folder.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    (folder / "convoywatch.toml").write_text(CONFIG.format(folder=folder))
    with Store(f"sqlite:///{file}") as store:
        ctx = Context(load(folder / "convoywatch.toml"), store)
        prepare(ctx)
        analyzers = dict(ctx.analyzers)
    conn = sqlite3.connect(file, isolation_level=None)
    conn.execute("PRAGMA synchronous=OFF")
    conn.execute("PRAGMA cache_size=-400000")
    made = _Made(posts, analyzers)
    for table, columns, rows in made.tables():
        _insert(conn, table, columns, rows)
    conn.execute("ANALYZE")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    (folder / "filled").touch()
    return file


def _insert(conn: sqlite3.Connection, table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    sql = f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * (columns.count(',') + 1))})"
    rest = iter(rows)
    while batch := list(itertools.islice(rest, _BATCH)):
        conn.execute("BEGIN")
        conn.executemany(sql, batch)
        conn.execute("COMMIT")


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


class _Made:
    """Rows of every table; the same for the same number of posts."""

    def __init__(self, posts: int, analyzers: dict[str, int]) -> None:
        self.posts, self.analyzers = posts, analyzers
        self.step = timedelta(days=DAYS) / posts
        self.begin = END - timedelta(days=DAYS)
        self.chance = random.Random(posts)
        self.buckets: dict[tuple[str, int, int], int] = {}
        self._known: dict[tuple[int, int], tuple[str, str]] = {}

    def at(self, n: int) -> datetime:
        """When post n was posted."""
        return self.begin + self.step * n

    def place(self, n: int) -> tuple[str, str, str, float, float]:
        """Where the event of post n is: founders and what follows them share it."""
        found = n - n % 5
        name, ru, ar, lat, lon = PLACES[(found * 7919 // 5) % len(PLACES)]
        shift = ((found * 104729) % 1000) / 5000.0
        return name, ru, ar, round(lat + shift, 5), round(lon + shift, 5)

    def text(self, n: int) -> tuple[str, str, str]:
        """The text of post n, and what search knows it by."""
        said, place = n % len(SAID), self.place(n)
        key = (said, PLACES.index(next(p for p in PLACES if p[0] == place[0])))
        if key not in self._known:
            self._known[key] = indexed(SAID[said].format(n="", en=place[0], ru=place[1], ar=place[2]))
        words, names = self._known[key]
        number = f"{n % 90 + 10}"
        told = SAID[said].format(n=number, en=place[0], ru=place[1], ar=place[2])
        return f"{told} (№ {n})", f"{words} {number} {n}", names

    def tables(self) -> Iterator[tuple[str, str, Iterable[tuple[Any, ...]]]]:
        """Tables in the order of their keys."""
        yield "sources", (
            "id, platform, name, title, enabled, state, failures, last_ok_at, last_post_at, added_at, next_check_at"
        ), self._sources()  # fmt: skip
        yield "posts", (
            "id, source_id, platform, native_id, revision, is_current, content_hash, collected_at, channel_id,"
            " channel_name, channel_title, url, posted_at, edited, text, views, links, warnings"
        ), self._posts()  # fmt: skip
        yield "post_words", "post_id, version, words, names", self._words()
        yield "media", "id, sha256, bytes, media_type, duration_s, stored_at", self._media()
        yield "post_media", (
            "id, post_id, ordinal, kind, url, duration_s, withheld, state, media_id"
        ), self._post_media()  # fmt: skip
        yield "copy_keys", "post_id, kind, value", self._copy_keys()
        yield "evidence", (
            "post_id, analyzer_id, ordinal, kind, role, text, start_at, end_at, name, ref, lat, lon, radius_km,"
            " probability, alternatives"
        ), self._evidence()  # fmt: skip
        observed = list(self._observations())
        yield "buckets", "id, kind, day, cell_lat, cell_lon", (
            (i, "cell", *cell) for cell, i in self.buckets.items()
        )  # fmt: skip
        yield "observations", (
            "post_id, analyzer_id, bucket_id, lang, convoy_probability, lat, lon, radius_km, alternatives, seen_from,"
            " seen_to, vehicles_min, vehicles_max, kinds, explanation"
        ), observed  # fmt: skip
        yield "sightings", (
            "id, analyzer_id, key, lat, lon, radius_km, alternatives, seen_from, seen_to, posted_at,"
            " convoy_probability, independent_sources, copies, vehicles_min, vehicles_max, kinds, place, recycled_of,"
            " public_lat, public_lon, public_radius_km, public_after"
        ), self._sightings()  # fmt: skip
        yield "sighting_members", "sighting_id, post_id, analyzer_id, copy_of_post_id, copy_reason", self._members()
        yield "tracks", (
            "id, analyzer_id, key, digest, state, state_probability, state_destination_id, first_seen, last_seen,"
            " sightings, road_km, vehicles_min, vehicles_max"
        ), self._tracks()  # fmt: skip
        yield "track_points", (
            "track_id, seq, analyzer_id, sighting_id, lat, lon, seen_at, probability, road_km, hours, speed_kmh,"
            " explanation"
        ), self._points()  # fmt: skip
        yield "track_destinations", "track_id, destination_id, probability", self._headings()
        yield "track_changes", "analyzer_id, at, kind, track_key, sightings, detail", self._changes()
        yield "reviews", "kind, key, decision, who, decided_at", self._reviews()
        yield (
            "alerts",
            "kind, subject, severity, message, data, opened_at, last_at, closed_at, attempts",
            self._alerts(),
        )
        yield "post_absences", (
            "platform, native_id, reads, first_missing_at, last_missing_at, removed_at"
        ), self._absences()  # fmt: skip
        yield "work", "analyzer_id, input_id, state, requested, attempts, finished_at", self._work()

    def _sources(self) -> Iterator[tuple[Any, ...]]:
        later = _at(END + timedelta(days=9000))
        for k in range(1, CHANNELS + 1):
            last = _at(END - timedelta(hours=k))
            failing = 3 if k % 40 == 0 else 0
            yield k, "telegram", f"chan{k}", f"Channel {k}", 1, "ok", failing, last, last, _at(self.begin), later

    def _posts(self) -> Iterator[tuple[Any, ...]]:
        for n in range(self.posts):
            k, at = n % CHANNELS + 1, _at(self.at(n))
            native, url = f"{1000 + k}/{n}", f"https://t.me/chan{k}/{n}"
            digest = hashlib.sha256(native.encode()).hexdigest()
            yield (
                n + 1, k, "telegram", native, 1, 1, digest, at, f"{1000 + k}", f"chan{k}", f"Channel {k}", url, at, 0,
                self.text(n)[0], n % 5000, "[]", "[]",
            )  # fmt: skip

    def _words(self) -> Iterator[tuple[Any, ...]]:
        return ((n + 1, VERSION, *self.text(n)[1:]) for n in range(self.posts))

    def _media(self) -> Iterator[tuple[Any, ...]]:
        for m in range(1, 2 * self.posts + 1):
            digest = hashlib.sha256(b"%d" % m).hexdigest()
            yield m, digest, 1_500_000 + m % 1000, "video/mp4", 20.0, _at(self.at(m // 2))

    def _post_media(self) -> Iterator[tuple[Any, ...]]:
        for m in range(2 * self.posts):
            withheld = m % 200 == 199
            state = "withheld" if withheld else "done"
            url = f"https://cdn.example/{m}.mp4"
            yield m + 1, m // 2 + 1, m % 2, "video", url, 20.0, withheld, state, None if withheld else m + 1

    def _copy_keys(self) -> Iterator[tuple[Any, ...]]:
        for n in range(self.posts):
            yield n + 1, "origin", f"t.me/chan{n % CHANNELS + 1}/{n}"
            yield n + 1, "media", hashlib.sha256(b"%d" % (2 * n + 1)).hexdigest()

    def _evidence(self) -> Iterator[tuple[Any, ...]]:
        locate = self.analyzers["locate"]
        for n in range(self.posts):
            name, _, _, lat, lon = self.place(n)
            yield (
                n + 1, locate, 0, "mention", "at", name, 30, 30 + len(name), name, f"place:{name}", lat, lon, 5.0, 0.8,
                "[]",
            )  # fmt: skip

    def _observations(self) -> Iterator[tuple[Any, ...]]:
        locate = self.analyzers["locate"]
        for n in range(self.posts):
            convoy = n % 4 != 3
            lost = n % 5 == 4
            _, _, _, lat, lon = self.place(n)
            at = self.at(n)
            bucket = None
            if not lost:
                cell = (f"{at:%Y-%m-%d}", int(lat), int(lon))
                bucket = self.buckets.setdefault(cell, len(self.buckets) + 1)
            where = (None, None, None) if lost else (lat, lon, 5.0)
            yield (
                n + 1, locate, bucket, ("en", "ru", "ar", "en")[n % 4], 0.9 if convoy else 0.05, *where, "[]",
                _at(at - timedelta(hours=2)), _at(at), 10, 20, '["truck"]', "named in the text",
            )  # fmt: skip

    def _founders(self) -> Iterator[int]:
        return iter(range(0, self.posts, 5))

    def _sightings(self) -> Iterator[tuple[Any, ...]]:
        cluster = self.analyzers["cluster"]
        for s, n in enumerate(self._founders(), 1):
            name, _, _, lat, lon = self.place(n)
            at = self.at(n)
            yield (
                s, cluster, f"telegram:{1000 + n % CHANNELS + 1}/{n}", lat, lon, 5.0, "[]",
                _at(at - timedelta(hours=2)), _at(at), _at(at), 0.9, 1 + s // 2 % 2, s % 3 % 2, 10, 20,
                '["tank"]' if s % 50 == 0 else '["truck"]', name, "telegram:1001/0" if s % 98 == 0 else None,
                lat, lon, 12.9, _at(at + timedelta(hours=24)),
            )  # fmt: skip

    def _members(self) -> Iterator[tuple[Any, ...]]:
        cluster = self.analyzers["cluster"]
        for s, n in enumerate(self._founders(), 1):
            yield s, n + 1, cluster, None, None
            if s // 2 % 2 and n + 2 <= self.posts:
                yield s, n + 2, cluster, None, None
            if s % 3 == 1 and n + 3 <= self.posts:
                yield s, n + 3, cluster, n + 1, "media"

    def _tracks(self) -> Iterator[tuple[Any, ...]]:
        linker, sightings = self.analyzers["track"], -(-self.posts // 5)
        for t in range(sightings // 20):
            first, last = (_at(self.at(5 * (20 * t + k))) for k in (0, 18))
            state = ("moving", "halted", "arrived", "departing")[t % 4]
            where = "OSLK" if t % 4 == 2 else None
            key = f"track:telegram:{1000 + (100 * t) % CHANNELS + 1}/{100 * t}"
            yield t + 1, linker, key, f"{t:032d}", state, 0.8, where, first, last, 10, 300.0, 10, 20

    def _points(self) -> Iterator[tuple[Any, ...]]:
        for t in range(-(-self.posts // 5) // 20):
            for seq in range(10):
                s = 20 * t + 2 * seq
                _, _, _, lat, lon = self.place(5 * s)
                way = (30.5, 1.0, 30.5) if seq else (None, None, None)
                yield t + 1, seq, self.analyzers["track"], s + 1, lat, lon, _at(self.at(5 * s)), 0.9, *way, "fits well"

    def _headings(self) -> Iterator[tuple[Any, ...]]:
        for t in range(-(-self.posts // 5) // 20):
            most = ("OSLK", "TARTUS", "elsewhere")[t % 3]
            for d in ("OSLK", "TARTUS", "elsewhere"):
                yield t + 1, d, 0.7 if d == most else 0.15

    def _changes(self) -> Iterator[tuple[Any, ...]]:
        for t in range(-(-self.posts // 5) // 20):
            at, key = _at(self.at(100 * t)), f"track:telegram:{1000 + (100 * t) % CHANNELS + 1}/{100 * t}"
            for k, kind in enumerate(("begun", "grown", "grown", "shrunk" if t % 10 == 0 else "grown")):
                yield self.analyzers["track"], at, kind, key, k + 1, f"{k + 1} sightings more"

    def _reviews(self) -> Iterator[tuple[Any, ...]]:
        for s, n in enumerate(self._founders(), 1):
            if s % 20 == 0:
                decided = "reject" if s % 100 == 0 else "confirm"
                yield "sighting", f"telegram:{1000 + n % CHANNELS + 1}/{n}", decided, "editor", _at(self.at(n))

    def _alerts(self) -> Iterator[tuple[Any, ...]]:
        for a in range(self.posts // 100):
            data = f'{{"destination_id": "{("OSLK", "TARTUS")[a % 2]}"}}'
            at = _at(self.at(100 * a))
            yield "track", f"track:{a // 2}", "info", "heads", data, at, at, at, 0

    def _absences(self) -> Iterator[tuple[Any, ...]]:
        for n in range(7, self.posts, 100):
            at = _at(self.at(n))
            yield "telegram", f"{1000 + n % CHANNELS + 1}/{n}", 2, at, at, at

    def _work(self) -> Iterator[tuple[Any, ...]]:
        done = _at(END)
        for name, most in (("locate", 1), ("compare", 1), ("download", 2)):
            for n in range(most * self.posts):
                state = "failed" if n % 500 == 499 else "done"
                yield self.analyzers[name], n + 1, state, 1, 1, done
        for m in range(2 * self.posts):
            yield self.analyzers["sample"], m + 1, "done", 1, 1, done
