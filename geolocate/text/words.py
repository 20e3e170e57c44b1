"""Which words stand under a heading of `words.txt`?"""

from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("words.txt")


def words(heading: str) -> frozenset[str]:
    """The words under `[heading]`. Raises KeyError when there is no such heading."""
    return frozenset(_headings()[heading])


def listed(heading: str) -> tuple[str, ...]:
    """The words under `[heading]` in the order of the file."""
    return _headings()[heading]


def under(prefix: str) -> dict[str, frozenset[str]]:
    """Every heading that starts with `prefix` (without it), with its words."""
    return {
        name.removeprefix(prefix): frozenset(found) for name, found in _headings().items() if name.startswith(prefix)
    }


@cache
def _headings() -> dict[str, tuple[str, ...]]:
    return grouped(_FILE)


def grouped(file: Path) -> dict[str, tuple[str, ...]]:
    """Every heading of such a file, with its words in order."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            current += line.split()
    return {name: tuple(group) for name, group in found.items()}
