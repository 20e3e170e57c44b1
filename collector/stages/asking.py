"""How does a poll ask? Politely, with the validators of the last poll, and with every answer kept raw."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from collector.context import Context, now, video_settings
from collector.errors import RateLimited
from collector.schedule import budget_s, fresh_s
from collector.sources.base import Answer, Wanted
from collector.video import probe
from db import posts
from db.rows import NewCapture
from db.types import AnyRow


@dataclass
class Asker:
    """The `Reach` of one source for one poll: `captures` are its answers so far, in order.

    `newest` is the answer whose validators the next poll sends. `fresh_s` is how long the server calls it fresh,
    `spent_s` for how long its budget of requests is spent (X-RateLimit), both in seconds.
    """

    ctx: Context
    source: AnyRow
    captures: list[NewCapture] = field(default_factory=list)
    newest: Answer | None = None
    fresh_s: float = 0.0
    spent_s: float = 0.0

    def wanted(self, before: str | None) -> Wanted:
        """What is asked of the kind of source for its newest page, or for the one of a cursor."""
        base_url = self.ctx.settings.kind(self.source.platform).base_url
        return Wanted(self.source.name, before, base_url, self.source.channel_id, self.source.options or {})

    def get(self, url: str, *, newest: bool = False) -> Answer:
        """See `Reach`. Raises `RateLimited` where the server's last answer said that its budget is spent."""
        if self.spent_s > 0:
            raise RateLimited(f"{self.source.name}: the server's budget of requests is spent", self.spent_s)
        answer = self.ctx.client.get(
            url, etag=self.source.etag if newest else None, last_modified=self.source.last_modified if newest else None
        )
        self.spent_s = budget_s(answer.headers, now())
        if newest:
            self.fresh_s = fresh_s(answer.headers)
        if answer.not_modified:
            return Answer(answer.url, headers=answer.headers, not_modified=True)
        found = self._keep(answer.url, answer.body, answer.status, dict(answer.headers), answer.fetched_at)
        if newest:
            self.newest = found
        return found

    def video(self, url: str, first: int, last: int, *, flat: bool = False) -> Answer:
        """See `Reach`."""
        info = probe(url, video_settings(self.ctx.settings), first=first, last=last, flat=flat, stop=self.ctx.stop)
        return self._keep(url, json.dumps(info).encode(), 0, {}, datetime.now(UTC))

    def stored(self, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """See `Reach`."""
        found: set[tuple[str, str]] = set()
        with self.ctx.store.read() as conn:
            for platform in {platform for platform, _ in keys}:
                asked = [native_id for p, native_id in keys if p == platform]
                found |= {(platform, known) for known in posts.known(conn, platform, asked)}
        return found

    def _keep(self, url: str, body: bytes, status: int, headers: dict[str, str], at: datetime) -> Answer:
        sha256 = self.ctx.captures.store(body)
        self.captures.append(NewCapture(sha256, len(body), url, status, headers, at))
        return Answer(url, body, headers, sha256)
