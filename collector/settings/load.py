"""Where does the configuration come from? convoywatch.toml, then CONVOYWATCH_* variables."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from collector.errors import Misconfigured
from collector.settings.lines import DestinationLine
from collector.settings.whole import Settings

FILE = "convoywatch.toml"
#: in the data folder: destinations that were added on the command line
ADDED = "destinations.json"
_LISTS = ("allow_hosts", "region", "gazetteers", "closed")


def load(path: Path | None = None, environ: dict[str, str] | None = None) -> Settings:
    """Read the configuration: `path`, else CONVOYWATCH_CONFIG, else ./convoywatch.toml, else the defaults.

    Raises Misconfigured with the key and what is wrong with it.
    """
    env = dict(os.environ) if environ is None else environ
    named = path or (Path(env["CONVOYWATCH_CONFIG"]) if env.get("CONVOYWATCH_CONFIG") else None)
    file = named or Path(FILE)
    if named and not file.is_file():
        raise Misconfigured(f"there is no configuration file {file}; write one, or leave --config out for the defaults")
    raw: dict[str, Any] = {}
    if file.is_file():
        try:
            raw = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Misconfigured(f"{file} is not valid TOML: {error}") from error
        raw["file"] = file.resolve()
    _overlay(raw, env)
    try:
        settings = Settings.model_validate(raw)
        return settings.model_copy(update={"destinations": (*settings.destinations, *_added(settings))})
    except ValidationError as error:
        raise Misconfigured(_words(file, error)) from error


def added_destinations(data: Path) -> tuple[DestinationLine, ...]:
    """The destinations that `convoywatch destinations add` keeps in the data folder. Raises Misconfigured."""
    file = data / ADDED
    if not file.is_file():
        return ()
    try:
        return tuple(DestinationLine.model_validate(d) for d in json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:  # a ValidationError is a ValueError
        raise Misconfigured(f"{file} is damaged ({error}); mend it, or remove it and add them again") from error


def _added(settings: Settings) -> list[DestinationLine]:
    """Those that the configuration does not name: what it says counts."""
    named = {d.id for d in settings.destinations}
    return [d for d in added_destinations(settings.data) if d.id not in named]


def _overlay(raw: dict[str, Any], env: dict[str, str]) -> None:
    """CONVOYWATCH_HTTP__CONTACT=x sets contact in [http]; CONVOYWATCH_STORE=x sets store."""
    for key, value in env.items():
        name = key.removeprefix("CONVOYWATCH_").lower()
        if name == key.lower() or name in ("config", "shared"):
            continue
        section, _, leaf = name.partition("__")
        if leaf:
            part = raw.setdefault(section, {})
            if isinstance(part, dict):  # what else it is, is told when the whole is checked
                part[leaf] = [v for v in value.split(",") if v] if leaf in _LISTS else value
        else:
            raw[section] = value


def _words(file: Path, error: ValidationError) -> str:
    lines = [f"{file} (or a CONVOYWATCH_* variable) is wrong:"]
    for e in error.errors():
        where = ".".join(str(p) for p in e["loc"]) + ": " if e["loc"] else ""
        what = "there is no such key; check its spelling" if e["type"] == "extra_forbidden" else e["msg"].lower()
        if e["type"] == "value_error":
            what = e["msg"].removeprefix("Value error, ")  # our own words, with names in them
        lines.append(f"  {where}{what}")
    return "\n".join(lines)
