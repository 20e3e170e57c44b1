"""Which posts of social platforms does a web page embed, and what does it quote of them?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from selectolax.lexbor import LexborHTMLParser, LexborNode

from collector.sources.base import Channel, Post
from collector.sources.markup_text import links_of, text_of, too_deep

_STATUS = re.compile(r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/(\w{1,20})/status(?:es)?/(\d{5,20})")
_BLUESKY = re.compile(r"at://(did:[\w:.%-]{5,200})/app\.bsky\.feed\.post/([2-7a-z]{13})")
_TELEGRAM = re.compile(r"(?:https?://t\.me/)?(?:s/)?(\w{4,32}/\d{1,15})(?:\?.*)?", re.ASCII)
#: an embedded player's address -> the page of its video
_PLAYERS = (
    (re.compile(r"//(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{11})"), "https://www.youtube.com/watch?v={}"),
    (re.compile(r"//rutube\.ru/play/embed/(\w{8,40})"), "https://rutube.ru/video/{}/"),
    (re.compile(r"//(?:m\.)?ok\.ru/videoembed/(\d{5,20})"), "https://ok.ru/video/{}"),
    (
        re.compile(r"//vk(?:video)?\.(?:com|ru)/video_ext\.php\?(?=.{0,99}\boid=(-?\d+))(?=.{0,99}\bid=(\d+))"),
        "https://vk.com/video{}_{}",
    ),
)
#: the first moment of X's numbers, in milliseconds since 1970
_X_EPOCH_MS = 1_288_834_974_657
_BASE32 = "234567abcdefghijklmnopqrstuvwxyz"
_MOST = 50


@dataclass(frozen=True, slots=True)
class Embedded:
    """`addresses` are posts and videos that are to be read where they are at home, `posts` those that are quoted."""

    addresses: tuple[str, ...] = ()
    posts: tuple[Post, ...] = ()


def embedded_in(body: bytes, base: str) -> Embedded:
    """What an HTML page embeds: Telegram posts, YouTube, VK, Rutube and OK videos; quotes of X and Bluesky."""
    if b"<" not in body or too_deep(body):
        return Embedded()
    tree = LexborHTMLParser(body.decode("utf-8", "replace"))
    found = dict.fromkeys(_addresses(tree))
    quoted = {post.native_id: post for post in _quotes(tree, base)}
    return Embedded(tuple(found)[:_MOST], tuple(quoted.values())[:_MOST])


def _addresses(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css("script[data-telegram-post], iframe[src], iframe[data-src]"):
        said = node.attributes
        post = _TELEGRAM.fullmatch(said.get("data-telegram-post") or said.get("src") or said.get("data-src") or "")
        if post:
            yield f"https://t.me/{post[1]}"
            continue
        player = said.get("src") or said.get("data-src") or ""
        for pattern, page in _PLAYERS:
            if seen := pattern.search(player):
                yield page.format(*seen.groups())


def _quotes(tree: LexborHTMLParser, base: str) -> Iterator[Post]:
    for node in tree.css("blockquote.twitter-tweet, blockquote.twitter-video, blockquote[data-bluesky-uri]"):
        post = _bluesky(node, base) if node.attributes.get("data-bluesky-uri") else _tweet(node, base)
        if post:
            yield post


def _tweet(node: LexborNode, base: str) -> Post | None:
    """The last link of the quote is the post's; its number tells the moment it was made."""
    status = next((seen for link in reversed(links_of(node, base)) if (seen := _STATUS.match(link))), None)
    text = _words(node)
    if status is None or not text:
        return None
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=(int(status[2]) >> 22) + _X_EPOCH_MS)
    except OverflowError:
        return None
    url = f"https://x.com/{status[1]}/status/{status[2]}"
    old = int(status[2]) < 2**40  # numbers before November 2010 tell no time
    return _quote("x", status[1], status[2], url, None if old else at, text, node, base)


def _bluesky(node: LexborNode, base: str) -> Post | None:
    uri = node.attributes.get("data-bluesky-uri") or ""
    post = _BLUESKY.fullmatch(uri)
    text = _words(node)
    if post is None or not text:
        return None
    number = 0
    for letter in post[2]:
        number = number << 5 | _BASE32.index(letter)
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number >> 10) if number < 2**63 else None
    url = f"https://bsky.app/profile/{post[1]}/post/{post[2]}"
    return _quote("bluesky", post[1], uri, url, at, text, node, base)


def _quote(
    platform: str, channel: str, native_id: str, url: str, at: datetime | None, text: str, node: LexborNode, base: str
) -> Post:
    notes = [f"as quoted by {base or 'a saved page'}", "dated by its number" if at else "no date is given"]
    outward = tuple(dict.fromkeys(link for link in links_of(node, base) if not _STATUS.match(link) and link != url))
    who = Channel(channel if platform == "bluesky" else None, None if platform == "bluesky" else channel, None)
    lang = (node.css_first("p[lang]") or node).attributes.get("lang")
    return Post(platform, who, native_id, url, at, text=text, lang=lang, links=outward, warnings=tuple(notes))


def _words(node: LexborNode) -> str:
    said = node.css_first("p")
    return text_of(said) if said else ""
