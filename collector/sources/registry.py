"""Which kinds of sources can be polled, and which of them is meant by what an operator wrote?"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from collector.errors import Misconfigured, Unsupported
from collector.sources.base import Source
from collector.sources.bluesky_source import BlueskySource
from collector.sources.feed_source import FeedSource
from collector.sources.mastodon_source import MastodonSource
from collector.sources.plugins import load, names
from collector.sources.telegram import TelegramSource
from collector.sources.video_source import VIDEO_SOURCES

_BUILT_IN: tuple[Source, ...] = (TelegramSource(), *VIDEO_SOURCES, BlueskySource(), MastodonSource(), FeedSource())
#: platform -> how its pages are addressed and read, for the kinds that come with this program
SOURCES: Mapping[str, Source] = {source.platform: source for source in _BUILT_IN}
#: sites whose single posts can be taken in by hand, and whose listings no one shows without an account
_BY_HAND = frozenset({"ok.ru", "dzen.ru", "x.com", "twitter.com", "facebook.com", "instagram.com", "tiktok.com"})


def source_for(platform: str) -> Source:
    """The source of a platform, of a plug-in where it is none of ours.

    Raises `Unsupported` for one that cannot be polled, `Misconfigured` where its plug-in is broken.
    """
    found = SOURCES.get(platform) or load(platform)
    if found is None:
        raise Unsupported(f"{platform!r} cannot be polled; these can: {', '.join(sorted([*SOURCES, *names()]))}")
    return found


def understand(text: str, platform: str | None = None) -> tuple[str, str]:
    """(platform, name) of what an operator wrote: an address, a handle or a name; `platform` says which kind is meant.

    Raises `Misconfigured` saying what to write instead, `Unsupported` for a platform that cannot be polled.
    """
    if platform:
        return platform, source_for(platform).name_of(text)
    ours = [source for source in _BUILT_IN if source.platform != "feed"]
    for source in ours:
        if name := source.claims(text):
            return source.platform, name
    if found := _of_third_parties(text):
        return found
    if name := SOURCES["feed"].claims(text):
        return "feed", name
    if "://" in text or "/" in text:
        raise Misconfigured(_advice(text))
    return "telegram", SOURCES["telegram"].name_of(text)


def _of_third_parties(text: str) -> tuple[str, str] | None:
    """What a plug-in understands; one that is broken understands nothing, until a source of it is asked for."""
    for platform in names():
        try:
            name = source_for(platform).claims(text)
        except Misconfigured:
            continue
        if name:
            return platform, name
    return None


def _advice(text: str) -> str:
    try:
        host = (urlsplit(text if "//" in text else f"https://{text}").hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    shown = repr(text[:100])
    if host in _BY_HAND:
        return f"{shown}: {host} lists nothing without an account; take single posts in with `convoywatch ingest URL`"
    return (
        f"{shown} may be anything: write --platform feed if it is the address of a feed, --platform video if it is a "
        "listing of videos. A Telegram channel is NAME or https://t.me/NAME; a single page is taken in with "
        "`convoywatch ingest URL`"
    )
