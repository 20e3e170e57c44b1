"""Who saw a convoy on their own, with which copies, and is what they show news?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.copied import Copied
from collector.settings import Copies
from db.types import AnyRow
from geolocate.doubts import together
from geolocate.text.old_news import says_old


@dataclass(frozen=True, slots=True)
class Old:
    """Why an account is no news: the natural key of the post in which its footage or words first appeared (or its own),
    when that was if it is known, and the reason in words."""

    first: str
    since: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Account:
    """One independent account of something seen: the post that speaks for it, and the whole company of copies."""

    speaker: AnyRow
    copied: Copied

    def recycled(self, key: str, limits: Copies, against: Sequence[AnyRow]) -> Old | None:
        """Where and when its footage or words appeared, if so long before the time it claims that they cannot show that
        time; or itself (`key`), when its own words call the footage old and yet it would count as news, or when what
        speaks `against` it is together too much."""
        since, speaker, after = self.copied.since, self.speaker, timedelta(hours=limits.recycled_after_h)
        if since is not None and speaker.seen_from - since > after:
            return Old(self.copied.key, since, "the same footage or words were seen before")
        is_news = (speaker.posted_at or speaker.collected_at) - speaker.seen_from <= after
        if is_news and says_old(speaker.text):
            return Old(key, None, "its own words call the footage old")
        if together(d.probability for d in against) < limits.doubted_from:
            return None
        dated = min((d.since for d in against if d.since is not None), default=None)
        return Old(key, dated, "; ".join(d.words for d in against))


def accounts(observed: Mapping[int, AnyRow], groups: Sequence[Copied]) -> dict[str, Account]:
    """Each copy group that saw a convoy, by the natural key of its earliest post that says so."""
    found = {}
    for group in groups:
        telling = [observed[m.post_id] for m in group.members if m.post_id in observed]
        if not telling:
            continue
        speaker = min(telling, key=lambda o: (o.posted_at or o.collected_at, o.platform, o.native_id))
        found[f"{speaker.platform}:{speaker.native_id}"] = Account(speaker, group)
    return found
