"""Several workers, some of which die, and a database that goes away: is all there once, as one quiet run makes it?"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from collector.dispatch.engine import SCHEMA
from collector.stages import STAGES
from tests import postgres
from tests.e2e import many, small, storm
from tests.e2e.test_kill import RESULTS, close

KILLS, LOSSES = 4, 1
SEED = 20260301


@dataclass(frozen=True)
class Worn:
    """A store that a team filled in a storm, and one that one machine filled in peace."""

    url: str
    quiet: str
    path: Path
    storm: storm.Storm
    logs: str


@pytest.fixture(scope="module")
def worn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worn]:
    folder = tmp_path_factory.mktemp("many")
    # what a machine that lost its power promised to have stored is there again
    with (
        postgres.running(fsync="on", synchronous_commit="on", full_page_writes="on") as database,
        small.served(small.convoys(), folder / "world", page_size=5, shown=8) as server,
    ):
        for name in ("many", "quiet"):
            postgres.execute(str(database.folder), f"CREATE DATABASE {name}")
        url, quiet = (postgres.url(str(database.folder), name) for name in ("many", "quiet"))
        path = storm.config(folder / "many", server, url, dispatch="postgres")
        blown = storm.Storm(server, database, random.Random(SEED))
        with many.team(path) as team:
            blown.blow(team, url, KILLS, LOSSES)
        alone = storm.config(folder / "quiet", server, quiet)
        told = small.run(alone, "run", "--until-idle", timeout=180)
        assert told.returncode == 0, told.stderr.decode()
        yield Worn(url, quiet, path, blown, team.logs())


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


def test_harm_was_done(worn: Worn) -> None:
    assert (worn.storm.kills, worn.storm.losses) == (KILLS, LOSSES)
    assert '"event": "rescue"' in worn.logs
    assert '"event": "located"' in worn.logs
