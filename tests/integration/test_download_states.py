"""What an attachment becomes when its platform will not give it: a person's work, not wanted, or failed."""

from pathlib import Path

import pytest

from collector.errors import Closed, ConvoywatchError, Gone, Unparseable, Unsupported
from collector.sources.base import Channel, Media, Post
from collector.stages.arrive import store_posts
from collector.stages.download import Download
from collector.stages.rows import new_post
from collector.worker import run_once
from db import sources
from tests.e2e import small


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Closed("Join this channel to get access to members-only content"), "withheld"),
        (Gone("This video has been removed by the uploader"), "failed"),
        (Unsupported("the video is 300 minutes long; the limit is 180"), "skipped"),
        (Unparseable("the video is larger than the limit"), "failed"),
    ],
)
def test_what_a_video_that_cannot_be_had_becomes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: ConvoywatchError, state: str
) -> None:
    def refuse(*_: object, **__: object) -> Path:
        raise error

    monkeypatch.setattr("collector.stages.download.download", refuse)
    video = Post("youtube", Channel("UC1", "road", None), "clip1", "https://www.youtube.com/watch?v=clip1", None,
                 media=(Media("video"),))  # fmt: skip
    with small.inside(small.config(tmp_path, "http://127.0.0.1:9", [], http__gap_s=0.0)) as ctx:
        with ctx.store.write() as conn:
            source_id, _ = sources.add(conn, "youtube", "@road", small.DAY, enabled=False)
            store_posts(ctx, conn, source_id, [new_post(video, None)], fresh=True)
        assert run_once(ctx, Download()) == 1
        assert small.rows(ctx, "SELECT state FROM post_media") == [(state,)]
        assert small.rows(ctx, "SELECT error_kind FROM work WHERE error_kind IS NOT NULL") == [(error.kind,)]
