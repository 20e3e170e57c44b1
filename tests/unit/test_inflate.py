import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.errors import RetryLater, Unparseable
from collector.inflate import STEP, inflate


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


@given(st.binary(max_size=2000), st.integers(1, 50))
def test_what_was_packed_comes_back_however_it_is_cut(body: bytes, size: int) -> None:
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    assert b"".join(inflate(cut(gzip.compress(body), size), "gzip")) == body
    assert b"".join(inflate(cut(zlib.compress(body), max(size, 2)), "deflate")) == body
    assert b"".join(inflate([raw.compress(body) + raw.flush()], "Deflate")) == body
    assert b"".join(inflate(cut(body, size), "identity")) == body


@given(st.binary(max_size=500), st.binary(max_size=500), st.integers(1, 50))
def test_gzip_members_follow_each_other(first: bytes, second: bytes, size: int) -> None:
    packed = gzip.compress(first) + gzip.compress(second)
    assert b"".join(inflate(cut(packed, size), "gzip")) == first + second


@given(st.binary(min_size=1, max_size=500), st.data())
def test_a_cut_stream_is_never_taken_for_whole(body: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(body)
    end = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(RetryLater):
        list(inflate([packed[:end]], "gzip"))


def test_a_bomb_is_unpacked_in_small_steps() -> None:
    pieces = inflate([gzip.compress(b"\0" * 50_000_000)], "gzip")
    assert max(len(next(pieces)) for _ in range(10)) <= STEP


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "x"])
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(Unparseable):
        list(inflate([b"x"], encoding))


def test_padding_behind_the_end_is_ignored() -> None:
    assert b"".join(inflate([gzip.compress(b"text") + b"\0" * 100], "gzip")) == b"text"
    assert b"".join(inflate([zlib.compress(b"text"), b"\0" * 100], "deflate")) == b"text"


def test_what_swells_out_of_all_proportion_is_refused_and_repetitive_text_is_not() -> None:
    with pytest.raises(Unparseable, match="bomb"):
        for _ in inflate(cut(gzip.compress(bytes(100_000_000)), 4096), "gzip"):
            pass
    table = b"".join(b'{"id": %d, "name": "row", "value": null},' % n for n in range(100_000))
    assert b"".join(inflate(cut(gzip.compress(table), 4096), "gzip")) == table
