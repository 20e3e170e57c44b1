"""Is a source as it should be? What it shows, held against what its kind or its operator expects of it."""

from dataclasses import dataclass
from datetime import datetime

from collector.schedule import spoken
from collector.settings import Kind
from collector.sources.base import Page
from collector.sources.registry import source_for
from db.types import AnyRow


@dataclass(frozen=True, slots=True)
class Expected:
    """A healthy newest page has at least `min_posts`; `max_silence_s` seconds without a post are too many.

    `strict`: the operator said how many, so that an empty page is no excuse.
    """

    min_posts: int
    max_silence_s: float
    strict: bool = False


def expected(source: AnyRow, settings: Kind) -> Expected:
    """What is expected of a source: the operator's word for it, or for its kind, else that of the kind itself."""
    kind = source_for(source.platform)
    of_kind = kind.max_silence_s if settings.max_silence_h is None else settings.max_silence_h * 3600
    return Expected(
        kind.min_posts if source.min_posts is None else source.min_posts,
        of_kind if source.max_silence_s is None else source.max_silence_s,
        strict=source.min_posts is not None,
    )


def too_few(source: AnyRow, page: Page, hopes: Expected) -> str:
    """Why a newest page that could be read is not healthy; "" when it is.

    A source that never had a post may be empty. One that had is not emptied by its owner as often as its layout changes
    under us, so that is told.
    """
    listed = len(page.keys)
    if listed >= hopes.min_posts or (not listed and not hopes.strict and source.last_post_at is None):
        return ""
    return f"fewer posts than expected: the newest page shows {listed}, and at least {hopes.min_posts} should be there"


def too_quiet(source: AnyRow, latest: datetime | None, hopes: Expected, at: datetime) -> str:
    """Why a source counts as silent; "" when it does not. One that never posted is silent as long as we know it."""
    since = latest or source.added_at
    if (at - since).total_seconds() <= hopes.max_silence_s:
        return ""
    return f"silent: no new post for longer than {spoken(hopes.max_silence_s)}"
