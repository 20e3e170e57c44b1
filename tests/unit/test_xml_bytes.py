"""Feeds with a broken encoding or impossible characters are read all the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.sources.feed import read_feed
from collector.sources.xml_bytes import likely_encoding, mended

FEED = '<?xml version="1.0" encoding="{}"?><rss><channel><item><guid>1</guid><title>{}</title></item></channel></rss>'
RUSSIAN, ARABIC = "колонна грузовиков едет на юг", "رتل من الشاحنات يتجه نحو حميميم"


@pytest.mark.parametrize(
    ("claimed", "real", "words"),
    [
        ("utf-8", "windows-1251", RUSSIAN),
        ("utf-8", "windows-1256", ARABIC),
        ("windows-1251", "windows-1251", RUSSIAN),
        ("utf-16", "utf-8", ARABIC),
        ("UTF-8", "utf-8", RUSSIAN),
    ],
)
def test_text_is_read_whatever_encoding_is_claimed(claimed: str, real: str, words: str) -> None:
    [post] = read_feed(FEED.format(claimed, words).encode(real))
    assert post.text == words


@pytest.mark.parametrize("reference", ["&#xD800;", "&#55357;", "&#0;", "&#x110000;", "&#99999999999999999999;"])
def test_references_to_what_is_no_character_cost_that_character_only(reference: str) -> None:
    [post] = read_feed(FEED.format("utf-8", f"before {reference} after").encode())
    assert post.text == "before \ufffd after"


def test_a_slip_in_utf8_is_no_other_encoding() -> None:
    assert likely_encoding(RUSSIAN.encode() + b"\xff") == "utf-8"


@given(st.binary(max_size=200))
def test_mending_never_fails_and_mends_once(body: bytes) -> None:
    once = mended(body)
    assert mended(once) == once.lstrip() or body[:2] in (b"\xff\xfe", b"\xfe\xff") or b"encoding" in body
