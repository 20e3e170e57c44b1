"""What people rule to be one or apart holds, the newest word first, and leaves alone what it does not name."""

from collector.ruled import in_force, never_one, parted_copies, ruled_pairs, settled
from db.rulings import Ruling
from geolocate.cluster import cluster
from geolocate.copies import CopyItem, Tie
from tests.unit.convoys import DAWN, seen


def split(these: str, others: str) -> Ruling:
    return Ruling(False, frozenset(these), frozenset(others))


def merge(these: str, others: str) -> Ruling:
    return Ruling(True, frozenset(these), frozenset(others))


OWN = {name: name for name in "abcdef"}


def test_reports_of_one_event_that_a_person_parts_stay_parted_and_draw_others_to_their_side() -> None:
    reports = [seen(name, 0.0, 1.0, 0.0) for name in "abc"]
    assert cluster(reports) == [("a", "b", "c")]
    ruled = [split("a", "b")]
    parted = cluster(reports, never_one(ruled, OWN))
    assert len(parted) == 2
    assert all(not {"a", "b"} <= set(event) for event in parted)
    assert settled(parted, ruled, OWN) == parted


def test_events_that_a_person_merges_are_one_and_the_newest_word_counts() -> None:
    apart = [("a", "b"), ("c",), ("d",)]
    assert settled(apart, [merge("a", "c")], OWN) == [("a", "b", "c"), ("d",)]
    assert settled(apart, [merge("a", "c"), merge("d", "b")], OWN) == [("a", "b", "c", "d")]
    assert settled(apart, [merge("a", "cd"), split("c", "abd")], OWN) == [("a", "b", "d"), ("c",)]
    assert settled(apart, [merge("x", "y")], OWN) == apart


def test_a_merger_takes_back_the_split_before_it() -> None:
    assert in_force([split("a", "bc"), merge("a", "b")]) == [merge("a", "b")]
    later = [merge("a", "b"), split("a", "bc")]
    assert in_force(later) == later


def test_a_post_that_is_no_copy_is_an_account_of_its_own() -> None:
    items = [CopyItem(name, DAWN, media=("one file",)) for name in "abc"]
    groups = parted_copies(items, [Tie("a", "b", "footage")], [split("b", "a")])
    assert sorted((g.original, g.copies) for g in groups) == [("a", ("c",)), ("b", ())]
    assert len(parted_copies(items, [], [])) == 1


def test_pairs_of_sightings_have_the_newest_word() -> None:
    home = {"a": "S", "b": "T", "c": "T"}
    assert ruled_pairs([merge("a", "bc"), split("a", "c")], home) == {("S", "T"): False}
    assert ruled_pairs([split("b", "c")], home) == {}
