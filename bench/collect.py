"""How fast are saved pages and exports read, and how much of them, beside the peers that read the same page?

    python -m bench.collect [pages|fields|export|kinds]...

`pages`: posts a second of every reader on the same real page (and of ours on the other pages), `fields`: which fields
of the batch contract each reader recovers from the fixtures, `export`: speed and peak memory on a made 200 MB
`result.json`, `kinds`: posts a second of the other kinds. The fixtures stand beside the repository (`../shared`, or
where CONVOYWATCH_SHARED points). Prints Markdown.
"""

import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.collect_fields import PROBES, READERS
from collector.sources.base import Post

ROUNDS, TIMES = 40, 5
PAGE = "telegram/sherlock_channel_feed.html"
OTHER_PAGES = (
    "telegram/frese_channel.html",
    "telegram_authored/teleglance_feed_page.html",
    "telegram/tchan_video_big.html",
    "telegram/tchan_photo_multiple.html",
    "telegram/metascraper_post-link-image.html",
)
OTHER_KINDS = (
    ("feed", "rss/youpdated_generic_feed.xml"),
    ("feed", "rss/rssbridge_durov.json"),
    ("mastodon", "mastodon/mastodonpy_public_tl_2.json"),
    ("bluesky", "bluesky/bsky_snapshot_authorfeed_4.json"),
    ("ytdlp", "ytdlp/pinchflat_media_metadata.info.json"),
    ("telegram", PAGE),
)
EXPORT_BYTES = 200 * 10**6
_WORDS = "колонна грузовиков движется на юг мимо Хомса в сторону Тартуса رتل من الشاحنات يتجه نحو حميميم"


def fixtures() -> Path:
    """The folder of the real payloads."""
    beside = Path(__file__).resolve().parents[1] / ".." / "shared"
    return Path(os.environ.get("CONVOYWATCH_SHARED", beside)).resolve() / "fixtures"


def pages() -> None:
    """Every reader on one page, turn by turn, so that a busy moment of the machine meets them all."""
    body = (fixtures() / PAGE).read_bytes()
    counts = {name: len(read(body)) for name, read in READERS.items()}
    rates: dict[str, list[float]] = {name: [] for name in READERS}
    for _ in range(ROUNDS):
        for name, read in READERS.items():
            rates[name].append(counts[name] * TIMES / _seconds(lambda read=read: read(body), TIMES))
    print(f"\n`{PAGE}`, {len(body):,} bytes, median of {ROUNDS} rounds (best):\n")
    print("| reader | posts | posts/s | best | ours is faster |\n| --- | --- | --- | --- | --- |")
    for name in READERS:
        ratio = statistics.median(ours / other for ours, other in zip(rates["ours"], rates[name], strict=True))
        usual, best = statistics.median(rates[name]), max(rates[name])
        print(f"| {name} | {counts[name]} | {usual:,.0f} | {best:,.0f} | {ratio:.2f} |")
    print("\n| page | bytes | posts | ours, posts/s | teleglance |\n| --- | --- | --- | --- | --- |")
    for page in OTHER_PAGES:
        body = (fixtures() / page).read_bytes()
        cells = [_rate(READERS[name], body) for name in ("ours", "teleglance")]
        print(f"| {page} | {len(body):,} | {len(READERS['ours'](body))} | {cells[0]} | {cells[1]} |")


def _rate(read: Callable[[bytes], Sequence[Any]], body: bytes) -> str:
    posts = len(read(body))
    return f"{posts * 50 / min(_seconds(lambda: read(body), 50) for _ in range(9)):,.0f}" if posts else "reads none"


def fields() -> None:
    """Which probes each reader passes: a field counts where its value is in what the reader gives for the page."""
    print("\n| field | page | " + " | ".join(READERS) + " |\n" + "| --- " * (len(READERS) + 2) + "|")
    totals = dict.fromkeys(READERS, 0)
    for probe in PROBES:
        body = (fixtures() / "telegram" / f"tchan_{probe.page}.html").read_bytes()
        found = {name: probe.found(read(body)) for name, read in READERS.items()}
        for name, hit in found.items():
            totals[name] += hit
        print(f"| {probe.field} | {probe.page} | " + " | ".join("yes" if hit else "-" for hit in found.values()) + " |")
    print(f"| **of {len(PROBES)}** | | " + " | ".join(f"**{total}**" for total in totals.values()) + " |")


def kinds() -> None:
    """The other kinds of payloads, ours alone."""
    from collector.parse import PARSERS

    print("\n| kind | file | posts | ms | posts/s |\n| --- | --- | --- | --- | --- |")
    for kind, name in OTHER_KINDS:
        path = fixtures() / name

        def read(kind: str = kind, path: Path = path) -> list[Post]:
            return list(PARSERS[kind][0](path, lambda message, is_bad: None))

        posts, seconds = len(read()), min(_seconds(read, 3) / 3 for _ in range(7))
        print(f"| {kind} | {name} | {posts} | {seconds * 1000:.1f} | {posts / seconds:,.0f} |")


def export() -> None:
    """A made export of 200 MB, read in a process of its own: its peak memory is that of the reading."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "result.json"
        made = make_export(file, EXPORT_BYTES)
        pid = os.fork()
        if pid == 0:
            _read_export(file)
            os._exit(0)
        os.waitpid(pid, 0)
        print(f"\n{file.stat().st_size / 1e6:,.0f} MB, {made:,} messages made")


def make_export(file: Path, size: int) -> int:
    """Write an export of one channel of about `size` bytes; how many messages it holds."""
    rng, number = random.Random(7), 0
    words = _WORDS.split()
    with file.open("w", encoding="utf-8") as out:
        out.write('{"name": "Made", "type": "public_channel", "id": 1234567890, "messages": [\n')
        while out.tell() < size:
            number += 1
            text = " ".join(rng.choice(words) for _ in range(rng.randrange(5, 90)))
            message: dict[str, Any] = {
                "id": number, "type": "message", "date": "2024-12-10T09:15:00",
                "date_unixtime": str(1733811300 + number),
                "from": "Made", "from_id": "channel1234567890", "text": text,
                "text_entities": [{"type": "plain", "text": text}],
            }  # fmt: skip
            if number % 5 == 0:
                message["photo"] = "(File not included. Change data exporting settings to download.)"
            out.write((",\n" if number > 1 else "") + json.dumps(message, ensure_ascii=False))
        out.write("\n]}\n")
    return number


def _read_export(file: Path) -> None:
    from collector.sources.telegram_export import read_export

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    posts = sum(1 for _ in read_export(file))
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rate, speed = posts / seconds, file.stat().st_size / seconds / 1e6
    print(f"\n{posts:,} posts in {seconds:.1f} s of processor: {rate:,.0f} posts/s, {speed:.0f} MB/s")
    print(f"peak memory {peak / 1024:.0f} MB, {(peak - before) / 1024:.1f} MB more than before reading", flush=True)


def _seconds(call: Callable[[], object], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        call()
    return time.process_time() - start


def main() -> None:
    wanted = sys.argv[1:] or ["pages", "fields", "kinds", "export"]
    parts = {"pages": pages, "fields": fields, "kinds": kinds, "export": export}
    for name in wanted:
        parts[name]()


if __name__ == "__main__":
    main()
