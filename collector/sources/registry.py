"""Which kinds of sources can be polled?"""

from collections.abc import Mapping

from collector.errors import Unsupported
from collector.sources.base import Source
from collector.sources.telegram import TelegramSource

#: platform -> how its pages are addressed and read
SOURCES: Mapping[str, Source] = {source.platform: source for source in (TelegramSource(),)}


def source_for(platform: str) -> Source:
    """The source of a platform; `Unsupported` for one that cannot be polled."""
    if platform not in SOURCES:
        raise Unsupported(f"{platform!r} cannot be polled; these can: {', '.join(sorted(SOURCES))}")
    return SOURCES[platform]
