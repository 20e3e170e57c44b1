"""What should the operator do about a source in this state?"""

from collections.abc import Mapping

from db.types import AnyRow

#: state of a source -> the next step; every state of a page has one, and those of a poll
NEXT: Mapping[str, str] = {
    "new": "it is asked at the next tick of `convoywatch run`",
    "ok": "",
    "history": "",
    "off": "posts were imported; `convoywatch sources add` it to poll it",
    "empty": "it has no posts yet; remove it if that is not the source that was meant",
    "soft_ban": "wait: the whole platform rests, and one source probes it ever later; take nothing for deleted",
    "restricted": "import a Telegram Desktop export (`convoywatch ingest FOLDER`), or read it from another country "
    "(http.proxy)",
    "adult": "import a Telegram Desktop export (`convoywatch ingest FOLDER`): the web never shows it",
    "group": "import a Telegram Desktop export of the group, or remove it: groups have no public page",
    "user": "remove it: this is a person, not a channel; check the name's spelling",
    "bot": "remove it: this is a bot, not a channel; check the name's spelling",
    "no_preview": "import a Telegram Desktop export (`convoywatch ingest FOLDER`); it is asked again, in case the "
    "preview is switched on",
    "not_found": "check the name's spelling; if the channel was renamed, add its new name and remove this one",
    "card": "check the name: this address leads to a card, not to posts",
    "unreadable": "look at the raw answer in the captures; if the layout changed, update convoywatch",
    "drift": "compare the page with what was read (`convoywatch sources check`); update convoywatch, or tell us",
    "silent": "look whether the channel moved (a last post may say where), or raise max_silence",
    "error": "it is tried again by itself; if it lasts, look at the error",
    "removed": "",
}  # fmt: skip


def next_step(source: AnyRow) -> str:
    """What to do about a source (a row with `state` and `enabled`), in words; "" when nothing is to be done."""
    if not source.enabled and source.state not in ("off", "removed"):
        return "paused: `convoywatch sources pause NAME --resume` polls it again"
    return NEXT.get(source.state, NEXT["error"])
