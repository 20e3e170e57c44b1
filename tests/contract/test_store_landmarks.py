"""Known places in the store: what confirmations make, what is held against what, and what counts as a copy."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert

from db import landmarks, media, reviews, sightings
from db.models import MediaPair, PostMedia
from db.session import Store
from tests.contract.made import HOUR, NOW, analyzer, saved_post, sighting

PLACE = (35.86, 36.8, 0.5)


@pytest.fixture
def conn(store: Store) -> Iterator[Connection]:
    with store.write() as conn:
        yield conn


def shown(conn: Connection, post_id: int, digit: str) -> int:
    """A file that a post shows."""
    media_id = media.save(conn, digit * 64, 10, "image/jpeg", NOW)
    row = {"post_id": post_id, "ordinal": 0, "kind": "photo", "withheld": False, "state": "done", "media_id": media_id}
    conn.execute(insert(PostMedia).values(row))
    return media_id


def picture(conn: Connection, name: str = "bridge") -> int:
    row = landmarks.added(NOW, f"picture:{name}", name, PLACE) | {"pictures": [[0, "a" * 64]]}
    return landmarks.add_picture(conn, row, b"features")[0]


def match(landmark_id: int, share: float = 0.2) -> dict[str, object]:
    return {
        "landmark_id": landmark_id, "at_ms": 1500, "reference_ms": 0, "score": 40.5, "inliers": 30, "share": share,
        "box": [0.1, 0.1, 0.5, 0.5],
    }  # fmt: skip


def test_the_same_picture_again_moves_its_landmark_and_gets_a_later_serial(conn: Connection) -> None:
    one = picture(conn)
    before = landmarks.serials(conn)
    again = landmarks.added(NOW, "picture:bridge", "new name", (1.0, 2.0, 0.5)) | {"pictures": []}
    assert landmarks.add_picture(conn, again, b"other") == (one, False)
    ((serial, row_id),) = landmarks.serials(conn).items()
    assert (row_id, serial > next(iter(before))) == (one, True)
    assert [bytes(row.packed) for row in landmarks.packed(conn, [serial])] == [b"other"]
    assert [(row.name, row.lat, row.files) for row in landmarks.listing(conn)] == [("new name", 1.0, 0)]


def test_files_become_landmarks_by_confirmation_only_as_far_as_they_were_there(conn: Connection) -> None:
    posts = [saved_post(conn, f"chan/{n}", f"text {n}") for n in range(2)]
    files = [shown(conn, post, digit) for post, digit in zip(posts, "ab", strict=True)]
    sightings.replace(conn, analyzer(conn, "cluster"), posts, [sighting("telegram:chan/0", posts)])
    ((row_id, analyzer_id),) = _sightings(conn)
    make_current(conn, analyzer_id)
    assert landmarks.confirmed(conn) == []
    reviews.add(conn, "sighting", row_id, "confirm", None, "me", NOW - timedelta(days=400))
    assert landmarks.confirmed(conn) == []  # nothing was collected by then
    reviews.add(conn, "sighting", row_id, "confirm", None, "me", NOW + HOUR)
    assert [row.media_id for row in landmarks.confirmed(conn)] == files
    reviews.add(conn, "sighting", row_id, "undo", None, "me", NOW + 2 * HOUR)
    assert landmarks.confirmed(conn) == []


def _sightings(conn: Connection) -> list[tuple[int, int]]:
    found = conn.exec_driver_sql("SELECT id, analyzer_id FROM sightings").all()
    return [(int(row[0]), int(row[1])) for row in found]


def make_current(conn: Connection, analyzer_id: int) -> None:
    conn.exec_driver_sql(f"UPDATE analyzers SET is_current = true WHERE id = {analyzer_id}")


def test_matches_are_kept_replaced_and_gone_with_their_landmark(conn: Connection) -> None:
    post, one, other = saved_post(conn), picture(conn), picture(conn, "gate")
    file, mine = shown(conn, post, "c"), analyzer(conn, "landmark")
    landmarks.save_scene(conn, file, mine, b"scene", (1, 0), [match(one), match(other), match(one + 1000)])
    landmarks.save_scene(conn, file, mine, b"scene", (2, 1), [match(one, 0.3)])
    state = landmarks.scene(conn, file, mine)
    assert state
    assert (bytes(state.packed), state.serial, state.hidden) == (b"scene", 2, 1)
    found = landmarks.of_post(conn, post, mine, 0.5, 0.5)
    assert [(r.landmark_id, r.share, bool(r.copied)) for r in found] == [(one, 0.3, False), (other, 0.2, False)]
    assert landmarks.recent(conn, mine) == [file]
    assert landmarks.remove(conn, [one]) == {post}
    assert [r.landmark_id for r in landmarks.of_post(conn, post, mine, 0.5, 0.5)] == [other]
    landmarks.forget_matches(conn, file, mine)
    assert not landmarks.matched(conn, file, mine)


@pytest.mark.parametrize(("score", "share", "copied"), [(0.4, 0.2, False), (0.6, 0.2, True), (0.0, 0.7, True)])
def test_footage_that_a_landmark_was_taken_from_is_told_from_other_footage(
    conn: Connection, score: float, share: float, copied: bool
) -> None:
    post, source = saved_post(conn), saved_post(conn, "chan/9", "other")
    file, original, mine = shown(conn, post, "c"), shown(conn, source, "d"), analyzer(conn, "landmark")
    key = landmarks.added(NOW, "sighting:x d", "Saraqib", PLACE)
    landmark = landmarks.add_sighting(conn, key | {"sighting_key": "x", "media_id": original})
    assert landmarks.of_media(conn, original) == [landmark]
    assert landmarks.set_features(conn, landmark, b"f")
    if score:
        pair = {"media_id": file, "other_id": original, "score": score, "overlap_s": 0.0, "mirrored": False}
        conn.execute(insert(MediaPair).values(pair))
    for media_id in (file, original):
        landmarks.save_scene(conn, media_id, mine, b"s", (1, 0), [match(landmark, share)])
    assert [bool(r.copied) for r in landmarks.of_post(conn, post, mine, 0.5, 0.5)] == [copied]
    assert [bool(r.copied) for r in landmarks.of_post(conn, source, mine, 0.5, 0.5)] == [True]
