import pytest
from hypothesis import given
from hypothesis import strategies as st

from geolocate.frames.dimensions import picture_size
from geolocate.frames.opencv import cv2
from geolocate.frames.picture import PICTURES
from tests.integration import clips


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        (".png", "image/png"), (".jpg", "image/jpeg"), (".bmp", "image/bmp"), (".webp", "image/webp"),
        (".gif", "image/gif"), (".avif", "image/avif"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [(320, 240), (37, 1001)])
def test_the_header_tells_the_size(suffix: str, kind: str, size: tuple[int, int]) -> None:
    ok, data = cv2.imencode(suffix, clips.scene(1, *size))
    assert ok
    assert picture_size(data.tobytes(), kind) == size


def test_a_lossless_webp_tells_its_size() -> None:
    data = cv2.imencode(".webp", clips.scene(1, 300, 200), [cv2.IMWRITE_WEBP_QUALITY, 101])[1].tobytes()
    assert data[12:16] == b"VP8L"
    assert picture_size(data, "image/webp") == (300, 200)


@given(st.binary(max_size=200), st.sampled_from(sorted(PICTURES)))
def test_any_bytes_have_a_size_or_none(data: bytes, kind: str) -> None:
    size = picture_size(data, kind)
    assert size is None or len(size) == 2


@given(st.binary(max_size=60))
def test_any_jpeg_header_ends(data: bytes) -> None:
    size = picture_size(b"\xff\xd8\xff\xe0" + data, "image/jpeg")
    assert size is None or min(size) >= 0
