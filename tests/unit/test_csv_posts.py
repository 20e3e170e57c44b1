"""Tables are read whatever wrote them, and what could be two things is refused."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import ConvoywatchError, Misconfigured, Unparseable
from collector.sources.base import Post
from collector.sources.csv_posts import Reading, column_map, read_csv
from collector.sources.csv_times import read_time, read_zone


def read(tmp_path: Path, body: bytes, how: Reading | None = None) -> tuple[list[Post], list[str]]:
    file = tmp_path / "posts.csv"
    file.write_bytes(body)
    wrong: list[str] = []
    return list(read_csv(file, how or Reading(), lambda line, why: wrong.append(f"{line}: {why}"))), wrong


def test_usual_names_of_columns_are_found_and_others_are_mapped(tmp_path: Path) -> None:
    how = Reading(column_map("text=body, posted_at=when"), "vk", read_zone("Asia/Damascus"))
    body = "when;body;Channel;Lat;Lon;media\n05.12.2024 14:30;Колонна; a ;34,7;36.7;https://x.example/a.mp4\n".encode()
    [post], wrong = read(tmp_path, body, how)
    assert wrong == []
    assert (post.platform, post.channel.name, post.text) == ("vk", "a", "Колонна")
    assert post.posted_at == datetime(2024, 12, 5, 11, 30, tzinfo=UTC)
    assert post.location is not None
    assert (post.location.lat, post.location.lon) == (34.7, 36.7)
    assert [m.kind for m in post.media] == ["video"]
    assert "no zone" in post.warnings[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [["date", "text"], ["2024-12-05", "колонна грузовиков у Хомса"], ["2024-12-06", "вторая строка"]]
    [first, second], wrong = read(tmp_path, "\n".join(delimiter.join(row) for row in rows).encode(encoding))
    assert wrong == []
    assert (first.text, second.text) == ("колонна грузовиков у Хомса", "вторая строка")


def test_arabic_of_a_windows_code_page_is_read(tmp_path: Path) -> None:
    [post], _ = read(tmp_path, "date,text\n2024-12-05,رتل عسكري يتجه نحو حميميم".encode("windows-1256"))
    assert post.text == "رتل عسكري يتجه نحو حميميم"


def test_quoted_cells_hold_line_breaks_and_a_bad_row_is_told_with_its_line(tmp_path: Path) -> None:
    body = b'date,text\n2024-12-05,"two\nlines"\n2024-12-05,a,b\nnever,words\n2024-12-06,last\n'
    posts, wrong = read(tmp_path, body)
    assert [post.text for post in posts] == ["two\nlines", "last"]
    assert wrong == ["line 4: 3 cells where the header has 2", "line 5: no time: 'never'; write YYYY-MM-DD HH:MM"]


def test_the_address_of_a_telegram_post_makes_it_that_post(tmp_path: Path) -> None:
    [post], _ = read(tmp_path, b"url,text\nhttps://t.me/s/somewhere/15?single,words\n")
    assert (post.platform, post.native_id, post.channel.name) == ("telegram", "somewhere/15", "somewhere")


def test_a_row_without_an_id_is_known_by_its_words_and_time(tmp_path: Path) -> None:
    rows = [b"2024-12-05,one\n", b"2024-12-05,two\n"]
    first, _ = read(tmp_path, b"date,text\n" + b"".join(rows))
    again, _ = read(tmp_path, b"date,text\n" + b"".join(reversed(rows)))
    assert {post.native_id for post in first} == {post.native_id for post in again}
    assert len({post.native_id for post in first}) == 2


@pytest.mark.parametrize("written", ["texts=body", "text", "text="])
def test_a_map_that_says_nothing_is_refused(written: str) -> None:
    with pytest.raises(Misconfigured, match="FIELD=COLUMN"):
        column_map(written)


def test_columns_that_are_not_there_are_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="there are: a, b"):
        read(tmp_path, b"a,b\n1,2\n", Reading({"text": "c"}))
    with pytest.raises(Misconfigured, match="--map text=COLUMN"):
        read(tmp_path, b"a,b\n1,2\n")
    with pytest.raises(Unparseable, match="empty"):
        read(tmp_path, b"\n\n")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2024-12-05T14:30:00+03:00", datetime(2024, 12, 5, 11, 30, tzinfo=UTC)),
        ("1733811300", datetime(2024, 12, 10, 6, 15, tzinfo=UTC)),
        ("1733811300000", datetime(2024, 12, 10, 6, 15, tzinfo=UTC)),
        ("31/12/2024 11:59 PM", datetime(2024, 12, 31, 23, 59, tzinfo=UTC)),
        ("12/31/2024", datetime(2024, 12, 31, tzinfo=UTC)),
        ("2024/12/31 1:02:03", datetime(2024, 12, 31, 1, 2, 3, tzinfo=UTC)),
        ("03.04.2024", datetime(2024, 4, 3, tzinfo=UTC)),
        ("Tue, 10 Dec 2024 09:15:00 +0300", datetime(2024, 12, 10, 6, 15, tzinfo=UTC)),
    ],
)
def test_times_as_people_and_spreadsheets_write_them(written: str, read_as: datetime) -> None:
    assert read_time(written, UTC)[0] == read_as


@pytest.mark.parametrize(
    "written", ["03/04/2024", "yesterday", "2024-13-01", "0001-01-01T00:00:00+14:00", "31.02.2024"]
)
def test_a_time_that_is_none_or_two_is_refused(written: str) -> None:
    with pytest.raises(Unparseable):
        read_time(written, UTC)


def test_zones_are_names_or_offsets() -> None:
    assert read_zone("+03:00").utcoffset(None) == read_zone("Europe/Moscow").utcoffset(datetime(2024, 1, 1))
    with pytest.raises(Misconfigured, match="Asia/Damascus"):
        read_zone("Mars/Olympus")


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_bad_rows_or_an_error_of_ours(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        posts, _ = read(folder, b"text,date\n" + body)
    except ConvoywatchError:
        return
    assert all(post.text or post.media or post.url for post in posts)
