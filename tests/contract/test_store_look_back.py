"""Older posts on both databases: absences, turns to be read again, suggestions, withheld files."""

from datetime import timedelta

from sqlalchemy import Connection, text

from db import absences, copies, look_back, media, posts, sources, suggestions, withheld
from db.rows import NewFetch
from db.session import Store
from db.suggestions import Mentioned
from tests.contract import made
from tests.contract.made import HOUR, NOW

LEASE = timedelta(minutes=5)


def missed(conn: Connection, at_hours: float, *names: str) -> list[str]:
    return absences.missed(conn, "telegram", names, NOW + at_hours * HOUR, 6 * HOUR, "page")


def absent(conn: Connection) -> list[tuple[object, ...]]:
    rows = conn.execute(text(
        "SELECT native_id, reads, removed_at IS NOT NULL, returned_at IS NOT NULL FROM post_absences ORDER BY 1"
    ))  # fmt: skip
    return [(r[0], r[1], bool(r[2]), bool(r[3])) for r in rows]


# --- absences


def test_a_post_is_removed_at_the_second_read_that_is_far_enough_from_the_first(store: Store) -> None:
    with store.write() as conn:
        made.saved_post(conn, "chan/1", capture_sha256="x")
        assert missed(conn, 0, "chan/1") == []
        assert missed(conn, 5, "chan/1") == []
        assert absent(conn) == [("chan/1", 1, False, False)]
        assert missed(conn, 6, "chan/1") == ["chan/1"]
        assert missed(conn, 12, "chan/1") == []  # told once
        assert absent(conn) == [("chan/1", 2, True, False)]
        assert made.count(conn, "v_removed_posts") == 1


def test_a_removed_post_that_is_seen_returns_and_one_that_was_only_missed_is_forgotten(store: Store) -> None:
    with store.write() as conn:
        gone, late = made.post("chan/1"), made.post("chan/2", "another text")
        posts.save(conn, made.source(conn), [gone, late], NOW)
        missed(conn, 0, "chan/1", "chan/2")
        missed(conn, 6, "chan/1")
        assert absences.seen(conn, [gone, late], NOW + 7 * HOUR) == ["chan/1"]
        assert absent(conn) == [("chan/1", 2, True, True)]
        assert absences.seen(conn, [gone], NOW + 8 * HOUR) == []
        assert missed(conn, 9, "chan/1") == []
        assert absent(conn) == [("chan/1", 1, False, False)]


def test_a_post_is_seen_by_any_of_its_names(store: Store) -> None:
    with store.write() as conn:
        posts.save(conn, made.source(conn), [made.post("7/1", channel_id="7", aliases=("chan/1", "chan/2"))], NOW)
        missed(conn, 0, "7/1")
        absences.seen(conn, [made.post("chan/2")], NOW)
        assert absent(conn) == []


def test_only_what_was_read_from_a_page_of_the_channel_is_expected(store: Store) -> None:
    with store.write() as conn:
        made.saved_post(conn, "7/1", channel_id="7", capture_sha256="x")
        made.saved_post(conn, "7/2", "imported", channel_id="7")
        made.saved_post(conn, "8/3", "another channel's", channel_id="8", capture_sha256="x")
        made.saved_post(conn, "7/4", "later", channel_id="7", capture_sha256="x", posted_at=NOW + HOUR)
        assert absences.expected(conn, "telegram", "7", NOW - 2 * HOUR, NOW) == ["7/1"]


def test_a_sighting_on_a_removed_post_says_so_and_stays(store: Store) -> None:
    with store.write() as conn:
        made.saved_sightings(conn, "k1")
        before = conn.execute(text("SELECT count(*) FROM v_evidence_trail WHERE removed_at IS NULL")).scalar_one()
        missed(conn, 0, "chan/k1")
        missed(conn, 6, "chan/k1")
        told = conn.execute(text("SELECT count(*) FROM v_evidence_trail WHERE removed_at IS NOT NULL")).scalar_one()
        assert (before, told) == (1, 1)
        assert made.count(conn, "v_sightings") == 1


# --- turns


def polled(conn: Connection, name: str = "chan", **more: object) -> int:
    source_id = made.source(conn, name)
    sources.save_update(conn, source_id, made.update_of(**more), made.fetch())
    return source_id


def test_a_source_is_read_again_some_hours_after_it_was_added_and_then_when_its_turn_comes(store: Store) -> None:
    with store.write() as conn:
        source_id = polled(conn)
        polled(conn, "failing", failures=1, ok=False, state="error")
        made.source(conn, "new")
        assert not look_back.reread_due(conn, ["telegram"], NOW)
        later = NOW + look_back.FIRST_REREAD
        (row,) = look_back.claim_rereads(conn, ["telegram"], later, 9, LEASE)
        assert row.id == source_id
        assert not look_back.reread_due(conn, ["telegram"], later)
        look_back.release_reread(conn, row)
        assert look_back.reread_due(conn, ["telegram"], later)
        assert not look_back.reread_due(conn, ["feed"], later)
        look_back.save_reread(conn, source_id, later + HOUR, '["5", 2]')
        assert not look_back.reread_due(conn, ["telegram"], later)
        (row,) = look_back.claim_rereads(conn, ["telegram"], later + HOUR, 9, LEASE)
        assert row.reread_cursor == '["5", 2]'
        look_back.save_reread(conn, source_id, later + 9 * HOUR, None)
        look_back.release_reread(conn, row)  # too late: the turn was stored
        assert sources.find(conn, "chan").reread_at == later + 9 * HOUR  # type: ignore[union-attr]


def test_a_backfill_keeps_its_place(store: Store) -> None:
    with store.write() as conn:
        source_id = polled(conn)
        look_back.begin_backfill(conn, source_id, NOW - 99 * HOUR)
        (row,) = look_back.claim_backfill(conn, NOW, 9, LEASE)
        assert look_back.backfill_of(row) == look_back.Backfill()
        place = look_back.Backfill("40", 3, NOW.isoformat(), 1, (NOW + HOUR).isoformat())
        look_back.save_backfill(conn, source_id, place, done=False)
        assert not look_back.backfill_due(conn, NOW)
        (row,) = look_back.claim_backfill(conn, NOW + HOUR, 9, LEASE)
        assert look_back.backfill_of(row) == place
        look_back.save_backfill(conn, source_id, place, done=True)
        assert not look_back.backfill_due(conn, NOW + HOUR)


def test_a_ban_is_as_long_as_one_source_was_refused_and_ends_with_a_success(store: Store) -> None:
    with store.write() as conn:
        ids = [polled(conn, name) for name in ("one", "two")]
        for n, source_id in enumerate([*ids, ids[0]]):
            at = NOW + (n + 1) * HOUR
            refused = NewFetch(at, at, at, "soft_ban", "soft_ban", "refused")
            sources.save_fetch(conn, source_id, refused, 0)
            failures = 2 if n == 2 else 1
            sources.save_update(conn, source_id, made.update_of(state="soft_ban", failures=failures, ok=False), refused)
        assert look_back.ban_length(conn, "telegram") == 2
        assert look_back.ban_length(conn, "feed") == 0
        until = NOW + 50 * HOUR
        assert look_back.hold(conn, "telegram", until, ids[0], until - HOUR) == 1
        rows = {row.name: row.next_check_at for row in sources.listing(conn)}
        assert rows == {"one": until - HOUR, "two": until}
        sources.save_update(conn, ids[1], made.update_of(), made.fetch(NOW + 9 * HOUR))
        assert look_back.ban_length(conn, "telegram") == 0
        assert look_back.read_elsewhere_since(conn, "telegram", ids[0], NOW + 8 * HOUR)


# --- suggestions


def mentioned(forwards: int, links: int, at_hours: float = 0, title: str | None = None) -> Mentioned:
    at = NOW + at_hours * HOUR
    return Mentioned(forwards, links, title, "https://t.me/chan/1", at, at)


def test_suggestions_add_up_and_leave_out_sources_and_what_was_dismissed(store: Store) -> None:
    with store.write() as conn:
        suggestions.count(conn, "telegram", {"alpha": mentioned(1, 0, 1, "Alpha"), "beta": mentioned(0, 5)})
        suggestions.count(conn, "telegram", {"alpha": mentioned(2, 4), "gamma": mentioned(9, 9)})
        sources.add(conn, "telegram", "Gamma", NOW)
        sources.add(conn, "telegram", "beta", NOW, enabled=False)  # posts were imported: it is not polled
        found = suggestions.listing(conn, 9)
        assert [(s.name, s.title, s.forwards, s.links) for s in found] == [
            ("alpha", "Alpha", 3, 4), ("beta", None, 0, 5),
        ]  # fmt: skip
        assert (found[0].first_at, found[0].last_at) == (NOW, NOW + HOUR)
        assert suggestions.dismiss(conn, "telegram", "ALPHA")
        assert not suggestions.dismiss(conn, "telegram", "nobody")
        assert [s.name for s in suggestions.listing(conn, 9)] == ["beta"]


# --- withheld


def test_a_withheld_file_is_given_taken_back_and_never_matched_again(store: Store) -> None:
    with store.write() as conn:
        kept = made.media(None, withheld=True, state="withheld", thumb_url="https://cdn.example/1.jpg", duration_s=7.0)
        post_id = made.saved_post(conn, "chan/1", media=(kept,))
        media_id = media.save(conn, "ab" * 32, 100, "video/mp4", NOW)
        (row,) = withheld.waiting(conn, [post_id])
        assert withheld.without_poster(conn, [post_id]) == withheld.all_without_poster(conn) == [row.id]
        withheld.give(conn, row, media_id, "ab" * 32, "person", NOW)
        assert withheld.waiting(conn, [post_id]) == []
        (there,) = withheld.had(conn, [post_id])
        assert (there.state, there.found_by, there.length_s) == ("found", "person", 7.0)
        assert withheld.showing(conn, media_id) == {post_id}
        assert len(copies.keys(conn, [post_id])) == 1
        withheld.take_back(conn, there)
        (again,) = withheld.waiting(conn, [post_id])
        assert again.unfit == ["ab" * 32]
        assert made.count(conn, "copy_keys") == 0


def test_a_post_is_named_by_its_channel_and_number_whatever_it_is_stored_under(store: Store) -> None:
    with store.write() as conn:
        new = made.post("7/10", channel_id="7", channel_name="Chan", aliases=("Chan/10", "Chan/11"))
        posts.save(conn, made.source(conn), [new], NOW)
        for number in ("10", "11"):
            found = withheld.post_named(conn, "telegram", "chan", number)
            assert found is not None
            assert found.native_id == "7/10"
        assert withheld.post_named(conn, "telegram", "chan", "12") is None
        assert withheld.post_named(conn, "telegram", "other", "10") is None
