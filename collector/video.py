"""What is the video behind a page of a platform, and can we have it? yt-dlp, always in a process of its own."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collector.errors import RetryLater
from collector.sandbox import TimedOut, run_named
from collector.video_guard import check_url
from collector.video_job import Job

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class VideoSettings:
    """How to ask. Times in seconds. `user_agent` None leaves yt-dlp's own, which some platforms' players insist on."""

    timeout_s: float = 30.0
    probe_timeout_s: float = 120.0
    download_timeout_s: float = 1800.0
    memory_mb: int = 2048
    max_bytes: int = 512 * MIB
    max_height: int = 1080
    max_duration_s: float = 3 * 3600.0
    allow_hosts: frozenset[str] = frozenset()
    proxy: str | None = None
    user_agent: str | None = None


def probe(
    url: str,
    settings: VideoSettings = VideoSettings(),
    *,
    first: int = 1,
    last: int = 20,
    flat: bool = False,
    stop: threading.Event | None = None,
) -> dict[str, Any]:
    """yt-dlp's info about an address (JSON values; several videos under "entries"), nothing downloaded.

    Of a listing, entries `first` to `last`, from 1; `flat`: only what the listing itself tells of them.

    Raises `Unsupported` (no extractor, no video there), `Gone` (removed), `Closed` (private, region, log-in wanted: the
    message says which), `RateLimited`, `RetryLater` (network, took too long), `Misconfigured` (a private address),
    `Unparseable` (the extractor failed).
    """
    check_url(url, settings.allow_hosts, settings.proxy)
    job = _job(url, settings, f"{first}:{last}", flat=flat)
    info: dict[str, Any] = _isolated("probe", job, settings.probe_timeout_s, settings.memory_mb, stop)
    return info


def download(
    url: str,
    into: Path,
    settings: VideoSettings = VideoSettings(),
    *,
    item: int = 1,
    stop: threading.Event | None = None,
) -> Path:
    """Download one video of an address (the `item`-th, from 1) into the folder `into`; the path of its file.

    The file holds pictures, with or without sound, and has at most `max_bytes`; of several formats, the best that is
    at most `max_height` pixels high. Raises as `probe`, `Unparseable` when it is too large and
    `Unsupported` when it is longer than `max_duration_s`. What a failed download
    left in the folder is the caller's to remove: give it a temporary one.
    """
    check_url(url, settings.allow_hosts, settings.proxy)
    job = _job(url, settings, str(item), str(into))
    return Path(_isolated("download", job, settings.download_timeout_s, settings.memory_mb, stop))


def _job(url: str, settings: VideoSettings, items: str, into: str = "", *, flat: bool = False) -> Job:
    return Job(
        url=url,
        allow_hosts=tuple(sorted(settings.allow_hosts)),
        proxy=settings.proxy,
        timeout_s=settings.timeout_s,
        user_agent=settings.user_agent,
        items=items,
        into=into,
        flat=flat,
        max_duration_s=settings.max_duration_s,
        max_bytes=settings.max_bytes,
        max_height=settings.max_height,
    )


def _isolated(name: str, job: Job, seconds: float, memory_mb: int, stop: threading.Event | None) -> Any:
    try:
        # named, not imported: yt-dlp takes a second to load, and never runs in this process
        return run_named("collector.video_child", name, (job,), seconds, memory_mb, stop)
    except TimedOut as error:
        raise RetryLater(f"the video host took longer than {seconds:g} s") from error
