"""Telegram Desktop exports: one chat or an account, whole or broken, with files and with traps."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.errors import Unparseable
from collector.sources.base import Location, Media, Origin, Poll, Post
from collector.sources.telegram_export import read_export
from collector.sources.telegram_page import parse_page
from tests.unit.telegram_pages import CHANNEL_ID, message, page

Json = dict[str, Any]


def item(number: int, **more: Any) -> Json:
    return {
        "id": number, "type": "message", "date": "2024-12-10T09:15:00", "date_unixtime": "1733811300",
        "from": "North Road Watch", "from_id": f"channel{CHANNEL_ID}", "text": "x", "text_entities": [], **more,
    }  # fmt: skip


def chat(*messages: Any, **more: Any) -> Json:
    return {"name": "North Road Watch", "type": "public_channel", "id": CHANNEL_ID, "messages": list(messages), **more}


def read(folder: Path, export: Any, name: str | None = None) -> list[Post]:
    (folder / "result.json").write_text(json.dumps(export, ensure_ascii=False), "utf-8")
    return list(read_export(folder, name))


def test_a_web_post_and_its_export_share_an_id(tmp_path: Path) -> None:
    [exported] = read(tmp_path, chat(item(57)))
    [seen] = parse_page(page(message(57, text="x"))).posts
    assert exported.native_id == seen.native_id
    assert exported.channel.id == seen.channel.id


def test_the_time_is_that_of_the_world_and_not_of_the_exporters_clock(tmp_path: Path) -> None:
    [post] = read(tmp_path, chat(item(57)))
    assert post.posted_at == datetime(2024, 12, 10, 6, 15, tzinfo=UTC)
    assert post.warnings == ()


def test_an_old_export_without_world_time_warns(tmp_path: Path) -> None:
    said = item(57)
    del said["date_unixtime"]
    [post] = read(tmp_path, chat(said))
    assert post.posted_at == datetime(2024, 12, 10, 9, 15, tzinfo=UTC)
    assert "unknown zone" in post.warnings[0]


def test_text_is_a_string_a_list_or_entities(tmp_path: Path) -> None:
    pieces = [
        "рядом с ",
        {"type": "mention", "text": "@north"},
        {"type": "text_link", "text": " here", "href": "https://e.org/a"},
    ]
    entities = [
        {"type": "plain", "text": "see "},
        {"type": "link", "text": "e.org/b"},
        {"type": "hashtag", "text": "#t"},
    ]
    one, two, three = read(
        tmp_path, chat(item(1, text="plain"), item(2, text=pieces), item(3, text="", text_entities=entities))
    )
    assert (one.text, one.links) == ("plain", ())
    assert (two.text, two.links) == ("рядом с @north here", ("https://t.me/north", "https://e.org/a"))
    assert (three.text, three.links) == ("see e.org/b#t", ("http://e.org/b",))


def test_the_channels_name_gives_addresses_and_replies(tmp_path: Path) -> None:
    said = item(58, reply_to_message_id=57)
    assert (read(tmp_path, chat(said))[0].url, read(tmp_path, chat(said))[0].reply_to) == (None, None)
    [post] = read(tmp_path, chat(said), "north_road")
    assert (post.url, post.reply_to) == ("https://t.me/north_road/58", "https://t.me/north_road/57")
    assert post.aliases == ("north_road/58",)


@pytest.mark.parametrize(
    "left_out",
    [
        "(File not included. Change data exporting settings to download.)",
        "(File exceeds maximum size. Change data exporting settings to download.)",
        "(File unavailable, please try again later)",
    ],
)
def test_a_file_that_was_left_out_is_withheld(tmp_path: Path, left_out: str) -> None:
    [post] = read(tmp_path, chat(item(57, file=left_out, media_type="video_file", duration_seconds=76)))
    assert (post.media, post.media_files) == ((Media("video", duration_s=76.0, withheld=True),), (None,))


def test_a_file_in_the_folder_comes_along(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "p 1.jpg").write_bytes(b"jpeg")
    [post] = read(tmp_path, chat(item(57, photo="photos/p 1.jpg")))
    assert post.media == (Media("photo"),)
    assert Path(post.media_files[0] or "").read_bytes() == b"jpeg"


@pytest.mark.parametrize(
    "path",
    ["../secret.txt", "/etc/passwd", "photos/../../secret.txt", "link.jpg", "gone.jpg", "a\x00b", "x" * 5000, "."],
)
def test_no_path_leads_out_of_the_exports_folder(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.jpg").symlink_to(tmp_path / "secret.txt")
    [post] = read(folder, chat(item(57, photo=path)))
    assert post.media_files == (None,)
    assert "not in the export's folder" in post.warnings[0]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"media_type": "video_message"}, "round_video"), ({"media_type": "voice_message"}, "voice"),
        ({"media_type": "audio_file"}, "audio"), ({"media_type": "animation"}, "animation"),
        ({"media_type": "sticker"}, "sticker"), ({"mime_type": "video/mp4"}, "video"),
        ({"mime_type": "image/png"}, "photo"), ({"mime_type": "application/pdf"}, "document"), ({}, "document"),
    ],
)  # fmt: skip
def test_kinds_of_files_are_told_apart(tmp_path: Path, said: Json, kind: str) -> None:
    [post] = read(tmp_path, chat(item(57, file="(File not included)", **said)))
    assert post.media[0].kind == kind


def test_forward_location_poll_edit_and_signature(tmp_path: Path) -> None:
    poll = {"question": "Which road?", "answers": [{"text": "M5", "voters": 1}, {"text": "M4", "voters": 2}]}
    [post] = read(
        tmp_path,
        chat(
            item(
                57, forwarded_from="Far Source", poll=poll, author="Ann", edited_unixtime="1733811400",
                location_information={"latitude": 35.4, "longitude": 35.9}, place_name="Depot",
            )
        ),
    )  # fmt: skip
    assert post.forwarded_from == Origin("Far Source", None)
    assert post.location == Location(35.4, 35.9, "Depot")
    assert post.poll == Poll("Which road?", ("M5", "M4"))
    assert (post.author, post.edited) == ("Ann", True)


@pytest.mark.parametrize(
    ("action", "service"),
    [
        ("create_channel", "created"),
        ("edit_group_title", "renamed"),
        ("pin_message", "pinned"),
        ("new_thing", "new_thing"),
    ],
)
def test_service_messages_are_named(tmp_path: Path, action: str, service: str) -> None:
    assert read(tmp_path, chat(item(57, type="service", action=action)))[0].service == service


def test_an_unsupported_item_is_a_post_with_a_warning(tmp_path: Path) -> None:
    [post] = read(tmp_path, chat({"id": 60, "type": "unsupported"}))
    assert (post.native_id, post.posted_at) == (f"{CHANNEL_ID}/60", None)
    assert len(post.warnings) == 1


def test_an_account_export_has_every_chat_under_its_own_id(tmp_path: Path) -> None:
    account = {
        "about": "x", "chats": {"about": "y", "list": [chat(item(1)), chat(item(2), id=77, name="Other")]},
        "left_chats": {"list": [chat(item(3), id=88, name="Left")]},
    }  # fmt: skip
    assert [(post.native_id, post.channel.title) for post in read(tmp_path, account)] == [
        (f"{CHANNEL_ID}/1", "North Road Watch"), ("77/2", "Other"), ("88/3", "Left"),
    ]  # fmt: skip


def test_a_header_after_the_messages_is_found(tmp_path: Path) -> None:
    late = {
        "chats": {
            "list": [{"messages": [item(1)], "id": 5, "name": "A"}, {"messages": [item(2)], "id": 6, "name": "B"}]
        }
    }
    assert [post.native_id for post in read(tmp_path, late)] == ["5/1", "6/2"]


def test_a_file_cut_off_gives_what_came_and_then_an_error(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    whole = json.dumps(chat(item(1), item(2), item(3)))
    file.write_text(whole[: whole.rindex('"id": 3')])
    posts = read_export(file)
    assert [next(posts).native_id, next(posts).native_id] == [f"{CHANNEL_ID}/1", f"{CHANNEL_ID}/2"]
    with pytest.raises(Unparseable, match="after 2 messages"):
        next(posts)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"messages": 3}', b'{"a": 1}', b"\xff\xfe\x00", b"<html>", b'"\xed\xa0\x80"']
)
def test_anything_else_is_no_export(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "result.json").write_bytes(body)
    with pytest.raises(Unparseable):
        list(read_export(tmp_path))


def test_a_folder_without_an_export_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unparseable, match=r"result\.json"):
        list(read_export(tmp_path))


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(chat(item(1))).encode())
    assert len(list(read_export(tmp_path))) == 1


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from([
    "text", "text_entities", "photo", "file", "location_information", "poll", "date_unixtime", "date", "from",
    "from_id",
    "forwarded_from", "reply_to_message_id", "duration_seconds", "media_type", "action", "author", "mime_type",
])  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(KEYS, JSON, max_size=8))
def test_a_message_with_any_fields_is_a_post(tmp_path: Path, said: Json) -> None:
    [post] = read(tmp_path, chat({"id": 57, "type": "message", **said}))
    assert post.native_id == f"{CHANNEL_ID}/57"
    assert len(post.media) == len(post.media_files)
    post.as_contract()
