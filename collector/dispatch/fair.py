"""Which due sources are asked now, so that no server takes all the hands that there are?"""

from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from db.types import AnyRow


def server_of(source: AnyRow) -> str:
    """Where a source is asked, as far as its name tells: a feed's host, an account's instance, else its platform."""
    name, platform = str(source.name), str(source.platform)
    if "://" in name:
        return urlsplit(name).netloc.lower()
    account, _, instance = name.rpartition("@")
    return instance.lower() if account else platform


class Fair:
    """Says yes to a source while its server has fewer than `most` jobs; a yes counts as one more."""

    def __init__(self, busy: Iterable[str], most: int) -> None:
        self._busy, self._most = Counter(busy), most

    def __call__(self, source: AnyRow) -> bool:
        server = server_of(source)
        if self._busy[server] >= self._most:
            return False
        self._busy[server] += 1
        return True
