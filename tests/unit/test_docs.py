"""The documentation names every command, option, setting and view: a promise that is checked."""

import json
import re
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from collector.cli import COMMANDS, convoywatch
from collector.settings import Settings
from deploy.datasette_metadata import TARGET, metadata

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def _commands() -> list[str]:
    names = []
    with click.Context(convoywatch) as ctx:
        for name in COMMANDS:
            command = convoywatch.get_command(ctx, name)
            if isinstance(command, click.Group):
                names += [f"{name} {sub}" for sub in command.commands]
            else:
                names.append(name)
    return names


@pytest.mark.parametrize("name", _commands())
def test_every_command_is_documented(name: str) -> None:
    assert re.search(rf"`{name}[ `]", (DOCS / "commands.md").read_text(encoding="utf-8"))


def _keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys = []
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            keys += _keys(field.annotation, f"{name}.")
        elif name not in ("sources", "destinations", "file"):
            keys.append(prefix + name)
    return keys


@pytest.mark.parametrize("key", _keys(Settings))
def test_every_setting_is_documented(key: str) -> None:
    assert f"`{key}`" in (DOCS / "configuration.md").read_text(encoding="utf-8")


def _views() -> dict[str, str]:
    sql = (ROOT / "db" / "ddl" / "views.sql").read_text(encoding="utf-8")
    return dict(re.findall(r"CREATE VIEW (\w+) AS\n(.*?)(?=\n--;|\Z)", sql, re.DOTALL))


@pytest.mark.parametrize("view", _views())
def test_every_view_is_documented(view: str) -> None:
    assert f"## {view}\n" in (DOCS / "schema.md").read_text(encoding="utf-8")


def _readme_code() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))


def test_every_command_of_the_readme_exists() -> None:
    called = set(re.findall(r"^convoywatch ([a-z]+)", _readme_code(), re.MULTILINE))
    assert called
    assert called <= set(COMMANDS)


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    called = set(re.findall(r"^make ([a-z]+)", _readme_code(), re.MULTILINE))
    assert called
    assert called <= targets


def test_the_committed_metadata_of_datasette_is_what_the_docs_make() -> None:
    assert json.loads(TARGET.read_text("utf-8")) == metadata(), "run: python -m deploy.datasette_metadata"


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.md")) + sorted(DOCS.rglob("*.md")), ids=lambda p: p.name)
def test_relative_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []
