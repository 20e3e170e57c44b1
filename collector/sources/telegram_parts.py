"""Where in a message is what: its named parts, found in one walk that does not enter what is not its own."""

from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

PREFIX = "tgme_widget_message_"

#: parts that are read as a whole: a reply's quote and a link's preview repeat the classes of the message itself
_CLOSED = frozenset({
    "reply", "link_preview", "text", "reactions", "user", "bubble_tail", "poll", "location_wrap", "venue_wrap",
    "contact_wrap", "contact", "photo_wrap", "service_photo", "video_player", "roundvideo_player", "voice_player",
    "document_wrap", "sticker_wrap", "tgsticker_wrap", "videosticker_wrap", "sticker", "tgsticker", "videosticker",
})  # fmt: skip
#: the first word of every class of this markup that we know; another one is a change of layout
_FAMILIES = frozenset({
    "author", "batch", "bubble", "centered", "contact", "copyonly", "date", "document", "edited", "error", "footer",
    "forwarded", "from", "grouped", "info", "inline", "link", "location", "meta", "metatext", "owner", "photo",
    "pinned", "poll", "reactions", "reply", "roundvideo", "service", "sticker", "text", "tgsticker", "user", "venue",
    "via", "video", "videosticker", "views", "voice", "voters", "wrap",
})  # fmt: skip
#: attachments that exist and that no field of a post can hold
UNREAD = frozenset({"game", "giveaway", "invoice", "paid", "story", "todo", "fact", "effect"})


@dataclass(frozen=True, slots=True)
class Parts:
    """The named parts of one message in document order, and the class words that this program does not know."""

    named: dict[str, list[LexborNode]] = field(default_factory=dict)
    in_order: list[tuple[str, LexborNode]] = field(default_factory=list)
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


def parts_of(message: LexborNode) -> Parts:
    """Walk a message once, without recursion (pages can be nested as deep as an attacker likes)."""
    parts = Parts()
    walk = [message.first_child]
    while walk:
        here = walk.pop()
        while here is not None:
            closed = False
            if here.is_element_node:
                closed = here.tag == "svg" or _note(parts, here)
            if not closed and here.first_child is not None:
                if here.next is not None:
                    walk.append(here.next)
                here = here.first_child
            else:
                here = here.next
    return parts


def _note(parts: Parts, node: LexborNode) -> bool:
    """Record a node under its name; say whether it is read as a whole."""
    classes = node.attributes.get("class")
    if not classes or "tgme_widget_message" not in classes:
        return False
    for word in classes.split():
        if word == "tgme_widget_message":  # a message in a message is its own
            return True
        if word.startswith(PREFIX):
            name = word[len(PREFIX) :]
            parts.named.setdefault(name, []).append(node)
            parts.in_order.append((name, node))
            family = name.partition("_")[0]
            if family in UNREAD:
                parts.unread.add(family)
            elif family not in _FAMILIES:
                parts.unknown.add(word)
            return name in _CLOSED
    return False
