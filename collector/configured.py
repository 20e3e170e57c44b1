"""Which sources does the configuration name, and what is expected of each?"""

from collections.abc import Sequence

from sqlalchemy import Connection

from collector.context import now
from collector.errors import Misconfigured, Unsupported
from collector.settings import SourceLine
from collector.sources.registry import SOURCES, understand
from db import sources


def sync(conn: Connection, lines: Sequence[SourceLine]) -> None:
    """Add the sources of the configuration that are not there yet, and note what it says of each.

    Raises `Misconfigured` for a line that no kind understands.
    """
    for line in lines:
        platform, name = _named(line)
        source_id, _ = sources.add(conn, platform, name, now(), enabled=line.enabled)
        sources.expect(
            conn, source_id, min_posts=line.min_posts, canary=line.canary or None, options=line.options or None,
            max_silence_s=None if line.max_silence_h is None else line.max_silence_h * 3600,
        )  # fmt: skip


def _named(line: SourceLine) -> tuple[str, str]:
    """The platform and the name of a line; as it is written where its plug-in is missing or broken: polls say so."""
    said = line.name or line.url
    try:
        return understand(said, line.platform)
    except (Misconfigured, Unsupported) as wrong:
        if line.platform and line.platform not in SOURCES:
            return line.platform, said
        raise Misconfigured(f"[[sources]] {wrong}") from wrong
