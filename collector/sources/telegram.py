"""How is a public Telegram channel polled: which address to ask, and what the answer says?"""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from collector.errors import Misconfigured, RetryLater
from collector.sources.base import Page, Reach, Wanted
from collector.sources.telegram_page import parse_page
from collector.sources.telegram_values import post_key

#: Telegram's rule for public names, four letters at least for the bought ones (https://core.telegram.org/method/account.checkUsername)
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{3,31}")
_HOSTS = frozenset({"t.me", "www.t.me", "telegram.me", "telegram.dog"})
#: first steps of t.me addresses that are no channel's name
_RESERVED = frozenset({
    "addemoji", "addlist", "addstickers", "addtheme", "boost", "contact", "confirmphone", "giftcode", "invoice", "iv",
    "joinchat", "login", "proxy", "setlanguage", "share", "socks",
})  # fmt: skip
_END = re.compile(rb"</html\s*>", re.IGNORECASE)
_HELP = "write a public channel as NAME, @NAME or https://t.me/NAME (letters, digits and _, 4 to 32 of them)"


class TelegramSource:
    """The public preview t.me/s/NAME: the newest page, then older ones by `?before=POST_ID`."""

    platform = "telegram"
    numbered = True
    min_posts = 1
    max_silence_s = 30 * 86_400.0

    def claims(self, text: str) -> str | None:
        """The channel's name in a t.me address; a bare handle may be of any platform."""
        return self.name_of(text) if _steps(text) and "/" in text else None

    def name_of(self, text: str) -> str:
        """The channel's name in "NAME", "@NAME", "t.me/NAME" or an address; `Misconfigured` for anything else."""
        plain = text.strip()
        if "/" in plain:
            steps = _steps(plain)
            name = steps[0] if steps else ""
        else:
            name = plain.removeprefix("@")
        if not _NAME.fullmatch(name) or name.casefold() in _RESERVED:
            raise Misconfigured(f"{text[:100]!r} is no public Telegram channel: {_HELP}")
        return name

    def page_url(self, base_url: str, name: str, before: str | None) -> str:
        """`base_url` is "https://t.me" but in tests; `before` the smallest post id seen so far."""
        if not _NAME.fullmatch(name):
            raise Misconfigured(f"{name[:100]!r} is no public Telegram channel: {_HELP}")
        if before is not None and not (before.isascii() and before.isdigit()):
            raise Misconfigured(f"the cursor {before[:40]!r} is no post number")
        page = f"{base_url.rstrip('/')}/s/{name}"
        return f"{page}?before={before}" if before else page

    def read(self, wanted: Wanted, reach: Reach) -> Page | None:
        """The page of the preview; whatever of it was not understood may be a change of its layout."""
        url = self.page_url(wanted.base_url, wanted.name, wanted.before)
        answer = reach.get(url, newest=wanted.before is None)
        if answer.not_modified:
            return None
        page = parse_page(answer.body, answer.url)
        if page.posts and not _END.search(answer.body, max(0, len(answer.body) - 4096)):
            # the last post may be half of it; those before are whole
            return replace(page, posts=page.posts[:-1], failed=RetryLater("the page was cut off before its end"))
        return replace(page, drift=page.issues[0]) if page.issues else page

    def post_url_parts(self, url: str) -> tuple[str, int] | None:
        """(name, post id) of the address of one post; None when it is none (a private channel's name is "c/ID")."""
        return post_key("/".join(_steps(url)))


def _steps(url: str) -> list[str]:
    """The path of a t.me address without the preview's "s"; empty for another host."""
    full = url.strip() if "//" in url else f"https://{url.strip()}"
    try:
        parts = urlsplit(full)
    except ValueError:
        return []
    if parts.scheme not in ("http", "https") or (parts.hostname or "") not in _HOSTS:
        return []
    steps = [step for step in parts.path.split("/") if step]
    return steps[1:] if steps[:1] == ["s"] else steps
