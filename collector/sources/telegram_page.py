"""What does a page of Telegram's public preview hold: its channel, its posts, its state, and where to page back to?"""

from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborHTMLParser

from collector.sources.base import Channel, Media, Page, Post
from collector.sources.markup_text import too_deep
from collector.sources.telegram_message import Reading, read_message
from collector.sources.telegram_parts import Parts, messages_of
from collector.sources.telegram_state import card_channel, message_for, state_of
from collector.sources.telegram_values import post_key
from collector.sources.values import address

_BASE = "https://t.me/"


def parse_page(body: bytes, url: str | None = None) -> Page:
    """Read a saved or fetched page: t.me/s/NAME, t.me/NAME/ID (card or `?embed=1`), t.me/NAME, or a bare message.

    `url` is where the page came from in the end (after redirects): it tells a soft ban from a missing channel and is
    the page's cursor. Never raises: bytes that are no such page give the state "unreadable". Posts come oldest first.
    """
    markup = _decoded(body)
    if not markup or markup.isspace() or too_deep(markup):
        return Page("unreadable", Channel(None, None, None), message=message_for("unreadable"))
    tree = LexborHTMLParser(markup)
    messages = messages_of(tree)
    if messages:
        return _history(tree, messages, url)
    single = _single_post(tree, url)
    if single:
        return Page("history", single.channel, (single,))
    state, channel = state_of(tree, url), card_channel(tree, url)
    if state in ("unreadable", "not_found"):  # the title is Telegram's own
        channel = Channel(None, channel.name, None)
    issues: tuple[str, ...] = ()
    if state == "empty" and not tree.css_first(".tme_no_messages_found"):
        issues = ("a history section without a message in it: the layout may have changed",)
    return Page(state, channel, message=message_for(state, channel.name), issues=issues)


def next_cursor(page: Page, before: str | None) -> str | None:
    """The `before` of the next older page: the smallest post id seen; None when this page showed nothing older.

    A missing `prev` link is no end, and counting down by 20 loops for ever on a channel with deleted posts.
    """
    numbers = [int(post.native_id.rpartition("/")[2]) for post in page.posts]
    smallest = min(numbers, default=0)
    if smallest <= 1 or (before is not None and before.isdigit() and smallest >= int(before)):
        return None
    return str(smallest)


def _history(tree: LexborHTMLParser, messages: list[Parts], url: str | None) -> Page:
    card = card_channel(tree, url)
    # without the header of a whole page the only titles are those of the messages
    title = card.title if tree.css_first(".tgme_channel_info, .tgme_header_title") else None
    readings: dict[str, Reading] = {}
    issues: list[str] = []
    unknown: set[str] = set()
    for parts in messages:
        reading = read_message(parts, url or _BASE, title)
        if reading is None:
            issues.append("a message that does not say which post it is")
            continue
        unknown |= reading.unknown
        readings[reading.post.native_id] = reading
    if unknown:
        issues.append(f"classes that are not known: {', '.join(sorted(unknown)[:10])}")
    issues += _drift([reading.post for reading in readings.values()])
    ordered = tuple(reading.post for reading in sorted(readings.values(), key=lambda reading: reading.post_id))
    page = Page(
        "history" if ordered else "empty", _channel(ordered, card), ordered, issues=tuple(dict.fromkeys(issues))
    )
    if not tree.css_first(".tgme_channel_history"):
        return page
    before = parse_qs(urlsplit(url or "").query).get("before", [None])[0]
    return Page(page.state, page.channel, ordered, next_cursor(page, before), page.message, page.issues)


def _drift(posts: list[Post]) -> list[str]:
    """What is wrong with all posts of a page together is wrong with our reading, not with the posts."""
    if not posts:
        return []
    found = []
    if all(post.posted_at is None for post in posts):
        found.append("no message shows a date: the layout may have changed")
    if len(posts) > 2 and all(not post.text and not post.media and not post.service for post in posts):
        found.append("no message shows text or media: the layout may have changed")
    return found


def _channel(posts: tuple[Post, ...], card: Channel) -> Channel:
    """The channel of the page: the newest message knows its number, the header its present title."""
    if not posts:
        return card
    newest = posts[-1].channel
    return Channel(newest.id, newest.name or card.name, newest.title or card.title)


def _single_post(tree: LexborHTMLParser, url: str | None) -> Post | None:
    """The post of a t.me/NAME/ID page, whose own message is in a frame: the meta tags tell its text and picture."""
    frame = tree.css_first('iframe[id^="telegram-post-"]')
    source = address(frame.attributes.get("src"), url or _BASE) if frame else None
    key = post_key(urlsplit(source or "").path.strip("/"))
    if key is None:
        return None
    told = {name: _meta(tree, f"og:{name}") for name in ("title", "description", "image", "video")}
    picture, video = address(told["image"], _BASE), address(told["video"], _BASE)
    media = [Media("video", url=video, thumb_url=picture)] if video else []
    handle, post_id = key
    return Post(
        platform="telegram",
        channel=Channel(None, handle, told["title"]),
        native_id=f"{handle}/{post_id}",
        url=f"https://t.me/{handle}/{post_id}",
        posted_at=None,
        text=(told["description"] or "").strip(),
        media=tuple(media),
        warnings=(f"a page without the message itself (no date, no media): it is at {source}",),
    )


def _meta(tree: LexborHTMLParser, name: str) -> str | None:
    node = tree.css_first(f'meta[property="{name}"]')
    return (node.attributes.get("content") or None) if node else None


def _decoded(body: bytes) -> bytes:
    """The page in valid UTF-8; bytes that are not become U+FFFD rather than an error."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace").encode("utf-8", "replace")
    try:
        body.decode()
    except UnicodeDecodeError:
        body = body.decode("utf-8", "replace").encode()
    return body.removeprefix(b"\xef\xbb\xbf")
