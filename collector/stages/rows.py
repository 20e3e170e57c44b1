"""From a post as it was read to a row as it is stored: what counts as an edit, and what makes copies."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable

from collector.sources.base import Media, Post
from db.rows import NewMedia, NewPost

#: a link to one post, not to a channel: its last part is a number
_POST_URL = re.compile(r"https?://(?:www\.)?(t\.me|telegram\.me)/(?:s/)?(c/)?([^/?#]+)/(\d+)", re.IGNORECASE)


def new_post(post: Post, capture_sha256: str | None) -> NewPost:
    """The row of a post, with the capture that it was read from."""
    place, origin = post.location, post.forwarded_from
    files = [*post.media_files, *[None] * len(post.media)]
    return NewPost(
        platform=post.platform, native_id=post.native_id, content_hash=content_hash(post), text=post.text,
        edited=post.edited, channel_id=post.channel.id, channel_name=post.channel.name,
        channel_title=post.channel.title, url=post.url, posted_at=post.posted_at, author=post.author, lang=post.lang,
        forwarded_from_name=origin.name if origin else None, forwarded_from_url=origin.url if origin else None,
        reply_to_url=post.reply_to, views=post.views, views_step=post.views_step,
        geotag_lat=place.lat if place else None, geotag_lon=place.lon if place else None,
        geotag_title=place.title if place else None, links=post.links,
        poll={"question": post.poll.question, "options": list(post.poll.options)} if post.poll else None,
        service=post.service, served_at=post.served_at, warnings=post.warnings, capture_sha256=capture_sha256,
        aliases=post.aliases, copy_keys=tuple(sorted(set(copy_keys(post)))),
        stated=post.stated.as_json() if post.stated else None,
        media=tuple(
            NewMedia(m.kind, m.url, m.thumb_url, file, m.duration_s, m.withheld, _state(post, m, file))
            for m, file in zip(post.media, files, strict=False)
        ),
    )  # fmt: skip


#: attachments that can show a convoy
WANTED = frozenset({"video", "photo", "round_video", "animation"})
#: platforms whose files are had through yt-dlp, from the address of the post
BY_YTDLP = frozenset({"youtube", "vk", "rutube", "ok", "x", "video"})


def _state(post: Post, media: Media, file: str | None) -> str:
    """Is this attachment to be fetched?"""
    if file is None and media.withheld:
        return "withheld"
    reachable = file or (post.url if post.platform in BY_YTDLP else media.url)
    return "pending" if media.kind in WANTED and reachable else "skipped"


def content_hash(post: Post) -> str:
    """A digest of what an author can edit: text, geotag and poll; views and addresses change by themselves."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", post.text)).strip()
    place = f"{post.location.lat:.5f},{post.location.lon:.5f}" if post.location else ""
    poll = repr((post.poll.question, post.poll.options)) if post.poll else ""
    stated = (json.dumps(post.stated.as_json(), sort_keys=True),) if post.stated else ()
    whole = "\x1f".join((text, place, poll, post.service or "", *stated))
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def copy_keys(post: Post) -> Iterable[tuple[str, str]]:
    """What other posts would share if they were copies: the original's address. Texts are compared by a stage."""
    for url in (post.url, post.forwarded_from.url if post.forwarded_from else None):
        if url and (key := origin_key(url)):
            yield "origin", key


def origin_key(url: str) -> str | None:
    """One spelling of the address of one post; None for what is not one (a channel, say)."""
    if found := _POST_URL.match(url):
        return f"t.me/{found[2] or ''}{found[3].lower()}/{found[4]}"
    return None if re.match(r"https?://(www\.)?(t|telegram)\.me/", url, re.IGNORECASE) else url
