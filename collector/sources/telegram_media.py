"""Which files does a message show, of what kind, how long, and does the page hand them out?"""

from collections.abc import Callable
from dataclasses import dataclass

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
    shown = _look(node, "video")
    looped = "loop" in shown.player and "autoplay" in shown.player and shown.length_s is None
    return _played("animation" if looped else "video", node, shown, base)


@_reader("roundvideo_player")
def _round_video(node: LexborNode, base: str) -> Media:
    return _played("round_video", node, _look(node, "video"), base)


@_reader("voice_player")
def _voice(node: LexborNode, base: str) -> Media:
    return _played("voice", node, _look(node, "audio"), base)


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


@dataclass(slots=True)
class _Shown:
    """What a player consists of: its element's attributes, the length written beside it, the style with its poster."""

    player: dict[str, str | None]
    length_s: float | None = None
    style: str | None = None


def _look(node: LexborNode, player: str) -> _Shown:
    """Find all of a player in one walk; of two `player` elements the sharp one counts, not the blurred ground."""
    shown = _Shown({})
    sharp = False
    for here in node.traverse():
        tag = here.tag
        if tag == player and not sharp:
            said = here.attributes
            sharp = "js-message_video" in (said.get("class") or "").split()
            if sharp or not shown.player:
                shown.player = said
        elif tag == "time" and shown.length_s is None:
            if "datetime" not in here.attributes:  # the `<time>` that is not the post's date
                shown.length_s = length_s(here.text())
        elif shown.style is None:
            style = here.attributes.get("style")
            if style and "background-image" in style:
                shown.style = style
    return shown


def _played(kind: MediaKind, node: LexborNode, shown: _Shown, base: str) -> Media:
    url = address(shown.player.get("src"), base)
    closed = url is None or "not_supported" in (node.attributes.get("class") or "").split()
    return Media(
        kind,
        url=None if closed else url,
        thumb_url=background(shown.style, base),
        duration_s=shown.length_s,
        withheld=closed,
    )


def _style_within(node: LexborNode, base: str) -> str | None:
    styled = node.css_first('[style*="background-image"]')
    return background(styled.attributes.get("style"), base) if styled else None
