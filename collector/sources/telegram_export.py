"""What did a person export with Telegram Desktop: a `result.json` of any size, one chat or a whole account?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import ijson
from ijson.common import ObjectBuilder

from collector.errors import Unparseable
from collector.sources.base import Post
from collector.sources.telegram_export_message import read_export_message

#: where chats lie in an export: the file itself, a whole account's list, and the list of chats that were left
_CHATS = ("", "chats.list.item", "left_chats.list.item", "chats.item")
_MESSAGES = {f"{chat}.messages.item".lstrip("."): chat for chat in _CHATS}
#: an export nests some ten deep
_DEEPEST = 200
_HEADER = frozenset({"id", "name", "type"})


@dataclass(frozen=True, slots=True)
class Chat:
    """One exported chat: `id` is the number that the public preview tells too, `title` its name at the export."""

    id: str | None
    title: str | None
    type: str | None


def read_export(path: Path, name: str | None = None) -> Iterator[Post]:
    """The posts of a Telegram Desktop export, in the file's order, in constant memory.

    `path` is `result.json` or its folder; `media_files` point into that folder. `name` is the channel's handle, which
    an export does not tell: with it, posts have addresses. Raises `Unparseable` at the point where the file is broken
    (what came before has been yielded) or at the end where it was no such export.
    """
    file = path / "result.json" if path.is_dir() else path
    if not file.is_file():
        raise Unparseable(f"no Telegram Desktop export at {path}: give its result.json or the folder that holds it")
    strangers = known = 0
    try:
        for chat, message in _messages(file):
            post = read_export_message(message, chat.id, chat.title, file.parent, name) if chat.id else None
            if post is None:
                strangers += 1
                continue
            known += 1
            yield post
    except (ijson.JSONError, UnicodeDecodeError) as broken:
        raise Unparseable(f"broken JSON after {known} messages: {' '.join(str(broken).split())[:200]}") from broken
    if strangers:
        raise Unparseable(f"{strangers} of {strangers + known} messages are not those of a Telegram Desktop export")


def _messages(file: Path) -> Iterator[tuple[Chat, Mapping[str, Any]]]:
    """Every message with its chat. A chat's header stands before its messages; where it does not, it is looked up."""
    heads: dict[str, dict[str, Any]] = {}
    later: list[Chat] | None = None
    nth, builder, inside = -1, None, ""
    with file.open("rb") as stream:
        for prefix, event, value in _events(stream):
            if builder is not None:
                builder.event(event, value)
                if prefix == inside and event == "end_map":
                    chat = _chat(heads.get(_MESSAGES[inside], {}))
                    if chat.id is None:
                        later = later if later is not None else list(_headers(file))
                        chat = later[nth] if nth < len(later) else chat
                    yield chat, builder.value
                    builder = None
            elif prefix in _MESSAGES and event == "start_map":
                builder, inside = ObjectBuilder(), prefix
                builder.event(event, value)
            elif prefix in _CHATS and event == "start_map":
                heads[prefix] = {}
            elif event == "start_array" and f"{prefix}.item" in _MESSAGES:
                nth += 1
            else:
                _head(heads, prefix, value)
    if nth < 0:
        raise Unparseable("no chat with messages in it: this is not a Telegram Desktop export")


def _headers(file: Path) -> Iterator[Chat]:
    """The header of every chat that has messages, in order (a second pass, for files with the header at the end)."""
    heads: dict[str, dict[str, Any]] = {}
    holds: set[str] = set()
    with file.open("rb") as stream:
        for prefix, event, value in _events(stream):
            if prefix in _CHATS and event == "start_map":
                heads[prefix] = {}
            elif prefix in _CHATS and event == "end_map" and prefix in holds:
                holds.discard(prefix)
                yield _chat(heads[prefix])
            elif event == "start_array" and f"{prefix}.item" in _MESSAGES:
                holds.add(_MESSAGES[f"{prefix}.item"])
            else:
                _head(heads, prefix, value)


def _head(heads: dict[str, dict[str, Any]], prefix: str, value: Any) -> None:
    """Keep one field of a chat's header."""
    chat, _, key = prefix.rpartition(".")
    if key in _HEADER and chat in heads and isinstance(value, str | int):
        heads[chat][key] = value


def _chat(head: Mapping[str, Any]) -> Chat:
    number = head.get("id")
    known = isinstance(number, int) and not isinstance(number, bool) and abs(number) < 2**63
    return Chat(str(abs(number)) if known and isinstance(number, int) else None, head.get("name"), head.get("type"))


def _events(stream: BinaryIO) -> Iterator[tuple[str, str, Any]]:
    """What `ijson.parse` yields, but that it takes no time with the square of a hostile file's depth."""
    path: list[str] = []
    prefixes = [""]
    for event, value in ijson.basic_parse(_without_mark(stream), use_float=True):
        if event == "map_key":
            path[-1] = value
            prefixes[-1] = ".".join(path)
            yield ".".join(path[:-1]), event, value
        elif event in ("start_map", "start_array"):
            yield prefixes[-1], event, value
            if len(path) >= _DEEPEST:
                raise Unparseable(f"JSON nested more than {_DEEPEST} deep")
            path.append("" if event == "start_map" else "item")
            prefixes.append(".".join(path))
        elif event in ("end_map", "end_array"):
            path.pop()
            prefixes.pop()
            yield prefixes[-1], event, value
        else:
            yield prefixes[-1], event, value


class _without_mark:  # noqa: N801 - reads like the function it stands for
    """A binary stream without the byte order mark that some editors put at its start."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._first = True

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes."""
        piece: bytes = self._stream.read(size)
        if self._first and size != 0:
            self._first = False
            if piece.startswith(b"\xef\xbb\xbf"):
                return piece[3:] or self.read(size)
        return piece
