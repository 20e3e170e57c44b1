"""How does one post look on the page? Writes a `tgme_widget_message_wrap` with the classes of the real pages."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from html import escape

from demo.clips import CLIPS, Clip
from demo.markup import plain, to_html
from demo.world import Attachment, DemoChannel, DemoPost, World

TAIL = (
    '<svg class="bubble_icon" width="9px" height="20px" viewBox="0 0 9 20">'
    '<path fill="#ffffff" d="M8,1 L9,1 L9,20 L8,20 C8,15 5,8 1,3 C0,2 1,1 2,1 Z"></path></svg>'
)
TOO_BIG = "Media is too big"
NO_SUPPORT = "This media is not supported in your browser"
_PER_ROW = 2
_ALBUM_WIDTH = 453


@dataclass(frozen=True, slots=True)
class Site:
    """What a page is made for: the world, the server's address without a final slash, and the world's time."""

    world: World
    base_url: str
    now: datetime

    def file_url(self, post: DemoPost, index: int) -> str:
        """Where the server gives the file of an attachment."""
        token = file_token(post, index)
        suffix = ".mp4?token=" + token[::-1] if CLIPS[post.media[index].clip].kind == "video" else ".jpg"
        return f"{self.base_url}/file/{token}{suffix}"

    def thumb_url(self, post: DemoPost, index: int) -> str:
        """Where the server gives the poster of a video."""
        return f"{self.base_url}/file/{file_token(post, index, thumb=True)}"


def file_token(post: DemoPost, index: int, *, thumb: bool = False) -> str:
    """The name of an attachment in a URL: another for each post that shows it, as on the real file hosts."""
    return hashlib.sha256(f"{post.key}#{index}{'t' if thumb else 'f'}".encode()).hexdigest()[:24]


def render_message(site: Site, channel: DemoChannel, post: DemoPost) -> str:
    """The whole wrap of one post."""
    classes = "text_not_supported_wrap" + (" service_message" if post.service else "")
    own = f"{channel.name}/{post.native_id}"
    initial = escape(channel.title[:1])
    colour = channel.id % 7
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        f'<div class="tgme_widget_message {classes} js-widget_message" data-post="{own}" '
        f'data-view="{data_view(site, channel, post)}">\n'
        f'  <div class="tgme_widget_message_user"><a href="https://t.me/{channel.name}">'
        f'<i class="tgme_widget_message_user_photo bgcolor{colour}" data-content="{initial}"></i></a></div>\n'
        '  <div class="tgme_widget_message_bubble">\n'
        f'    <i class="tgme_widget_message_bubble_tail">{TAIL}</i>\n'
        '    <div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name" '
        f'href="https://t.me/{channel.name}"><span dir="auto">{to_html(channel.title)}</span></a></div>\n'
        f"{_forward(site, post)}{_reply(site, channel, post)}{_media(site, post)}{_location(post)}{_text(site, post)}"
        f"{_footer(site, post)}  </div>\n</div></div>"
    )


def data_view(site: Site, channel: DemoChannel, post: DemoPost) -> str:
    """The base64 of channel id, post id ("14g" for an album), serving time and a check that nobody outside can make."""
    number: int | str = f"{post.native_id}g" if len(post.media) > 1 else post.native_id
    served = int(site.now.timestamp())
    check = hashlib.sha256(f"{channel.id}{number}{served}".encode()).hexdigest()[:18]
    value = json.dumps({"c": -channel.id, "p": number, "t": served, "h": check}, separators=(",", ":"))
    return base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")


def _forward(site: Site, post: DemoPost) -> str:
    head = '<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from '
    if post.forwarded_from:
        title = site.world.channels[post.forwarded_from.partition("/")[0]].title
        return (
            f'{head}<a class="tgme_widget_message_forwarded_from_name" href="https://t.me/{post.forwarded_from}">'
            f'<span dir="auto">{to_html(title)}</span></a></div>\n'
        )
    if post.forwarded_name:
        name = to_html(post.forwarded_name)
        return f'{head}<span class="tgme_widget_message_forwarded_from_name" dir="auto">{name}</span></div>\n'
    return ""


def _reply(site: Site, channel: DemoChannel, post: DemoPost) -> str:
    if post.reply_to is None:
        return ""
    quoted = site.world.post(f"{channel.name}/{post.reply_to}")
    head = plain(quoted.text_at(site.now)).replace("\n", " ")[:60]
    return (
        f'<a class="tgme_widget_message_reply" href="https://t.me/{quoted.key}">'
        '<div class="tgme_widget_message_author accent_color">'
        f'<span class="tgme_widget_message_author_name" dir="auto">{to_html(channel.title)}</span></div>'
        f'<div class="tgme_widget_message_text js-message_reply_text" dir="auto">{to_html(head)}</div></a>\n'
    )


def _media(site: Site, post: DemoPost) -> str:
    if post.service:
        return "".join(
            f'<a class="tgme_widget_message_service_photo" href="https://t.me/{post.key}">'
            f'<img src="{site.file_url(post, index)}"></a>\n'
            for index in range(len(post.media))
        )
    if len(post.media) > 1:
        return _album(site, post)
    return "".join(_single(site, post, index, item) for index, item in enumerate(post.media))


def _single(site: Site, post: DemoPost, index: int, item: Attachment) -> str:
    clip = CLIPS[item.clip]
    href = f"https://t.me/{post.channel}/{post.native_id + index}"
    if clip.kind == "photo":
        width, height = clip.size
        return (
            f'<a class="tgme_widget_message_photo_wrap {file_token(post, index)[:16]}" href="{href}" '
            f"style=\"width:{width}px;background-image:url('{site.file_url(post, index)}')\">\n"
            f'  <div class="tgme_widget_message_photo" style="padding-top:{100 * height / width:.6g}%"></div>\n</a>\n'
        )
    return _player(site, post, index, item, href)


def _player(site: Site, post: DemoPost, index: int, item: Attachment, href: str) -> str:
    """A video; a withheld one has the poster and the length, and no source."""
    clip = CLIPS[item.clip]
    width, height = clip.size
    source = (
        ""
        if item.withheld
        else f'\n  <video src="{site.file_url(post, index)}" class="tgme_widget_message_video js-message_video" '
        'width="100%" height="100%"></video>'
    )
    return (
        f'<a class="tgme_widget_message_video_player{" not_supported" if item.withheld else ""} '
        f'js-message_video_player" href="{href}"><i class="tgme_widget_message_video_thumb" '
        f"style=\"background-image:url('{site.thumb_url(post, index)}')\"></i>\n"
        f'<div class="tgme_widget_message_video_wrap" style="width:{width}px;padding-top:{100 * height / width:.6g}%">'
        f'{source}\n</div>\n<div class="message_video_play js-message_video_play"></div>\n'
        f'<time class="message_video_duration js-message_video_duration">{_clock(clip)}</time>\n'
        '<div class="message_media_not_supported_wrap"><div class="message_media_not_supported">'
        f'<div class="message_media_not_supported_label">{TOO_BIG if item.withheld else NO_SUPPORT}</div>'
        '<span class="message_media_view_in_telegram">VIEW IN TELEGRAM</span></div></div></a>\n'
    )


def _album(site: Site, post: DemoPost) -> str:
    """Photos side by side, two a row; each has its own number in the channel."""
    rows = -(-len(post.media) // _PER_ROW)
    side = _ALBUM_WIDTH // _PER_ROW
    items = []
    for index, item in enumerate(post.media):
        width, height = CLIPS[item.clip].size
        left, top = (index % _PER_ROW) * (side + 2), (index // _PER_ROW) * (side + 2)
        items.append(
            '<a class="tgme_widget_message_photo_wrap grouped_media_wrap blured js-message_photo" '
            f'style="left:{left}px;top:{top}px;width:{side}px;height:{side}px;margin-right:2px;margin-bottom:2px;'
            f'background-image:url(\'{site.file_url(post, index)}\')" data-ratio="{width / height:.6g}" '
            f'href="https://t.me/{post.channel}/{post.native_id + index}?single">'
            '<div class="grouped_media_helper"><div class="tgme_widget_message_photo grouped_media"></div></div></a>'
        )
    return (
        '<div class="tgme_widget_message_grouped_wrap js-message_grouped_wrap" data-margin-w="2" data-margin-h="2" '
        f'style="width:{_ALBUM_WIDTH}px;">\n<div class="tgme_widget_message_grouped js-message_grouped" '
        f'style="padding-top:{100 * rows / _PER_ROW:.6g}%">\n'
        '<div class="tgme_widget_message_grouped_layer js-message_grouped_layer" '
        f'style="width:{_ALBUM_WIDTH}px;height:{rows * side}px">\n{"".join(items)}\n</div></div></div>\n'
    )


def _location(post: DemoPost) -> str:
    if post.location is None:
        return ""
    lat, lon = post.location
    tiles = f"https://static-maps.yandex.ru/1.x/?l=map&amp;ll={lon},{lat}&amp;z=15&amp;size=600,300"
    return (
        '<a class="tgme_widget_message_location_wrap" '
        f'href="https://maps.google.com/maps?q={lat},{lon}&amp;ll={lat},{lon}&amp;z=16">'
        f'<div class="tgme_widget_message_location" style="background-image:url(\'{tiles}\')"></div></a>\n'
    )


def _text(site: Site, post: DemoPost) -> str:
    text = post.text_at(site.now)
    if not text:
        return ""
    inner = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{to_html(text)}</div>'
    if len(post.media) > 1:  # the real pages wrap an album's text twice
        inner = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{inner}</div>'
    return inner + "\n"


def _footer(site: Site, post: DemoPost) -> str:
    views = (
        f'<span class="tgme_widget_message_views">{short_count(post.views)}</span><span class="copyonly"> views</span>'
    )
    author = (
        f'<span class="tgme_widget_message_from_author" dir="auto">{escape(post.author)}</span>,&nbsp;'
        if post.author
        else ""
    )
    edited = "edited &nbsp;" if post.is_edited_at(site.now) else ""
    return (
        '<div class="tgme_widget_message_footer compact js-message_footer">\n'
        '  <div class="tgme_widget_message_info short js-message_info">\n'
        f'    {"" if post.service else views}<span class="tgme_widget_message_meta">{author}{edited}'
        f'<a class="tgme_widget_message_date" href="https://t.me/{post.key}">'
        f'<time datetime="{post.at.isoformat()}" class="time">{post.at:%H:%M}</time></a></span>\n  </div>\n</div>\n'
    )


def _clock(clip: Clip) -> str:
    minutes, seconds = divmod(round(clip.seconds), 60)
    return f"{minutes}:{seconds:02d}"


def short_count(count: int) -> str:
    """A count as the pages round it: 950, 4.36K, 22.3K, 436K, 1.2M."""
    for size, unit in ((1_000_000, "M"), (1_000, "K")):
        if count >= size:
            scaled = count / size
            digits = 2 if scaled < 10 else 1 if scaled < 100 else 0
            text = f"{scaled:.{digits}f}"
            return (text.rstrip("0").rstrip(".") if "." in text else text) + unit
    return str(count)
