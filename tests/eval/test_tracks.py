"""Floors under the linker on simulated worlds. Raised when it gets better, never lowered."""

import pytest

from bench.tracks import measure, shared

pytestmark = pytest.mark.skipif(
    not (shared() / "eval" / "simulate_tracks.py").exists(), reason="the measuring tools (../shared) are not here"
)


@pytest.mark.parametrize(("seed", "idf1"), [(1, 0.90), (4, 0.80)])
def test_sparse_worlds_are_found_again(seed: int, idf1: float) -> None:
    scores = measure("sparse", seed)[0]
    assert scores["idf1"] >= idf1
    assert scores["purity"] >= 0.90
    assert scores["clutter_kept"] < 0.20
    assert scores["dest_top1"] >= 0.80
    assert scores["dest_logloss"] < 0.60


def test_reports_of_one_event_share_an_event_and_make_no_track() -> None:
    scores = measure("copies", 103)[0]
    assert scores["event_f1"] >= 0.65
    assert scores["clutter_kept"] < 0.20
