"""How is a news feed polled: RSS, Atom or JSON Feed at its own address?"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from collector.errors import Misconfigured, Unparseable
from collector.sources.base import Channel, Page, Post, Reach, Wanted, unreadable
from collector.sources.feed import Feed, open_feed
from collector.sources.json_shape import told

_URI = re.compile(r"[a-z][a-z0-9+.-]{1,30}:\S", re.IGNORECASE)
#: an address that says that a feed is there
_FEED = re.compile(r"(?:^|[/._?=&-])(?:feeds?|rss2?|atom|rdf|xml|feed\.json|jsonfeed)(?:$|[/._?=&-])", re.IGNORECASE)
#: https://www.jsonfeed.org/version/1.1/; names that begin with "_" are extensions
_ITEM = {
    "id": "sn", "url": "s", "external_url": "s", "title": "s0", "content_html": "s0", "content_text": "s0",
    "summary": "s0", "image": "s0", "banner_image": "s0", "date_published": "s0", "date_modified": "s0", "author": "m0",
    "authors": "l0", "tags": "l0", "language": "s0", "attachments": "l0",
}  # fmt: skip


class FeedSource:
    """A feed, with the older pages that it may offer (RFC 5005, `next_url` of JSON Feed)."""

    platform = "feed"
    numbered = False
    min_posts = 1
    max_silence_s = 30 * 86_400.0

    def claims(self, text: str) -> str | None:
        """An address with "feed", "rss", "atom" or the like in it; others may be feeds as well, and must say so."""
        try:
            parts = urlsplit(text.strip())
        except ValueError:
            return None
        if parts.scheme in ("http", "https") and _FEED.search(f"{parts.path}?{parts.query}"):
            return self.name_of(text)
        return None

    def name_of(self, text: str) -> str:
        """The address itself, with its host in lower case."""
        plain = re.sub(r"^feed:(?://)?(?=https?://)", "", text.strip(), flags=re.IGNORECASE)
        plain = re.sub(r"^feed://", "https://", plain, flags=re.IGNORECASE)
        try:
            parts = urlsplit(plain)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname or not plain.isprintable() or " " in plain:
            raise Misconfigured(f"{text[:100]!r} is no address of a feed: write https://HOST/PATH of the feed itself")
        return parts._replace(netloc=parts.netloc.lower(), fragment="").geturl()

    def read(self, wanted: Wanted, reach: Reach) -> Page | None:
        """The feed, or the older page of it at the address `wanted.before`."""
        answer = reach.get(wanted.before or wanted.name, newest=wanted.before is None)
        if answer.not_modified:
            return None
        try:
            feed = open_feed(answer.body, answer.url)
            posts = keyed(list(feed.posts), wanted.name)
        except Unparseable as wrong:
            return unreadable(str(wrong))
        return _page(feed, posts)


def _page(feed: Feed, listed: Sequence[Post]) -> Page:
    posts = [post for post in listed if post.text or post.media or post.url]
    kept = [{name: value for name, value in item.items() if not name.startswith("_")} for item in feed.items]
    issues, drift = told(kept, _ITEM, ())
    if len(posts) > 2 and not any(post.text or post.media for post in posts):
        drift = "no entry shows text or media: the layout may have changed"
        issues.append(drift)
    if len(posts) < len(listed) + feed.lost:
        drift = "entries that hold nothing"
        issues.append(drift)
    if any("#same-id-" in post.native_id for post in posts):
        issues.append("entries that share one id")
    return Page(
        "history" if posts else "empty", Channel(None, feed.channel.name, feed.channel.title or None),
        tuple(reversed(posts)), feed.older, message="" if posts else "the feed has no entries", issues=tuple(issues),
        drift=drift,
    )  # fmt: skip


def keyed(posts: Sequence[Post], name: str) -> list[Post]:
    """Posts whose ids name nothing but them: "17" is an id in many feeds, and some give one id to all entries."""
    times = Counter(post.native_id for post in posts)
    found = []
    for post in posts:
        native_id = post.native_id if _URI.match(post.native_id) else f"{name}#{post.native_id}"
        if times[post.native_id] > 1:
            own = hashlib.sha256(f"{post.url}\x1f{post.text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
            native_id = f"{native_id}#same-id-{own}"
        found.append(replace(post, native_id=native_id))
    return found
