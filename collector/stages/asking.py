"""How does a poll ask? Politely, with the validators of the last poll, and with every answer kept raw."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version

from collector.context import Context
from collector.errors import ConvoywatchError, RateLimited
from collector.http_values import tool
from collector.parts import video_settings
from collector.sources.base import Answer, Wanted
from collector.thicket import refuse_a_thicket
from collector.video import probe
from db import posts
from db.rows import NewCapture
from db.types import AnyRow


@dataclass
class Asker:
    """The `Reach` of one source for one poll: `captures` are its answers so far, in order.

    `newest` is the answer whose validators the next poll sends, `fresh_s` how many seconds the server calls it fresh.
    """

    ctx: Context
    source: AnyRow
    captures: list[NewCapture] = field(default_factory=list)
    newest: Answer | None = None
    fresh_s: float = 0.0

    def wanted(self, before: str | None) -> Wanted:
        """What is asked of the kind of source for its newest page, or for the one of a cursor."""
        base_url = self.ctx.settings.kind(self.source.platform).base_url
        return Wanted(self.source.name, before, base_url, self.source.channel_id, self.source.options or {})

    def get(self, url: str, *, newest: bool = False) -> Answer:
        """See `Reach`."""
        etag, changed = (self.source.etag, self.source.last_modified) if newest else (None, None)
        try:
            answer = self.ctx.client.get(url, etag=etag, last_modified=changed)
        except ConvoywatchError as error:
            if error.answer and error.answer.body:  # how a server refuses is evidence too
                self.captures.append(self.ctx.captures.keep(error.answer))
            raise
        if newest:
            self.fresh_s = answer.fresh_for_s or 0.0
        if answer.not_modified:
            return Answer(answer.url, headers=answer.headers, not_modified=True)
        found = self._told(self.ctx.captures.keep(answer), answer.body)
        refuse_a_thicket(answer.body)
        if newest:
            self.newest = found
        return found

    def video(self, url: str, first: int, last: int, *, flat: bool = False) -> Answer:
        """See `Reach`."""
        self.ctx.client.take_turn(url)
        try:
            info = probe(url, video_settings(self.ctx.settings), first=first, last=last, flat=flat, stop=self.ctx.stop)
        except RateLimited as error:
            error.retry_after_s = self.ctx.client.pause(url, error.retry_after_s)
            raise
        body, by = json.dumps(info).encode(), f"{tool()} yt-dlp/{version('yt-dlp')}"
        sha256 = self.ctx.captures.store(body)
        return self._told(NewCapture(sha256, len(body), url, 0, {}, datetime.now(UTC), by), body)

    def stored(self, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """See `Reach`."""
        found: set[tuple[str, str]] = set()
        with self.ctx.store.read() as conn:
            for platform in {platform for platform, _ in keys}:
                asked = [native_id for p, native_id in keys if p == platform]
                found |= {(platform, known) for known in posts.known(conn, platform, asked)}
        return found

    def _told(self, capture: NewCapture, body: bytes) -> Answer:
        self.captures.append(capture)
        return Answer(capture.url, body, capture.headers, capture.sha256)
