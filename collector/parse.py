"""Which posts do these files hold? `convoywatch parse KIND FILE...`: a JSON line a post, as the contract has it."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from collector.errors import ConvoywatchError, Misconfigured, Unparseable
from collector.sources.base import Post

#: tells of something about the input on stderr; with True, the input (or a part of it) is bad
Report = Callable[[str, bool], None]
Parser = Callable[[Path, Report], Iterator[Post]]

#: pages and single documents are read whole; a larger file is not one
MOST_BYTES = 64 * 1024 * 1024
#: line breaks to some readers of lines: escaped, so that one post is one line to all of them
_BREAKS = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\u0085\u2028\u2029"}
_DONE, _SOME_BAD = 0, 3


def parse_files(kind: str, files: Sequence[Path], out: TextIO, err: TextIO) -> int:
    """Write the posts of `files` to `out`, one JSON line each; tell of bad files and of pages without posts on `err`.

    `kind` is a key of `PARSERS`; a file may be a folder (all files of the kind in it) or "-" (standard input).
    Returns the exit code: 0, or 3 where an input was bad (the rest is read). Raises `Misconfigured` for another kind.
    """
    if kind not in PARSERS:
        raise Misconfigured(f"{kind!r} cannot be parsed: write one of {', '.join(PARSERS)}")
    parser, patterns = PARSERS[kind]
    bad = False
    for given in files:
        for path in _expanded(given, patterns):

            def report(message: str, is_bad: bool, path: Path = path) -> None:
                nonlocal bad
                bad = bad or is_bad
                err.write(f"{path}: {message}\n")

            for post in _posts(parser, path, report):
                out.write(line_of(post))
    return _SOME_BAD if bad else _DONE


def line_of(post: Post) -> str:
    """The post as its JSON line, line break included; halves of characters that no encoding can hold become U+FFFD."""
    line = json.dumps(post.as_contract(), ensure_ascii=False).translate(_BREAKS)
    try:
        line.encode()
    except UnicodeEncodeError:
        line = line.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return line + "\n"


def _expanded(given: Path, patterns: Sequence[str]) -> Iterator[Path]:
    """A folder as the files of the kind in it, by the first pattern that finds any; anything else as it is."""
    if not given.is_dir():
        yield given
        return
    for pattern in patterns:
        found = sorted(path for path in given.rglob(pattern) if path.is_file())
        if found:
            yield from found
            return
    yield given  # reading it fails with a message


def _posts(parser: Parser, path: Path, report: Report) -> Iterator[Post]:
    """The posts of one file; what goes wrong in reading it is reported, what goes wrong in writing is the caller's."""
    silent = True

    def heard(message: str, is_bad: bool) -> None:
        nonlocal silent
        silent = False
        report(message, is_bad)

    for post in _read_posts(parser, path, heard):
        silent = False
        yield post
    if silent:
        report("no posts in it", False)


def _read_posts(parser: Parser, path: Path, report: Report) -> Iterator[Post]:
    try:
        if str(path) != "-":
            yield from parser(path, report)
            return
        with tempfile.TemporaryDirectory() as folder:  # an export may be larger than memory, and is read twice at times
            copy = Path(folder) / "stdin"
            with copy.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
            yield from parser(copy, report)
    except (ConvoywatchError, OSError) as wrong:
        report(f"{wrong.strerror if isinstance(wrong, OSError) else wrong}; skipped", True)


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise Unparseable("no file of this kind in the folder")
    if path.stat().st_size > MOST_BYTES:
        raise Unparseable(f"larger than {MOST_BYTES // 1024 // 1024} MB: not a saved page")
    return path.read_bytes()


def _telegram(path: Path, report: Report) -> Iterator[Post]:
    from collector.sources.telegram_page import parse_page

    page = parse_page(_read(path))
    for issue in page.issues:
        report(issue, False)
    if page.state not in ("history", "empty") or not page.posts:
        report(f"{page.state}: {page.message}", page.state == "unreadable")
    yield from page.posts


def _telegram_export(path: Path, report: Report) -> Iterator[Post]:
    from collector.sources.telegram_export import read_export

    yield from read_export(path)


def _ytdlp(path: Path, report: Report) -> Iterator[Post]:
    from collector.sources.ytdlp_info import read_info

    yield from read_info(_read(path))


def _web(path: Path, report: Report) -> Iterator[Post]:
    from collector.sources.web import parse_web
    from collector.sources.web_embedded import embedded_in

    body = _read(path)
    page = parse_web(body)
    yield page
    yield from embedded_in(body, page.url or "").posts


def _feed(path: Path, report: Report) -> Iterator[Post]:
    from collector.sources.feed import read_feed

    yield from read_feed(_read(path))


def _mastodon(path: Path, report: Report) -> Iterator[Post]:
    from collector.sources.mastodon import read_statuses

    yield from read_statuses(_read(path), lambda note: report(note, False))


def _bluesky(path: Path, report: Report) -> Iterator[Post]:
    from collector.sources.bluesky import read_posts

    yield from read_posts(_read(path))


def _jsonl(path: Path, report: Report) -> Iterator[Post]:
    from collector.sources.jsonl import read_lines

    with path.open("rb") as lines:
        yield from read_lines(lines, lambda number, wrong: report(f"line {number}: {wrong}", True))


def _csv(path: Path, report: Report) -> Iterator[Post]:
    from collector.sources.csv_posts import Reading, read_csv

    yield from read_csv(path, Reading(), lambda line, wrong: report(f"{line}: {wrong}", True))


#: KIND -> how to read one file, and which files of a folder are meant
PARSERS: Mapping[str, tuple[Parser, tuple[str, ...]]] = {
    "telegram": (_telegram, ("*.htm*",)),
    "telegram-export": (_telegram_export, ("result.json", "*.json")),
    "feed": (_feed, ("*.xml", "*.json")),
    "mastodon": (_mastodon, ("*.json",)),
    "bluesky": (_bluesky, ("*.json",)),
    "ytdlp": (_ytdlp, ("*.info.json", "*.json")),
    "web": (_web, ("*.htm*",)),
    "jsonl": (_jsonl, ("*.jsonl",)),
    "csv": (_csv, ("*.csv", "*.tsv")),
}
