"""The client and the thinking parts, as the configuration describes them.

Apart from `Context`: all that they import takes half a second, which a command that reads the store does not need.
"""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from collector.errors import Misconfigured
from collector.host_state import Memory
from collector.http import HttpSettings, PoliteClient
from collector.settings import Settings
from collector.video import VideoSettings

if TYPE_CHECKING:
    from geolocate.roads import RoadGraph


def make_client(settings: Settings, stop: threading.Event, memory: Memory | None = None) -> PoliteClient:
    """The client that the configuration describes; with a `memory` it is polite together with other processes."""
    http = settings.http
    return PoliteClient(
        HttpSettings(
            contact=http.contact, gap_s=http.gap_s, jitter=http.jitter, timeout_s=http.timeout_s,
            max_page_bytes=http.max_page_bytes, max_media_bytes=http.max_media_bytes,
            allow_hosts=frozenset(http.allow_hosts), proxy=http.proxy, ca_file=http.ca_file,
            respect_robots=http.respect_robots, break_after=http.break_after, break_s=http.break_s,
            break_max_s=http.break_max_s,
        ),
        stop=stop,
        memory=memory,
    )  # fmt: skip


def video_settings(settings: Settings) -> VideoSettings:
    """How yt-dlp may ask, by the same limits as the client."""
    http, video = settings.http, settings.video
    return VideoSettings(
        timeout_s=http.timeout_s, max_bytes=http.max_media_bytes, allow_hosts=frozenset(http.allow_hosts),
        proxy=http.proxy, max_height=video.max_height, max_duration_s=video.max_minutes * 60,
    )  # fmt: skip


def make_roads(settings: Settings) -> "RoadGraph":
    """The road graph that the configuration describes.

    Raises Misconfigured when it cannot be read or a road that is to be closed is not on it.
    """
    from collector.road_graph import roads_of

    try:
        return roads_of(settings.roads, settings.file.parent if settings.file else Path.cwd())
    except (OSError, ValueError) as wrong:
        raise Misconfigured(f"[roads]: {wrong}") from wrong
