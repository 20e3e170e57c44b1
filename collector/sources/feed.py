"""What does a news feed say: RSS, Atom or JSON Feed, as posts?"""

import json
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from collector.errors import Unparseable
from collector.sources.base import Channel, Location, Media, MediaKind, Post
from collector.sources.json_values import seconds
from collector.sources.markup_text import plain
from collector.sources.values import address, moment
from collector.sources.xml_bytes import mended

_TEXTS = ("encoded", "content", "description", "summary", "content_html", "content_text")
_DATES = ("published", "pubDate", "date", "issued", "updated", "date_published", "date_modified")
_ENTRY = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)[\s>]")
_PROLOGUE = re.compile(rb"<!--.*?-->|<\?.{0,200}?\?>", re.DOTALL)
_BARE_VALUE = re.compile(rb"""(\s[\w:.-]{1,40}=)([^\s"'<>]{1,200})(?=[\s>])""")
_LENGTH = re.compile(r"(?:(?:(\d{1,3}):)?(\d{1,4}):)?(\d{1,6}(?:\.\d{1,6})?)")
_POINT = re.compile(r"\s*(-?\d+(?:\.\d+)?)[\s,]+(-?\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that was read: `posts` come in its order, `older` is the address of the page before it (RFC 5005).

    `items` are a JSON Feed's own objects, for whoever wants to know whether they have changed; `lost` are not objects.
    """

    channel: Channel
    posts: Iterator[Post]
    older: str | None = None
    items: tuple[Mapping[str, Any], ...] = ()
    lost: int = 0


def read_feed(body: bytes) -> Iterator[Post]:
    """One post of platform "feed" an entry, in the feed's order. Raises `Unparseable` where it is no feed."""
    yield from open_feed(body).posts


def open_feed(body: bytes, url: str = "") -> Feed:
    """A feed from `url`, to which its addresses are relative. Raises `Unparseable` where it is no feed.

    Elements are taken by their local names: many feeds in the wild use undeclared or unusual namespaces.
    """
    if body.lstrip().startswith(b"{"):
        return _json_feed(body, url)
    root = _root(body)
    entries = _entries(root)
    if not entries and _ENTRY.search(body):  # a parser that recovers may do so by dropping everything
        root = _root(_BARE_VALUE.sub(rb'\1"\2"', _PROLOGUE.sub(b"", body)))
        entries = _entries(root)
    if root is None or _name(root) not in ("rss", "feed", "RDF"):
        raise Unparseable("no feed: neither RSS, Atom nor JSON Feed")
    if not entries and _ENTRY.search(body):
        raise Unparseable("a feed so broken that no entry can be read")
    head = next((node for node in root if _name(node) == "channel"), root)
    home = address(_link(head), url) or url
    channel = Channel(None, urlsplit(home).hostname, _text(head, "title"))
    return Feed(channel, (_entry(node, channel, home) for node in entries), _older(head, url))


def _older(head: Any, url: str) -> str | None:
    """The archive before this one, else the next page of older entries (RFC 5005, 3 and 4)."""
    links = {child.get("rel"): child.get("href") for child in head if _name(child) == "link" and child.get("rel")}
    return address(links.get("prev-archive") or links.get("next"), url)


def _root(body: bytes) -> Any:
    """The root of a document that may be broken, None where nothing can be read; nothing is fetched or expanded."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(mended(body), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _entries(root: Any) -> list[Any]:
    found = root.iter(etree.Element) if root is not None else ()
    return [node for node in found if _name(node) in ("item", "entry")]


def _entry(node: Any, channel: Channel, base: str) -> Post:
    base = address(node.base if node.base and "//" in node.base else None, base) or base
    url = address(_link(node) or _permalink(node), base)
    markup = next((found for name in _TEXTS if (found := _text(node, name))), "") or _text_within(node, "description")
    return _post(
        channel,
        native_id=_text(node, "guid") or _text(node, "id") or url,
        url=url,
        title=plain(_text(node, "title"))[0],
        markup=markup,
        at=_moment(next((found for name in _DATES if (found := _text(node, name))), "")),
        author=_text(node, "creator") or _text_within(node, "name") or _text(node, "author"),
        media=tuple(dict.fromkeys(_media(node, url or base))),
        location=_location(node),
    )


def _json_feed(body: bytes, base: str) -> Feed:
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError) as broken:
        raise Unparseable(f"no JSON: {str(broken)[:200]}") from broken
    if not isinstance(feed, Mapping) or not isinstance(feed.get("items"), list):
        raise Unparseable("no JSON Feed: it has no items")
    home = address(_field(feed, "home_page_url"), base) or base
    channel = Channel(None, urlsplit(home).hostname, _field(feed, "title") or None)
    items = tuple(item for item in feed["items"] if isinstance(item, Mapping))
    older = address(_field(feed, "next_url"), base)
    return Feed(
        channel, (_json_entry(item, channel, home) for item in items), older, items, len(feed["items"]) - len(items)
    )


def _json_entry(item: Mapping[str, Any], channel: Channel, base: str) -> Post:
    url = address(_field(item, "url") or _field(item, "external_url"), base)
    return _post(
        channel,
        native_id=str(item.get("id") or "") or url,
        url=url,
        title=_field(item, "title"),
        markup=next((found for name in _TEXTS if (found := _field(item, name))), ""),
        at=_moment(_field(item, "date_published") or _field(item, "date_modified")),
        author=_json_author(item),
        media=tuple(_json_media(item)),
        location=None,
    )


def _post(channel: Channel, *, native_id: str | None, url: str | None, title: str, markup: str, at: datetime | None,
          author: str, media: tuple[Media, ...], location: Location | None) -> Post:  # fmt: skip
    text, links = plain(markup, url or "")
    # a feed made from short messages repeats their beginning as the title
    whole = text if not title or text.startswith(title.rstrip(".…")) else f"{title}\n\n{text}".strip()
    warnings = [] if at else ["no date is given"]
    if not native_id:
        warnings.append("an entry without an id or an address: keyed by its title")
    return Post(
        platform="feed",
        channel=channel,
        native_id=native_id or whole[:100] or "untitled",
        url=url,
        posted_at=at,
        text=whole,
        author=author or None,
        media=media,
        location=location,
        links=tuple(dict.fromkeys(links)),
        warnings=tuple(warnings),
    )


def _moment(written: str) -> datetime | None:
    """RFC 822 (RSS) or ISO 8601 (Atom, JSON Feed) as UTC."""
    at = moment(written)
    if at or not written:
        return at
    try:
        read = parsedate_to_datetime(written)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _media(node: Any, base: str) -> Iterator[Media]:
    """Enclosures and Media RSS: what has an address and a type that says picture, film or sound."""
    thumb = next((address(inner.get("url"), base) for inner in node.iter() if _name(inner) == "thumbnail"), None)
    for inner in node.iter():
        is_link = _name(inner) == "link" and inner.get("rel") == "enclosure"
        if is_link or (_name(inner) in ("enclosure", "content") and inner.get("url")):
            url = address(inner.get("url") or inner.get("href"), base)
            kind = _kind(inner.get("type") or inner.get("medium") or "", url)
            if url and kind:
                length = inner.get("duration") or (_text(node, "duration") if kind != "photo" else "")
                yield Media(kind, url, thumb, _length_s(length))


def _kind(written: str, url: str | None) -> MediaKind | None:
    """By the type; where none is told, by the end of the address."""
    guessed = written or mimetypes.guess_type(urlsplit(url or "").path)[0] or ""
    kinds: dict[str, MediaKind] = {"image": "photo", "video": "video", "audio": "audio"}
    return kinds.get(guessed.partition("/")[0].casefold())


def _length_s(written: str) -> float | None:
    """Seconds, as Media RSS writes them, or "1:02:03", as podcasts do; None for anything else."""
    found = _LENGTH.fullmatch(written.strip())
    if not found:
        return None
    hours, minutes, rest = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + rest


def _location(node: Any) -> Location | None:
    """GeoRSS `point` ("lat lon") or W3C `lat` and `long`."""
    found = _POINT.fullmatch(_text_within(node, "point") or f"{_text_within(node, 'lat')} {_text_within(node, 'long')}")
    if not found or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        return None
    return Location(float(found[1]), float(found[2]))


def _link(node: Any) -> str:
    """The page of a feed or an entry: the text of `<link>`, or the `href` of the one that is no other relation."""
    links = [child for child in node if _name(child) == "link"]
    chosen = next(
        (link.get("href") for link in links if link.get("href") and link.get("rel") in (None, "alternate")), None
    )
    return chosen or next((link.text.strip() for link in links if link.text and link.text.strip()), "")


def _permalink(node: Any) -> str:
    """An entry without a link may have its address as its id (RSS 2.0: unless it says that it is none)."""
    guid = next((child for child in node if _name(child) == "guid"), None)
    is_one = guid is not None and guid.get("isPermaLink", "true").lower() != "false" and "://" in (guid.text or "")
    return guid.text.strip() if guid is not None and is_one else ""


def _text(node: Any, name: str) -> str:
    """The text of the first child of this name; XHTML inside it as markup."""
    for child in node:
        if _name(child) == name:
            if len(child) and child.get("type") == "xhtml":
                return str(etree.tostring(child, encoding="unicode", with_tail=False))
            return "".join(child.itertext()).strip()
    return ""


def _text_within(node: Any, name: str) -> str:
    return next(("".join(inner.itertext()).strip() for inner in node.iter() if _name(inner) == name), "")


def _name(node: Any) -> str:
    """An element's name without its namespace, declared (`{...}name`) or not (`prefix:name`); "" for a comment."""
    return node.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(node.tag, str) else ""


def _field(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    return value.strip() if isinstance(value, str) else ""


def _json_author(item: Mapping[str, Any]) -> str:
    authors = item.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else item.get("author")
    return _field(first, "name") if isinstance(first, Mapping) else ""


def _json_media(item: Mapping[str, Any]) -> Iterator[Media]:
    """The main picture of an item, then what is attached."""
    picture = address(_field(item, "image") or _field(item, "banner_image"), "")
    if picture:
        yield Media("photo", picture, picture)
    attachments = item.get("attachments")
    for attached in attachments if isinstance(attachments, list) else []:
        if isinstance(attached, Mapping):
            url = address(_field(attached, "url"), "")
            kind = _kind(_field(attached, "mime_type"), url)
            if url and kind:
                yield Media(kind, url, None, seconds(attached.get("duration_in_seconds")))
