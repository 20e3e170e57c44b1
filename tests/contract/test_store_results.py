"""Observations, sightings, tracks and reviews: replaced only where they changed, and joined rightly by the views."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.exc import DBAPIError

from collector.needs import needs
from db import (
    analyzers,
    copies,
    media,
    observations,
    posts,
    query,
    reviews,
    rulings,
    sightings,
    signs,
    sources,
    tracks,
    vehicles,
    work,
)
from db.identity import Succession
from db.models import Observation, Review, Sighting, Track, TrackPoint
from db.rows import NewMember
from db.session import Store
from tests.contract import made
from tests.contract.made import HOUR, NOW, analyzer, count, observation, observed, saved_post, saved_sightings, sighting

DAY = "2026-03-01"
BASES = [
    {"id": "OSLK", "name": "Khmeimim airbase", "lat": 35.4, "lon": 35.9, "radius_km": 4.0, "weight": 4.0},
    {"id": "TARTUS", "name": "Tartus", "lat": 34.9, "lon": 35.9, "radius_km": 3.0, "weight": 2.0},
]


@pytest.fixture
def conn(store: Store) -> Iterator[Connection]:
    with store.write() as conn:
        yield conn


# observations


def test_an_observation_is_replaced_and_tells_the_buckets_it_left_and_entered(conn: Connection) -> None:
    one = saved_post(conn)
    (homs,) = observed(conn, one)
    assert observed(conn, one) == {homs}
    both = observed(conn, one, lat=35.4, lon=35.9)
    assert len(both) == 2
    assert homs in both
    assert observed(conn, one, lat=None, lon=None, radius_km=None) == both - {homs}
    assert (count(conn, "observations"), count(conn, "evidence")) == (1, 1)


@pytest.mark.parametrize(
    ("lat", "lon", "cell"), [(-0.1, -0.1, (-1, -1)), (0.0, 0.0, (0, 0)), (34.9, -179.9, (34, -180))]
)
def test_a_bucket_is_a_utc_day_and_a_whole_degree(lat: float, lon: float, cell: tuple[int, int]) -> None:
    late = datetime.fromisoformat("2026-03-02T01:30:00+03:00")
    assert observations.cell_of(late, lat, lon) == (DAY, *cell)


def test_only_located_convoys_of_current_posts_are_active(conn: Connection) -> None:
    locate = analyzer(conn, "locate")
    ids = [saved_post(conn, f"chan/{n}", f"text {n}") for n in range(4)]
    observed(conn, ids[0])
    observed(conn, ids[1], convoy_probability=0.2)
    observed(conn, ids[2], lat=None)
    (bucket,) = observed(conn, ids[3])
    posts.save(conn, made.source(conn), [made.post("chan/3", "edited")], NOW)
    assert [o.post_id for o in observations.active(conn, locate, 0.5)] == [ids[0]]
    assert observations.posts_in(conn, locate, [bucket]) == {ids[0], ids[1], ids[3]}
    assert observations.buckets_of_posts(conn, locate, ids) == {bucket}
    assert [o.post_id for o in observations.active(conn, locate, 0.1, post_ids=ids)] == ids[:2]


def test_what_an_observation_holds_comes_back_as_it_was(conn: Connection) -> None:
    one = saved_post(conn)
    hint = {"lat": 34.123456789012345, "lon": 36.0, "radius_km": 1e-9}
    observed(conn, one, lat=34.123456789012345, from_hint=hint, kinds=["tank", "бтр"], bearing_deg=0.1 + 0.2)
    row = conn.execute(select(*Observation.__table__.columns)).one()
    assert (row.lat, row.from_hint, row.kinds, row.bearing_deg) == (
        34.123456789012345,
        hint,
        ["tank", "бтр"],
        0.1 + 0.2,
    )
    other = {"ref": "r", "lat": 1.0, "lon": 2.0, "probability": 0.1}
    assert (row.seen_from, row.alternatives) == (NOW - 2 * HOUR, [other])


def test_copies_share_a_key_and_old_revisions_are_none(conn: Connection) -> None:
    def keyed(name: str, *keys: tuple[str, str]) -> int:
        return saved_post(conn, name, f"text of {name}", copy_keys=keys)

    first, second = keyed("a/1", ("media", "x")), keyed("b/1", ("media", "x"), ("origin", "u"))
    third, other = keyed("c/1", ("origin", "u")), keyed("d/1", ("text", "x"), ("origin", "x"))
    told = keyed("e/1", ("text", "x"))
    assert copies.sharing(conn, [first]) == {first, second}
    assert copies.sharing(conn, [first, second]) == {first, second, third}
    assert copies.sharing(conn, [other]) == {other}
    assert copies.sharing(conn, [told]) == {told}  # one message is a copy for a time only
    posts.save(conn, made.source(conn), [made.post("b/1", "edited")], NOW)
    assert copies.sharing(conn, [first]) == {first}
    assert {r.post_id for r in copies.keys(conn, [first, third])} == {first, third}


def test_a_message_is_stored_once_and_found_by_the_posts_that_hold_it(conn: Connection) -> None:
    ids = [saved_post(conn, f"{c}/1", f"text {c}") for c in "abc"]
    one, other = copies.add_text(conn, "x", 2.5, b"one"), copies.add_text(conn, "y", inf, b"other")
    assert one is not None
    assert other is not None
    assert copies.add_text(conn, "x", 2.5, b"one") is None
    for post, digest in zip(ids, "xxy", strict=True):
        copies.set_text(conn, post, "y")
        copies.set_text(conn, post, digest)
    copies.add_near(conn, other, [(one, 1.5)])
    assert copies.texts_of_posts(conn, ids) == {one: 2.5, other: inf}
    assert {r.post_id for r in copies.posts_of_texts(conn, [one])} == set(ids[:2])
    assert [tuple(r) for r in copies.near_texts(conn, [one])] == [(one, other, 1.5)]
    copies.part(conn, [(one, other)])
    assert copies.near_texts(conn, [one, other]) == []
    copies.set_text(conn, ids[2], None)
    assert copies.posts_of_texts(conn, [other]) == []


def test_an_anchor_that_a_crowd_shares_proposes_nothing_any_more(conn: Connection) -> None:
    texts = [t for n in range(5) if (t := copies.add_text(conn, f"{n}", 1.0, b"")) is not None]
    found = [copies.add_anchors(conn, [2**62, n], text, 3) for n, text in enumerate(texts)]
    assert found == [(set(), []), ({texts[0]}, []), (set(texts[:2]), []), (set(), [2**62]), (set(), [])]
    copies.add_near(conn, texts[1], [(texts[0], 1.0)])
    assert copies.near_with(conn, [2**62, 0]) == [(texts[0], texts[1])]
    copies.add_anchors(conn, [7], texts[0], 3)
    assert copies.crowded(conn, [7, 2**62], 3) == {2**62}


def test_footage_is_told_both_ways_round_and_replaced_as_a_whole(conn: Connection) -> None:
    files = [media.save(conn, f"{n}" * 6, 3, "video/mp4", NOW) for n in range(3)]
    ids = [saved_post(conn, f"{c}/1", f"text {c}", media=(made.media(f"https://{c}.example"),)) for c in "ab"]
    for attached, file in zip(media.pending(conn, ids), files, strict=False):
        row = media.attachment(conn, attached)
        assert row is not None
        media.attach(conn, row, file, f"{file}")
    copies.add_print(conn, files[0], b"print", [3, 3, 2**40])
    copies.add_print(conn, files[0], b"print", [4, 2**40])
    assert copies.media_with_word(conn, 3, 9) == []
    assert copies.media_with_word(conn, 2**40, 9) == [files[0]]
    assert copies.packed_print(conn, files[0]) == b"print"
    assert copies.set_footage(conn, files[1], [(files[0], 0.97, 4.0, 5.0, True)]) == {files[0]}
    assert copies.footage_of_posts(conn, ids[:1], 0.9) == [(ids[0], ids[1])]
    assert copies.footage_of_posts(conn, ids[1:], 0.98) == []
    assert copies.posts_of_media(conn, files) == set(ids)
    assert copies.set_footage(conn, files[1], []) == {files[0]}
    assert copies.footage_of_posts(conn, ids, 0.0) == []


def test_the_same_file_under_two_posts_makes_them_copies(conn: Connection) -> None:
    ids = [saved_post(conn, f"{c}/1", f"text {c}", media=(made.media(f"https://{c}.example"),)) for c in "ab"]
    for attached in media.pending(conn, ids):
        row = media.attachment(conn, attached)
        assert row is not None
        assert row.platform == "telegram"
        media.attach(conn, row, media.save(conn, "c0ffee", 3, "video/mp4", NOW), "c0ffee")
    assert copies.sharing(conn, ids[:1]) == set(ids)
    assert len(media.all_ids(conn)) == 1
    assert media.pending(conn, ids) == []
    assert [a.sha256 for a in query.attachments(conn, ids[1])] == ["c0ffee"]


def test_frames_are_stored_once(conn: Connection) -> None:
    file = media.save(conn, "c0ffee", 3, "video/mp4", NOW)
    frame = {"at_ms": 2**33, "width": 640, "height": 360, "sharpness": 1.5, "sha256": "f"}
    for _ in range(2):
        media.save_frames(conn, file, analyzer(conn, "sample"), {"duration_s": 9.5, "decode_failures": 0}, [frame])
    row = media.get(conn, file)
    assert row is not None
    assert (row.duration_s, count(conn, "frames")) == (9.5, 1)


def test_what_was_detected_is_replaced_as_a_whole_and_told_of_every_post_that_shows_the_file(conn: Connection) -> None:
    file, sample, detect = (
        media.save(conn, "c0ffee", 3, "video/mp4", NOW), analyzer(conn, "sample"), analyzer(conn, "detect"),
    )  # fmt: skip
    stills = [{"at_ms": at, "width": 9, "height": 9, "sharpness": 1.0, "sha256": f"{at}"} for at in (0, 2**33)]
    media.save_frames(conn, file, sample, {"duration_s": 9.5}, stills)
    ids = [saved_post(conn, f"{c}/1", f"text {c}", media=(made.media(f"https://{c}.example"),)) for c in "ab"]
    for attached in media.pending(conn, ids):
        row = media.attachment(conn, attached)
        assert row is not None
        media.attach(conn, row, file, "c0ffee")
    whole = {
        "looked": 40, "vehicles_min": 6, "vehicles_max": 9, "direction": "left", "military": 0.93,
        "convoy_probability": 0.97, "marks": ["Z"],
    }  # fmt: skip
    box = {"label": "truck", "score": 0.7, "box": [0.1, 0.2, 0.3, 0.4]}
    frames = [f.id for f in signs.frames(conn, file, sample)]
    for found in ([box, box], [box]):
        vehicles.save(conn, file, detect, whole, [(frames[0], found), (frames[1], [])])
    assert (count(conn, "detections"), count(conn, "media_vehicles")) == (1, 1)
    for post in ids:
        (told,) = vehicles.of_post(conn, post, detect)
        assert (told.media_type, told.marks, told.vehicles_max, told.military) == ("video/mp4", ["Z"], 9, 0.93)
    assert conn.execute(text("SELECT post_id, sha256 FROM v_footage ORDER BY post_id")).all() == [
        (post, "c0ffee") for post in ids
    ]
    assert conn.execute(text("SELECT sha256, at_ms, label, score FROM v_detections")).all() == [
        ("c0ffee", 0, "truck", 0.7)
    ]
    copies.silence(conn, [file])  # a banner says nothing
    assert vehicles.of_post(conn, ids[0], detect) == []


def test_a_place_is_called_after_the_evidence_that_it_was_taken_from(conn: Connection) -> None:
    one, two, locate = saved_post(conn, "a/1"), saved_post(conn, "b/1", "x"), analyzer(conn, "locate")
    told = [
        made.evidence("Damascus", lat=33.5, lon=36.3, probability=0.99),
        made.evidence("Homs"),
        made.evidence("Hims"),
    ]
    observations.save(conn, one, locate, told, observation())
    observations.save(conn, two, locate, told, observation(lat=None, lon=None))
    assert observations.place_names(conn, locate, [one, two]) == {one: "Homs"}


# sightings


def test_an_unchanged_sighting_is_left_alone(conn: Connection) -> None:
    cluster, one, two = analyzer(conn, "cluster"), saved_post(conn, "a/1"), saved_post(conn, "b/1", "x")
    hint = {"lat": 34.1, "lon": 36.2, "radius_km": 3.0}
    kept = sighting("a", [one], kinds=["tank"], alternatives=[{"probability": 0.1, "ref": "r"}], from_hint=hint)
    assert sightings.replace(conn, cluster, [one, two], [kept, sighting("b", [two])]) == {DAY}
    before = tracks.sighting_ids(conn, cluster)
    assert sightings.replace(conn, cluster, [one, two], [kept, sighting("b", [two])]) == set()
    moved = sighting("b", [two], seen_from=NOW - 30 * HOUR)
    assert sightings.replace(conn, cluster, [one, two], [kept, moved]) == {DAY, "2026-02-28"}
    assert tracks.sighting_ids(conn, cluster) == before


def test_a_sighting_that_is_no_longer_told_ends_and_its_day_is_returned(conn: Connection) -> None:
    cluster, one, two = analyzer(conn, "cluster"), saved_post(conn, "a/1"), saved_post(conn, "b/1", "x")
    sightings.replace(conn, cluster, [one, two], [sighting("a", [one]), sighting("b", [two])])
    joined = sighting("a", [one, NewMember(two, one, "text")], independent_sources=1, copies=1)
    assert sightings.replace(conn, cluster, [one, two], [joined]) == {DAY}
    assert [s.key for s in sightings.of_analyzer(conn, cluster)] == ["a"]
    assert count(conn, "sighting_members", "copy_of_post_id IS NOT NULL") == 1
    assert sightings.replace(conn, cluster, [one], []) == {DAY}
    assert count(conn, "sightings") == count(conn, "sighting_members") == 0


def test_sightings_of_other_posts_and_of_other_versions_stay(conn: Connection) -> None:
    saved_sightings(conn, "1", "2")
    newer, one = analyzer(conn, "cluster", "2"), saved_post(conn, "chan/9", "y")
    sightings.replace(conn, newer, [one], [sighting("9", [one])])
    assert count(conn, "sightings") == 3
    assert [s.key for s in query.sightings(conn, 10)] == ["2", "1"]


def test_more_posts_than_a_statement_takes_values_can_be_replaced(conn: Connection) -> None:
    cluster, one = analyzer(conn, "cluster"), saved_post(conn)
    many = [one, *range(1_000_000, 1_070_000)]
    assert sightings.replace(conn, cluster, many, [sighting("a", [one])]) == {DAY}
    assert copies.sharing(conn, many) == set(many)
    assert sightings.replace(conn, cluster, many, []) == {DAY}


# tracks


def linked(conn: Connection, *keys: str) -> dict[str, int]:
    """A track over one sighting for each key, toward a watched airbase."""
    tracks.sync_destinations(conn, BASES)
    ids = saved_sightings(conn, *keys)
    tracks.replace(conn, analyzer(conn, "track"), [made.track(keys[0], list(ids.values()))], NOW)
    return ids


def keys(found: list[Succession]) -> list[str]:
    return [one.track.key for one in found]


def history(conn: Connection) -> list[tuple[Any, ...]]:
    rows = conn.execute(text("SELECT kind, track_key, other_key, sightings FROM v_track_changes ORDER BY id"))
    return [tuple(row) for row in rows]


def test_an_unchanged_track_is_left_alone(conn: Connection) -> None:
    ids = linked(conn, "1", "2")
    linker = analyzer(conn, "track")
    same = made.track("1", list(ids.values()))
    before = conn.execute(select(Track.id)).scalar()
    assert tracks.replace(conn, linker, [same], NOW) == []
    faster = made.track("1", list(ids.values()), destinations={"OSLK": 0.6, "TARTUS": 0.4})
    assert keys(tracks.replace(conn, linker, [faster], NOW)) == ["1"]
    assert conn.execute(select(Track.id)).scalars().all() == [before]
    assert count(conn, "track_points") == 2
    assert count(conn, "track_destinations") == 2


def test_a_track_that_grows_at_its_beginning_keeps_number_and_key(conn: Connection) -> None:
    ids = linked(conn, "2", "3")
    early = saved_sightings(conn, "1")["1"]
    number = conn.execute(select(Track.id)).scalar_one()
    grown = made.track("1", [early, *ids.values()], state="arrived", state_destination_id="OSLK", state_probability=0.8)
    (one,) = tracks.replace(conn, analyzer(conn, "track"), [grown], NOW)
    assert (one.id, one.before, one.track.key) == (number, 2, "2")
    (row,) = query.tracks(conn, 10)
    assert (row.id, row.key, row.sightings) == (number, "2", 3)
    assert (row.state, row.state_destination_id, row.state_probability) == ("arrived", "OSLK", 0.8)
    assert history(conn) == [("begun", "2", None, 2), ("grown", "2", None, 1)]


def test_mergers_and_splits_are_written_down(conn: Connection) -> None:
    linked(conn, "1", "2", "3", "4", "5")
    linker = analyzer(conn, "track")
    ids = list(tracks.sighting_ids(conn, analyzer(conn, "cluster")).values())
    tracks.replace(conn, linker, [made.track("1", ids[:3]), made.track("4", ids[3:])], NOW)
    assert history(conn)[1:] == [("shrunk", "1", None, 2), ("split", "4", "1", 2)]
    tracks.replace(conn, linker, [made.track("1", ids)], NOW)
    assert history(conn)[3:] == [("merged", "1", "4", 2)]
    # the larger part goes on under the old key, though the other has the founding sighting
    found = tracks.replace(conn, linker, [made.track("1", ids[:2]), made.track("3", ids[2:])], NOW)
    assert sorted(keys(found)) == ["1", "1#2"]
    assert {one.track.key: one.track.points[0].sighting_id for one in found} == {"1": ids[2], "1#2": ids[0]}
    (told,) = query.changes(conn, conn.execute(select(Track.id).filter_by(key="1#2")).scalar_one())
    assert (told.kind, told.other_key, told.detail) == ("split", "1", "2 sightings that were of another track")


def test_a_track_that_lost_its_sightings_ends(conn: Connection) -> None:
    ids = linked(conn, "1", "2", "3")
    third = conn.execute(select(Sighting.id).where(Sighting.key == "3")).scalar_one()
    linker = analyzer(conn, "track")
    assert keys(tracks.replace(conn, linker, [made.track("2", [ids["2"], third])], NOW)) == ["1"]
    conn.execute(delete(Sighting).where(Sighting.id == third))  # leaves a track of one point
    assert tracks.replace(conn, linker, [], NOW) == []
    assert count(conn, "tracks") == count(conn, "track_points") == count(conn, "track_destinations") == 0
    assert history(conn)[-1] == ("ended", "1", None, 0)


def test_a_track_whose_point_went_with_its_sighting_is_written_again(conn: Connection) -> None:
    ids = linked(conn, "1", "2", "3")
    whole = made.track("1", list(ids.values()))
    sightings.leave_tracks(conn, ids["2"])
    assert keys(tracks.replace(conn, analyzer(conn, "track"), [whole], NOW)) == ["1"]
    assert count(conn, "track_points") == 3


def test_two_versions_of_the_linker_stand_on_the_same_sightings(conn: Connection) -> None:
    ids = linked(conn, "1", "2")
    newer = analyzer(conn, "track", "2")
    assert keys(tracks.replace(conn, newer, [made.track("1", list(ids.values()))], NOW)) == ["1"]
    assert count(conn, "tracks") == 2
    shown = [t.id for t in query.tracks(conn, 10)]
    assert len(shown) == 1
    assert [s.track_id for s in query.sightings(conn, 10)] == shown * 2
    assert len(query.trail(conn, ids["1"])) == 1


def test_destinations_follow_the_configuration(conn: Connection) -> None:
    tracks.sync_destinations(conn, BASES)
    tracks.sync_destinations(conn, [BASES[0] | {"name": "Hmeimim"}])
    assert [(d.id, d.name) for d in tracks.destinations(conn)] == [("OSLK", "Hmeimim")]
    assert count(conn, "destinations", "NOT enabled") == 1
    tracks.sync_destinations(conn, [])
    assert tracks.destinations(conn) == []


# reviews


@pytest.mark.parametrize("change", [update(Review).values(decision="reject"), delete(Review)])
def test_a_review_can_be_neither_changed_nor_deleted(store: Store, change: object) -> None:
    with store.write() as conn:
        ids = saved_sightings(conn, "1")
        assert reviews.add(conn, "sighting", ids["1"], "confirm", None, "Ann", NOW) == "1"
    with pytest.raises(DBAPIError, match="append-only"), store.write() as conn:
        conn.execute(change)  # type: ignore[call-overload]
    with store.read() as conn:
        assert conn.execute(select(Review.decision)).scalars().all() == ["confirm"]


def test_the_last_decision_counts_and_outlives_the_sighting(conn: Connection) -> None:
    ids = saved_sightings(conn, "1")
    for decision in ("confirm", "reject", "note"):
        reviews.add(conn, "sighting", ids["1"], decision, "слово", "Ann", NOW)
    assert [s.review for s in query.sightings(conn, 10)] == ["reject"]
    one = conn.execute(text("SELECT post_id FROM sighting_members")).scalar_one()
    newer = analyzer(conn, "cluster", "2")
    sightings.replace(conn, newer, [one], [sighting("1", [one])])
    assert analyzers.promote_if_drained(conn, [newer], NOW)
    assert [(s.id != ids["1"], s.review) for s in query.sightings(conn, 10)] == [(True, "reject")]


def test_what_is_rejected_is_of_no_track_until_that_is_undone(conn: Connection) -> None:
    ids = saved_sightings(conn, "1", "2")
    cluster = analyzer(conn, "cluster")
    for decision, left, shown in (
        ("note", 2, None),
        ("reject", 1, "reject"),
        ("undo", 2, None),
        ("confirm", 2, "confirm"),
    ):
        reviews.add(conn, "sighting", ids["1"], decision, None, "Ann", NOW)
        assert len(sightings.of_analyzer(conn, cluster)) == left
        assert {s.review for s in query.sightings(conn, 10) if s.key == "1"} == {shown}
    assert [r.decision for r in reviews.history(conn, "sighting", "1")] == ["note", "reject", "undo", "confirm"]


def test_only_what_changes_a_track_is_linked_again(conn: Connection) -> None:
    linker, ids = analyzer(conn, "track"), linked(conn, "1", "2")
    asked = "SELECT count(*) FROM work WHERE analyzer_id = :a"
    for decision, times in (("confirm", 0), ("note", 0), ("reject", 1)):
        reviews.add(conn, "sighting", ids["1"], decision, None, "Ann", NOW)
        assert conn.execute(text(asked), {"a": linker}).scalar() == times


def test_the_newest_move_counts_until_it_is_undone(conn: Connection) -> None:
    ids = saved_sightings(conn, "1")
    reviews.add(conn, "sighting", ids["1"], "move", None, "Ann", NOW, (35.0, 36.0, 1.0))
    reviews.add(conn, "sighting", ids["1"], "move", "better", "Bob", NOW, (35.5, 36.5, 2.0))
    reviews.add(conn, "sighting", ids["1"], "confirm", None, "Bob", NOW)
    assert reviews.moves(conn) == {"1": (35.5, 36.5, 2.0)}
    reviews.add(conn, "sighting", ids["1"], "undo", None, "Ann", NOW)
    assert reviews.moves(conn) == {}


def test_what_nobody_decided_waits_for_a_person_most_needed_first(conn: Connection) -> None:
    tracks.sync_destinations(conn, BASES)
    ids = linked(conn, "1", "2")
    saved_sightings(conn, "alone")
    reviews.add(conn, "sighting", ids["2"], "reject", None, "Ann", NOW)
    queue = needs(reviews.unreviewed(conn, NOW - 100 * HOUR, 10))
    assert [n.row.key for n in queue] == ["1", "alone"]
    assert "Khmeimim airbase (70%)" in queue[0].reasons[0]
    assert queue[0].weight > queue[1].weight
    assert "one source only" in queue[1].reasons
    assert reviews.unreviewed(conn, NOW, 10) == []


# views and queries


def test_the_views_join_a_whole_story(conn: Connection) -> None:
    ids = linked(conn, "1", "2")
    one = conn.execute(
        text("SELECT post_id FROM sighting_members WHERE sighting_id = :i"), {"i": ids["1"]}
    ).scalar_one()
    observed(conn, one)
    reviews.add(conn, "track", conn.execute(select(Track.id)).scalar_one(), "confirm", None, "Ann", NOW)
    (track,) = query.tracks(conn, 10)
    assert (track.destination, track.destination_probability, track.review) == ("Khmeimim airbase", 0.7, "confirm")
    assert track.first_seen == NOW
    points = query.track_points(conn, track.id)
    assert [(p.seq, p.sighting_id, p.place, p.road_km) for p in points] == [
        (0, ids["1"], "Homs", None), (1, ids["2"], "Homs", 30.5)
    ]  # fmt: skip
    assert [p.seen_at for p in query.all_track_points(conn)] == [NOW, NOW + HOUR]
    assert [(h.destination, h.probability) for h in query.headings(conn, track.id)] == [
        ("Khmeimim airbase", 0.7), ("elsewhere", 0.3)
    ]  # fmt: skip
    heading = conn.execute(text("SELECT destination, probability, track_key FROM v_heading_to_airbase")).all()
    assert heading == [("Khmeimim airbase", 0.7, "1")]
    (trail,) = query.trail(conn, ids["1"])
    assert (trail.post_text, trail.name, trail.evidence_kind, trail.track_id) == (
        "text of 1",
        "Homs",
        "mention",
        track.id,
    )
    assert trail.posted_at == NOW - HOUR
    assert query.explanation(conn, one) == "named in the text"
    assert query.by_key(conn, "1") == ("track", track.id)
    assert query.by_key(conn, "2") == ("sighting", ids["2"])
    assert query.by_key(conn, "3") is None
    found = query.sighting(conn, ids["2"])
    assert found is not None
    assert found.track_id == track.id
    assert query.track(conn, track.id) == track


def test_posts_are_listed_with_what_was_made_of_them(conn: Connection) -> None:
    ids = saved_sightings(conn, "1")
    one = conn.execute(text("SELECT post_id FROM sighting_members")).scalar_one()
    observed(conn, one)
    old = saved_post(conn, "chan/9", "old", posted_at=NOW - 99 * HOUR, channel_name="Chan", media=(made.media(),))
    newest, oldest = query.posts(conn, 10)
    assert (newest.id, newest.sighting_id, newest.convoy_probability) == (one, ids["1"], 0.9)
    assert (oldest.id, oldest.sighting_id, oldest.attachments) == (old, None, 1)
    assert [p.id for p in query.posts(conn, 10, channel="cHAN")] == [old]
    assert [p.id for p in query.posts(conn, 1)] == [one]
    in_damascus = (NOW - HOUR).astimezone(datetime.fromisoformat("2026-01-01T00:00+03:00").tzinfo)
    assert [p.id for p in query.posts(conn, 10, since=in_damascus)] == [one]
    assert query.posts(conn, 10, since=in_damascus + timedelta(microseconds=1)) == []


def test_the_backlog_is_counted_by_stage_and_state(conn: Connection) -> None:
    locate = analyzer(conn, "locate")
    work.enqueue(conn, locate, [1, 2, 3])
    work.fail(conn, work.claim(conn, locate, NOW, 1, HOUR)[0], NOW, "gone", "gone", None)
    rows = conn.execute(text("SELECT stage, state, error_kind, items FROM v_backlog ORDER BY state")).all()
    assert rows == [("locate", "failed", "gone", 1), ("locate", "pending", None, 2)]


def test_the_health_of_a_source_counts_posts_and_issues(conn: Connection) -> None:
    mine = made.source(conn)
    posts.save(conn, mine, [made.post(text="a")], NOW)
    posts.save(conn, mine, [made.post(text="b")], NOW)
    sources.save_fetch(conn, mine, made.fetch(issues=("odd",)), 1)
    (row,) = query.health(conn)
    assert (row.posts, row.issues, row.next_check_at) == (1, 1, NOW)


def test_the_public_sees_only_what_is_confirmed_late_and_coarse(conn: Connection) -> None:
    ids, past = saved_sightings(conn, "seen", "early", "rejected", "unseen"), datetime(2020, 1, 1, tzinfo=UTC)
    late = update(Sighting).where(Sighting.key != "early").values(public_after=past)
    conn.execute(late)
    conn.execute(update(Sighting).where(Sighting.key == "early").values(public_after=datetime.now(UTC) + HOUR))
    for key in ("seen", "early", "rejected"):
        reviews.add(conn, "sighting", ids[key], "confirm", None, "Ann", NOW)
    reviews.add(conn, "sighting", ids["rejected"], "reject", None, "Bob", NOW)
    (shown,) = list(query.stream(conn, "v_public_sightings"))
    assert (shown.id, shown.lat, shown.lon, shown.radius_km) == (ids["seen"], 34.75, 36.75, 12.9)
    assert not set(shown._fields) & {"place", "key", "review", "track_id"}


def test_a_stream_gives_all_rows_and_typed_times(conn: Connection) -> None:
    saved_sightings(conn, *(f"{n}" for n in range(30)))
    rows = list(query.stream(conn, "v_sightings"))
    assert len(rows) == 30
    assert {r.seen_from for r in rows} == {NOW - 2 * HOUR}
    with pytest.raises(ValueError, match="no view"):
        list(query.stream(conn, "posts"))


def test_points_go_with_their_track(conn: Connection) -> None:
    linked(conn, "1", "2")
    conn.execute(delete(Track))
    assert conn.execute(select(TrackPoint.seq)).all() == []
    assert count(conn, "sightings") == 2


# splits and mergers


def test_a_ruling_names_natural_keys_and_an_undo_of_any_part_takes_it_back(conn: Connection) -> None:
    saved_sightings(conn, "1", "2", "3")
    ids = {row.key: row.id for row in conn.execute(text("SELECT key, id FROM sightings"))}
    merged = reviews.Decision("merge", "one film", "Ann", NOW, None, ["telegram:chan/1"], ["telegram:chan/2"])
    assert reviews.decide(conn, "sighting", ids["1"], merged) == "1"
    (held,) = rulings.holding(conn, "sighting")
    named = frozenset(("telegram:chan/1", "telegram:chan/2"))
    assert (held.one, held.named) == (True, named)
    assert rulings.sightings_of(conn, analyzer(conn, "cluster"), held.named) == {
        "telegram:chan/1": "1", "telegram:chan/2": "2",
    }  # fmt: skip
    assert [r.decision for r in reviews.concerning(conn, "sighting", ids["2"], "2")] == ["merge"]
    assert reviews.concerning(conn, "sighting", ids["3"], "3") == []
    reviews.add(conn, "sighting", ids["3"], "undo", None, "Ann", NOW)
    assert rulings.holding(conn, "sighting") == [held]
    reviews.add(conn, "sighting", ids["2"], "undo", None, "Ann", NOW)
    assert rulings.holding(conn, "sighting") == []
    assert count(conn, "reviews") == 3


def test_splitting_a_track_asks_for_its_days_again(conn: Connection) -> None:
    linker, ids = analyzer(conn, "track"), linked(conn, "1", "2")
    track = conn.execute(select(Track.id)).scalar_one()
    assert reviews.sightings_of(conn, track) == ["1", "2"]
    reviews.decide(conn, "track", track, reviews.Decision("split", None, "Ann", NOW, None, ["1"], ["2"]))
    assert conn.execute(text("SELECT count(*) FROM work WHERE analyzer_id = :a"), {"a": linker}).scalar() == 1
    assert [r.these for r in reviews.concerning(conn, "track", track, "?")] == [["1"]]
    assert ids
