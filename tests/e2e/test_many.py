"""Several workers, some of which die, and a database that goes away: is all there once, as one quiet run makes it?"""

import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from collector.dispatch.engine import SCHEMA
from collector.kept import Kept
from collector.settings import load
from collector.stages import STAGES
from tests import postgres
from tests.bucket import bucket
from tests.e2e import hosts, many, small, storm
from tests.e2e.hosts import Namespace
from tests.e2e.test_kill import RESULTS, close

#: `make test-many` blows long, and on two hosts where they can be made
LONG = os.environ.get("CONVOYWATCH_STORM") == "long"
HARM = {"kill": 4, "database": 1, "bucket": 1}
LONG_HARM = {"kill": 20, "database": 4, "bucket": 4}
SEED = 20260301


@dataclass(frozen=True)
class Worn:
    """A store that a team filled in a storm, and one that one machine filled in peace."""

    url: str
    quiet: str
    machines: tuple[Path, ...]
    storm: storm.Storm
    harm: dict[str, int]
    logs: str


@pytest.fixture(scope="module", params=["one host", "two hosts"])
def worn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worn]:
    folder = tmp_path_factory.mktemp("many")
    harm = LONG_HARM if LONG else HARM
    with ExitStack() as stack:
        at = "127.0.0.1"
        namespaces: list[Namespace] = []
        if request.param == "two hosts":
            if not LONG:
                pytest.skip("two hosts: `make test-many`")
            at, namespaces = stack.enter_context(hosts.two())
            harm = harm | {"cable": 4}
        # what a machine that lost its power promised to have stored is there again
        safe = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
        database = stack.enter_context(postgres.running(at if namespaces else "", **safe))
        kept = stack.enter_context(bucket(at))
        server = stack.enter_context(small.served(small.convoys(), folder / "world", page_size=5, shown=8, host=at))
        for name in ("many", "quiet"):
            postgres.execute(str(database.folder), f"CREATE DATABASE {name}", port=database.port)
        url, quiet = database.url("many"), database.url("quiet")
        paths = tuple(storm.config(folder / f"machine{n}", server, url, kept) for n in range(3))
        machines = [storm.Machine(p, namespaces[n] if namespaces else None) for n, p in enumerate(paths[1:])]
        blown = storm.Storm(server, database, kept, machines, random.Random(SEED))
        with many.team(paths[0]) as team:
            blown.blow(team, url, harm, workers=4 if LONG else 2)
        alone = storm.config(folder / "quiet", server, quiet)
        told = small.run(alone, "run", "--until-idle", timeout=300)
        assert told.returncode == 0, told.stderr.decode()
        found = Worn(url, quiet, paths, blown, harm, team.logs())
        if keep := os.environ.get("CONVOYWATCH_STORM_LOG"):
            Path(keep).write_text(found.logs, encoding="utf-8")
        yield found


def test_every_post_is_there_once(worn: Worn) -> None:
    world = small.convoys()
    stored = many.rows(worn.url, "SELECT channel_name, native_id, text FROM posts WHERE is_current")
    numbers = Counter((name, int(native_id.rpartition("/")[2])) for name, native_id, _ in stored)
    assert set(numbers.values()) == {1}
    assert set(numbers) == {(p.channel, p.native_id) for p in world.timeline}


@pytest.mark.parametrize("question", RESULTS)
def test_the_results_are_those_of_one_machine_in_peace(worn: Worn, question: str) -> None:
    found, expected = many.rows(worn.url, question), many.rows(worn.quiet, question)
    assert expected
    assert [close(row) for row in found] == [close(row) for row in expected]


def test_nothing_is_there_twice(worn: Worn) -> None:
    for table, key in (
        ("observations", "post_id, analyzer_id"), ("frames", "media_id, analyzer_id, at_ms"),
        ("evidence", "post_id, analyzer_id, ordinal"), ("sightings", "analyzer_id, key"),
        ("tracks", "analyzer_id, key"), ("media", "sha256"), ("fetches", "source_id, slot"),
        ("work", "analyzer_id, input_id"),
    ):  # fmt: skip
        assert many.rows(worn.url, f"SELECT {key} FROM {table} GROUP BY {key} HAVING count(*) > 1") == [], table
    assert many.rows(worn.url, "SELECT count(*) FROM analyzers") == [(len(STAGES),)]
    assert many.rows(worn.url, "SELECT count(*) FROM post_media WHERE state = 'done'") == [(4,)]


def test_no_job_is_left_behind(worn: Worn) -> None:
    left = many.rows(
        worn.url, f"SELECT task_name, count(*) FROM {SCHEMA}.procrastinate_jobs WHERE status = 'failed' GROUP BY 1"
    )
    assert left == []
    held = f"SELECT count(*) FROM {SCHEMA}.procrastinate_jobs WHERE status = 'doing' AND task_name IN ('work', 'later')"
    assert many.rows(worn.url, held) == [(0,)]
    assert many.rows(worn.url, "SELECT count(*) FROM work WHERE claimed_by IS NOT NULL") == [(0,)]


def test_every_file_is_in_the_bucket_and_whole(worn: Worn) -> None:
    settings = load(worn.machines[0], {})
    kept = Kept(lambda: settings, lambda: 0)
    for (sha256,) in many.rows(worn.url, "SELECT sha256 FROM captures"):
        assert kept.captures.read(sha256)  # raises when the bytes are not those of the name
    for (sha256,) in many.rows(worn.url, "SELECT DISTINCT sha256 FROM frames"):
        assert kept.frames.read(sha256).startswith(b"\xff\xd8")
    for (sha256,) in many.rows(worn.url, "SELECT sha256 FROM media"):
        with kept.media.local(sha256):
            pass


def test_harm_was_done(worn: Worn) -> None:
    assert dict(worn.storm.done) == worn.harm
    assert worn.storm.ended[-signal.SIGKILL] == worn.harm["kill"]
    # 75: others had taken over what it had in hand, since it was cut off
    assert set(worn.storm.ended) <= {-signal.SIGKILL, 75}
    assert '"event": "rescue"' in worn.logs
    assert '"event": "located"' in worn.logs
    print(f"\ndone: {dict(worn.storm.done)}; workers ended: {dict(worn.storm.ended)}")
