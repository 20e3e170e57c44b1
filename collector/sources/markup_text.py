"""What does marked-up text say, as a person would copy it: its words with line breaks, and the links in it?"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from collector.sources.values import address

#: elements that stand on lines of their own
_BLOCKS = frozenset(
    {"blockquote", "pre", "div", "p", "li", "ul", "ol", "table", "tr", "details", "summary", "h1", "h2", "h3"}
)
#: elements in which a line break of the source is one of the text
_VERBATIM = frozenset({"pre", "code"})
_SKIPPED = frozenset({"svg", "script", "style", "video", "audio", "template"})
_UNLIKE = _VERBATIM | _SKIPPED
#: a page of Telegram's preview has some 3,000 tags nested some 30 deep
_DEEPEST = 25_000
#: bytes of markup that cannot be nested much deeper than that, as any tag that nests has four of them
_SHALLOW = 150_000
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
_ANY_TAG = re.compile(r"<[^<>]*>")
_VOID = frozenset({b"br", b"img", b"meta", b"link", b"input", b"hr", b"source", b"path", b"wbr"})
#: a line break of the source is layout, like in any HTML; line breaks of the author are `<br>`
_SOURCE_BREAK = re.compile(r"[ \t]*[\r\n]\s*")
#: noncharacters, which no text holds: where a block begins or ends, and where the source breaks its line
_EDGE, _LAYOUT = "\ufdd0", "\ufdd1"
_EDGES = re.compile(f"{_LAYOUT}*{_EDGE}[{_EDGE}{_LAYOUT}]*")
_AROUND_BREAK = re.compile(f"[{_EDGE}{_LAYOUT}]*\n[{_EDGE}{_LAYOUT}]*")


def text_of(node: LexborNode) -> str:
    """The text under a node: `<br>` and blocks as line breaks, emoji as characters, spaces and direction marks kept."""
    flat = _flat(node)
    return _structured(node) if flat is None else flat[0]


def text_and_links(node: LexborNode, base: str) -> tuple[str, list[str]]:
    """Both of `text_of` and `links_of` in one walk where that is possible."""
    flat = _flat(node)
    if flat is None:
        return _structured(node), links_of(node, base)
    return flat[0], _addresses(flat[1], base)


def _flat(node: LexborNode) -> tuple[str, list[str]] | None:
    """(text, what its links say) where nothing but `<br>` breaks a line, as in most posts; None for other markup."""
    if node.tag in _UNLIKE:
        return None
    only = node.first_child
    if only is not None and only.is_text_node and only.next is None:
        whole = only.text_content or ""
        return None if "\n" in whole or "\r" in whole else (whole.strip(), [])
    parts: list[str] = []
    hrefs: list[str] = []
    breaks = 0
    nodes = node.traverse(include_text=True)
    next(nodes)  # the node itself
    for here in nodes:
        words = here.text_content  # None for anything but text
        if words is not None:
            parts.append(words)
        elif (tag := here.tag) == "br":
            parts.append("\n")
            breaks += 1
        elif tag == "a":
            hrefs.append(here.attributes.get("href") or "")
        elif tag in _BLOCKS or tag in _UNLIKE:
            return None
    text = "".join(parts)
    if text.count("\n") != breaks or "\r" in text:  # the source breaks its lines
        return None
    return text.strip(), hrefs


def _structured(node: LexborNode) -> str:
    """The same for any markup: blocks, verbatim text, line breaks of the source."""
    parts: list[str] = []
    walk: list[tuple[LexborNode, bool, bool]] = [(node, False, False)]  # node, verbatim, leaving
    while walk:
        here, verbatim, leaving = walk.pop()
        if here.is_text_node:
            raw = here.text_content or ""
            parts.append(raw if verbatim or not ("\n" in raw or "\r" in raw) else _SOURCE_BREAK.sub(_LAYOUT, raw))
            continue
        tag = here.tag or ""
        if tag == "br":
            parts.append("\n")
        elif tag in _BLOCKS and here is not node:
            parts.append(_EDGE)
        if leaving or tag in _SKIPPED:
            continue
        if tag in _BLOCKS:
            walk.append((here, verbatim, True))
        child, within = here.last_child, verbatim or tag in _VERBATIM
        while child is not None:
            walk.append((child, within, False))
            child = child.prev
    return _join(parts)


def _join(parts: list[str]) -> str:
    """Put the parts together; a block's edge is one line break, none where the author has set one already."""
    text = "".join(parts)
    if _EDGE in text or _LAYOUT in text:
        text = _AROUND_BREAK.sub("\n", _EDGES.sub(_EDGE, text)).replace(_EDGE, "\n").replace(_LAYOUT, " ")
    return text.strip()


def links_of(node: LexborNode, base: str) -> list[str]:
    """The addresses that a text links to, in order; hashtag searches are not among them."""
    return _addresses([link.attributes.get("href") or "" for link in node.css("a[href]")], base)


def _addresses(hrefs: list[str], base: str) -> list[str]:
    found = []
    for href in hrefs:
        full = address(href, base)
        if full and not href.startswith("?q=") and "?q=%23" not in full:
            found.append(full)
    return found


def plain(markup: str, base: str = "") -> tuple[str, list[str]]:
    """(text, links) of a piece of HTML, as feeds and Mastodon give them; plain text comes back as it is."""
    if "<" not in markup and "&" not in markup:
        return markup.strip(), []
    if too_deep(markup.encode("utf-8", "replace")):
        return " ".join(_ANY_TAG.sub(" ", markup).split()), []
    root = LexborHTMLParser(markup).body
    return text_and_links(root, base) if root is not None else ("", [])


def too_deep(markup: bytes) -> bool:
    """Whether hostile markup nests so deep that its tree takes minutes: its time grows with the square of the depth."""
    if len(markup) < _SHALLOW:
        return False
    depth = deepest = 0
    for closing, tag in _TAG.findall(markup):
        if tag.lower() not in _VOID:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest > _DEEPEST
