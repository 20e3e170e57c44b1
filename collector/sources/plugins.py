"""Which kinds of sources have third parties added? Entry points of the group `convoywatch.sources`, named by platform.

A plug-in is loaded when a source of its platform is used, not before: a broken one harms its own sources only.
"""

from importlib.metadata import EntryPoint, entry_points
from typing import cast

from collector.errors import Misconfigured
from collector.sources.base import Source

GROUP = "convoywatch.sources"
#: what a source must have, see `collector.sources.base.Source`
_PARTS = ("platform", "numbered", "min_posts", "max_silence_s", "claims", "name_of", "read")
#: what a module of others may raise while it is imported or its class is made, that we can foresee
_BROKEN = (
    ImportError, SyntaxError, NameError, AttributeError, TypeError, LookupError, ValueError, OSError, RuntimeError,
    ArithmeticError, AssertionError,
)  # fmt: skip


def names() -> list[str]:
    """The platforms that plug-ins add; nothing is loaded."""
    return sorted(_found())


def load(platform: str) -> Source | None:
    """The source of a plug-in, None where no plug-in names this platform; `Misconfigured` where it is broken.

    The entry point may name a class, which is made without arguments, or an object.
    """
    found = _found().get(platform)
    if found is None:
        return None
    whose = f"the plug-in {found.dist.name if found.dist else found.value!r} for {platform!r}"
    try:
        made = found.load()
        source = made() if isinstance(made, type) else made
    except _BROKEN as error:
        raise Misconfigured(f"{whose} is broken ({type(error).__name__}: {error}); mend or remove it") from error
    lacking = [part for part in _PARTS if not hasattr(source, part)]
    if lacking:
        raise Misconfigured(f"{whose} is no source: it lacks {', '.join(lacking)}; see docs/howto/add-a-source.md")
    if source.platform != platform:
        raise Misconfigured(f"{whose} calls itself {source.platform!r}: name its entry point so, or its platform")
    return cast(Source, source)


def _found() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}
