"""What the daemon's sampler answers for each kind of bad file: decoded in a process with bounded memory and time."""

import struct
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from collector.sandbox import Crashed, run_isolated
from collector.stages.sample import MEMORY_MB, PARAMS, TIMEOUT_S
from geolocate.frames.errors import Undecodable
from geolocate.frames.opencv import cv2
from geolocate.frames.sampler import sample
from geolocate.types import Sampled
from tests.integration import clips


def sampled(path: Path) -> Sampled:
    """As the stage `sample` does it."""
    return run_isolated(sample, (path, PARAMS), TIMEOUT_S, MEMORY_MB)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An MP4 of 5 s, its index at the end, as cameras write it."""
    path = clips.write(tmp_path_factory.mktemp("whole") / "clip.mp4", clips.moving(clips.scene(1), 100))
    return path.read_bytes()


def boxed(data: bytes, name: bytes) -> int:
    """Where the content of a box starts."""
    return data.index(name) + 4


def refused(path: Path, data: bytes, reason: str) -> None:
    path.write_bytes(data)
    with pytest.raises(Undecodable, match=reason):
        sampled(path)


def test_an_empty_file_is_told_as_empty(tmp_path: Path) -> None:
    refused(tmp_path / "x.mp4", b"", "^the file is empty$")


def test_a_text_named_mp4_is_told_as_text(tmp_path: Path) -> None:
    refused(tmp_path / "x.mp4", b"404 not found, sorry\n" * 9, "^text/plain is not a kind of video or picture")


def test_a_clip_cut_before_its_index_is_refused(tmp_path: Path, whole: bytes) -> None:
    refused(tmp_path / "x.mp4", whole[: len(whole) * 2 // 3], "^the video/mp4 has no video stream .*or was cut off$")


def test_a_clip_cut_behind_its_index_gives_what_is_there(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "x.mkv"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=20)
        stream.width, stream.height = clips.WIDTH, clips.HEIGHT
        for frame in clips.moving(clips.scene(1), 100):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
        file.mux(stream.encode())
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    found = sampled(path)
    assert 1 <= len(found.frames) <= 4
    assert found.duration_s is not None
    assert 1.0 < found.duration_s < 4.0


def test_sound_alone_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("aac", rate=44100)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 44100), np.float32), format="fltp", layout="mono")
        sound.rate = 44100
        file.mux(stream.encode(sound))
        file.mux(stream.encode())
    refused(path, path.read_bytes(), r"^the video/mp4 has no video stream that can be decoded")


def test_one_frame_is_a_clip_of_one_still(tmp_path: Path) -> None:
    found = sampled(clips.write(tmp_path / "x.mp4", [clips.scene(1)]))
    assert [frame.at_ms for frame in found.frames] == [0]
    assert (found.width, found.height, found.decode_failures) == (clips.WIDTH, clips.HEIGHT, 0)
    assert found.duration_s == pytest.approx(1 / clips.FPS, abs=0.01)


def test_8k_is_read_within_the_bounds(tmp_path: Path) -> None:
    found = sampled(clips.write(tmp_path / "x.avi", clips.still(clips.scene(1, 7680, 4320), 2), "MJPG"))
    assert (found.width, found.height, found.decode_failures) == (7680, 4320, 0)
    assert [(frame.width, frame.height) for frame in found.frames] == [(1280, 720)]


def test_a_thousand_frames_a_second_give_a_grid_in_seconds(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "x.mp4", clips.moving(clips.scene(1, 160, 160), 2000), fps=1000)
    found = sampled(path)
    assert found.duration_s == pytest.approx(2.0, abs=0.01)
    assert 2 <= len(found.frames) <= 3
    assert found.decode_failures == 0


@pytest.mark.parametrize("lie", [1, 10_000_000])
def test_a_stated_duration_is_not_believed(tmp_path: Path, whole: bytes, lie: int) -> None:
    data = bytearray(whole)
    for name, at in ((b"mvhd", 16), (b"mdhd", 16), (b"tkhd", 20)):
        struct.pack_into(">I", data, boxed(whole, name) + at, lie)
    path = tmp_path / "x.mp4"
    path.write_bytes(data)
    found = sampled(path)
    assert found.duration_s == pytest.approx(5.0, abs=0.1)
    assert len(found.frames) == 5


def test_an_index_that_points_outside_the_file_is_told(tmp_path: Path, whole: bytes) -> None:
    data = bytearray(whole)
    assert struct.unpack_from(">I", data, boxed(whole, b"stco") + 4) == (1,)
    struct.pack_into(">I", data, boxed(whole, b"stco") + 8, 0x7FFFFFF0)
    refused(tmp_path / "x.mp4", bytes(data), r"^no frame of the video/mp4 can be decoded$")


def test_an_index_that_is_broken_from_the_middle_on_is_counted(tmp_path: Path, whole: bytes) -> None:
    data = bytearray(whole)
    sizes = boxed(whole, b"stsz")  # version, one size for all (0), number, a size each
    for number in range(50, 100):
        struct.pack_into(">I", data, sizes + 12 + 4 * number, 7)
    path = tmp_path / "x.mp4"
    path.write_bytes(data)
    found = sampled(path)
    assert 3 <= len(found.frames) <= 5
    assert 20 <= found.decode_failures <= 50
    assert "damaged" in " ".join(found.warnings)


def test_a_picture_that_unpacks_to_gigabytes_is_refused_by_its_header(tmp_path: Path) -> None:
    refused(tmp_path / "x.png", clips.bomb_png(60_000, 60_000), "^the picture unpacks to 60000x60000 pixels")


def test_a_picture_that_hides_its_size_unpacks_to_no_more_than_it_says(tmp_path: Path) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    path = tmp_path / "x.png"
    much = zlib.compress(bytes(300_000_000), 1)
    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", much) + chunk(b"IEND", b""))
    found = sampled(path)
    assert (found.width, found.height, len(found.frames)) == (64, 64, 1)


def test_memory_is_bounded_whatever_the_file_wants(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    assert cv2.imwrite(str(path), np.zeros((6900, 7000, 3), np.uint8))
    with pytest.raises(Crashed):
        run_isolated(sample, (path, PARAMS), TIMEOUT_S, 256)


def test_times_are_exact_at_odd_rates(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=Fraction(30000, 1001))
        stream.width, stream.height, stream.gop_size = clips.WIDTH, clips.HEIGHT, 30
        for frame in clips.moving(clips.scene(1), 300):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
        file.mux(stream.encode())
    found = sampled(path)
    assert found.duration_s == pytest.approx(300 * 1001 / 30000, abs=0.002)
    for still in found.frames:
        number = still.at_ms * 30000 / 1001 / 1000
        assert number == pytest.approx(round(number), abs=0.02)
