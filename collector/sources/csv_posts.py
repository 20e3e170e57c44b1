"""Which posts does a table (CSV, TSV) hold, given which column is what?"""

import csv
import hashlib
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Protocol

from collector.errors import Misconfigured, Unparseable
from collector.sources.base import Channel, Location, Media, MediaKind, Origin, Post
from collector.sources.csv_times import read_time
from collector.sources.json_values import whole
from collector.sources.jsonl import PLATFORMS
from collector.sources.telegram import TelegramSource
from collector.sources.values import address
from collector.sources.xml_bytes import likely_encoding

#: field -> what its column is usually called, compared without case, spaces and underscores; the first that is there
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "body", "message", "content", "post", "caption", "description", "текст", "сообщение", "النص"),
    "posted_at": ("postedat", "date", "datetime", "time", "timestamp", "createdat", "published", "publishedat", "дата"),
    "url": ("url", "link", "permalink", "posturl", "source_url", "ссылка"),
    "native_id": ("nativeid", "id", "postid", "messageid"),
    "channel": ("channel", "channelname", "source", "account", "username", "group", "канал"),
    "author": ("author", "user", "from", "автор"),
    "platform": ("platform", "network"),
    "lang": ("lang", "language"),
    "views": ("views", "viewcount"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "lng", "long", "longitude"),
    "media": ("media", "mediaurl", "mediaurls", "image", "imageurl", "photo", "video", "videourl"),
    "forwarded_from": ("forwardedfrom",),
    "reply_to": ("replyto",),
}
_DELIMITERS = ",;\t|"
_SAMPLE = 64 * 1024
_LONGEST_CELL = 16 * 2**20
_VIDEO = re.compile(r"\.(?:mp4|m4v|mov|webm|mkv|avi|3gp|m3u8)(?:[?#]|$)", re.IGNORECASE)


class Rows(Protocol):
    """A `csv.reader`: rows, and how many lines have been read."""

    line_num: int

    def __next__(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """How a person wants a table read: field -> column, the platform of all rows, the zone of times without one."""

    columns: Mapping[str, str] = field(default_factory=dict)
    platform: str | None = None
    zone: tzinfo = UTC


def column_map(written: str) -> dict[str, str]:
    """ "text=body,posted_at=when" as {field: column}; raises `Misconfigured` naming what may stand on the left."""
    found = {}
    for pair in filter(None, (part.strip() for part in written.split(","))):
        name, sign, column = pair.partition("=")
        if not sign or name.strip() not in COLUMNS or not column.strip():
            raise Misconfigured(f"--map {pair!r}: write FIELD=COLUMN, where FIELD is one of {', '.join(COLUMNS)}")
        found[name.strip()] = column.strip()
    return found


def read_csv(path: Path, how: Reading, bad: Callable[[str, str], None]) -> Iterator[Post]:
    """The posts of a table with a header, a row each; a bad row goes to `bad("line 7", what is wrong)`.

    Encoding and delimiter are found out. A row is named by its id, its address, or else by its words and time, so that
    the same row is the same post. Raises `Misconfigured` for a column that is not there, `Unparseable` for no table.
    """
    csv.field_size_limit(_LONGEST_CELL)
    with path.open("rb") as raw:
        sample = raw.read(_SAMPLE)
    encoding = encoding_of(sample)
    with path.open(encoding=encoding, errors="replace", newline="") as lines:
        rows = csv.reader(lines, delimiter=delimiter_of(sample.decode(encoding, "replace")))
        try:
            header = next((row for row in rows if any(cell.strip() for cell in row)), None)
        except csv.Error as broken:
            raise Unparseable(f"no table: {broken}") from broken
        if header is None:
            raise Unparseable("an empty table")
        where = _columns(header, how)
        yield from _rows(rows, len(header), where, how, bad)


def _rows(
    rows: Rows, width: int, where: Mapping[str, int], how: Reading, bad: Callable[[str, str], None]
) -> Iterator[Post]:
    start = rows.line_num + 1
    while True:
        try:
            cells = next(rows)
            if any(cell.strip() for cell in cells):
                if len(cells) != width:
                    raise Unparseable(f"{len(cells)} cells where the header has {width}")
                yield _post({name: cells[at].strip() for name, at in where.items()}, how)
        except StopIteration:
            return
        except Unparseable as wrong:
            bad(f"line {start}", str(wrong))
        except csv.Error as broken:
            bad(f"line {start}", f"no row of a table: {broken}")
        start = rows.line_num + 1


def encoding_of(sample: bytes) -> str:
    """The encoding of a table, by its beginning."""
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    for cut in range(4):  # the sample may end within a character
        try:
            sample[: len(sample) - cut].decode()
        except UnicodeDecodeError:
            continue
        return "utf-8-sig"
    found = likely_encoding(sample)
    return "utf-8-sig" if found == "utf-8" else found


def delimiter_of(sample: str) -> str:
    """The one that cuts most of the first rows into the same number of cells as the header, at least two."""

    def fit(delimiter: str) -> tuple[int, int]:
        rows = csv.reader(sample.splitlines(keepends=True), delimiter=delimiter)
        try:
            widths = [len(row) for row in itertools.islice(rows, 20) if row]
        except csv.Error:
            return 0, 0
        same = sum(width == widths[0] for width in widths) if widths and widths[0] > 1 else 0
        return same, widths[0] if same else 0

    return max(_DELIMITERS, key=fit)


def _columns(header: Sequence[str], how: Reading) -> dict[str, int]:
    """Field -> number of its column; what the map names must be there."""
    names = [_bare(cell) for cell in header]
    found: dict[str, int] = {}
    for wanted, column in how.columns.items():
        if _bare(column) not in names:
            raise Misconfigured(f"there is no column {column!r}; there are: {', '.join(header)[:300]}")
        found[wanted] = names.index(_bare(column))
    for wanted, usual in COLUMNS.items():
        free = [name for name in usual if name in names and names.index(name) not in found.values()]
        if wanted not in found and free:
            found[wanted] = names.index(free[0])
    if not found.keys() & {"text", "url", "media"}:
        raise Misconfigured(
            f"no column of the table is known to hold text: {', '.join(header)[:300]}; say which with --map text=COLUMN"
        )
    return found


def _bare(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()


def _post(row: Mapping[str, str], how: Reading) -> Post:
    said = {name: value for name, value in row.items() if value}
    url = address(said.get("url"), "")
    text, media = said.get("text", ""), _media(said.get("media", ""))
    if not text and not media and not url:
        raise Unparseable("neither text nor media nor an address")
    posted_at, notes = read_time(said.get("posted_at"), how.zone)
    platform, name, native_id = _identity(said, url, how)
    return Post(
        platform=platform,
        channel=Channel(None, name, None),
        native_id=native_id or _digest(said),
        url=url,
        posted_at=posted_at,
        text=text,
        author=said.get("author"),
        lang=said.get("lang"),
        views=_views(said.get("views")),
        media=media,
        location=_location(said),
        forwarded_from=Origin(said["forwarded_from"], None) if "forwarded_from" in said else None,
        reply_to=address(said.get("reply_to"), ""),
        warnings=tuple(notes),
    )


def _identity(said: Mapping[str, str], url: str | None, how: Reading) -> tuple[str, str | None, str | None]:
    """(platform, channel, native id). The address of a Telegram post tells all three, as a poll would have it."""
    platform = how.platform or said.get("platform", "").casefold() or None
    if platform is not None and platform not in PLATFORMS:
        raise Unparseable(f"platform is {platform[:40]!r}: write one of {', '.join(sorted(PLATFORMS))}")
    key = TelegramSource().post_url_parts(url) if url else None
    if key and platform in (None, "telegram"):
        return "telegram", None if key[0].startswith("c/") else key[0], f"{key[0].removeprefix('c/')}/{key[1]}"
    channel = said.get("channel", "").removeprefix("@") or None
    number = said.get("native_id")
    if number and channel and "/" not in number:
        number = f"{channel}/{number}"
    return platform or "manual", channel or "tables", number or url


def _digest(said: Mapping[str, str]) -> str:
    named = "\x1f".join(said.get(name, "") for name in ("channel", "author", "posted_at", "text", "media"))
    return f"row:{hashlib.sha256(named.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def _media(written: str) -> tuple[Media, ...]:
    found: dict[str, Media] = {}
    for part in re.split(r"[\s;|]+", written):
        url = address(part, "")
        if url:
            kind: MediaKind = "video" if _VIDEO.search(url) else "photo"
            found[url] = Media(kind, url)
    return tuple(found.values())


def _views(written: str | None) -> int | None:
    digits = re.sub(r"[\s,.'\u00a0\u202f]", "", written or "")
    return whole(int(digits)) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def _location(said: Mapping[str, str]) -> Location | None:
    if "lat" not in said or "lon" not in said:
        return None
    try:
        lat, lon = (float(said[name].replace(",", ".")) for name in ("lat", "lon"))
    except ValueError as wrong:
        raise Unparseable(f"lat, lon are no numbers: {said['lat'][:20]!r}, {said['lon'][:20]!r}") from wrong
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise Unparseable(f"lat, lon are no point on this globe: {lat}, {lon}")
    return Location(lat, lon)
