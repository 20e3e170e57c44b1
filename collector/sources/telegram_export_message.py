"""What does one message of a Telegram Desktop export say: one JSON object in, one post out?"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from collector.sources.base import Channel, Location, Media, MediaKind, Origin, Poll, Post
from collector.sources.json_values import seconds, whole
from collector.sources.telegram_values import TELEGRAM_OPENED
from collector.sources.values import address, from_unix, moment

#: the export's `media_type` -> the contract's kind
_KINDS: dict[str, MediaKind] = {
    "video_file": "video",
    "video_message": "round_video",
    "voice_message": "voice",
    "audio_file": "audio",
    "animation": "animation",
    "sticker": "sticker",
}
#: the export's `action` -> the contract's word; others keep the export's own
_ACTIONS = {
    "create_channel": "created",
    "create_group": "created",
    "edit_group_title": "renamed",
    "edit_group_photo": "photo",
    "delete_group_photo": "photo_removed",
    "pin_message": "pinned",
    "group_call": "live_stream",
}
_BASE = "https://t.me/"


def read_export_message(
    said: Mapping[str, Any], chat_id: str, title: str | None, folder: Path, name: str | None
) -> Post | None:
    """The post in one export message; None when it is none (no number, or another program's field names).

    `folder` holds the files that the message names. Times come from `date_unixtime`: `date` is the exporter's local
    time, of an unknown zone.
    """
    number, kind = said.get("id"), said.get("type")
    # what was said before a group became a supergroup has negative numbers
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) >= 2**63 or not isinstance(kind, str):
        return None
    at, warnings = _posted_at(said, kind)
    media, file, missing = _media(said, folder)
    native_id = f"{chat_id}/{number}"
    return Post(
        platform="telegram",
        channel=Channel(chat_id, name, title),
        native_id=native_id,
        url=f"{_BASE}{name}/{number}" if name else None,
        posted_at=at,
        text=_text(said),
        edited="edited_unixtime" in said or "edited" in said,
        author=_author(said),
        forwarded_from=_origin(said),
        reply_to=_reply(said, name),
        media=media,
        location=_location(said),
        links=_links(said),
        poll=_poll(said),
        service=_service(said, kind),
        warnings=(*warnings, *missing, *_not_read(said, kind)),
        aliases=(f"{name}/{number}",) if name else (),
        media_files=file,
    )


def _posted_at(said: Mapping[str, Any], kind: str) -> tuple[datetime | None, list[str]]:
    at = from_unix(said.get("date_unixtime"))
    if at is None:
        at = moment(_str(said, "date"))
        if at is None:
            return None, [] if kind == "unsupported" else ["no date is given"]
        return at, ["dated in the exporter's local time, of an unknown zone: taken as UTC"]
    return at, [f"dated {at:%Y-%m-%d}, before Telegram existed"] if at < TELEGRAM_OPENED else []


def _pieces(said: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    """The text as (kind, text, href) pieces: `text_entities`, or in older exports `text`, a string or a list."""
    entities = said.get("text_entities") or said.get("text") or []
    found: list[tuple[str, str, str | None]] = []
    for entity in [entities] if isinstance(entities, str) else entities if isinstance(entities, list) else []:
        if isinstance(entity, str):
            found.append(("plain", entity, None))
        elif isinstance(entity, Mapping) and isinstance(entity.get("text"), str):
            found.append((str(entity.get("type")), entity["text"], _str(entity, "href")))
    return found


def _text(said: Mapping[str, Any]) -> str:
    return "".join(text for _, text, _ in _pieces(said)).strip()


def _links(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Addresses written out, hidden behind words, or mentioned (@x is t.me/x, as in the public preview)."""
    found: dict[str, None] = {}
    for kind, text, target in _pieces(said):
        written = {"link": text, "text_link": target, "mention": f"{_BASE}{text.strip().removeprefix('@')}"}.get(kind)
        if written and "://" not in written:
            written = f"http://{written.strip()}"
        full = address(written, _BASE)
        if full:
            found[full] = None
    return tuple(found)


def _author(said: Mapping[str, Any]) -> str | None:
    """A channel post's signature; in a group or a chat, who wrote."""
    if str(said.get("from_id") or said.get("actor_id")).startswith("channel"):
        return _str(said, "author")
    return _str(said, "author") or _str(said, "from") or _str(said, "actor")


def _origin(said: Mapping[str, Any]) -> Origin | None:
    if "forwarded_from" not in said and "forwarded_from_id" not in said:
        return None
    return Origin(_str(said, "forwarded_from"), None)


def _reply(said: Mapping[str, Any], name: str | None) -> str | None:
    number = said.get("reply_to_message_id")
    return f"{_BASE}{name}/{number}" if name and whole(number) else None


def _media(said: Mapping[str, Any], folder: Path) -> tuple[tuple[Media, ...], tuple[str | None, ...], list[str]]:
    """The attached file as (media, local files, warnings). A placeholder in brackets means that it was left out."""
    path = _str(said, "photo") or _str(said, "file")
    if path is None:
        return (), (), []
    length = seconds(said.get("duration_seconds"))
    left_out = path.startswith("(")
    file = None if left_out else _inside(folder, path)
    warnings = [] if left_out or file else [f"the file is not in the export's folder: {path[:200]}"]
    return (Media(_kind(said), duration_s=length, withheld=left_out),), (file,), warnings


def _kind(said: Mapping[str, Any]) -> MediaKind:
    """What the file is; a picture or video sent "as a file" is what its MIME type says."""
    if _str(said, "photo"):
        return "photo"
    mime = _str(said, "mime_type") or ""
    guess: MediaKind = "video" if mime.startswith("video/") else "photo" if mime.startswith("image/") else "document"
    return _KINDS.get(_str(said, "media_type") or "", guess)


def _inside(folder: Path, path: str) -> str | None:
    """The file at `path` in the export's folder; None when it is missing or the path leads out of the folder."""
    if "\x00" in path:
        return None
    root = folder.resolve()
    try:
        full = (root / path).resolve()
        return str(full) if full.is_relative_to(root) and full.is_file() else None
    except (OSError, RuntimeError):  # a name too long for the file system; a loop of links
        return None


def _location(said: Mapping[str, Any]) -> Location | None:
    point = said.get("location_information")
    if not isinstance(point, Mapping):
        return None
    lat, lon = point.get("latitude"), point.get("longitude")
    if not isinstance(lat, int | float) or not isinstance(lon, int | float) or abs(lat) > 90 or abs(lon) > 180:
        return None
    return Location(float(lat), float(lon), _str(said, "place_name"))


def _poll(said: Mapping[str, Any]) -> Poll | None:
    poll = said.get("poll")
    if not isinstance(poll, Mapping):
        return None
    answers = poll.get("answers", poll.get("options"))
    options = [_text(option) for option in answers if isinstance(option, Mapping)] if isinstance(answers, list) else []
    return Poll(_text({"text": poll.get("question")}), tuple(options))


def _service(said: Mapping[str, Any], kind: str) -> str | None:
    if kind != "service":
        return None
    action = _str(said, "action") or "other"
    return _ACTIONS.get(action, action)


def _not_read(said: Mapping[str, Any], kind: str) -> list[str]:
    found = ["the exporting program did not support this message: see it in Telegram"] if kind == "unsupported" else []
    unread = (
        "contact_information",
        "invoice_information",
        "game_title",
        "giveaway_information",
        "paid_media",
        "story_id",
    )
    return found + [f"an attachment of a kind that is not read: {key}" for key in unread if key in said]


def _str(said: Mapping[str, Any], key: str) -> str | None:
    value = said.get(key)
    return value if isinstance(value, str) and value else None
