"""How does a page of t.me look? Histories, cards, single posts, and the pages of a refused or unknown channel."""

from collections import Counter
from collections.abc import Sequence
from html import escape

from demo.clips import CLIPS
from demo.markup import escaped, plain, to_html
from demo.message import Site, render_message, short_count
from demo.world import DemoChannel, DemoPost

#: a history page never holds more posts than this; the real ones hold 16 to 20
PAGE_SIZE = 16


def render_history(
    site: Site, channel: DemoChannel, posts: Sequence[DemoPost], *, older: int | None, newer: int | None
) -> str:
    """t.me/s/NAME: `posts` oldest first; `older`, `newer` are the numbers for ?before and ?after, None at an end."""
    path = f"/s/{channel.name}"
    links = ""
    if older is not None:
        links += f'<link rel="prev" href="{path}?before={older}">\n'
    if newer is not None:
        links += f'<link rel="next" href="{path}?after={newer}">\n'
    if posts:
        links += f'<link rel="canonical" href="{path}?before={posts[-1].last_id + 1}">\n'
    body = "".join(render_message(site, channel, post) for post in posts) or _NOTHING
    head = _head(f"{escaped(channel.title)} – Telegram", channel, links)
    return (
        f'{head}<body class="widget_frame_base tgme_webpreview emoji_image thin_box_shadow tme_mode no_transitions">\n'
        f'{_BACKGROUND}{_header(channel)}<main class="tgme_main" data-url="/{channel.name}">\n'
        '  <div class="tgme_container">\n    <section class="tgme_channel_history js-message_history">\n      '
        f"{_more(path, 'before', older)}{body}{_more(path, 'after', newer)}\n"
        "    </section>\n  </div>\n</main>\n<script>TWeb.init();\n</script>\n</body>\n</html>\n"
    )


def render_card(channel: DemoChannel) -> str:
    """t.me/NAME: title, subscribers, description; a link to the preview where there is one."""
    preview = (
        '<div class="tgme_page_context_link_wrap"><a class="tgme_page_context_link" '
        f'href="/s/{channel.name}">Preview channel</a></div>\n'
        if channel.preview == "open"
        else ""
    )
    inside = (
        f'<div class="tgme_page_photo"><a href="tg://resolve?domain={channel.name}"></a></div>\n'
        f'<div class="tgme_page_title" dir="auto">\n  <span dir="auto">{to_html(channel.title)}</span>\n</div>\n'
        f'<div class="tgme_page_extra">{channel.subscribers:,} subscribers</div>\n'.replace(",", " ")
        + f'<div class="tgme_page_description" dir="auto">{to_html(channel.description)}</div>\n'
        f'<div class="tgme_page_action">\n  <a class="tgme_action_button_new shine" '
        f'href="tg://resolve?domain={channel.name}">View in Telegram</a>\n</div>\n{preview}'
        '<div class="tgme_page_additional">\n  If you have <strong>Telegram</strong>, you can view and join <br>'
        f"<strong>{to_html(channel.title)}</strong> right away.\n</div>\n"
    )
    return _head(f"Telegram: View @{channel.name}", channel, "") + _card(inside)


def render_contact(name: str, *, unknown: bool) -> str:
    """What t.me says of a name that it does not know, and of every channel once it has had enough of a visitor.

    For an `unknown` name it also asks search engines to stay away, which is all that tells the two apart.
    """
    inside = (
        '<div class="tgme_page_icon"><i class="tgme_icon_user"></i></div>\n'
        '<div class="tgme_page_action">\n'
        f'  <a class="tgme_action_button_new shine" href="tg://resolve?domain={escape(name)}">Send Message</a>\n'
        "</div>\n"
        '<div class="tgme_page_additional">\n  If you have <strong>Telegram</strong>, you can contact '
        f'<a class="tgme_username_link" href="tg://resolve?domain={escape(name)}">@{escape(name)}</a> right away.\n'
        "</div>\n"
    )
    title = f"Telegram: Contact @{escape(name)}"
    head = (
        f'<!DOCTYPE html>\n<html>\n  <head>\n    <meta charset="utf-8">\n    <title>{title}</title>\n'
        f'<meta property="og:title" content="{title}">\n<meta property="og:site_name" content="Telegram">\n'
        '<meta property="og:description" content="">\n'
        f"{_NOINDEX if unknown else ''}  </head>\n"
    )
    return head + _card(inside)


def render_embed(site: Site, channel: DemoChannel, post: DemoPost) -> str:
    """t.me/NAME/NUMBER?embed=1: one message by itself, or a word that it is not there."""
    return (
        f"{_head('Telegram Widget', channel, '')}"
        '<body class="widget_frame_base tgme_widget body_widget_post emoji_image no_userpic nodark">\n'
        f"{render_message(site, channel, post)}\n</body>\n</html>\n"
    )


def render_missing_post(channel: DemoChannel) -> str:
    """The embed of a post that was never there or was deleted."""
    return (
        f"{_head('Telegram Widget', channel, '')}"
        '<body class="widget_frame_base tgme_widget body_widget_post emoji_image">\n'
        '<div class="tgme_widget_message_error">Post not found</div>\n</body>\n</html>\n'
    )


def render_post_page(site: Site, channel: DemoChannel, number: int, post: DemoPost | None) -> str:
    """t.me/NAME/NUMBER: a script that puts the embed there; the post's text is in a meta tag only."""
    own = f"{channel.name}/{number}"
    about = plain(post.text_at(site.now)) if post else channel.description
    inside = (
        '<div class="tgme_page_widget_wrap" id="widget">\n<div class="tgme_page_widget">\n'
        f'  <script async src="https://telegram.org/js/telegram-widget.js?22" data-telegram-post="{own}" '
        'data-mode="tme" data-width="100%"></script>\n</div>\n</div>\n'
        f'<div class="tgme_page_context_btn"><a class="tgme_action_button_new" href="/s/{own}">'
        '<span class="tgme_action_button_label">Context</span></a></div>\n'
    )
    head = _head(f"Telegram: Contact @{channel.name}", channel, "", about)
    return head + _card(inside, "tgme_page tgme_page_post")


_NOINDEX = '<meta name="robots" content="noindex, nofollow">\n'
_NOTHING = (
    '<div class="tgme_widget_message_wrap js-widget_message_wrap"><div class="tgme_widget_message_centered">'
    '<div class="tme_no_messages_found">No posts found</div></div></div>'
)
_BACKGROUND = (
    '<div class="tgme_background_wrap">\n  <canvas id="tgme_background" class="tgme_background" width="50" '
    'height="50"></canvas>\n  <div class="tgme_background_pattern"></div>\n</div>\n'
)


def _head(title: str, channel: DemoChannel, links: str, about: str | None = None) -> str:
    name, about = escaped(channel.title), escaped(about or channel.description)
    return (
        '<!DOCTYPE html>\n<html>\n  <head>\n    <meta charset="utf-8">\n'
        f"    <title>{title}</title>\n"
        f'<meta property="og:title" content="{name}">\n<meta property="og:site_name" content="Telegram">\n'
        f'<meta property="og:description" content="{about}">\n<meta property="twitter:title" content="{name}">\n'
        f'<meta property="al:android:url" content="tg://resolve?domain={channel.name}">\n{links}  </head>\n'
    )


def _header(channel: DemoChannel) -> str:
    title = to_html(channel.title)
    count = short_count(channel.subscribers)
    kinds = Counter(CLIPS[item.clip].kind for post in channel.posts for item in post.media)
    counters = "".join(
        _counter(value, kind)
        for value, kind in ((count, "subscribers"), (str(kinds["photo"]), "photos"), (str(kinds["video"]), "videos"))
    )
    return (
        '<header class="tgme_header search_collapsed">\n  <div class="tgme_container">\n'
        '    <div class="tgme_header_search"><form class="tgme_header_search_form" '
        f'action="/s/{channel.name}"><input class="tgme_header_search_form_input js-header_search" '
        'placeholder="Search" name="q" autocomplete="off" value="" /></form></div>\n'
        '    <div class="tgme_header_right_column"><section class="tgme_right_column"><div class="tgme_channel_info">\n'
        '      <div class="tgme_channel_info_header"><div class="tgme_channel_info_header_title_wrap">'
        f'<div class="tgme_channel_info_header_title"><span dir="auto">{title}</span></div>'
        '<div class="tgme_channel_info_header_labels"></div></div>'
        '<div class="tgme_channel_info_header_username">'
        f'<a href="https://t.me/{channel.name}">@{channel.name}</a></div></div>\n'
        f'      <div class="tgme_channel_info_counters">{counters}</div>\n'
        f'      <div class="tgme_channel_info_description">{to_html(channel.description)}</div>\n'
        "    </div></section></div>\n"
        f'    <div class="tgme_header_info"><a class="tgme_header_link" href="https://t.me/{channel.name}">'
        f'<div class="tgme_header_title_wrap"><div class="tgme_header_title"><span dir="auto">{title}</span></div>'
        '<div class="tgme_header_labels"></div></div>'
        f'<div class="tgme_header_counter">{count} subscribers</div></a></div>\n  </div>\n</header>\n'
    )


def _counter(value: str, kind: str) -> str:
    return (
        f'<div class="tgme_channel_info_counter"><span class="counter_value">{value}</span> '
        f'<span class="counter_type">{kind}</span></div>'
    )


def _more(path: str, side: str, number: int | None) -> str:
    if number is None:
        return ""
    return (
        f'<div class="tgme_widget_message_centered js-messages_more_wrap"><a href="{path}?{side}={number}" '
        f'class="tme_messages_more js-messages_more" data-{side}="{number}"></a></div>'
    )


def _card(inside: str, classes: str = "tgme_page") -> str:
    return (
        '  <body class="no_transition">\n    <div class="tgme_page_wrap">\n      <div class="tgme_head_wrap">'
        '<div class="tgme_head"><a href="//telegram.org/" class="tgme_head_brand"></a></div></div>\n'
        f'      <div class="tgme_body_wrap"><div class="{classes}">\n{inside}</div></div>\n    </div>\n'
        '    <div id="tgme_frame_cont"></div>\n  </body>\n</html>\n'
    )
