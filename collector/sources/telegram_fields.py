"""What does each part of a message say: forwards, replies, links, views, the place, the poll, the service note?"""

from datetime import datetime

from selectolax.lexbor import LexborNode

from collector.sources.base import Location, Media, Origin, Poll
from collector.sources.markup_text import text_and_links, text_of
from collector.sources.telegram_media import READERS
from collector.sources.telegram_parts import Parts
from collector.sources.telegram_values import count, linked_post, point
from collector.sources.values import address, moment

#: what Telegram writes in a service message -> the word of the batch contract; the first that occurs counts
_SERVICES = (
    ("channel created", "created"),
    ("group created", "created"),
    ("photo removed", "photo_removed"),
    ("photo", "photo"),
    ("video changed", "video"),
    ("video updated", "video"),
    ("name was changed", "renamed"),
    ("changed name", "renamed"),
    ("changed channel name", "renamed"),
    ("renamed", "renamed"),
    ("live stream", "live_stream"),
    ("video chat", "live_stream"),
    ("voice chat", "live_stream"),
)
_NOTES = frozenset({"channel created", "channel photo updated", "channel photo removed", "channel video changed"})
_LONGEST_NOTE = 60
_POLL = ".tgme_widget_message_poll_"


def posted_at(parts: Parts) -> datetime | None:
    """When the post was published: the time in the link to it, for the first `<time>` may be a video's length."""
    for link in reversed(parts.every("date")):
        shown = link.first_child
        if shown is None or shown.tag != "time":
            shown = link.css_first("time[datetime]")
        written = shown.attributes.get("datetime") if shown else None
        if written is not None:
            return moment(written)
    return None


def text(parts: Parts, base: str) -> tuple[str, list[str]]:
    """The message's own last text and its links (what a reply quotes and a link's preview shows is not its own)."""
    for node in reversed(parts.every("text")):
        if "js-message_reply_text" not in (node.attributes.get("class") or ""):
            return text_and_links(node, base)
    return "", []


def service(classes: list[str], parts: Parts, shown: str) -> tuple[str | None, str]:
    """(kind, wording) of a service message ("Channel photo updated"); (None, "") for any other message.

    `classes` are the message's own, `shown` is its text.
    """
    marked = "service_message" in classes
    if not marked and len(shown) > _LONGEST_NOTE:
        return None, ""
    wording = shown or short_text(parts.last("service_date_wrap")) or ""
    said = wording.casefold().replace("«", '"')
    # the preview of some changes is an ordinary message whose text is this note alone
    if not marked and said.strip('+ "') not in _NOTES:
        return None, ""
    if " pinned " in f" {said} ".partition('"')[0]:
        return "pinned", wording
    kind = next((word for phrase, word in _SERVICES if phrase in said), "other")
    return ("photo" if kind == "other" and "service_message_photo" in classes else kind), wording


def edited(parts: Parts) -> bool:
    """Whether the footer says "edited" (the preview never says when)."""
    return "edited" in parts.named or any("edited" in meta.text(deep=False) for meta in parts.every("meta"))


def views(parts: Parts) -> tuple[int | None, int | None]:
    """The count of views and its granularity; (None, None) where it is not shown."""
    shown = parts.last("views")
    return (count(shown.text()) if shown else None) or (None, None)


def origin(parts: Parts, base: str) -> Origin | None:
    """Whom it was forwarded from; a person who hides their account is a name without an address."""
    named = parts.first("forwarded_from_name")
    if named is not None:
        return Origin(text_of(named) or None, address(named.attributes.get("href"), base))
    whole = parts.first("forwarded_from")
    if whole is None:
        return None
    return Origin(text_of(whole).removeprefix("Forwarded from").strip() or None, None)


def media(parts: Parts, base: str) -> tuple[Media, ...]:
    """Every attached file, albums item by item, in the page's order."""
    return tuple([READERS[name](node, base) for name, node in parts.files])


def album_ids(parts: Parts) -> list[int]:
    """The post ids of an album's items: every item of an album is a post of its own inside Telegram."""
    found = []
    for _, node in parts.files:
        key = linked_post(node.attributes.get("href"))
        if key:
            found.append(key[1])
    return found


def location(parts: Parts) -> Location | None:
    """The point of a location or venue message: `q=lat,lon` of its maps link."""
    for wrap in (*parts.every("location_wrap"), *parts.every("venue_wrap")):
        link = wrap if wrap.attributes.get("href") else wrap.css_first("a[href]")
        found = point(link.attributes.get("href")) if link else None
        if found:
            titled = wrap.css_first('[class*="_title"], [class*="_name"]') or parts.first("location_title")
            return Location(*found, title=short_text(titled))
    return None


def poll(parts: Parts) -> Poll | None:
    """The question and its options."""
    node = parts.first("poll")
    if node is None:
        return None
    options = (short_text(option) or "" for option in node.css(_POLL + "option_text"))
    return Poll(short_text(node.css_first(_POLL + "question")) or "", tuple(options))


def links(parts: Parts, written: list[str], base: str) -> tuple[str, ...]:
    """Where text, previews (a card, a small picture, a player) and buttons lead, each address once, in order.

    `written` are the links of the text.
    """
    found = dict.fromkeys(written)
    for node in (*parts.every("link_preview"), *parts.every("inline_button")):
        inner = node if node.attributes.get("href") else node.css_first("a[href]")
        full = address(inner.attributes.get("href"), base) if inner else None
        if full:
            found[full] = None
    return tuple(found)


def contact(parts: Parts) -> str | None:
    """The name on an attached contact card; the number on it is a person's and is not kept."""
    wrap = parts.first("contact_wrap") or parts.first("contact")
    if wrap is None:
        return None
    return short_text(wrap.css_first(".tgme_widget_message_contact_name")) or "without a name"


def short_text(node: LexborNode | None) -> str | None:
    """The text of a small part, None when there is none."""
    return (text_of(node) or None) if node is not None else None


def href(node: LexborNode | None, base: str) -> str | None:
    """Where a link part leads."""
    return address(node.attributes.get("href"), base) if node is not None else None
