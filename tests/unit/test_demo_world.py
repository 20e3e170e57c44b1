"""Is the recorded world whole, and does its truth speak of posts that exist?"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo import truth
from demo.clips import CLIPS, frame
from demo.paging import page_of
from demo.world import DemoChannel, DemoPost, load
from geolocate.sphere import distance_km

WORLD = load()
KEYS = {post.key for post in WORLD.timeline}


def test_the_world_has_channels_in_three_languages_and_enough_posts() -> None:
    assert len(WORLD.channels) >= 6
    assert {channel.lang for channel in WORLD.channels.values()} == {"ru", "ar", "en"}
    assert 60 <= len(WORLD.timeline) <= 120


def test_numbers_grow_with_time_and_albums_do_not_overlap() -> None:
    for channel in WORLD.channels.values():
        for earlier, later in pairwise(channel.posts):
            assert earlier.last_id < later.native_id, later.key
            assert earlier.at < later.at, later.key


def test_forwards_and_replies_lead_to_earlier_posts() -> None:
    for post in WORLD.timeline:
        if post.forwarded_from:
            assert WORLD.post(post.forwarded_from).at < post.at, post.key
            assert WORLD.post(post.forwarded_from).text == post.text, post.key
        if post.reply_to:
            assert WORLD.post(f"{post.channel}/{post.reply_to}").at < post.at, post.key


def test_every_attachment_is_a_drawn_clip_and_every_clip_is_used() -> None:
    assert {item.clip for post in WORLD.timeline for item in post.media} == set(CLIPS)


def test_no_two_clips_show_the_same_picture() -> None:
    pictures = {frame(clip, 0.4).tobytes() for clip in CLIPS.values()}
    assert len(pictures) == len(CLIPS)


def test_drawing_is_the_same_each_time() -> None:
    clip = CLIPS["a-raqqa-small"]
    assert frame(clip, 0.5).tobytes() == frame(clip, 0.5).tobytes()
    assert frame(clip, 0.5).shape == (240, 320, 3)


def test_the_truth_speaks_of_existing_posts_only() -> None:
    named = {report.post for convoy in truth.CONVOYS for report in convoy.reports}
    for table in (truth.COPIES, truth.COMPANIONS, truth.FOOTAGE_COPIES):
        named |= set(table) | set(table.values())
    assert named | set(truth.DECOYS) <= KEYS


def test_every_forward_of_a_known_post_is_a_copy_in_the_truth() -> None:
    forwards = {post.key: post.forwarded_from for post in WORLD.timeline if post.forwarded_from}
    assert forwards.items() <= truth.COPIES.items()


def test_a_report_is_posted_within_the_hour_and_never_before_it_happened() -> None:
    for convoy in truth.CONVOYS:
        for report in convoy.reports:
            delay = (WORLD.post(report.post).at - report.at).total_seconds() / 60
            assert 0 < delay <= 60, report.post


def test_each_convoy_is_reported_by_several_channels_at_plausible_speeds() -> None:
    for convoy in truth.CONVOYS:
        assert len({report.post.partition("/")[0] for report in convoy.reports}) >= 4
        for one, two in pairwise(convoy.reports):
            hours = (two.at - one.at).total_seconds() / 3600
            if hours:
                assert distance_km(one.lat, one.lon, two.lat, two.lon) / hours < 45, (one.place, two.place)


def test_footage_copies_are_the_same_bytes_or_a_rendition() -> None:
    for copy, original in truth.FOOTAGE_COPIES.items():
        first, second = (WORLD.post(key).media[0].clip for key in (original, copy))
        assert second == first or CLIPS[second].rendition_of == first


@pytest.mark.parametrize(
    ("post", "name"),
    [
        ("svodka_relay_demo/9022", "Damascus to Khmeimim"),
        ("kolonna_demo/552", "Damascus to Khmeimim"),
        ("shamroads_demo/415", "Qamishli to Khmeimim"),
        ("homs_now_demo/1210", None),
    ],
)
def test_convoy_of_follows_copies_and_companions(post: str, name: str | None) -> None:
    convoy = truth.convoy_of(post)
    assert (convoy.name if convoy else None) == name


def test_decoys_belong_to_no_convoy() -> None:
    assert [post for post in truth.DECOYS if truth.convoy_of(post)] == []


def channel_of(numbers: list[int]) -> DemoChannel:
    at = WORLD.timeline[0].at
    posts = tuple(DemoPost("c", number, at) for number in sorted(set(numbers)))
    return DemoChannel("c", 1, "c", "", "en", 1, posts=posts)


@given(st.lists(st.integers(1, 300), max_size=60), st.integers(1, 20))
def test_paging_back_and_forth_covers_every_post_once(numbers: list[int], size: int) -> None:
    posts = channel_of(numbers).posts
    back: list[int] = []
    page = page_of(posts, size)
    while True:
        back = [post.native_id for post in page.posts] + back
        if page.older is None:
            break
        page = page_of(posts, size, before=page.older)
    page = page_of(posts, size, around=1)
    forth = [post.native_id for post in page.posts]
    while page.newer is not None:
        page = page_of(posts, size, after=page.newer)
        forth += [post.native_id for post in page.posts]
    assert back == forth == sorted(set(numbers))


def test_a_post_in_the_middle_is_shown_among_its_neighbours() -> None:
    posts = channel_of(list(range(1, 100))).posts
    shown = [post.native_id for post in page_of(posts, 16, around=50).posts]
    assert len(shown) == 16
    assert shown.index(50) == 8
