"""Work as rows: asked for, taken by one, ended, tried again, and never lost when it is asked for while it runs."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, select

from db import analyzers, asked, work
from db.models import Analyzer, Work
from db.session import Store
from db.work import Claim
from tests.contract.made import HOUR, NOW, analyzer, count


@pytest.fixture
def conn(store: Store) -> Iterator[Connection]:
    with store.write() as conn:
        yield conn


@pytest.fixture
def locate(conn: Connection) -> int:
    return analyzer(conn, "locate")


def states(conn: Connection) -> dict[int, str]:
    return {row.input_id: row.state for row in conn.execute(select(Work.input_id, Work.state))}


def take(conn: Connection, stage: int, limit: int = 10) -> list[Claim]:
    return work.claim(conn, stage, NOW, limit, HOUR)


def test_what_is_asked_for_is_claimed_once_and_done(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, [3, 1, 2])
    assert work.is_due(conn, locate, NOW)
    claims = take(conn, locate)
    assert [c.input_id for c in claims] == [1, 2, 3]
    assert take(conn, locate) == []
    assert not work.is_due(conn, locate, NOW)
    work.finish(conn, claims[0].work_id, NOW)
    work.finish(conn, claims[1].work_id, NOW, empty=True)
    assert states(conn) == {1: "done", 2: "empty", 3: "running"}
    assert work.open_count(conn, NOW) == {"locate": 1}


def test_no_more_is_claimed_than_asked_for(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, range(5))
    assert len(take(conn, locate, 2)) == 2
    assert len(take(conn, locate, 9)) == 3


def test_asking_for_nothing_does_nothing(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, [])
    work.enqueue_once(conn, locate, [])
    assert count(conn, "work") == 0


def test_work_of_another_analyzer_is_not_taken(conn: Connection, locate: int) -> None:
    work.enqueue(conn, analyzer(conn, "cluster"), [1])
    assert take(conn, locate) == []


def test_asking_again_runs_what_is_done_again(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, [1])
    work.finish(conn, take(conn, locate)[0].work_id, NOW)
    work.enqueue(conn, locate, [1])
    assert len(take(conn, locate)) == 1


def test_what_is_asked_for_together_is_asked_for_once_at_the_end(conn: Connection, locate: int) -> None:
    other = analyzer(conn, "cluster")
    with work.together(conn):
        work.enqueue(conn, other, [9, 2])
        work.enqueue(conn, locate, [5])
        work.enqueue(conn, other, [2, 1])
        assert take(conn, other) == []
    assert [c.input_id for c in take(conn, locate)] == [5]
    asked = take(conn, other)
    assert sorted(c.input_id for c in asked) == [1, 2, 9]
    for claim in asked:
        work.finish(conn, claim.work_id, NOW)
    assert take(conn, other) == []  # each was asked for once


def test_what_was_asked_for_together_is_dropped_with_what_failed(conn: Connection, locate: int) -> None:
    def fail() -> None:
        with work.together(conn):
            work.enqueue(conn, locate, [1])
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    work.enqueue(conn, locate, [2])
    assert [c.input_id for c in take(conn, locate)] == [2]


def test_asking_once_never_runs_anything_again(conn: Connection, locate: int) -> None:
    work.enqueue_once(conn, locate, [1])
    work.finish(conn, take(conn, locate)[0].work_id, NOW)
    work.enqueue_once(conn, locate, [1, 2])
    assert states(conn) == {1: "done", 2: "pending"}


@pytest.mark.parametrize("ends", ["done", "failed"])
def test_what_is_asked_for_while_it_runs_runs_once_more(conn: Connection, locate: int, ends: str) -> None:
    work.enqueue(conn, locate, [1])
    claim = take(conn, locate)[0]
    work.enqueue(conn, locate, [1])
    assert take(conn, locate) == []  # not twice at the same time
    if ends == "done":
        work.finish(conn, claim.work_id, NOW)
    else:
        work.fail(conn, claim, NOW, "gone", "it is gone", None)
    again = take(conn, locate)
    assert len(again) == 1
    work.finish(conn, again[0].work_id, NOW)
    assert states(conn) == {1: "done"}


def test_what_failed_is_tried_again_when_its_time_has_come(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, [1])
    work.fail(conn, take(conn, locate)[0], NOW, "rate_limited", "x" * 5000, NOW + HOUR)
    assert not work.is_due(conn, locate, NOW)
    assert work.open_count(conn, NOW) == {}
    assert work.open_count(conn, NOW, due_only=False) == {"locate": 1}
    later = work.claim(conn, locate, NOW + HOUR, 10, HOUR)
    assert [(c.input_id, c.attempts) for c in later] == [(1, 1)]
    row = conn.execute(select(Work.error_kind, Work.error)).one()
    assert (row.error_kind, len(row.error)) == ("rate_limited", 2000)


def test_what_failed_for_good_is_not_tried_again(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, [1])
    work.fail(conn, take(conn, locate)[0], NOW, "gone", "it is gone", None)
    assert states(conn) == {1: "failed"}
    assert not work.is_due(conn, locate, NOW + 1000 * HOUR)


def test_an_error_may_hold_any_character(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, [1])
    work.fail(conn, take(conn, locate)[0], NOW, "bug", "nul \x00 and \ud800", None)
    assert conn.execute(select(Work.error)).scalar() == "nul  and \ufffd"


def test_a_claim_older_than_its_lease_is_free_again(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, [1])
    assert len(take(conn, locate)) == 1
    assert work.claim(conn, locate, NOW + HOUR, 1, HOUR) == []
    assert len(work.claim(conn, locate, NOW + 2 * HOUR, 1, HOUR)) == 1


def test_one_that_lost_its_lease_does_not_end_the_work_of_the_other(conn: Connection, locate: int) -> None:
    """The request that came while both ran is kept, whoever ends first."""
    work.enqueue(conn, locate, [1])
    slow = take(conn, locate)[0]
    other = work.claim(conn, locate, NOW + 2 * HOUR, 1, HOUR)[0]
    work.enqueue(conn, locate, [1])
    work.finish(conn, slow.work_id, NOW + 2 * HOUR)
    work.finish(conn, other.work_id, NOW + 2 * HOUR)
    assert states(conn) == {1: "pending"}
    work.fail(conn, slow, NOW, "bug", "late", None)
    assert states(conn) == {1: "pending"}


def test_a_start_gives_back_what_a_killed_process_held(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, [1, 2, 3])
    work.finish(conn, take(conn, locate, 3)[0].work_id, NOW)
    assert work.release_all(conn) == 2
    assert states(conn) == {1: "done", 2: "pending", 3: "pending"}


def test_two_threads_never_get_the_same_piece(store: Store) -> None:
    with store.write() as conn:
        stage = analyzer(conn, "locate")
        work.enqueue(conn, stage, range(120))
    together = threading.Barrier(4)

    def drain(_: int) -> list[int]:
        mine: list[int] = []
        together.wait()
        while True:
            with store.write() as conn:
                claims = take(conn, stage, 3)
            if not claims:
                return mine
            mine += [c.input_id for c in claims]

    with ThreadPoolExecutor(4) as pool:
        taken = [i for mine in pool.map(drain, range(4)) for i in mine]
    assert sorted(taken) == list(range(120))


def test_threads_that_ask_for_the_same_work_do_not_block_each_other_for_good(store: Store) -> None:
    with store.write() as conn:
        stage = analyzer(conn, "cluster")
    together = threading.Barrier(4)

    def ask(number: int) -> None:
        together.wait()
        for _ in range(10):
            with store.write() as conn:
                work.enqueue(conn, stage, range(40) if number % 2 else reversed(range(40)))
            with store.write() as conn:
                for claim in take(conn, stage, 40):
                    work.finish(conn, claim.work_id, NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(4)))
    with store.read() as conn:
        assert count(conn, "work") == 40
        assert count(conn, "work", "state = 'running'") == 0


def test_the_first_version_of_a_stage_is_shown_at_once(conn: Connection) -> None:
    first, new = analyzers.register(conn, "locate", "1", {"a": 1}, NOW)
    assert new
    assert analyzers.register(conn, "locate", "1", {"a": 1}, NOW) == (first, False)
    assert current(conn) == {first}


def current(conn: Connection) -> set[int]:
    return set(conn.execute(select(Analyzer.id).where(Analyzer.is_current)).scalars())


def test_a_new_version_is_shown_once_its_work_is_done(conn: Connection) -> None:
    old, other = analyzer(conn, "locate", "1"), analyzer(conn, "sample", "1")
    new = analyzer(conn, "locate", "2")
    work.enqueue(conn, new, [1, 2])
    assert not analyzers.promote_if_drained(conn, [new, other], NOW)
    claims = take(conn, new)
    assert not analyzers.promote_if_drained(conn, [new, other], NOW)
    assert current(conn) == {old, other}
    work.finish(conn, claims[0].work_id, NOW)
    work.fail(conn, claims[1], NOW, "rate_limited", "later", NOW + HOUR)  # must not keep all else hidden
    assert analyzers.promote_if_drained(conn, [new, other], NOW)
    assert current(conn) == {new, other}
    assert not analyzers.promote_if_drained(conn, [new, other], NOW)


def test_a_configuration_taken_back_shows_its_version_again(conn: Connection) -> None:
    old, new = analyzer(conn, "locate", "1"), analyzer(conn, "locate", "2")
    assert analyzers.promote_if_drained(conn, [new], NOW)
    assert analyzers.promote_if_drained(conn, [old], NOW)
    assert current(conn) == {old}


def ids(conn: Connection) -> list[int]:
    return list(conn.execute(select(Work.id).order_by(Work.input_id)).scalars())


def test_a_job_takes_the_pieces_that_it_names_and_no_others(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, [1, 2, 3])
    one, two, _ = ids(conn)
    claims, left = work.claim_these(conn, [one, two], NOW, HOUR, job=7, suspects=True)
    assert ([c.input_id for c in claims], left) == ([1, 2], [])
    assert work.claim_these(conn, [one, two], NOW, HOUR, job=8, suspects=True) == ([], [])
    # a job that was broken off, and is done again, goes on with what it had
    assert len(work.claim_these(conn, [one, two], NOW, HOUR, job=7, suspects=True)[0]) == 2


def test_a_claim_is_held_until_another_takes_it(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, [1])
    (piece,) = ids(conn)
    first = work.claim_these(conn, [piece], NOW, HOUR, job=7, suspects=True)[0]
    assert work.hold(conn, first)
    work.release(conn, [7])
    assert not work.hold(conn, first)
    second = work.claim_these(conn, [piece], NOW, 2 * HOUR, job=8, suspects=True)[0]
    assert not work.hold(conn, first)
    assert work.hold(conn, second)
    work.finish(conn, piece, NOW)
    assert not work.hold(conn, second)


def test_only_what_a_dead_job_held_is_blamed_and_given_back(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, [1, 2, 3])
    one, two, three = ids(conn)
    work.claim_these(conn, [one, two], NOW, HOUR, job=7, suspects=True)
    work.claim_these(conn, [three], NOW, HOUR, job=8, suspects=True)
    assert work.blame(conn, [], NOW, jobs=[7]) == []
    work.release(conn, [7])
    assert states(conn) == {1: "pending", 2: "pending", 3: "running"}
    assert list(conn.execute(select(Work.crashes).order_by(Work.input_id)).scalars()) == [1, 1, 0]


def test_a_suspect_is_left_to_a_job_that_may_take_it_alone(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, [1, 2])
    one, two = ids(conn)
    for _ in range(work.SUSPECT_AFTER):
        work.claim_these(conn, [one], NOW, HOUR, job=7, suspects=True)
        work.blame(conn, [], NOW, jobs=[7])
        work.release(conn, [7])
    claims, left = work.claim_these(conn, [one, two], NOW, HOUR, job=8, suspects=False)
    assert ([c.input_id for c in claims], left) == ([2], [one])
    claims, left = work.claim_these(conn, [one, two], NOW, HOUR, job=9, suspects=True)
    assert ([(c.input_id, c.suspect) for c in claims], left) == ([(1, True)], [])


def _fails_after(conn: Connection, stage: int) -> None:
    work.enqueue(conn, stage, [9])
    raise ZeroDivisionError


def test_a_carrier_is_told_of_what_waits_and_of_nothing_else(store: Store) -> None:
    told: list[list[tuple[int, bool]]] = []
    store.carrier = lambda _conn, asked: told.append([(a.input_id, a.due_at is not None) for a in asked])
    try:
        with store.write() as conn:
            stage = analyzer(conn, "locate")
        with store.write() as conn:
            work.enqueue(conn, stage, [1, 2])
        with store.write() as conn:
            work.enqueue_once(conn, stage, [2, 3])
        with store.write() as conn:
            first, second, third = take(conn, stage)
        with store.write() as conn:
            work.enqueue(conn, stage, [1])  # it runs: its end tells
            work.fail(conn, second, NOW, "retry", "later", NOW + HOUR)
            work.fail(conn, third, NOW, "gone", "for good", None)
        with store.write() as conn:
            work.finish(conn, first.work_id, NOW)
        with pytest.raises(ZeroDivisionError), store.write() as conn:
            _fails_after(conn, stage)
    finally:
        store.carrier = None
    assert told == [[(1, False), (2, False)], [(3, False)], [(2, True)], [(1, False)]]


def test_unfinished_work_is_listed_in_portions_and_can_be_taken_back(conn: Connection, locate: int) -> None:
    work.enqueue(conn, locate, [1, 2, 3])
    work.finish(conn, take(conn, locate, 1)[0].work_id, NOW)
    _, two, three = ids(conn)
    take(conn, locate, 1)
    assert work.unfinished(conn, [locate], 0, 1) == [two]
    assert work.unfinished(conn, [locate], two, 9) == [three]
    work.release_pieces(conn, [two, three])
    assert states(conn) == {1: "done", 2: "pending", 3: "pending"}


def test_what_waits_is_told_again_and_not_sooner_than_wanted(store: Store) -> None:
    told: list[list[tuple[int, bool]]] = []
    with store.write() as conn:
        stage = analyzer(conn, "locate")
        work.enqueue(conn, stage, [1, 2])
        work.finish(conn, take(conn, stage, 1)[0].work_id, NOW)
        pieces = ids(conn)
    store.carrier = lambda _conn, found: told.append([(a.input_id, a.due_at == NOW) for a in found])
    try:
        for not_before in (None, NOW):
            with store.write() as conn:
                asked.again(conn, pieces, not_before)
    finally:
        store.carrier = None
    with store.write() as conn:
        asked.again(conn, pieces)  # without a carrier nobody is told
    assert told == [[(2, False)], [(2, True)]]


def test_a_version_is_found_and_the_newest_of_its_stage(conn: Connection) -> None:
    old, new = analyzer(conn, "locate", "1"), analyzer(conn, "locate", "2")
    assert (analyzers.find(conn, "locate", "1"), analyzers.find(conn, "locate", "3")) == (old, None)
    assert (analyzers.newest(conn, old), analyzers.newest(conn, 4711)) == (new, None)
