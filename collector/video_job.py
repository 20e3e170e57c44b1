"""What is asked of the process that runs yt-dlp?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked of yt-dlp; see `collector.video.VideoSettings`. `items` is a range such as "1:20", from 1."""

    url: str
    allow_hosts: tuple[str, ...]
    proxy: str | None
    timeout_s: float
    user_agent: str | None
    items: str
    into: str = ""
    max_bytes: int = 0
    max_height: int = 0
    flat: bool = False
    max_duration_s: float = 0.0
