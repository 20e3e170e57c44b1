"""Which posts of a channel does a history page show, and where do its links lead?"""

from collections.abc import Sequence
from dataclasses import dataclass

from demo.world import DemoPost


@dataclass(frozen=True, slots=True)
class Slice:
    """The posts of one page, oldest first, and the numbers for ?before and ?after (None at an end)."""

    posts: tuple[DemoPost, ...]
    older: int | None
    newer: int | None


def page_of(
    posts: Sequence[DemoPost],
    size: int,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
) -> Slice:
    """The newest `size` posts; or those just under `before`; or just over `after`; or those around a number.

    As on the real pages `around` puts the asked post in the middle, and /s/NAME/1 starts at the oldest.
    """
    if before is not None:
        end = sum(post.native_id < before for post in posts)
        start = max(0, end - size)
    elif after is not None:
        start = sum(post.last_id <= after for post in posts)
        end = start + size
    elif around is not None:
        start = max(0, min(sum(post.last_id < around for post in posts) - size // 2, len(posts) - size))
        end = start + size
    else:
        start, end = max(0, len(posts) - size), len(posts)
    shown = tuple(posts[start:end])
    older = shown[0].native_id if shown and start > 0 else None
    newer = shown[-1].last_id if shown and end < len(posts) else None
    return Slice(shown, older, newer)
