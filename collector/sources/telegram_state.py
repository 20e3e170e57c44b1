"""What is a page of t.me that shows no posts: a channel's card, a person, a group, a refusal, or nothing at all?"""

import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from collector.sources.base import Channel, PageState
from collector.sources.markup_text import text_of

#: how Telegram words a refusal; the owner's own description cannot be taken for one by a stray word
_REFUSAL = re.compile(
    r"this (?:channel|group|content|message|post) (?:can['’]t|cannot|could not) be (?:displayed|accessed|shown)"
    r"|this (?:channel|group) is (?:not available|unavailable|blocked|restricted)",
    re.IGNORECASE,
)
_ADULT = re.compile(r"porn|adult|sensitive content|18\+", re.IGNORECASE)
_HANDLE = re.compile(r"@(\w{3,64})", re.ASCII)
_APP_LINK = re.compile(r"[?&]domain=(\w+)", re.ASCII)

_MESSAGES: dict[PageState, str] = {
    "empty": "the channel shows no posts here",
    "soft_ban": "a contact page came in place of the posts: Telegram has stopped serving this address for a while, "
    "or the channel is gone; ask again much later, and take nothing for deleted meanwhile",
    "restricted": "Telegram refuses to show this channel on the web",
    "adult": "Telegram refuses to show this channel on the web: adult content",
    "group": "a group, not a channel: its messages have no public preview",
    "user": "a person's account, not a channel",
    "bot": "a bot, not a channel",
    "no_preview": "the channel exists, and its public preview is switched off or not served in this country; a "
    "Telegram Desktop export can be imported instead",
    "not_found": "there is no channel or post at this address",
    "card": "the channel's card, without posts: they are at https://t.me/s/{name}",
    "unreadable": "this is not a page of Telegram's public preview",
}  # fmt: skip


def message_for(state: PageState, name: str | None = None) -> str:
    """What a state means and what to do, in words; "" for "history"."""
    return _MESSAGES.get(state, "").replace("{name}", name or "NAME")


def state_of(tree: LexborHTMLParser, url: str | None) -> PageState:
    """The state of a page that holds no message."""
    if tree.css_first(".tme_no_messages_found"):
        return "empty"
    refusal = _refusal(tree)
    if refusal:
        return refusal
    if tree.css_first(".tgme_channel_history"):
        return "empty"
    if tree.css_first(".tgme_widget_message_error"):
        return "not_found"
    if tree.css_first(".tgme_channel_info, .tgme_channel_info_header_username"):
        return "card"
    if tree.css_first(".tgme_page"):
        return _card_state(tree, url)
    landed = tree.css_first(
        '.tl_page, .tl_main_wrap, body.tgme_landing, meta[property="og:title"][content^="Telegram"]'
    )
    return "not_found" if landed else "unreadable"


def _refusal(tree: LexborHTMLParser) -> PageState | None:
    shown = tree.css(
        ".tgme_page_additional, .tgme_page_description, .tgme_widget_message_error, .tme_no_messages_found, "
        ".message_media_not_supported_label, .tgme_channel_restricted"
    )
    for node in shown:
        wording = text_of(node)
        if _REFUSAL.search(wording):
            return "adult" if _ADULT.search(wording) else "restricted"
    return None


def _card_state(tree: LexborHTMLParser, url: str | None) -> PageState:
    """Which kind of account a t.me/NAME page presents, by its counters and its button."""
    if tree.css_first('.tgme_page_context_link, .tgme_page_context_btn a[href^="/s/"]'):
        return "card"
    extra = " ".join(node.text() for node in tree.css(".tgme_page_extra")).casefold()
    if "subscriber" in extra:
        return "no_preview"
    if "member" in extra:
        return "group"
    button = (_text(tree, ".tgme_action_button_new") or "").casefold()
    heading = (_text(tree, "title") or "").strip()
    if "monthly user" in extra or "start bot" in button or heading.startswith("Telegram: Launch"):
        return "bot"
    if tree.css_first(".tgme_page_title"):
        return "user" if "@" in extra or "send message" in button else "no_preview"
    return _contact_state(tree, url)


def _contact_state(tree: LexborHTMLParser, url: str | None) -> PageState:
    """A nameless "Telegram: Contact @x" page: at /s/x a soft ban, for a missing channel is redirected to /x.

    Elsewhere Telegram marks the page of an unknown name with robots "noindex"; without that mark we take the milder
    reading, for a channel wrongly thought gone is not asked again.
    """
    if urlsplit(url or "").path.startswith("/s/"):
        return "soft_ban"
    robots = tree.css_first('meta[name="robots"][content*="noindex"]')
    return "not_found" if robots else "soft_ban"


def card_channel(tree: LexborHTMLParser, url: str | None) -> Channel:
    """Whose page it is: the handle and title that the page's header, card or meta tags tell."""
    header = tree.css_first(".tgme_channel_info_header_username")
    main = tree.css_first("main[data-url]")
    app = tree.css_first('meta[property="al:android:url"]')
    heading = " ".join(filter(None, (_text(tree, "title"), _meta(tree, "og:title"), _text(tree, ".tgme_page_extra"))))
    name = (
        _handle(header.text() if header else "")
        or ((main.attributes.get("data-url") or "").strip("/") if main else None)
        or (m[1] if app and (m := _APP_LINK.search(app.attributes.get("content") or "")) else None)
        or _handle(heading)
        or _from_url(url)
    )
    # the span leaves out the "verified" mark beside it
    shown = (".tgme_channel_info_header_title", ".tgme_page_title span", ".tgme_page_title")
    title = next((text for selector in shown if (text := _text(tree, selector))), None) or _meta(tree, "og:title")
    return Channel(None, name or None, title)


def _handle(text: str) -> str | None:
    found = _HANDLE.search(text)
    return found[1] if found else None


def _from_url(url: str | None) -> str | None:
    steps = [step for step in urlsplit(url or "").path.split("/") if step not in ("", "s")]
    return steps[0] if steps and re.fullmatch(r"\w{3,64}", steps[0], re.ASCII) else None


def _text(tree: LexborHTMLParser, selector: str) -> str | None:
    node = tree.css_first(selector)
    return (text_of(node) or None) if node else None


def _meta(tree: LexborHTMLParser, name: str) -> str | None:
    node = tree.css_first(f'meta[property="{name}"]')
    return (node.attributes.get("content") or None) if node else None
