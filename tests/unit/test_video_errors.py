import sys

import pytest
from yt_dlp.utils import (
    ContentTooShortError,
    DownloadError,
    ExtractorError,
    GeoRestrictedError,
    UnsupportedError,
    UserNotLive,
    YoutubeDLError,
)

from collector.errors import Closed, Gone, Misconfigured, RateLimited, RetryLater, Unparseable, Unsupported
from collector.video_errors import translate


def wrapped(error: Exception) -> DownloadError:
    """As yt-dlp hands its failures out."""
    try:
        raise error
    except YoutubeDLError:
        return DownloadError(f"ERROR: {error}", sys.exc_info())


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ExtractorError("Private video. Sign in if you've been granted access", expected=True), Closed),
        (ExtractorError("This video has been removed by the uploader", expected=True), Gone),
        (ExtractorError("Video unavailable. The account of it has been terminated", expected=True), Gone),
        (ExtractorError("Access restricted: you need to log in", expected=True), Closed),
        (ExtractorError("Join this channel to get access to members-only content", expected=True), Closed),
        (ExtractorError("Sign in to confirm your age", expected=True), Closed),
        (ExtractorError("NSFW tweet requires authentication. Use --cookies", expected=True), Closed),
        (ExtractorError("The uploader has not made this video available in your country", expected=True), Closed),
        (ExtractorError("Видео недоступно в вашем регионе", expected=True), Closed),
        (ExtractorError("Видео удалено автором", expected=True), Gone),
        (ExtractorError("This account is suspended", expected=True), Gone),
        (ExtractorError("This live event will begin in 3 hours", expected=True), RetryLater),
        (ExtractorError("Premieres in 20 minutes", expected=True), RetryLater),
        (ExtractorError("Requested format is not available", expected=True), Unsupported),
        (GeoRestrictedError("blocked in your country"), Closed),
        (UserNotLive(video_id="x"), Gone),
        (ExtractorError("Sign in to confirm you're not a bot", expected=True), RateLimited),
        (ExtractorError("HTTP Error 429: Too Many Requests"), RateLimited),
        (ExtractorError("No video could be found in this tweet", expected=True), Unsupported),
        (ExtractorError("This video is DRM protected", expected=True), Unsupported),
        (UnsupportedError("https://example.org/"), Unsupported),
        (ExtractorError("Unable to extract player data"), Unparseable),
        (ContentTooShortError(10, 100), RetryLater),
        (ExtractorError("broken", cause=TimeoutError("timed out")), RetryLater),
        (ExtractorError("refused", cause=Misconfigured("a private address")), Misconfigured),
        (YoutubeDLError("something else"), Unparseable),
    ],
)
def test_each_failure_of_yt_dlp_has_a_meaning(error: Exception, kind: type[Exception]) -> None:
    assert type(translate(error)) is kind
    assert type(translate(wrapped(error))) is kind


def test_the_reason_is_kept_and_the_boilerplate_is_not() -> None:
    error = translate(wrapped(ExtractorError("Unable to extract player data")))
    assert "Unable to extract player data" in str(error)
    assert "report this issue" not in str(error)
    assert "ERROR:" not in str(error)
