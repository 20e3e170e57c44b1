"""Whatever becomes of a payload of any kind, `parse` tells lines or a reason: no traceback, no silence."""

import copy
import io
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collector.parse import PARSERS, parse_files
from tests.unit.telegram_pages import message, page

STATUS = {
    "id": "1", "uri": "https://m.example/1", "url": "https://m.example/@a/1", "content": "<p>convoy</p>",
    "created_at": "2024-12-10T06:15:00Z", "visibility": "public", "spoiler_text": "", "reblog": None,
    "account": {"id": "9", "acct": "a", "display_name": "A", "url": "https://m.example/@a"}, "mentions": [], "tags": [],
    "media_attachments": [{"type": "video", "url": "https://m.example/v.mp4", "meta": {"original": {"duration": 4.2}}}],
    "poll": {"options": [{"title": "yes"}]}, "card": {"url": "https://x.example/"}, "language": "en",
}  # fmt: skip
VIEW = {"feed": [{"post": {
    "uri": "at://did:plc:a/app.bsky.feed.post/3k", "author": {"did": "did:plc:a", "handle": "a.example"},
    "record": {"text": "convoy", "createdAt": "2024-12-10T06:15:00Z", "langs": ["en"], "facets": [{"features": [
        {"uri": "https://x.example/"}]}], "reply": {"parent": {"uri": "at://did:plc:b/app.bsky.feed.post/3j"}}},
    "embed": {"$type": "app.bsky.embed.images#view", "images": [{"fullsize": "https://c.example/1", "thumb": ""}]},
}, "reason": {"$type": "app.bsky.feed.defs#reasonRepost", "by": {"handle": "b.example"}}}]}  # fmt: skip
INFO = {
    "id": "v1", "extractor": "youtube", "webpage_url": "https://www.youtube.com/watch?v=v1", "title": "t",
    "duration": 9, "description": "d", "timestamp": 1733811300, "uploader_id": "@a", "channel": "A",
    "channel_id": "UC1", "view_count": 7,
    "formats": [{"url": "https://c.example/v", "protocol": "https", "vcodec": "a", "acodec": "b"}],
    "thumbnails": [{"url": "https://c.example/t.jpg"}], "availability": "public",
}  # fmt: skip
EXPORT = {"name": "N", "type": "public_channel", "id": 7, "messages": [
    {"id": 1, "type": "message", "date": "2024-12-10T09:15:00", "date_unixtime": "1733811300", "from_id": "channel7",
     "text": [{"type": "link", "text": "x.example"}, " words"], "file": "(File not included)", "duration_seconds": 3,
     "media_type": "video_file", "location_information": {"latitude": 34.5, "longitude": 36.1}},
    {"id": 2, "type": "service", "action": "pin_message", "date_unixtime": "1733811400", "text": ""},
    {"id": 3, "type": "message", "poll": {"question": "q", "answers": [{"text": "a"}]}, "text_entities": []},
]}  # fmt: skip
FEED = """<?xml version="1.0" encoding="utf-8"?><rss xmlns:media="http://search.yahoo.com/mrss/"><channel><title>t</title>
<link>https://n.example/</link><item><guid>1</guid><title>convoy</title><description>&lt;p&gt;a&amp;b&#8217;</description>
<pubDate>Tue, 10 Dec 2024 09:15:00 +0300</pubDate><enclosure url="/v.mp4" type="video/mp4"/></item></channel></rss>"""
WEB = """<html lang="en"><head><title>t</title><meta property="og:image" content="/a.jpg">
<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "headline": "h", "datePublished": "2024-12-10",
"contentLocation": {"geo": {"latitude": "34", "longitude": 36}}, "video": {"@type": "VideoObject", "duration":
"PT9S"}}]}</script>
</head><body><article><p>convoy <a href="/x">x</a></p><blockquote class="twitter-tweet"><p>q</p><a
href="https://twitter.com/a/status/1541815603606036480">d</a></blockquote></article></body></html>"""
LINE = {"platform": "telegram", "native_id": "7/1", "channel": {"id": "7", "name": None, "title": None}, "text": "x",
        "posted_at": "2024-12-10T06:15:00Z", "views": 3, "media": [{"kind": "video", "duration_s": 3.5}], "poll": None,
        "location": {"lat": 1.5, "lon": 2.5, "title": None}, "links": ["https://x.example/"]}  # fmt: skip
PAYLOADS: dict[str, bytes] = {
    "telegram": page(message(57, text="Колонна <b>20</b><br>машин"), message(58, text="رتل")),
    "telegram-export": json.dumps(EXPORT).encode(),
    "feed": FEED.encode(),
    "mastodon": json.dumps([STATUS]).encode(),
    "bluesky": json.dumps(VIEW).encode(),
    "ytdlp": json.dumps(INFO).encode(),
    "web": WEB.encode(),
    "jsonl": json.dumps(LINE).encode() + b"\n",
    "csv": "date,text,lat,lon,media\n2024-12-10,Колонна,34.5,36.1,https://x.example/a.mp4\n".encode(),
}
JUNK: list[Any] = [
    None, True, 0, -1, 10**400, 1e308, 2**70, "", [], {}, "x" * 500, [None], {"a": 1}, "\ud800", "\u202eشاحنة",
    "9999-12-31", "0000-00-00", "http://[::1", "//", "\x00", "1e5", "٣", [[{}]],
]  # fmt: skip


def run(kind: str, file: Path, body: bytes) -> None:
    file.write_bytes(body)
    out, err = io.StringIO(), io.StringIO()
    code = parse_files(kind, [file], out, err)
    assert code in (0, 3)
    assert out.getvalue() or err.getvalue()
    assert code == 0 or err.getvalue()
    out.getvalue().encode()
    for line in out.getvalue().splitlines():
        assert json.loads(line)["native_id"]


@pytest.mark.parametrize("kind", PARSERS)
def test_a_payload_of_every_kind_is_read(kind: str, tmp_path: Path) -> None:
    out, err = io.StringIO(), io.StringIO()
    (tmp_path / "whole").write_bytes(PAYLOADS[kind])
    assert parse_files(kind, [tmp_path / "whole"], out, err) == 0
    assert out.getvalue().count("\n") >= 1


@pytest.mark.parametrize("kind", PARSERS)
def test_a_payload_may_be_cut_off_anywhere(kind: str, tmp_path: Path) -> None:
    body = PAYLOADS[kind]
    for end in range(0, len(body), max(1, len(body) // 80)):
        run(kind, tmp_path / "cut", body[:end])


def _swap_tags(rng: random.Random, body: bytes) -> bytes:
    tags = re.findall(rb'<[^>]*>|"[^"]*"', body) or [b","]
    one, other = rng.choice(tags), rng.choice(tags)
    return body.replace(one, other, rng.randrange(1, 4))


def _junk_bytes(rng: random.Random, body: bytes) -> bytes:
    at = rng.randrange(len(body))
    junk = rng.choice(
        [b"\x00" * 9, b"\xff\xfe", b"&#xD800;", b"&#0;", b"\\ud800", b"9" * 5000, b"1e999", b'"', b"<", b"\xe2\x80\x8f"]
    )
    return body[:at] + junk + body[at + rng.randrange(3) :]


def _other_encoding(rng: random.Random, body: bytes) -> bytes:
    text = body.decode("utf-8", "replace")
    return text.encode(rng.choice(["utf-16", "utf-16-le", "utf-32", "cp1251", "koi8-r", "utf-8-sig"]), "replace")


def _other_claim(rng: random.Random, body: bytes) -> bytes:
    return re.sub(rb"(?i)utf-8", rng.choice([b"utf-16", b"koi8-r", b"none", b"idna", b"utf-7"]), body)


def _without(rng: random.Random, body: bytes) -> bytes:
    at = rng.randrange(len(body))
    return body[:at] + body[at + rng.randrange(1, 200) :]


MUTATIONS: list[Callable[[random.Random, bytes], bytes]] = [
    _swap_tags,
    _junk_bytes,
    _other_encoding,
    _other_claim,
    _without,
]


@pytest.mark.parametrize("kind", PARSERS)
def test_a_payload_may_be_garbled(kind: str, tmp_path: Path) -> None:
    rng = random.Random(kind)
    for _ in range(120):
        body = PAYLOADS[kind]
        for _ in range(rng.randrange(1, 4)):
            body = rng.choice(MUTATIONS)(rng, body) or b" "
        run(kind, tmp_path / "garbled", body)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in inner for found in _paths(item, (*path, key)))]


@pytest.mark.parametrize("kind", ["telegram-export", "mastodon", "bluesky", "ytdlp", "jsonl"])
def test_any_value_may_be_of_any_type(kind: str, tmp_path: Path) -> None:
    whole = json.loads(PAYLOADS[kind])
    rng = random.Random(kind)
    for path in _paths(whole)[1:]:
        for junk in rng.sample(JUNK, 6):
            said = copy.deepcopy(whole)
            inner = said
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = junk
            run(kind, tmp_path / "typed", json.dumps(said).encode())


@pytest.mark.parametrize("kind", PARSERS)
@pytest.mark.parametrize("nested", [b"<div>", b"<blockquote>", b"[", b'{"messages":', b"<item>", b'"'])
def test_nesting_without_end_is_survived(kind: str, nested: bytes, tmp_path: Path) -> None:
    body = PAYLOADS[kind]
    middle = len(body) // 2
    run(kind, tmp_path / "nested", body[:middle] + nested * 40_000 + body[middle:])
    run(kind, tmp_path / "nested", nested * 40_000)
