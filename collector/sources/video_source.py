"""How are the listings of video sites polled: what yt-dlp lists, nothing downloaded, and YouTube's own feeds?"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, quote, urlsplit

from collector.errors import ConvoywatchError, Gone, Misconfigured, RetryLater, Unparseable, Unsupported
from collector.sources.base import Channel, Media, Page, Post, Reach, Wanted, unreadable
from collector.sources.feed import open_feed
from collector.sources.ytdlp_info import Listing, read_info, read_listing

#: entries of a listing a page: each new one costs a request of its own
PAGE = 15
#: a listing moves on while it is paged through: so many entries are read twice
_OVERLAP = 3
#: how YouTube's feeds call a video, before its id
_ENTRY = "yt:video:"
#: as many as they show
_FEED = 15
_YOUTUBE_ID = re.compile(r"UC[\w-]{22}", re.ASCII)
_YOUTUBE_LIST = re.compile(r"(?:PL|UU|FL|OL)[\w-]{10,60}", re.ASCII)
_HANDLE = re.compile(r"@[\w.-]{2,60}")


@dataclass(frozen=True, slots=True)
class VideoSource:
    """One site (or any that yt-dlp knows: "video"). `find` gives the name in a text, `page` the listing's address."""

    platform: str
    find: Callable[[str], str | None]
    page: Callable[[str, str], str]
    help: str
    feed: Callable[[Wanted], str | None] = field(default=lambda wanted: None)
    numbered: bool = False
    min_posts: int = 1
    max_silence_s: float = 60 * 86_400.0

    def claims(self, text: str) -> str | None:
        """The name in an address of this site; "video" claims nothing, for any page might hold one."""
        return self.find(text.strip()) if "/" in text and self.platform != "video" else None

    def name_of(self, text: str) -> str:
        """The name by which the site lists videos; see `help`."""
        name = self.find(text.strip())
        if name is None:
            raise Misconfigured(f"{text[:100]!r} names no listing of {self.platform}: {self.help}")
        return name

    def read(self, wanted: Wanted, reach: Reach) -> Page | None:
        """The newest videos: from the site's feed where it has one, else, and for older ones, from yt-dlp's listing."""
        if wanted.before is None and (feed := self.feed(wanted)):
            try:
                return _from_feed(self.platform, feed, reach)
            except Gone:
                pass  # YouTube's feeds fail at times for channels that are there
        return _from_listing(self, wanted, reach)


def _from_feed(platform: str, url: str, reach: Reach) -> Page | None:
    answer = reach.get(url, newest=True)
    if answer.not_modified:
        return None
    try:
        feed = open_feed(answer.body, answer.url)
        listed = list(feed.posts)
    except Unparseable as wrong:
        return unreadable(str(wrong))
    posts = [_video(post, platform) for post in listed if post.native_id.startswith(_ENTRY)]
    strange = "" if len(posts) == len(listed) else "entries of the feed that are no videos"
    return Page(
        "history" if posts else "empty", Channel(_channel_id(url), None, feed.channel.title), tuple(reversed(posts)),
        issues=(strange,) if strange else (), drift=strange,
        next_cursor="1" if len(posts) >= _FEED else None, message="" if posts else "the feed has no entries",
    )  # fmt: skip


def _video(post: Post, platform: str) -> Post:
    """An entry of a YouTube feed ("yt:video:ID") as the video that yt-dlp would tell of."""
    thumb = next((item.thumb_url or item.url for item in post.media), None)
    return replace(
        post, platform=platform, native_id=post.native_id.removeprefix(_ENTRY), media=(Media("video", None, thumb),)
    )


def _channel_id(url: str) -> str | None:
    return parse_qs(urlsplit(url).query).get("channel_id", [None])[0]


def _from_listing(source: VideoSource, wanted: Wanted, reach: Reach) -> Page:
    first = int(wanted.before) if wanted.before and wanted.before.isdecimal() else 1
    url = source.page(wanted.base_url.rstrip("/"), wanted.name)
    answer = reach.video(url, first, first + PAGE - 1, flat=True)
    try:
        listing = read_listing(answer.body)
    except Unparseable as wrong:
        return unreadable(str(wrong))
    found = _Found(source.platform, answer.sha256)
    stored = reach.stored([(source.platform, entry.native_id) for entry in listing.entries])
    try:
        for entry in reversed(listing.entries):  # the oldest first: what fails leaves no hole before what is read
            found.take(entry, (source.platform, entry.native_id) in stored, listing.addresses, reach)
    except ConvoywatchError as error:
        found.failed = error
    more = str(first + PAGE - _OVERLAP) if len(listing.entries) >= PAGE else None
    return found.page(listing, more)


@dataclass(slots=True)
class _Found:
    """The videos of one page of a listing, with their details."""

    platform: str
    sha256: str
    posts: list[Post] = field(default_factory=list)
    listed: list[tuple[str, str]] = field(default_factory=list)
    evidence: dict[str, str] = field(default_factory=dict)
    issues: list[str] = field(default_factory=list)
    failed: ConvoywatchError | None = None

    def take(self, entry: Post, is_stored: bool, addresses: Mapping[str, str], reach: Reach) -> None:
        """Ask for the details of a new video; of one that cannot be had, what the listing tells is kept."""
        if not is_stored:
            try:
                answer = reach.video(addresses[entry.native_id], 1, 1)
                post = next(iter(read_info(answer.body)))
                self.evidence[entry.native_id] = answer.sha256
            except RetryLater:
                raise
            except (Gone, Unsupported, Unparseable, StopIteration, KeyError) as wrong:
                post = replace(entry, warnings=(*entry.warnings, f"its details are not to be had: {wrong}"))
                self.evidence[entry.native_id] = self.sha256
                if isinstance(wrong, Unparseable):
                    self.issues.append(f"a video that yt-dlp does not understand: {str(wrong)[:200]}")
            self.posts.append(replace(post, platform=self.platform, native_id=entry.native_id))
        self.listed.append((self.platform, entry.native_id))

    def page(self, listing: Listing, more: str | None) -> Page:
        """What was found as a page, oldest first."""
        return Page(
            "history" if listing.entries else "empty", listing.channel, tuple(self.posts), more,
            message="" if listing.entries else "the listing is empty", issues=tuple(dict.fromkeys(self.issues)),
            listed=tuple(self.listed), evidence=self.evidence, failed=self.failed,
        )  # fmt: skip


def _steps(text: str, *hosts: str) -> tuple[list[str], dict[str, list[str]]]:
    """The path's steps and the query of an address at one of the hosts; both empty for any other."""
    try:
        parts = urlsplit(text if "//" in text else f"https://{text}")
    except ValueError:
        return [], {}
    host = re.sub(r"^(?:www|m|new)\.", "", parts.hostname or "")
    if parts.scheme not in ("http", "https") or host not in hosts:
        return [], {}
    return [step for step in parts.path.split("/") if step], parse_qs(parts.query)


def _youtube(text: str) -> str | None:
    """ "UC...", "PL..." or "@handle", bare or in an address."""
    steps, query = _steps(text, "youtube.com") if "." in text and "/" in text else (text.split("/"), {})
    said = [*steps[:1], *steps[1:2]] if steps[:1] == ["channel"] else steps[:1]
    said += query.get("list", []) + query.get("channel_id", []) + query.get("playlist_id", [])
    if steps[:1] in (["user"], ["c"]) and steps[1:]:
        said.append(f"{steps[0]}/{quote(steps[1])}")
        return said[-1]
    kinds = (_YOUTUBE_ID, _YOUTUBE_LIST, _HANDLE)
    return next((one for one in reversed(said) if any(kind.fullmatch(one) for kind in kinds)), None)


def _youtube_page(base: str, name: str) -> str:
    base = base or "https://www.youtube.com"
    if _YOUTUBE_LIST.fullmatch(name):
        return f"{base}/playlist?list={name}"
    path = f"channel/{name}" if _YOUTUBE_ID.fullmatch(name) else quote(name, safe="@/%")
    return f"{base}/{path}/videos"


def _youtube_feed(wanted: Wanted) -> str | None:
    """The feed of a channel or playlist; of a handle once a listing has told its channel's id."""
    base = f"{wanted.base_url.rstrip('/') or 'https://www.youtube.com'}/feeds/videos.xml"
    if _YOUTUBE_LIST.fullmatch(wanted.name):
        return f"{base}?playlist_id={wanted.name}"
    number = wanted.name if _YOUTUBE_ID.fullmatch(wanted.name) else wanted.channel_id
    return f"{base}?channel_id={number}" if number and _YOUTUBE_ID.fullmatch(number) else None


def _vk(text: str) -> str | None:
    """ "@name" or "playlist/-OWNER_N"."""
    steps, _ = _steps(text, "vk.com", "vkvideo.ru", "vk.ru") if "/" in text and "." in text else (text.split("/"), {})
    steps = steps[1:] if steps[:1] == ["video"] else steps
    if steps and _HANDLE.fullmatch(steps[0]):
        return steps[0]
    if steps[:1] == ["playlist"] and steps[1:] and re.fullmatch(r"-?\d+_-?\d+", steps[1]):
        return f"playlist/{steps[1]}"
    return None


def _rutube(text: str) -> str | None:
    """ "NUMBER" of a channel, "u/NAME" or "plst/NUMBER"."""
    steps, _ = _steps(text, "rutube.ru") if "/" in text and "." in text else (text.split("/"), {})
    steps = steps[1:] if steps[:1] == ["channel"] else steps
    if steps and steps[0].isascii() and steps[0].isdigit():
        return steps[0]
    return "/".join(steps[:2]) if steps[:1] in (["u"], ["plst"]) and steps[1:] else None


def _rutube_page(base: str, name: str) -> str:
    return f"{base or 'https://rutube.ru'}/{name if '/' in name else f'channel/{name}'}/"


def _any(text: str) -> str | None:
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    is_address = parts.scheme in ("http", "https") and parts.hostname and text.isprintable() and " " not in text
    return text if is_address else None


#: every kind of video listing
VIDEO_SOURCES = (
    VideoSource(
        "youtube", _youtube, _youtube_page,
        "write https://www.youtube.com/@HANDLE, .../channel/UC... or .../playlist?list=PL...", _youtube_feed,
    ),
    VideoSource(
        "vk", _vk, lambda base, name: f"{base or 'https://vkvideo.ru'}/{name}",
        "write https://vk.com/video/@NAME or https://vkvideo.ru/playlist/-OWNER_N",
    ),
    VideoSource("rutube", _rutube, _rutube_page, "write https://rutube.ru/channel/NUMBER or https://rutube.ru/plst/NUMBER"),
    VideoSource("video", _any, lambda base, name: name, "write the address of a listing that yt-dlp reads"),
)  # fmt: skip
