"""Pages of a made-up channel in the markup of Telegram's public preview."""

import base64
import json

CHANNEL_ID = 1002003004
NAME = "northroad_watch"


def data_view(post_id: int | str, channel: object = -CHANNEL_ID, at: object = 1_733_900_000) -> str:
    told = json.dumps({"c": channel, "p": post_id, "t": at, "h": "0123456789abcdef"}, separators=(",", ":"))
    return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def message(
    post_id: int,
    inner: str = "",
    *,
    text: str | None = None,
    classes: str = "",
    attributes: str | None = None,
    views: str = "12",
    meta: str = "",
    at: str = "2024-12-10T06:15:00+00:00",
) -> str:
    """One message: `inner` stands before the text, `meta` before the date."""
    attributes = f'data-view="{data_view(post_id)}"' if attributes is None else attributes
    body = f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>' if text is not None else ""
    return f"""
<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message text_not_supported_wrap
 {classes} js-widget_message" data-post="{NAME}/{post_id}" {attributes}>
 <div class="tgme_widget_message_user"><i class="tgme_widget_message_user_photo"></i></div>
 <div class="tgme_widget_message_bubble"><i class="tgme_widget_message_bubble_tail"><svg><g></g></svg></i>
  <div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name"
   href="https://t.me/{NAME}"><span dir="auto">North Road Watch</span></a></div>
{inner}{body}
  <div class="tgme_widget_message_footer compact js-message_footer"><div class="tgme_widget_message_info short">
   <span class="tgme_widget_message_views">{views}</span><span class="copyonly"> views</span>
   <span class="tgme_widget_message_meta">{meta}<a class="tgme_widget_message_date"
    href="https://t.me/{NAME}/{post_id}"><time datetime="{at}" class="time">06:15</time></a></span>
  </div></div>
 </div></div></div>"""


def page(*messages: str, head: str = "") -> bytes:
    """A t.me/s page with these messages."""
    return f"""<!DOCTYPE html><html><head><title>North Road Watch – Telegram</title>{head}</head>
<body class="widget_frame_base tgme_webpreview"><header class="tgme_header"><div class="tgme_channel_info">
<div class="tgme_channel_info_header_title"><span dir="auto">North Road Watch</span></div>
<div class="tgme_channel_info_header_username"><a href="https://t.me/{NAME}">@{NAME}</a></div></div></header>
<main class="tgme_main" data-url="/{NAME}"><section class="tgme_channel_history js-message_history">
{"".join(messages)}</section></main></body></html>""".encode()


def video(post_id: int, *, src: str | None, length: str | None, classes: str = "", attributes: str = "") -> str:
    """A video player; without `src` the clip is withheld."""
    player = (
        f'<video src="{src}" class="tgme_widget_message_video js-message_video" {attributes}></video>' if src else ""
    )
    shown = f'<time class="message_video_duration js-message_video_duration">{length}</time>' if length else ""
    return f"""<a class="tgme_widget_message_video_player {classes} js-message_video_player"
 href="https://t.me/{NAME}/{post_id}"><i class="tgme_widget_message_video_thumb"
 style="background-image:url('https://cdn.example/poster{post_id}.jpg')"></i>
 <div class="tgme_widget_message_video_wrap">{player}</div>{shown}</a>"""


def photo(post_id: int, address: str, *, single: bool = False) -> str:
    """A photo, in an album with `single`."""
    return f"""<a class="tgme_widget_message_photo_wrap {"grouped_media_wrap" if single else ""} js-message_photo"
 style="width:800px;background-image:url('{address}')"
 href="https://t.me/{NAME}/{post_id}{"?single" if single else ""}">
 <div class="tgme_widget_message_photo"></div></a>"""


def card(title: str | None, extra: str, *, more: str = "", head: str = "", button: str = "View in Telegram") -> bytes:
    """A t.me/NAME page of an account."""
    shown = f'<div class="tgme_page_title"><span dir="auto">{title}</span></div>' if title else ""
    return f"""<!DOCTYPE html><html><head>{head}</head><body><div class="tgme_page_wrap"><div class="tgme_page">
{shown}<div class="tgme_page_extra">{extra}</div>{more}
<div class="tgme_page_action"><a class="tgme_action_button_new" href="tg://resolve?domain={NAME}">{button}</a></div>
</div></div></body></html>""".encode()
