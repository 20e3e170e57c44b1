"""Which files does a message show, of what kind, how long, and does the page hand them out?"""

from collections.abc import Callable

from selectolax.lexbor import LexborNode

from collector.sources.base import Media, MediaKind
from collector.sources.telegram_values import background, length_s
from collector.sources.values import address

#: the class that marks one attached file, without its `tgme_widget_message_` -> how to read it
READERS: dict[str, Callable[[LexborNode, str], Media]] = {}


def _reader(*names: str) -> Callable[[Callable[[LexborNode, str], Media]], Callable[[LexborNode, str], Media]]:
    def register(read: Callable[[LexborNode, str], Media]) -> Callable[[LexborNode, str], Media]:
        READERS.update(dict.fromkeys(names, read))
        return read

    return register


@_reader("photo_wrap")
def _photo(node: LexborNode, base: str) -> Media:
    url = background(node.attributes.get("style"), base) or _style_within(node, base)
    return Media("photo", url=url, thumb_url=url, withheld=url is None)


@_reader("service_photo")
def _service_photo(node: LexborNode, base: str) -> Media:
    image = node.css_first("img")
    url = address(image.attributes.get("src"), base) if image else None
    return Media("photo", url=url, thumb_url=url)


@_reader("video_player")
def _video(node: LexborNode, base: str) -> Media:
    """A video, or a silent loop without a length (an animation); "Media is too big" leaves no `src` but the poster."""
    player = node.css_first("video.js-message_video") or node.css_first("video")
    said = player.attributes if player else {}
    length = _length(node)
    looped = "loop" in said and "autoplay" in said and length is None
    kind: MediaKind = "animation" if looped else "video"
    return _played(kind, node, said.get("src"), base)


@_reader("roundvideo_player")
def _round_video(node: LexborNode, base: str) -> Media:
    player = node.css_first("video")
    return _played("round_video", node, player.attributes.get("src") if player else None, base)


@_reader("voice_player")
def _voice(node: LexborNode, base: str) -> Media:
    player = node.css_first("audio")
    return _played("voice", node, player.attributes.get("src") if player else None, base)


@_reader("document_wrap")
def _document(node: LexborNode, base: str) -> Media:
    """A document or a piece of music: the preview names it and hands nothing out."""
    icon = node.css_first(".tgme_widget_message_document_icon")
    is_audio = icon is not None and "audio" in (icon.attributes.get("class") or "").split()
    return Media("audio" if is_audio else "document", thumb_url=_style_within(node, base), withheld=True)


@_reader("sticker_wrap", "tgsticker_wrap", "videosticker_wrap", "sticker", "tgsticker", "videosticker")
def _sticker(node: LexborNode, base: str) -> Media:
    """A still, vector or video sticker: `data-webp`, `<source srcset>` or `<video src>`."""
    still = node if node.attributes.get("data-webp") else node.css_first("[data-webp]")
    source = node.css_first("video[src]") or node.css_first("source[srcset]") or node.css_first("img[src]")
    said = {**(source.attributes if source else {}), **(still.attributes if still else {})}
    url = address(said.get("data-webp") or said.get("src") or said.get("srcset"), base)
    thumb = background(said.get("style"), base) or _style_within(node, base)
    return Media("sticker", url=url, thumb_url=thumb or url)


def _played(kind: MediaKind, node: LexborNode, src: str | None, base: str) -> Media:
    url = address(src, base)
    closed = url is None or "not_supported" in (node.attributes.get("class") or "").split()
    return Media(
        kind,
        url=None if closed else url,
        thumb_url=_style_within(node, base),
        duration_s=_length(node),
        withheld=closed,
    )


def _length(node: LexborNode) -> float | None:
    """The written length: the `<time>` that is not the post's date."""
    shown = node.css_first("time:not([datetime])")
    return length_s(shown.text()) if shown else None


def _style_within(node: LexborNode, base: str) -> str | None:
    styled = node.css_first('[style*="background-image"]')
    return background(styled.attributes.get("style"), base) if styled else None
