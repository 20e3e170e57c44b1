"""A real Datasette opens the store with deploy/datasette.json: views, facets, search, questions."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from db.migrate import upgrade
from db.readonly import run
from db.session import Store
from deploy.datasette_metadata import TARGET, metadata
from tests.contract.made import saved_post
from tests.contract.test_store_queries import filled

TOLD = metadata()["databases"]["convoywatch"]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, httpx.Client]]:
    """A filled store that stays open, and a client of the Datasette that serves it."""
    path = tmp_path_factory.mktemp("datasette") / "convoywatch.sqlite"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Store(f"sqlite:///{path}") as store:
        upgrade(store)
        filled(store)
        serve = [sys.executable, "-m", "datasette", str(path), "-m", str(TARGET), "-h", "127.0.0.1", "-p", str(port)]
        with (
            (path.parent / "log").open("w") as log,
            subprocess.Popen(serve, stdout=log, stderr=log) as server,
            httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as client,
        ):
            try:
                _await(client, server, path.parent / "log")
                yield store, client
            finally:
                server.terminate()


def _await(client: httpx.Client, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        assert server.poll() is None, log.read_text()
        try:
            client.get("/-/versions.json")
        except httpx.ConnectError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())


def test_views_are_shown_with_facets_and_tables_are_hidden(opened: tuple[Store, httpx.Client]) -> None:
    _, client = opened
    listed = client.get("/convoywatch.json").json()
    assert [t["name"] for t in listed["tables"] if not t["hidden"]] == []
    for view in listed["views"]:
        answer = client.get(f"/convoywatch/{view['name']}.json")
        assert answer.status_code == 200, (view, answer.text)
        told = TOLD["tables"][view["name"]]
        assert set(told["columns"]) == set(answer.json()["columns"])
        assert set(told.get("facets", [])) == set(answer.json()["facet_results"]), view
    assert client.get("/convoywatch/v_sightings").status_code == 200


@pytest.mark.parametrize("name", TOLD["queries"])
def test_every_question_is_answered(opened: tuple[Store, httpx.Client], name: str) -> None:
    _, client = opened
    answer = client.get(f"/convoywatch/{name}.json", params={"_shape": "objects"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["rows"], answer.text
    if "AS latitude" in TOLD["queries"][name]["sql"]:
        assert {"latitude", "longitude"} <= set(answer.json()["columns"])


def test_a_parameter_narrows_the_question(opened: tuple[Store, httpx.Client]) -> None:
    store, client = opened
    (track,) = run(store, "SELECT min(id) FROM v_tracks").rows[0]
    for name, parameter in (("q01", "destination"), ("q02", "sighting"), ("q18", "track"), ("map_track", "track")):
        assert re.search(f":{parameter}", TOLD["queries"][name]["sql"])
        assert client.get(f"/convoywatch/{name}.json", params={parameter: "999"}).json()["rows"] == []
    assert client.get("/convoywatch/map_track.json", params={"track": str(track)}).json()["rows"]


def test_what_is_written_meanwhile_is_found_by_its_words(opened: tuple[Store, httpx.Client]) -> None:
    store, client = opened
    with store.write() as conn:
        saved_post(conn, "alpha/77", "zweihundert Lastwagen")
    rows = client.get("/convoywatch/v_posts.json", params={"_search": "Lastwagen", "_shape": "objects"}).json()["rows"]
    assert [row["native_id"] for row in rows] == ["alpha/77"]
    assert client.get("/convoywatch.json", params={"sql": "DELETE FROM posts"}).status_code == 400
