"""What is behind a link that a person handed over?"""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

from collector.context import Context
from collector.errors import ConvoywatchError
from collector.ingest_page import page_posts, telegram_posts
from collector.ingest_told import Arrived, Bad, answered, note
from collector.parts import video_settings
from collector.sources.telegram import TelegramSource
from collector.sources.web_embedded import embedded_in
from collector.sources.ytdlp_info import read_info
from collector.video import probe


def read_link(ctx: Context, url: str, bad: Bad) -> Iterator[Arrived]:
    """The posts behind a public address: a Telegram channel or post, a video that yt-dlp knows, or any web page."""
    telegram = TelegramSource()
    if parts := telegram.post_url_parts(url):
        yield from _telegram_post(ctx, *parts)
        return
    if urlsplit(url).hostname in ("t.me", "www.t.me", "telegram.me"):
        name = telegram.name_of(url)
        answer = ctx.client.get(telegram.page_url(ctx.settings.telegram.base_url, name, None))
        sha256 = answered(ctx, answer)
        yield from telegram_posts(answer.body, answer.url, sha256)
        return
    if _is_video_site(url):
        info = json.dumps(probe(url, video_settings(ctx.settings), stop=ctx.stop)).encode()
        sha256 = note(ctx, info, url)
        yield from ((post, sha256) for post in read_info(info))
        return
    answer = ctx.client.get(url)
    sha256 = answered(ctx, answer)
    yield from _web(ctx, answer.body, answer.url, sha256, bad)


def _telegram_post(ctx: Context, name: str, post_id: int) -> Iterator[Arrived]:
    """One post, out of the page of the channel around it."""
    url = f"{ctx.settings.telegram.base_url.rstrip('/')}/{name}/{post_id}?embed=1&mode=tme"
    answer = ctx.client.get(url)
    sha256 = answered(ctx, answer)
    yield from telegram_posts(answer.body, answer.url, sha256)


def _web(ctx: Context, body: bytes, url: str, sha256: str, bad: Bad) -> Iterator[Arrived]:
    """A page, and the posts that it embeds: read where they are at home, or else as the page quotes them."""
    yield from page_posts(body, url, sha256)
    for embedded in embedded_in(body, url).addresses:
        try:
            yield from read_link(ctx, embedded, bad)
        except ConvoywatchError as error:
            bad(f"{embedded} (embedded in {url})", str(error))


def _is_video_site(url: str) -> bool:
    """Does one of yt-dlp's own extractors, the generic one apart, know this address?"""
    from yt_dlp.extractor import gen_extractor_classes

    return any(e.suitable(url) for e in gen_extractor_classes() if e.IE_NAME != "generic")
