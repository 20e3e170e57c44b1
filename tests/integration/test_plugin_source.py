"""A kind of source of third parties: found by its entry point, loaded when used, and harmless when it is broken."""

import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.context import Context
from collector.errors import Misconfigured
from collector.settings import SourceLine
from collector.sources.registry import understand
from db import sources
from tests.e2e import small
from tests.integration.loopback import serve

HOWTO = Path(__file__).resolve().parents[2] / "docs" / "howto" / "add-a-source.md"
Install = Callable[[str, str, str], None]


def documented(kind: str) -> str:
    """The first piece of this kind of code in the how-to."""
    found = re.search(rf"```{kind}\n(.*?)```", HOWTO.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a distribution with one module and one entry point into a folder on the path."""
    folder = tmp_path / "installed"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    modules: list[str] = []

    def put(module: str, code: str, entry: str) -> None:
        (folder / f"{module}.py").write_text(code, encoding="utf-8")
        info = folder / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[convoywatch.sources]\n{entry}\n", encoding="utf-8")
        modules.append(module)
        importlib.invalidate_caches()

    yield put
    for module in modules:
        sys.modules.pop(module, None)


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context]:
    with serve() as site:
        path = small.config(tmp_path, site.base, [], http__gap_s=0.0)
        with small.inside(path) as made:
            yield made


def test_the_source_of_the_how_to_is_polled(ctx: Context, install: Install) -> None:
    install("convoy_reports", documented("python"), "reports = convoy_reports:Reports")
    address = "https://reports.example/north"
    assert understand(address) == ("reports", address)
    base = f"http://{ctx.settings.http.allow_hosts[0]}"
    with ctx.store.write() as conn:
        sources.add(conn, "reports", f"{base}/north", datetime.now(UTC))
    assert small.poll_now(ctx, f"{base}/north").last_error_kind == "gone"  # nothing is served there yet


def test_a_plugin_reads_pages_back_like_any_kind(tmp_path: Path, install: Install) -> None:
    install("convoy_reports", documented("python"), "reports = convoy_reports:Reports")
    with serve() as site:
        at = datetime.now(UTC).isoformat()
        old = {"reports": [{"id": 1, "text": "one", "at": at}]}
        new = {"reports": [{"id": 3, "text": "three"}, {"id": 2, "text": "two"}], "older": f"{site.base}/old"}
        site.page("/old", json.dumps(old).encode())
        url = site.page("/new", json.dumps(new).encode())
        with small.inside(small.config(tmp_path, site.base, [], http__gap_s=0.0)) as ctx:
            with ctx.store.write() as conn:
                sources.add(conn, "reports", url, datetime.now(UTC))
            assert small.poll_now(ctx, url).state == "ok"
            assert small.rows(ctx, "SELECT text FROM posts ORDER BY native_id") == [("one",), ("two",), ("three",)]
            site.page("/new", b"<html>")
            assert small.poll_now(ctx, url).state == "unreadable"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("import no_such_module_anywhere", "no_such_module_anywhere"),
        ("def broken(:\n", "SyntaxError"),
        ("Reports = 1 / 0", "ZeroDivisionError"),
        ("class Reports:\n    platform = 'reports'\n", "it lacks"),
        ("Reports = None", "it lacks"),
        ("", "Reports"),
    ],
)
def test_a_broken_plugin_is_an_error_of_its_sources_only(ctx: Context, install: Install, code: str, says: str) -> None:
    install("convoy_broken", code, "reports = convoy_broken:Reports")
    with ctx.store.write() as conn:
        sources.add(conn, "reports", "north", datetime.now(UTC))
    found = small.poll_now(ctx, "north")
    assert (found.state, found.last_error_kind, found.failures) == ("error", "misconfigured", 1)
    assert says in found.last_error
    with pytest.raises(Misconfigured, match="convoy_broken"):
        understand("north", "reports")
    assert understand("@north_road") == ("telegram", "north_road")


def test_a_plugin_that_is_gone_leaves_its_sources_waiting(ctx: Context) -> None:
    from collector import configured

    with ctx.store.write() as conn:
        configured.sync(conn, [SourceLine(platform="reports", name="north")])
    found = small.poll_now(ctx, "north")
    assert (found.state, found.last_error_kind) == ("error", "unsupported")
    assert found.next_check_at > datetime.now(UTC)
