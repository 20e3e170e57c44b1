"""What does yt-dlp say about an address, and what does it bring? For a child process only: see `collector.video`."""

import json
import os
from typing import Any, cast

# set before the import: code of others that happens to lie in a plug-in folder must not run here
os.environ["YTDLP_NO_PLUGINS"] = "1"

from yt_dlp import YoutubeDL
from yt_dlp.utils import YoutubeDLError

from collector.errors import Unparseable, Unsupported
from collector.video_errors import translate
from collector.video_guard import install
from collector.video_job import Job


class _Silent:
    """yt-dlp's messages reach us as exceptions; nothing is printed."""

    def debug(self, message: str) -> None:
        """Dropped."""

    def warning(self, message: str) -> None:
        """Dropped."""

    def error(self, message: str) -> None:
        """Dropped."""


def probe(job: Job) -> dict[str, Any]:
    """The info of an address, as JSON values, nothing downloaded."""
    return _run(job, {"extract_flat": "in_playlist", "lazy_playlist": True} if job.flat else {}, download=False)


def download(job: Job) -> str:
    """The path of the one file that was downloaded."""
    options = {
        "format": _format(job.max_height),
        "outtmpl": {"default": os.path.join(job.into, "video.%(ext)s")},
        "max_filesize": job.max_bytes,
        "progress_hooks": [lambda progress: _check_size(progress, job.max_bytes)],
        "match_filter": lambda info, *, incomplete=False: _check_length(info, job.max_duration_s),
    }
    info = _run(job, options, download=True)
    for entry in info.get("entries") or [info]:
        for file in entry.get("requested_downloads") or []:
            path = str(file.get("filepath", ""))
            if os.path.isfile(path):
                return path
    raise Unparseable(
        f"no file came: the video is larger than {job.max_bytes} bytes, or none of its formats can be read"
    )


def _run(job: Job, more: dict[str, Any], download: bool) -> dict[str, Any]:
    install(job.allow_hosts, job.proxy)
    try:
        with YoutubeDL(cast(Any, _options(job) | more)) as ydl:
            info = ydl.extract_info(job.url, download=download)
            plain = json.loads(json.dumps(ydl.sanitize_info(info), default=str))
    except (YoutubeDLError, OSError) as error:
        raise translate(error) from None
    if not isinstance(plain, dict):
        raise Unsupported("the extractor found nothing at this address")
    return plain


def _options(job: Job) -> dict[str, Any]:
    options: dict[str, Any] = {
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "logger": _Silent(),
        "cachedir": False,
        "proxy": job.proxy or "",  # empty: not even one from the environment
        "socket_timeout": job.timeout_s,
        "retries": 1,
        "extractor_retries": 1,
        "fragment_retries": 3,
        "skip_unavailable_fragments": False,
        "sleep_interval_requests": 0.75,
        "playlist_items": job.items,
        "continuedl": False,
        "overwrites": True,
        "updatetime": False,
        "fixup": "never",
        "hls_prefer_native": True,
        "ffmpeg_location": os.path.join(os.devnull, "none"),  # it would connect by itself, where no one watches
    }
    if job.user_agent:
        options["http_headers"] = {"User-Agent": job.user_agent}
    return options


def _format(max_height: int) -> str:
    """One file with pictures in it, sound or not; the best under the height, or else the smallest."""
    under = f"[height<={max_height}]"
    return f"b{under}/bv*{under}/w*[vcodec!=none]/b"


def _check_size(progress: dict[str, Any], max_bytes: int) -> None:
    if (progress.get("downloaded_bytes") or 0) > max_bytes:
        raise Unparseable(f"the video is larger than the limit of {max_bytes} bytes")


def _check_length(info: dict[str, Any], max_s: float) -> None:
    if info.get("is_live"):
        raise Unsupported("a live stream has no end: try again when it is over")
    length = info.get("duration")
    if isinstance(length, int | float) and length > max_s:
        raise Unsupported(f"the video is {length / 60:.0f} minutes long; the limit is {max_s / 60:.0f}")
