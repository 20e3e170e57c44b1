"""What does any web page that an analyst ingests by hand say, as one post?"""

import hashlib
import re
import warnings as python_warnings
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
_ZONED = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")


def parse_web(body: bytes, url: str | None = None) -> Post:
    """One post of platform "web" from an HTML page: JSON-LD first, then OpenGraph and meta tags, then the text itself.

    `url` is where the page came from; the page's own canonical address wins. `native_id` is that address without its
    fragment, or the page's SHA-256 where there is none. Raises `Unparseable` for bytes that hold no readable page.
    """
    soup = _soup(body)
    told = article_of([tag.get_text() for tag in soup.find_all("script", type="application/ld+json")])
    page_url = _canonical(soup, url) or address(told.url, "")
    base = page_url or ""
    main = _main(soup)
    text = _text(soup, told, main)
    if not text:
        raise Unparseable("a page without a title and without text")
    published, notes = _published(soup, told)
    modified = moment(told.modified or _first_meta(soup, _MODIFIED))
    return Post(
        platform="web",
        channel=Channel(None, urlsplit(base).hostname, told.publisher or _meta(soup, "og:site_name")),
        native_id=page_url or f"sha256:{hashlib.sha256(body).hexdigest()}",
        url=page_url,
        posted_at=published,
        text=text,
        edited=bool(published and modified and modified > published),
        author=told.author or _meta(soup, "author") or _meta(soup, "article:author"),
        lang=_lang(soup, told),
        media=_media(soup, told, main, base),
        location=told.location,
        links=_links(main, base),
        warnings=tuple(notes + told.warnings),
    )


def _soup(body: bytes) -> BeautifulSoup:
    if not _MARKUP.search(body.replace(b"\x00", b"")):  # a page in UTF-16 is half NUL bytes
        raise Unparseable("no HTML page")
    with python_warnings.catch_warnings():
        # what the library suspects of its input (a path, XML) does not matter here: any bytes may come
        python_warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        python_warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        return BeautifulSoup(body, "lxml")


def _canonical(soup: BeautifulSoup, url: str | None) -> str | None:
    link = soup.select_one('link[rel~="canonical"][href]')
    for written in (_attribute(link, "href"), _meta(soup, "og:url"), url):
        full = address(written, url or "")
        if full:
            return urldefrag(full).url
    return None


def _main(soup: BeautifulSoup) -> Tag | None:
    """The element that holds the article, rid of what is not its text."""
    for useless in soup.find_all(_NOT_TEXT):
        useless.extract()
    return next((found for selector in _BODIES if (found := soup.select_one(selector)) is not None), None)


def _text(soup: BeautifulSoup, told: Article, main: Tag | None) -> str:
    """The headline, then the article; its description where the page shows no text."""
    title = told.headline or _meta(soup, "og:title") or (soup.title.get_text().strip() if soup.title else "")
    shown = told.body or (_paragraphs(main) if main is not None else "")
    body = shown or told.summary or _meta(soup, "og:description") or _meta(soup, "description") or ""
    return body if not title or body.startswith(title) else f"{title}\n\n{body}".strip()


def _paragraphs(main: Tag) -> str:
    """The text of headings, paragraphs and the like, a line each; all text where a page has none of them."""
    lines = []
    for piece in main.find_all(_PIECES):
        if piece.find(_PIECES) is None:
            lines.append(" ".join(piece.get_text().split()))
    return "\n".join(line for line in lines if line) or " ".join(main.get_text(" ").split())


def _published(soup: BeautifulSoup, told: Article) -> tuple[datetime | None, list[str]]:
    shown = soup.select_one("time[datetime]")
    for written in (told.published, _first_meta(soup, _PUBLISHED), _attribute(shown, "datetime")):
        at = moment(written)
        if at and written:
            return at, [] if _ZONED.search(written.strip()) else ["the date tells no zone: taken as UTC"]
    return None, ["no date is shown"]


def _lang(soup: BeautifulSoup, told: Article) -> str | None:
    written = told.lang or _attribute(soup.find("html"), "lang") or _meta(soup, "og:locale") or ""
    found = re.match(r"[a-zA-Z]{2,3}(?![a-zA-Z])", written)
    return found[0].lower() if found else None


def _media(soup: BeautifulSoup, told: Article, main: Tag | None, base: str) -> tuple[Media, ...]:
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
    shown = address(_meta(soup, "og:video:url") or _meta(soup, "og:video"), base)
    if shown and not (_meta(soup, "og:video:type") or "video/").startswith("text/"):
        found.setdefault(shown, Media("video", shown, address(_meta(soup, "og:image"), base)))
    pictures = [*told.images, _meta(soup, "og:image")]
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


def _meta(soup: BeautifulSoup, name: str) -> str | None:
    """The content of a meta tag, whether it is named by `property`, `name` or `itemprop`."""
    for key in ("property", "name", "itemprop"):
        content = _attribute(soup.find("meta", attrs={key: name}), "content")
        if content and content.strip():
            return content.strip()
    return None


def _first_meta(soup: BeautifulSoup, names: tuple[str, ...]) -> str | None:
    return next((content for name in names if (content := _meta(soup, name))), None)


def _attribute(tag: object, name: str) -> str | None:
    value = tag.get(name) if isinstance(tag, Tag) else None
    return value if isinstance(value, str) else None
