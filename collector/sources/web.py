"""What does any web page that an analyst ingests by hand say, as one post?"""

import hashlib
import itertools
import re
import warnings as python_warnings
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urldefrag, urlsplit

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, Tag, XMLParsedAsHTMLWarning

from collector.errors import Unparseable
from collector.sources.base import Channel, Media, Post
from collector.sources.values import address, moment
from collector.sources.web_linked_data import Article, article_of

_BODIES = ("[itemprop=articleBody]", "article", "main", "[role=main]", "body")
_PIECES = ("h1", "h2", "h3", "h4", "p", "li", "blockquote", "pre", "figcaption")
_NOT_TEXT = ("script", "style", "nav", "header", "footer", "aside", "form", "noscript", "template", "svg")
#: where pages write when they were published and changed, the most trustworthy first
_PUBLISHED = ("article:published_time", "og:article:published_time", "datePublished", "pubdate", "dc.date", "date")
_MODIFIED = ("article:modified_time", "og:updated_time", "dateModified")
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|title|meta|article|main|div|span|p|a|h1)[\s>]", re.IGNORECASE)
#: the longest articles have some 20,000; the tree of a tag takes some 40 microseconds and 2 kB
_MOST_TAGS = 100_000
_ZONED = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")

#: what meta tags say, by their lower-case names
Metas = Mapping[str, str]


def parse_web(body: bytes, url: str | None = None) -> Post:
    """One post of platform "web" from an HTML page: JSON-LD first, then OpenGraph and meta tags, then the text itself.

    `url` is where the page came from; the page's own canonical address wins. `native_id` is that address without its
    fragment, or the page's SHA-256 where there is none. Raises `Unparseable` for bytes that hold no readable page.
    """
    start, notes = _readable(body)
    soup = _soup(start)
    metas = _metas(soup)
    told = article_of([tag.get_text() for tag in soup.find_all("script", type="application/ld+json")])
    page_url = _canonical(soup, metas, url) or address(told.url, "")
    base = page_url or ""
    main = _main(soup)
    text = _text(soup, metas, told, main)
    if not text:
        raise Unparseable("a page without a title and without text")
    published, undated = _published(soup, metas, told)
    modified = moment(told.modified or _first(metas, _MODIFIED))
    return Post(
        platform="web",
        channel=Channel(None, urlsplit(base).hostname, told.publisher or metas.get("og:site_name")),
        native_id=page_url or f"sha256:{hashlib.sha256(body).hexdigest()}",
        url=page_url,
        posted_at=published,
        text=text,
        edited=bool(published and modified and modified > published),
        author=told.author or metas.get("author") or metas.get("article:author"),
        lang=_lang(soup, metas, told),
        media=_media(metas, told, main, base),
        location=told.location,
        links=_links(main, base),
        warnings=(*notes, *undated, *told.warnings),
    )


def _readable(body: bytes) -> tuple[bytes, list[str]]:
    """The page, or as much of a monstrous one as is read in some seconds; with what is to be said of that."""
    if body.count(b"<") <= _MOST_TAGS:
        return body, []
    end = next(itertools.islice(re.finditer(b"<", body), _MOST_TAGS, None)).start()
    return body[:end], [f"a page of more than {_MOST_TAGS:,} tags: the rest is not read"]


def _soup(body: bytes) -> BeautifulSoup:
    if not _MARKUP.search(body.replace(b"\x00", b"")):  # a page in UTF-16 is half NUL bytes
        raise Unparseable("no HTML page")
    with python_warnings.catch_warnings():
        # what the library suspects of its input (a path, XML) does not matter here: any bytes may come
        python_warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        python_warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        return BeautifulSoup(body, "lxml")


def _canonical(soup: BeautifulSoup, metas: Metas, url: str | None) -> str | None:
    link = soup.select_one('link[rel~="canonical"][href]')
    for written in (_attribute(link, "href"), metas.get("og:url"), url):
        full = address(written, url or "")
        if full:
            return urldefrag(full).url
    return None


def _main(soup: BeautifulSoup) -> Tag | None:
    """The element that holds the article, rid of what is not its text."""
    inside: set[int] = set()  # taking each of many nested ones out by itself takes the square of the depth
    for useless in soup.find_all(_NOT_TEXT):
        if id(useless) not in inside:
            inside.update(map(id, useless.find_all(_NOT_TEXT)))
            useless.extract()
    return next((found for selector in _BODIES if (found := soup.select_one(selector)) is not None), None)


def _text(soup: BeautifulSoup, metas: Metas, told: Article, main: Tag | None) -> str:
    """The headline, then the article; its description where the page shows no text."""
    title = told.headline or metas.get("og:title") or (soup.title.get_text().strip() if soup.title else "")
    shown = told.body or (_paragraphs(main) if main is not None else "")
    body = shown or told.summary or metas.get("og:description") or metas.get("description") or ""
    return body if not title or body.startswith(title) else f"{title}\n\n{body}".strip()


def _paragraphs(main: Tag) -> str:
    """The text of headings, paragraphs and the like, a line each; all text where a page has none of them."""
    lines = []
    for piece in main.find_all(_PIECES):
        if piece.find(_PIECES) is None:
            lines.append(" ".join(piece.get_text().split()))
    return "\n".join(line for line in lines if line) or " ".join(main.get_text(" ").split())


def _published(soup: BeautifulSoup, metas: Metas, told: Article) -> tuple[datetime | None, list[str]]:
    shown = soup.select_one("time[datetime]")
    for written in (told.published, _first(metas, _PUBLISHED), _attribute(shown, "datetime")):
        at = moment(written)
        if at and written:
            return at, [] if _ZONED.search(written.strip()) else ["the date tells no zone: taken as UTC"]
    return None, ["no date is shown"]


def _lang(soup: BeautifulSoup, metas: Metas, told: Article) -> str | None:
    written = told.lang or _attribute(soup.find("html"), "lang") or metas.get("og:locale") or ""
    found = re.match(r"[a-zA-Z]{2,3}(?![a-zA-Z])", written)
    return found[0].lower() if found else None


def _media(metas: Metas, told: Article, main: Tag | None, base: str) -> tuple[Media, ...]:
    """Videos, then pictures, each address once: declared ones first, then those in the article."""
    found: dict[str, Media] = {}
    for video in told.videos:
        url, thumb = address(video.url, base), address(video.thumb_url, base)
        if url or thumb:
            found.setdefault(url or thumb or "", Media("video", url, thumb, video.duration_s, withheld=url is None))
    for tag in main.find_all("video") if main is not None else []:
        source = _attribute(tag, "src") or _attribute(tag.find("source"), "src")
        url, thumb = address(source, base), address(_attribute(tag, "poster"), base)
        if url:
            found.setdefault(url, Media("video", url, thumb))
    shown = address(metas.get("og:video:url") or metas.get("og:video"), base)
    if shown and not (metas.get("og:video:type") or "video/").startswith("text/"):
        found.setdefault(shown, Media("video", shown, address(metas.get("og:image"), base)))
    pictures = [*told.images, metas.get("og:image")]
    pictures += [_attribute(tag, "src") for tag in main.find_all("img")] if main is not None else []
    for written in pictures:
        url = address(written, base)
        if url:
            found.setdefault(url, Media("photo", url, url))
    return tuple(found.values())


def _links(main: Tag | None, base: str) -> tuple[str, ...]:
    tags = main.select("a[href]") if main is not None else []
    full = (address(_attribute(tag, "href"), base) for tag in tags)
    return tuple(dict.fromkeys(link for link in full if link and urldefrag(link).url != base))


def _metas(soup: BeautifulSoup) -> Metas:
    """What the meta tags say, by `property`, else `name`, else `itemprop`; of two tags the first."""
    found: dict[str, dict[str, str]] = {"property": {}, "name": {}, "itemprop": {}}
    for tag in soup.find_all("meta"):
        content = (_attribute(tag, "content") or "").strip()
        for key, told in found.items():
            name = _attribute(tag, key)
            if content and name:
                told.setdefault(name.lower(), content)
    return {**found["itemprop"], **found["name"], **found["property"]}


def _first(metas: Metas, names: tuple[str, ...]) -> str | None:
    return next((content for name in names if (content := metas.get(name.lower()))), None)


def _attribute(tag: object, name: str) -> str | None:
    value = tag.get(name) if isinstance(tag, Tag) else None
    return value if isinstance(value, str) else None
