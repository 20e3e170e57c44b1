"""What does a person say of what they hand over, and how is it kept raw?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from collector.context import Context, now
from collector.sources.base import Post
from collector.sources.csv_posts import Reading
from db import sources
from db.rows import NewCapture

#: pages and small exports are kept raw; a larger file is the operator's own to keep
KEEP_RAW_BYTES = 64 * 2**20

#: told of each bad item: what it was, and what is wrong with it
Bad = Callable[[str, str], None]
#: a post with the SHA-256 of the capture that it was read from
Arrived = tuple[Post, str | None]


@dataclass(frozen=True, slots=True)
class Told:
    """What a person says: the words of a bare video or picture and when it was posted; how tables are to be read."""

    text: str = ""
    posted_at: datetime | None = None
    tables: Reading = field(default_factory=Reading)


def keep(ctx: Context, path: Path, shown: str | None = None) -> str | None:
    """Keep a file's bytes as a capture, from the address `shown` (its own otherwise); None: too large."""
    if path.stat().st_size > KEEP_RAW_BYTES:
        return None
    return note(ctx, path.read_bytes(), shown or (path.as_uri() if path.is_absolute() else str(path)), 0, {})


def note(ctx: Context, body: bytes, url: str, status: int, headers: dict[str, str]) -> str:
    """Keep raw bytes, and note in the store that they are there; their SHA-256."""
    sha256 = ctx.captures.store(body)
    with ctx.store.write() as conn:
        sources.save_captures(conn, [NewCapture(sha256, len(body), url, status, headers, now())])
    return sha256
