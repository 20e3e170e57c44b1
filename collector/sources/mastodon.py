"""What does a Mastodon server's answer say: statuses of an account, a tag or a timeline, as posts?"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from collector.errors import Unparseable
from collector.sources.base import Channel, Media, MediaKind, Origin, Poll, Post
from collector.sources.json_values import map_at, maps_at, seconds, text_at
from collector.sources.markup_text import plain
from collector.sources.values import address, moment

_KINDS: dict[str, MediaKind] = {"image": "photo", "video": "video", "gifv": "animation", "audio": "audio"}


def read_statuses(text: str | bytes, skipped: Callable[[str], None]) -> Iterator[Post]:
    """The posts of a JSON answer: a list of statuses, a search, a thread or one status, bare or as the `body`
    of a recorded exchange.

    `native_id` is the status's global `uri`, for numbers differ from server to server. A boost is a post of its own,
    forwarded from the boosted one. What an account shows to its followers or to one person is not read: `skipped` is
    told, as it is of what is no status among others. Raises `Unparseable` where there is no status at all.
    """
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as broken:
        raise Unparseable(f"no JSON: {str(broken)[:200]}") from broken
    if isinstance(answer, Mapping) and "body" in answer and "content" not in answer:
        answer = answer["body"]
    wrong: Unparseable | None = None
    read = 0
    for status in _statuses(answer):
        try:
            post = read_status(status, skipped)
        except Unparseable as unread:
            wrong = unread
            skipped(f"{unread}: not read")
            continue
        read += 1
        if post:
            yield post
    if wrong and not read:
        raise wrong


def _statuses(answer: Any) -> list[Any]:
    """A list as it is, the statuses of a search, a thread without the status that was asked for, or one status."""
    if isinstance(answer, Mapping) and "content" not in answer:
        parts = [answer.get(key) for key in ("ancestors", "statuses", "descendants")]
        if any(isinstance(part, list) for part in parts):
            return [status for part in parts if isinstance(part, list) for status in part]
    return answer if isinstance(answer, list) else [answer]


def read_status(status: Any, skipped: Callable[[str], None]) -> Post | None:
    """One status as a post; None for one that is not public, of which `skipped` is told. Raises `Unparseable`."""
    if not isinstance(status, Mapping) or not isinstance(status.get("content"), str) or not text_at(status, "id"):
        raise Unparseable("no Mastodon status: it has no id or no content")
    if status.get("visibility") in ("private", "direct"):
        skipped(f"status {text_at(status, 'id')} is not public: not read")
        return None
    return _post(status)


def _post(status: Mapping[str, Any]) -> Post:
    boosted = status.get("reblog")
    shown = boosted if isinstance(boosted, Mapping) else status
    account = map_at(status, "account")
    text, links = plain(text_at(shown, "content") or "")
    url = address(text_at(status, "url") or text_at(status, "uri"), "")
    card = address(text_at(map_at(shown, "card"), "url"), "")
    at = moment(text_at(status, "created_at"))
    warning = text_at(shown, "spoiler_text")
    return Post(
        platform="mastodon",
        channel=Channel(text_at(account, "id"), text_at(account, "acct"), text_at(account, "display_name")),
        native_id=text_at(status, "uri") or url or text_at(status, "id") or "",
        url=url,
        posted_at=at,
        text=f"{warning}\n\n{text}".strip() if warning else text,
        edited=text_at(shown, "edited_at") is not None,
        author=text_at(account, "display_name") or text_at(account, "acct"),
        lang=text_at(shown, "language"),
        forwarded_from=_origin(boosted) if isinstance(boosted, Mapping) else None,
        reply_to=_reply(status, account),
        media=tuple(_media(item) for item in maps_at(shown, "media_attachments")),
        links=tuple(dict.fromkeys([*_outward(links, shown), *([card] if card else [])])),
        poll=_poll(shown.get("poll")),
        warnings=() if at else ("no date is given",),
    )


def _origin(boosted: Mapping[str, Any]) -> Origin:
    return Origin(text_at(map_at(boosted, "account"), "acct"), address(text_at(boosted, "url"), ""))


def _reply(status: Mapping[str, Any], account: Mapping[str, Any]) -> str | None:
    """The address of the status that is answered; it is only told for answers to oneself."""
    number, home = (
        text_at(status, "in_reply_to_id"),
        text_at(account, "url") or (text_at(status, "url") or "").rpartition("/")[0],
    )
    own = status.get("in_reply_to_account_id") == account.get("id")
    return f"{home}/{number}" if number and own and urlsplit(home).netloc else None


def _outward(links: list[str], status: Mapping[str, Any]) -> list[str]:
    """The links that are no mention of a person and no hashtag."""
    named = {text_at(item, "url") for key in ("mentions", "tags") for item in maps_at(status, key)}
    return [link for link in links if link not in named and "/tags/" not in urlsplit(link).path]


def _media(item: Mapping[str, Any]) -> Media:
    url = address(text_at(item, "url") or text_at(item, "remote_url"), "")
    length = map_at(map_at(item, "meta"), "original").get("duration")
    return Media(
        _KINDS.get(text_at(item, "type") or "", "document"),
        url,
        address(text_at(item, "preview_url"), ""),
        seconds(length),
        withheld=url is None,
    )


def _poll(poll: Any) -> Poll | None:
    if not isinstance(poll, Mapping):
        return None
    return Poll("", tuple(text_at(option, "title") or "" for option in maps_at(poll, "options")))
