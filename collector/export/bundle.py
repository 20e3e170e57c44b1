"""An evidence bundle: a zip file of findings, posts, raw answers and files by their SHA-256 that needs no server."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from collector.capture import Captures
from collector.errors import ConvoywatchError
from collector.export.features import ATTRIBUTION
from collector.export.whole import whole
from collector.media import MediaStore

Facts = Mapping[str, Any]
_POST = (
    "post_id", "platform", "channel_name", "channel_title", "native_id", "revision", "url", "posted_at", "collected_at",
    "removed_at", "copy_of_post_id", "copy_reason", "capture_sha256", "post_text",
)  # fmt: skip
_FILE = (
    "post_id", "post_url", "ordinal", "kind", "state", "sha256", "bytes", "media_type", "duration_s", "frames",
)  # fmt: skip
#: a zip file's clock begins here; a bundle of the same findings has the same bytes
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20
_STYLE = "body{font:16px sans-serif;max-width:60em;margin:2em auto;padding:0 1em}blockquote{border-left:3px solid #999;padding-left:1em;white-space:pre-wrap}"  # noqa: E501


@dataclass(frozen=True, slots=True)
class Folders:
    """Where raw answers lie, and files, if those are wanted."""

    captures: Captures
    media: MediaStore | None


class _Zip:
    """A zip file that remembers the hash of everything that was put into it."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self.sums: list[tuple[str, str]] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Put one file into it, piece by piece."""
        digest = hashlib.sha256()
        entry = zipfile.ZipInfo(name, _EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with self._file.open(entry, "w", force_zip64=True) as into:
            for chunk in chunks:
                digest.update(chunk)
                into.write(chunk)
        self.sums.append((digest.hexdigest(), name))


def write(out: Path, found: Sequence[Facts], posts: Sequence[Facts], files: Sequence[Facts], folders: Folders) -> int:
    """Write the bundle whole or not at all; returns how many raw answers or files were not there."""
    missing: list[Facts] = []
    with whole(out) as part, zipfile.ZipFile(part, "w") as opened:
        into = _Zip(opened)
        into.add("index.html", [_page(found, posts, files).encode()])
        into.add("data.json", [json.dumps(list(found), ensure_ascii=False, indent=1).encode()])
        into.add("posts.csv", [_table(_POST, posts)])
        into.add("media.csv", [_table(_FILE, files)])
        for sha256 in _hashes(posts, "capture_sha256"):
            _copy(into, f"captures/{sha256}", folders.captures, sha256, missing)
        if folders.media:
            for sha256 in _hashes(files, "sha256"):
                _copy(into, f"media/{sha256}", folders.media, sha256, missing)
        if missing:
            into.add("missing.csv", [_table(("name", "why"), missing)])
        into.add("SHA256SUMS", ["".join(f"{digest}  {name}\n" for digest, name in into.sums).encode()])
    return len(missing)


def _hashes(rows: Sequence[Facts], name: str) -> list[str]:
    return sorted({row[name] for row in rows if row[name]})


def _copy(into: _Zip, name: str, kept: Captures | MediaStore, sha256: str, missing: list[Facts]) -> None:
    try:
        if isinstance(kept, Captures):
            into.add(name, [kept.read(sha256)])
            return
        with kept.local(sha256) as path, path.open("rb") as file:
            into.add(name, iter(lambda: file.read(_CHUNK), b""))
    except (ConvoywatchError, OSError) as error:
        missing.append({"name": name, "why": str(error)})


def _table(columns: Sequence[str], rows: Iterable[Facts]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        # text that a spreadsheet would run as a formula gets an apostrophe in front
        values = [row.get(c) for c in columns]
        writer.writerow(
            [f"'{v}" if isinstance(v, str) and v[:1] in ("=", "+", "-", "@", "\t", "\r") else v for v in values]
        )
    return out.getvalue().encode()


def _page(found: Sequence[Facts], posts: Sequence[Facts], files: Sequence[Facts]) -> str:
    """A page that loads nothing: strangers' words are text in it, and their addresses only to be read."""
    parts = [f"<h1>Evidence bundle</h1><p>{escape(ATTRIBUTION)}</p>"]
    parts += [_finding(one) for one in found]
    parts.append("<h2>Posts</h2>")
    parts += [_post(post, [f for f in files if f["post_id"] == post["post_id"]]) for post in posts]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Evidence bundle</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><style>{_STYLE}</style></head><body>\n'
        + "\n".join(parts) + "\n</body></html>\n"
    )  # fmt: skip


def _finding(one: Facts) -> str:
    letter = "S" if one["kind"] == "sighting" else "T"
    facts = "".join(
        f"<li>{escape(k)}: {escape(str(v))}</li>"
        for k, v in one.items()
        if v is not None and k not in ("trail", "points", "changes", "kind")
    )
    return f"<h2>{one['kind'].capitalize()} {letter}{one['id']}</h2><ul>{facts}</ul>"


def _post(post: Facts, files: Sequence[Facts]) -> str:
    who = escape(str(post["channel_title"] or post["channel_name"] or post["platform"]))
    copied = (
        f"; copy of post {post['copy_of_post_id']} (same {escape(str(post['copy_reason']))})"
        if post["copy_of_post_id"]
        else ""
    )
    gone = f"; found removed {escape(str(post['removed_at']))}" if post["removed_at"] else ""
    shown = "".join(
        f"<li>{escape(str(f['kind']))}: {escape(str(f['state']))} {escape(f['sha256'] or '')}</li>" for f in files
    )
    told = f"post {post['post_id']}: {escape(str(post['url'] or ''))}{copied}{gone}"
    return (
        f"<h3>{who}, {escape(str(post['posted_at']))}</h3>"
        f"<p>{told}; raw answer {escape(post['capture_sha256'] or 'none')}</p>"
        f"<blockquote>{escape(post['post_text'] or '')}</blockquote><ul>{shown}</ul>"
    )
