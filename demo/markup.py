"""How does Telegram's web preview write a text as HTML? Emoji, hashtags, handles, links, bold, line breaks."""

import re
from html import escape

_ENTITIES = str.maketrans({"!": "&#33;", "$": "&#036;", "'": "&#39;"})
_SPANS = re.compile(
    r"(?P<bold>\*\*[^*]+\*\*)"
    r"|(?P<url>https?://\S+)"
    r"|(?P<tag>#\w+)"
    r"|(?P<handle>(?<!\w)@\w{4,})"
    r"|(?P<emoji>[\U0001F300-\U0001FAFF\u2600-\u27BF]\uFE0F?)"
)
_CONFIRM = "return confirm('Open this link?\\n\\n'+this.href);"


def to_html(text: str) -> str:
    """The inside of a `tgme_widget_message_text` for a text that may hold **bold**."""
    out: list[str] = []
    end = 0
    for match in _SPANS.finditer(text):
        out.append(escaped(text[end : match.start()]))
        out.append(_span(str(match.lastgroup), match.group()))
        end = match.end()
    out.append(escaped(text[end:]))
    return "".join(out).replace("\n", "<br/>")


def plain(text: str) -> str:
    """The same text as a reader sees it, without the marks of bold."""
    return text.replace("**", "")


def escaped(text: str) -> str:
    """Text with the entities that the real pages use; numeric ones for `!`, `$` and `'`."""
    return escape(text, quote=False).replace('"', "&quot;").translate(_ENTITIES)


def _span(kind: str, text: str) -> str:
    if kind == "bold":
        return f"<b>{to_html(text[2:-2])}</b>"
    if kind == "url":
        href = escape(text)
        return f'<a href="{href}" target="_blank" rel="noopener" onclick="{_CONFIRM}">{escape(text)}</a>'
    if kind == "tag":
        return f'<a href="?q=%23{escape(text[1:])}">{escape(text)}</a>'
    if kind == "handle":
        return f'<a href="https://t.me/{text[1:]}" target="_blank">{text}</a>'
    return emoji(text)


def emoji(text: str) -> str:
    """One emoji as the pages show it: an image with the character inside."""
    code = text.encode().hex().upper()
    return (
        f"""<i class="emoji" style="background-image:url('//telegram.org/img/emoji/40/{code}.png')"><b>{text}</b></i>"""
    )
