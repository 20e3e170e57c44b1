"""What does one message of Telegram's public preview say: one message element in, one post out?"""

import re
from dataclasses import dataclass

from collector.sources import telegram_fields as fields
from collector.sources.base import Channel, Post
from collector.sources.telegram_media import READERS
from collector.sources.telegram_parts import Parts
from collector.sources.telegram_values import TELEGRAM_OPENED, DataView, data_view, linked_post, post_key

#: an embedded message names its channel here too: `c<channel id>_<hash>`
_PEER = re.compile(r"c(\d{1,15})_")
#: a message without any of these shows nothing
_CONTENT = frozenset(READERS) | {"text", "poll", "location_wrap", "venue_wrap", "service_date_wrap"}


@dataclass(frozen=True, slots=True)
class Reading:
    """One message as read: the post, its number in the channel, and the classes that were not known."""

    post: Post
    post_id: int
    unknown: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Identity:
    """Which post a message is: `handle` as in its address, `name` None for a channel that has none."""

    handle: str
    post_id: int
    name: str | None
    channel_id: str | None


def read_message(parts: Parts, base: str, page_title: str | None) -> Reading | None:
    """The post in a `.tgme_widget_message` element's parts; None when nothing says which post it is.

    `base` resolves relative addresses. `native_id` is `CHANNEL_ID/POST_ID` where the message tells the channel's
    number, `NAME/POST_ID` otherwise; the other form and the ids of an album's other items are the aliases.
    """
    said = parts.message.attributes
    key = _key(said.get("data-post"), parts, base)
    if key is None:
        return None
    view, warnings = _view(said.get("data-view"), key[1])
    who = _identity(key, view, said.get("data-peer"))
    at = fields.posted_at(parts)
    shown, written = fields.text(parts, base)
    service, wording = fields.service((said.get("class") or "").split(), parts, shown)
    views, views_step = fields.views(parts)
    if at is None or at < TELEGRAM_OPENED:
        warnings.append("no date is shown" if at is None else f"dated {at:%Y-%m-%d}, before Telegram existed")
    post = Post(
        platform="telegram",
        channel=Channel(who.channel_id, who.name, fields.short_text(parts.first("owner_name")) or page_title),
        native_id=f"{who.channel_id or who.handle}/{who.post_id}",
        url=f"https://t.me/{who.handle}/{who.post_id}",
        posted_at=at,
        text=wording or shown,
        edited=fields.edited(parts),
        author=fields.short_text(parts.last("from_author")),
        forwarded_from=fields.origin(parts, base),
        reply_to=fields.href(parts.first("reply"), base),
        views=views,
        views_step=views_step,
        media=fields.media(parts, base),
        location=fields.location(parts),
        links=fields.links(parts, written, base),
        poll=fields.poll(parts),
        service=service,
        served_at=view.served_at if view else None,
        warnings=(*warnings, *_not_read(parts)),
        aliases=_aliases(who, fields.album_ids(parts) if parts.files else []),
    )
    return Reading(post, who.post_id, frozenset(parts.unknown))


def _key(said: str | None, parts: Parts, base: str) -> tuple[str, int] | None:
    """(handle, post id) from `data-post`, or from the link that shows the date."""
    told = post_key((said or "").partition("?")[0])
    return told or linked_post(fields.href(parts.last("date"), base))


def _view(raw: str | None, post_id: int) -> tuple[DataView | None, list[str]]:
    """The message's `data-view`, unless it speaks of another post."""
    if not raw:
        return None, []
    view = data_view(raw)
    if view is None:
        return None, ["data-view is unreadable"]
    if view.post_id not in (None, post_id):
        return None, [f"data-view speaks of post {view.post_id}: ignored"]
    return view, []


def _identity(key: tuple[str, int], view: DataView | None, peer: str | None) -> _Identity:
    handle, post_id = key
    named = _PEER.match(peer or "")
    told = (view.channel_id if view else None) or (named[1] if named else None)
    if handle.startswith("c/"):
        return _Identity(handle, post_id, None, handle[2:])
    return _Identity(handle, post_id, handle, told)


def _aliases(who: _Identity, album: list[int]) -> tuple[str, ...]:
    """Every other native id that this post may be met under, the ids of an album's items included."""
    forms = [prefix for prefix in (who.channel_id, who.name) if prefix]
    others = [f"{prefix}/{post_id}" for post_id in dict.fromkeys(album) if post_id != who.post_id for prefix in forms]
    return (*(f"{prefix}/{who.post_id}" for prefix in forms[1:]), *others)


def _not_read(parts: Parts) -> list[str]:
    """What the message holds that no field of a post can hold."""
    found = [f"an attachment of a kind that is not read: {kind}" for kind in sorted(parts.unread)]
    contact = fields.contact(parts)
    if contact:
        found.append(f"a contact card is attached: {contact}")
    if not found and _CONTENT.isdisjoint(parts.named):
        label = fields.short_text(parts.message.css_first(".message_media_not_supported_label"))
        found.append(f"nothing to see on the page ({label or 'no text, no media'})")
    return found
