"""Real and authored payloads, read by hand: what `parse` must find in them (skipped where they are absent)."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from collector.parse import parse_files

SHARED = Path(os.environ.get("CONVOYWATCH_SHARED") or Path(__file__).resolve().parents[2] / ".." / "shared")
FIXTURES = SHARED / "fixtures"

pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the shared fixtures are not beside the repository")

Line = dict[str, Any]


def parsed(kind: str, *names: str) -> tuple[list[Line], str, int]:
    """(lines, stderr, exit code) of `parse KIND` over fixtures."""
    out, err = io.StringIO(), io.StringIO()
    code = parse_files(kind, [FIXTURES / name for name in names], out, err)
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue(), code


def one(name: str) -> Line:
    """The only post of a Telegram page."""
    lines, err, code = parsed("telegram", f"telegram/{name}.html")
    assert (len(lines), err, code) == (1, "", 0)
    return lines[0]


def feed() -> list[Line]:
    return parsed("telegram", "telegram/sherlock_channel_feed.html")[0]


def export() -> dict[str, Line]:
    lines, err, code = parsed("telegram-export", "telegram_export/AUTHORED_tdesktop_result.json")
    assert (err, code) == ("", 0)
    return {line["native_id"]: line for line in lines}


def test_every_telegram_page_is_read_without_an_error() -> None:
    for folder in ("telegram", "telegram_authored"):
        names = [f"{folder}/{path.name}" for path in sorted((FIXTURES / folder).iterdir())]
        lines, err, code = parsed("telegram", *names)
        assert code == 0
        assert "unreadable" not in err
        assert all(line["platform"] == "telegram" for line in lines)


def test_a_real_feed_has_its_twenty_posts_in_order_without_any_missing() -> None:
    ids = [line["native_id"] for line in feed()]
    numbers = [*range(519, 530), *range(531, 540)]
    assert ids == [f"1006503122/{number}" for number in numbers]


def test_a_real_feed_tells_the_channel_number_that_begins_with_100_unshortened() -> None:
    assert feed()[0]["channel"] == {"id": "1006503122", "name": "durov", "title": "Pavel Durov"}


def test_a_real_post_has_the_date_of_its_link_and_not_the_length_of_its_video() -> None:
    first = feed()[0]
    assert first["posted_at"] == "2026-05-20T15:38:10Z"
    assert [(m["kind"], m["duration_s"], m["withheld"]) for m in first["media"]] == [("video", 9.0, False)]


def test_a_real_feed_was_served_when_its_data_view_says() -> None:
    assert {line["served_at"] for line in feed()} == {"2026-08-09T12:09:39Z"}


def test_rounded_views_of_a_real_feed_are_numbers() -> None:
    assert [line["views"] for line in feed()][:4] == [8_670_000, 11_400_000, 6_510_000, 7_050_000]
    assert feed()[-1]["views"] == 826_000


def test_a_silent_loop_in_a_real_feed_is_an_animation() -> None:
    fifth = feed()[4]
    assert fifth["native_id"].endswith("/523")
    assert [m["kind"] for m in fifth["media"]] == ["animation"]


def test_custom_emoji_and_line_breaks_of_a_real_post_are_kept() -> None:
    contest = next(line for line in feed() if line["native_id"].endswith("/527"))
    assert contest["text"].startswith("🏆 Telegram is launching a $200,000 contest for content creators.\n\n🎬 Create")
    assert contest["links"] == [
        "https://www.youtube.com/watch?v=1Yq_5aDdJ24",
        "https://t.me/contest/456",
        "https://t.me/contest",
    ]
    assert contest["edited"] is True
    assert contest["author"] == "Pavel Durov"


def test_four_posts_of_a_real_feed_are_edited_and_a_fifth_only_speaks_of_it() -> None:
    assert sum(line["edited"] for line in feed()) == 4


def test_a_real_link_preview_is_a_link() -> None:
    assert "https://gram.org/" in feed()[2]["links"]


def test_albums_of_a_real_page_are_one_post_each() -> None:
    lines = parsed("telegram", "telegram/frese_channel.html")[0]
    assert [line["native_id"] for line in lines] == [f"1694747850/{number}" for number in (202, 212, 213, 223)]
    assert [len(line["media"]) for line in lines] == [10, 0, 10, 1]
    assert lines[1]["text"] == "1580€ warm 70m² - 2 Zimmer kaulsdorf, möbliert, Einbauküche, Ab Sofort"


def test_a_video_that_is_too_big_is_withheld_with_its_poster_and_length() -> None:
    post = one("tchan_video_big")
    [video] = post["media"]
    assert (video["kind"], video["url"], video["duration_s"], video["withheld"]) == ("video", None, 52.0, True)
    assert video["thumb_url"].startswith("https://cdn1.telegram-cdn.org/file/HyfobRUDoAxInyfbDVXk1q13p")
    assert (post["views"], post["text"], post["native_id"]) == (436_600, "some text", "1273465589/5343")


def test_a_video_that_is_served_has_its_address() -> None:
    [video] = one("tchan_video_single")["media"]
    assert video["url"].startswith("https://cdn1.telegram-cdn.org/file/61dc623809.mp4?token=")
    assert (video["duration_s"], video["withheld"]) == (6.0, False)


def test_voice_and_round_video_are_told_apart() -> None:
    [voice] = one("tchan_audio_message")["media"]
    [round_video] = one("tchan_round_video_single")["media"]
    assert (voice["kind"], voice["duration_s"], voice["withheld"]) == ("voice", 1.0, False)
    assert (round_video["kind"], round_video["duration_s"], round_video["withheld"]) == ("round_video", 5.0, False)


def test_a_forward_names_its_origin() -> None:
    post = one("tchan_forwarded_text_message")
    assert post["forwarded_from"] == {"name": "Some user", "url": "https://t.me/some_user"}
    assert post["text"] == ";)"


@pytest.mark.parametrize(
    ("name", "lat", "lon"),
    [
        ("tchan_location_message", -23.930587176407, -44.086305367818),
        ("tchan_location_message_3", -23.531972140424, -46.689076113848),
    ],
)
def test_a_location_message_is_a_point(name: str, lat: float, lon: float) -> None:
    assert one(name)["location"] == {"lat": lat, "lon": lon, "title": None}


def test_an_album_with_text_is_one_post() -> None:
    post = one("tchan_photo_multiple")
    assert (len(post["media"]), post["text"], post["posted_at"]) == (2, "Multiple pics", "2023-02-24T07:34:20Z")


def test_a_poll_has_its_question_and_options() -> None:
    assert one("tchan_poll")["poll"] == {
        "question": "Let's do a quick poll quizz mode",
        "options": ["Opt1", "Opt2", "Opt3"],
    }


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("tchan_service_message_channel_created", "created"),
        ("tchan_service_message_channel_photo_updated", "photo"),
        ("tchan_service_message_channel_video_changed", "video"),
        ("tchan_unsigned_text_message", None),
    ],
)
def test_service_messages_are_named(name: str, service: str | None) -> None:
    assert one(name)["service"] == service


def test_a_signed_and_edited_message_says_so() -> None:
    post = one("tchan_signed_edited_text_message")
    assert (post["author"], post["edited"], post["text"]) == ("Álvaro Justen", True, "Hello! Signed and edited message")


def test_a_reply_keeps_its_own_text_and_the_address_it_answers() -> None:
    post = one("tchan_text_reply_to_video")
    assert post["reply_to"] == {"url": "https://t.me/tchantest/19"}
    assert post["text"] == "Reply to a video (not recorded in telegram)"


def test_a_sticker_has_the_address_of_its_picture() -> None:
    [sticker] = one("tchan_sticker_message")["media"]
    assert sticker["kind"] == "sticker"
    assert sticker["url"].startswith("https://cdn1.telegram-cdn.org/file/")


def test_a_multiline_text_keeps_its_lines() -> None:
    assert one("tchan_text_message_multiline")["text"] == "Bigger\ntext\nmessage\nnumber\n34"


def test_a_link_stands_once_though_text_and_preview_show_it() -> None:
    post = one("tchan_text_message_link_with_regular_preview")
    assert len(post["links"]) == 1
    assert post["links"][0].startswith("https://agenciabrasil.ebc.com.br/justica/noticia/2022-08/")


def test_a_single_post_page_gives_the_text_of_its_meta_tags_and_no_date() -> None:
    post = parsed("telegram", "telegram/metascraper_post-link-image.html")[0][0]
    assert (post["native_id"], post["posted_at"]) == ("teslahunt/15513", None)
    assert post["text"].startswith("🔥 New on stock\n")
    assert "embed=1" in post["warnings"][0]


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("telegram/sherlock_tme_user.html", "user"),
        ("telegram/sherlock_tme_bot.html", "bot"),
        ("telegram/sherlock_tme_channel.html", "card"),
        ("telegram/metascraper_channel.html", "card"),
        ("telegram/tchan_no_posts_found.html", "empty"),
        ("telegram_authored/verified_group.html", "group"),
        ("telegram_authored/verified_no_preview.html", "no_preview"),
        ("telegram_authored/verified_not_found.html", "not_found"),
        ("telegram_authored/verified_no_page_at_all.html", "not_found"),
        ("telegram_authored/teleglance_not_found.html", "not_found"),
    ],
)
def test_pages_without_posts_say_what_they_are(name: str, state: str) -> None:
    lines, err, code = parsed("telegram", name)
    assert (lines, code) == ([], 0)
    assert f"{state}: " in err


def test_an_empty_history_section_is_reported_as_a_possible_change_of_layout() -> None:
    assert "layout" in parsed("telegram", "telegram_authored/verified_empty_channel.html")[1]


def test_an_authored_page_of_all_kinds_is_read_kind_by_kind() -> None:
    lines = {line["native_id"]: line for line in parsed("telegram", "telegram_authored/teleglance_feed_page.html")[0]}
    kinds = {number: [m["kind"] for m in lines[f"testchan/{number}"]["media"]] for number in range(101, 111)}
    assert kinds == {
        101: [], 102: ["photo", "photo"], 103: ["video"], 104: ["voice"], 105: ["document"], 106: [], 107: [],
        108: ["sticker"], 109: [], 110: [],
    }  # fmt: skip
    assert lines["testchan/104"]["media"][0]["duration_s"] == 83.0
    assert lines["testchan/110"]["location"] == {"lat": 48.85, "lon": 2.35, "title": None}
    assert lines["testchan/109"]["service"] == "photo"
    assert lines["testchan/101"]["text"].endswith("#news 😄\nhidden inline_code()")
    assert lines["testchan/107"]["text"] == "Check this out: https://github.com/example/repo"


def test_an_export_has_every_message_under_the_bare_channel_number() -> None:
    assert list(export()) == [f"1590000001/{number}" for number in (1, 57, 58, 59, 60)]


def test_an_exported_video_that_was_too_large_is_withheld() -> None:
    post = export()["1590000001/57"]
    assert post["posted_at"] == "2024-12-13T13:20:11Z"
    assert post["text"] == "Колонна идёт в Хмеймим #Сирия\nисточник"
    assert post["links"] == ["https://t.me/example/1"]
    assert (post["author"], post["edited"]) == ("Военкор", True)
    assert post["forwarded_from"] == {"name": "Другой канал", "url": None}
    assert [(m["kind"], m["withheld"], m["duration_s"]) for m in post["media"]] == [("video", True, 76.0)]


def test_an_exported_location_and_an_unsupported_item_are_kept() -> None:
    posts = export()
    assert posts["1590000001/59"]["location"] == {"lat": 35.4009, "lon": 35.9485, "title": "قاعدة حميميم"}
    assert posts["1590000001/60"]["warnings"]
    assert posts["1590000001/1"]["service"] == "created"


def test_an_account_export_has_all_chats() -> None:
    lines, _, code = parsed("telegram-export", "telegram_export/export_md_result.json")
    assert code == 0
    assert [line["channel"]["id"] for line in lines] == ["42"] * 13 + ["7"]
    assert lines[7]["poll"] == {"question": "Best game?", "options": ["Mario", "Zelda"]}


def test_another_programs_json_is_a_bad_file_and_the_next_is_read() -> None:
    lines, err, code = parsed(
        "telegram-export",
        "telegram_export/demand_telegram_messages.json",
        "telegram_export/tgparser_personal_chat.json",
    )
    assert (len(lines), code) == (5, 3)
    assert "demand_telegram_messages.json" in err


def test_ytdlp_listings_and_videos_are_posts() -> None:
    lines, err, code = parsed("ytdlp", *(f"ytdlp/{path.name}" for path in sorted((FIXTURES / "ytdlp").iterdir())))
    assert code == 3  # one of the files is an answer of another interface
    assert "youtube_api_playlist_items.json" in err
    by_id = {line["native_id"]: line for line in lines}
    assert sorted(by_id) == sorted(["ABC123", "JjQDik3yNhA", "60fps", "hdr", "gogEJyoSB9s", "abc123"])
    assert by_id["gogEJyoSB9s"]["posted_at"] == "2022-06-17T17:59:49Z"
    assert by_id["JjQDik3yNhA"]["media"][0]["duration_s"] == 968.0
    assert {line["platform"] for line in lines} == {"youtube"}
