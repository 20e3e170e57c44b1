import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.frames.magic import HEAD_BYTES, media_type


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "video/x-msvideo"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x18ftypqt  ", "video/quicktime"),
        (b"\x00\x00\x00\x18ftypM4A ", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypavif", "image/avif"),
        (b"\x00\x00\x00\x1cftypheic\0\0\0\0mif1heic", "image/heic"),
        (b"\x00\x00\x00\x1cftypmif1\0\0\0\0mif1heic", "image/heic"),
        (b"\x00\x00\x00\x1cftypmif1\0\0\0\0mif1avif", "image/avif"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", "video/x-matroska"),
        (b"ID3\x04", "audio/mpeg"),
        ((b"\x47" + b"\x00" * 187) * 3, "video/mp2t"),
        (b"<!DOCTYPE html><html>", "text/html"),
        (b"\xef\xbb\xbf  <HTML>", "text/html"),
        ("колонна".encode() * 500, "text/plain"),
        (b"#EXTM3U\nhttp://10.0.0.1/", "text/plain"),
        (b"", "application/octet-stream"),
        (b"\xfe\x00\x01\x02", "application/octet-stream"),
    ],
)
def test_first_bytes_tell_the_kind(head: bytes, name: str) -> None:
    assert media_type(head[:HEAD_BYTES]) == name


@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_have_a_kind(head: bytes) -> None:
    assert "/" in media_type(head)
