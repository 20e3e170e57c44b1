"""Has a JSON object of strangers the fields that we know, and do they hold what they used to?"""

from collections.abc import Iterable, Mapping
from typing import Any

#: field -> the kinds of value that it may hold: "s" text, "n" number, "b" true or false, "l" list, "m" object, "0" null
Shape = Mapping[str, str]
_MOST = 10


def strange_fields(objects: Iterable[Mapping[str, Any]], shape: Shape) -> tuple[list[str], list[str]]:
    """(fields that `shape` does not know, fields that hold another kind of value), each named once, in order."""
    unknown: dict[str, None] = {}
    wrong: dict[str, None] = {}
    for said in objects:
        for name, value in said.items():
            if name not in shape:
                unknown[name[:60]] = None
            elif _kind(value) not in shape[name]:
                wrong[name] = None
    return list(unknown)[:_MOST], list(wrong)[:_MOST]


def told(objects: Iterable[Mapping[str, Any]], shape: Shape, required: Iterable[str]) -> tuple[list[str], str]:
    """(issues, drift) of the objects of one kind: new fields are an issue; changed or missing ones are drift too."""
    listed = list(objects)
    unknown, wrong = strange_fields(listed, shape)
    lacking = [name for name in required if any(name not in said for said in listed)]
    issues = [f"fields that are not known: {', '.join(unknown)}"] if unknown else []
    drift = [f"fields that hold something else than they used to: {', '.join(wrong)}"] if wrong else []
    drift += [f"fields that are no longer there: {', '.join(lacking)}"] if lacking else []
    return [*issues, *drift], "; ".join(drift)


def _kind(value: Any) -> str:
    if value is None:
        return "0"
    if isinstance(value, bool):
        return "b"
    if isinstance(value, str):
        return "s"
    if isinstance(value, int | float):
        return "n"
    return "l" if isinstance(value, list) else "m"
