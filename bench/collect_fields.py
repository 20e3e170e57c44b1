"""What does each reader of Telegram's preview make of a page: which fields of the batch contract does it recover?

Peers (pinned in the `bench` extra): teleglance, tchan, snscrape. A reader gets the bytes of a page and gives a value a
post. A field counts as recovered where the known value stands, in whatever form, in what the reader gives for that
post: the names and shapes of other programs are not held against them.
"""

import dataclasses
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bs4
import tchan
from lxml.html import document_fromstring
from snscrape.modules.telegram import TelegramChannelScraper
from teleglance.parsing import default_registry, parse_feed

from collector.sources.telegram_page import parse_page

_REGISTRY = default_registry()
_URL = "https://t.me/s/durov"


def _ours(body: bytes) -> Sequence[Any]:
    return parse_page(body, _URL).posts


def _teleglance(body: bytes) -> Sequence[Any]:
    return parse_feed(body.decode(), _REGISTRY)


def _tchan(body: bytes) -> Sequence[Any]:
    return list(tchan.parse_messages(_URL, document_fromstring(body.decode())))


def _snscrape(body: bytes) -> Sequence[Any]:
    return list(TelegramChannelScraper("durov")._soup_to_items(bs4.BeautifulSoup(body.decode(), "lxml"), _URL))


READERS: Mapping[str, Callable[[bytes], Sequence[Any]]] = {
    "ours": _ours,
    "teleglance": _teleglance,
    "tchan": _tchan,
    "snscrape": _snscrape,
}


@dataclass(frozen=True, slots=True)
class Probe:
    """One field of the contract on a page of one message: `value` is a pattern of it in any reader's JSON."""

    field: str
    page: str
    value: str

    def found(self, posts: Sequence[Any]) -> bool:
        """Whether the value stands in what a reader gives, its copies of raw markup apart."""
        return (
            re.search(self.value, json.dumps([_plain(post) for post in posts], ensure_ascii=False, default=str))
            is not None
        )


def _plain(post: Any) -> dict[str, Any]:
    if hasattr(post, "as_contract"):
        return dict(post.as_contract())
    if hasattr(post, "model_dump"):
        return {key: value for key, value in post.model_dump(mode="json").items() if key not in ("raw_html", "html")}
    return dataclasses.asdict(post)


PROBES = (
    Probe("channel.id", "unsigned_text_message", r'"1591537674"'),
    Probe("channel.name", "unsigned_text_message", r"tchantest"),
    Probe("channel.title", "unsigned_text_message", r"tchan's test channel"),
    Probe("native_id", "location_message", r'tchantest/10"|1591537674/10"|: 10,'),
    Probe("url", "location_message", r"https://t.me/(s/)?tchantest/10"),
    Probe("posted_at", "location_message", r"2023-02-24[T ]07:31:38"),
    Probe("posted_at, of a voice message", "audio_message", r"2023-02-24[T ]07:34:05"),
    Probe("edited", "signed_edited_text_message", r'"edited": true'),
    Probe("author", "signed_edited_text_message", r"Álvaro Justen"),
    Probe("text, with its lines", "text_message_multiline", r"Bigger\\ntext\\nmessage"),
    Probe("forwarded_from.name", "forwarded_text_message", r"Some user"),
    Probe("forwarded_from.url", "forwarded_text_message", r"https://t.me/some_user"),
    Probe("reply_to", "text_reply_to_video", r"https://t.me/tchantest/19|_id\": 19"),
    Probe("views", "video_big", r": 436600"),
    Probe("media: every photo of an album", "photo_multiple", r"QMvda1Z9IET0.*CrsaR3dLCwSa"),
    Probe("media: video", "video_single", r"61dc623809\.mp4"),
    Probe("media: poster", "video_big", r"HyfobRUDoAxI"),
    Probe("media: duration", "video_big", r": 52\.0|: \"0:52\""),
    Probe("media: withheld", "video_big", r'"withheld": true'),
    Probe("media: voice", "audio_message", r"29881a3f30\.ogg"),
    Probe("media: round video", "round_video_single", r"68145c80a1\.mp4"),
    Probe("media: sticker", "sticker_message", r"5b5c6e1325\.webp"),
    Probe("location.lat", "location_message", r": -23\.930587176407"),
    Probe("location.lon", "location_message", r": -44\.086305367818"),
    Probe("links", "text_message_link_with_regular_preview", r"https://agenciabrasil"),
    Probe("poll.question", "poll", r"Let's do a quick poll"),
    Probe("poll.options", "poll", r"Opt1.*Opt2.*Opt3"),
    Probe("service", "service_message_channel_created", r'"(service|type)": "(created|service)"'),
    Probe("served_at", "location_message", r"2023-02-24[T ]08:52:13"),
)
