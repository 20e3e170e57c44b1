"""Is a page a thicket: so full of tags that reading it would cost more memory than all pages together?

A tree takes some 130 bytes a tag, so that eight megabytes of nested tags become 200 MB and a second of work, in each of
several threads. Real pages have one "<" in 30 to 90 bytes; those of a few hundred kilobytes have some thousands.
"""

from collector.errors import Unparseable

#: the most tags that a page may have: a hundred times those of a full page of a channel
MAX_TAGS = 250_000


def refuse_a_thicket(body: bytes) -> None:
    """Raises `Unparseable` for a page of more than `MAX_TAGS` tags."""
    tags = body.count(b"<")
    if tags > MAX_TAGS:
        raise Unparseable(f"the page is a thicket of {tags} tags; the limit is {MAX_TAGS}")
