"""Where on a page is what: the named parts of every message, from one selection over the whole page?"""

from dataclasses import dataclass, field
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from collector.sources.telegram_media import READERS

_MESSAGE = "tgme_widget_message"
PREFIX = "tgme_widget_message_"

#: parts that are read as a whole: a reply's quote and a link's preview repeat the classes of the message itself
_CLOSED = frozenset({
    "reply", "link_preview", "text", "reactions", "user", "bubble_tail", "poll", "location_wrap", "venue_wrap",
    "contact_wrap", "contact", "photo_wrap", "service_photo", "video_player", "roundvideo_player", "voice_player",
    "document_wrap", "sticker_wrap", "tgsticker_wrap", "videosticker_wrap", "sticker", "tgsticker", "videosticker",
})  # fmt: skip
#: the parts that are asked for; the others are only known to be there
_USED = frozenset(READERS) | {
    "contact", "contact_wrap", "date", "edited", "forwarded_from", "forwarded_from_name", "from_author",
    "inline_button", "link_preview", "location_title", "location_wrap", "meta", "owner_name", "poll", "reply",
    "service_date_wrap", "text", "venue_wrap", "views",
}  # fmt: skip
#: the first word of every class of this markup that we know; another one is a change of layout
_FAMILIES = frozenset({
    "author", "batch", "bubble", "centered", "contact", "copyonly", "date", "document", "edited", "error", "footer",
    "forwarded", "from", "grouped", "info", "inline", "link", "location", "meta", "metatext", "owner", "photo",
    "pinned", "poll", "reactions", "reply", "roundvideo", "service", "sticker", "text", "tgsticker", "user", "venue",
    "via", "video", "videosticker", "views", "voice", "voters", "wrap",
})  # fmt: skip
#: attachments that exist and that no field of a post can hold
UNREAD = frozenset({"game", "giveaway", "invoice", "paid", "story", "todo", "fact", "effect"})
#: a class attribute longer than this is none of Telegram's and is not remembered
_LONG = 200


@dataclass(frozen=True, slots=True)
class Parts:
    """The named parts of one message in document order, and the class words that this program does not know.

    `files` are the attached files among them.
    """

    message: LexborNode
    named: dict[str, list[LexborNode]] = field(default_factory=dict)
    files: list[tuple[str, LexborNode]] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def first(self, name: str) -> LexborNode | None:
        """The first part of this name."""
        return self.named[name][0] if name in self.named else None

    def last(self, name: str) -> LexborNode | None:
        """The last part of this name."""
        return self.named[name][-1] if name in self.named else None

    def every(self, name: str) -> list[LexborNode]:
        """All parts of this name, in order."""
        return self.named.get(name, [])


@dataclass(frozen=True, slots=True)
class _Role:
    """What a class attribute makes of its element; `name` is None where no field and no issue comes of it."""

    is_message: bool = False
    name: str | None = None
    closed: bool = False
    is_file: bool = False
    unread: str | None = None
    unknown: str | None = None


def messages_of(tree: LexborHTMLParser) -> list[Parts]:
    """The parts of every message of a page, in the page's order; a message inside another one is its own.

    One selection finds all candidates; climbing from each to what encloses it says whose part it is. What was climbed
    is remembered, so that a page takes time with its size however deep a hostile one is nested.
    """
    found: list[Parts] = []
    inside: dict[int, Parts | None] = {}  # element -> the message that what is in it belongs to; None in closed parts
    for node in tree.css(f'[class*="{_MESSAGE}"]'):
        classes = node.attributes.get("class") or ""
        role = _remembered(classes) if len(classes) < _LONG else _role(classes)
        if role.name is not None:
            owner = _owner(node, inside)
            if owner is not None:
                _note(owner, node, role.name, role)
        elif role.is_message:
            found.append(Parts(node))
            inside[node.mem_id] = found[-1]
        if role.closed:
            inside[node.mem_id] = None
    return found


def _owner(node: LexborNode, inside: dict[int, Parts | None]) -> Parts | None:
    climbed = []
    found = None
    up = node.parent
    while up is not None:
        key = up.mem_id
        if key in inside:
            found = inside[key]
            break
        climbed.append(key)
        up = up.parent
    for key in climbed:
        inside[key] = found
    return found


def _note(parts: Parts, node: LexborNode, name: str, role: _Role) -> None:
    if name in parts.named:
        parts.named[name].append(node)
    else:
        parts.named[name] = [node]
    if role.is_file:
        parts.files.append((name, node))
    if role.unread:
        parts.unread.add(role.unread)
    elif role.unknown:
        parts.unknown.add(role.unknown)


def _role(classes: str) -> _Role:
    for word in classes.split():
        if word == _MESSAGE:
            return _Role(is_message=True)
        if word.startswith(PREFIX):
            name = word[len(PREFIX) :]
            family = name.partition("_")[0]
            unread = family if family in UNREAD else None
            unknown = word if family not in _FAMILIES else None
            wanted = name in _USED or unread or unknown
            return _Role(False, name if wanted else None, name in _CLOSED, name in READERS, unread, unknown)
    return _Role()


_remembered = lru_cache(maxsize=1024)(_role)
