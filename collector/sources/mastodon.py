"""What does a Mastodon server's answer say: statuses of an account, a tag or a timeline, as posts?"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from collector.errors import Unparseable
from collector.sources.base import Channel, Media, MediaKind, Origin, Poll, Post
from collector.sources.markup_text import plain
from collector.sources.values import address, moment

_KINDS: dict[str, MediaKind] = {"image": "photo", "video": "video", "gifv": "animation", "audio": "audio"}


def read_statuses(text: str | bytes, skipped: Callable[[str], None]) -> Iterator[Post]:
    """The posts of a JSON answer: a list of statuses or one status, bare or as `body` of a recorded exchange.

    `native_id` is the status's global `uri`, for numbers differ from server to server. A boost is a post of its own,
    forwarded from the boosted one. What an account shows to its followers or to one person is not read: `skipped` is
    told. Raises `Unparseable` for anything that is no status.
    """
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as broken:
        raise Unparseable(f"no JSON: {str(broken)[:200]}") from broken
    if isinstance(answer, Mapping) and "body" in answer and "content" not in answer:
        answer = answer["body"]
    for status in answer if isinstance(answer, list) else [answer]:
        if not isinstance(status, Mapping) or not isinstance(status.get("content"), str) or not _text(status, "id"):
            raise Unparseable("no Mastodon status: it has no id or no content")
        if status.get("visibility") in ("private", "direct"):
            skipped(f"status {_text(status, 'id')} is not public: not read")
            continue
        yield _post(status)


def _post(status: Mapping[str, Any]) -> Post:
    boosted = status.get("reblog")
    shown = boosted if isinstance(boosted, Mapping) else status
    account = _map(status, "account")
    text, links = plain(_text(shown, "content") or "")
    url = address(_text(status, "url") or _text(status, "uri"), "")
    card = address(_text(_map(shown, "card"), "url"), "")
    at = moment(_text(status, "created_at"))
    warning = _text(shown, "spoiler_text")
    return Post(
        platform="mastodon",
        channel=Channel(_text(account, "id"), _text(account, "acct"), _text(account, "display_name")),
        native_id=_text(status, "uri") or url or _text(status, "id") or "",
        url=url,
        posted_at=at,
        text=f"{warning}\n\n{text}".strip() if warning else text,
        edited=_text(shown, "edited_at") is not None,
        author=_text(account, "display_name") or _text(account, "acct"),
        lang=_text(shown, "language"),
        forwarded_from=_origin(boosted) if isinstance(boosted, Mapping) else None,
        reply_to=_reply(status, account),
        media=tuple(_media(item) for item in _list(shown, "media_attachments")),
        links=tuple(dict.fromkeys([*_outward(links, shown), *([card] if card else [])])),
        poll=_poll(shown.get("poll")),
        warnings=() if at else ("no date is given",),
    )


def _origin(boosted: Mapping[str, Any]) -> Origin:
    return Origin(_text(_map(boosted, "account"), "acct"), address(_text(boosted, "url"), ""))


def _reply(status: Mapping[str, Any], account: Mapping[str, Any]) -> str | None:
    """The address of the status that is answered; it is only told for answers to oneself."""
    number, home = (
        _text(status, "in_reply_to_id"),
        _text(account, "url") or (_text(status, "url") or "").rpartition("/")[0],
    )
    own = status.get("in_reply_to_account_id") == account.get("id")
    return f"{home}/{number}" if number and own and urlsplit(home).netloc else None


def _outward(links: list[str], status: Mapping[str, Any]) -> list[str]:
    """The links that are no mention of a person and no hashtag."""
    named = {_text(item, "url") for key in ("mentions", "tags") for item in _list(status, key)}
    return [link for link in links if link not in named and "/tags/" not in urlsplit(link).path]


def _media(item: Mapping[str, Any]) -> Media:
    url = address(_text(item, "url") or _text(item, "remote_url"), "")
    length = _map(_map(item, "meta"), "original").get("duration")
    return Media(
        _KINDS.get(_text(item, "type") or "", "document"),
        url,
        address(_text(item, "preview_url"), ""),
        float(length) if isinstance(length, int | float) and not isinstance(length, bool) else None,
        withheld=url is None,
    )


def _poll(poll: Any) -> Poll | None:
    if not isinstance(poll, Mapping):
        return None
    return Poll("", tuple(_text(option, "title") or "" for option in _list(poll, "options")))


def _text(said: Mapping[str, Any], key: str) -> str | None:
    value = said.get(key)
    return value if isinstance(value, str) and value else None


def _map(said: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = said.get(key)
    return value if isinstance(value, Mapping) else {}


def _list(said: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = said.get(key)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
