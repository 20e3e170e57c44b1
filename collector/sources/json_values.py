"""What does a decoded JSON object of strangers hold under a key? Never a wrong type: a missing one is empty."""

from collections.abc import Mapping
from typing import Any

_LONGEST_S = 10**7


def text_at(said: Mapping[str, Any], key: str) -> str | None:
    """The text under `key`; None for anything else, the empty text included."""
    value = said.get(key)
    return value if isinstance(value, str) and value else None


def map_at(said: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under `key`; an empty one for anything else."""
    value = said.get(key)
    return value if isinstance(value, Mapping) else {}


def maps_at(said: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects of the list under `key`; what is no object is left out."""
    value = said.get(key)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def seconds(value: object) -> float | None:
    """A length of time in a JSON value: a number from 0 to some hundred days; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LONGEST_S:
        return None
    return float(value)


def whole(value: object) -> int | None:
    """A count in a JSON value, small enough for any store; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None
