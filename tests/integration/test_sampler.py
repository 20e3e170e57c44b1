import itertools
import struct
import wave
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from collector.sandbox import run_isolated
from geolocate.frames.decode_av import AvReader
from geolocate.frames.decode_opencv import OpenCVReader
from geolocate.frames.errors import Undecodable
from geolocate.frames.opencv import cv2
from geolocate.frames.sampler import SamplerParams, sample
from geolocate.frames.shots import Bounds, Reader
from geolocate.types import Sampled
from tests.integration import clips, phone

PARAMS = SamplerParams()


def shown(sampled: Sampled) -> list[clips.Image]:
    return [
        np.asarray(cv2.imdecode(np.frombuffer(f.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8) for f in sampled.frames
    ]


@pytest.mark.parametrize(
    ("name", "fourcc"), [("clip.mp4", "mp4v"), ("clip.avi", "MJPG"), ("clip.mkv", "mp4v"), ("x", "")]
)
def test_a_moving_clip_gives_a_grid_of_stills(tmp_path: Path, name: str, fourcc: str) -> None:
    path = tmp_path / (name if fourcc else "whatever.mp4")
    clips.write(path, clips.moving(clips.scene(1), 100), fourcc or "mp4v")
    found = sample(path.rename(tmp_path / "no-suffix") if not fourcc else path, PARAMS)
    assert (found.width, found.height, found.decode_failures) == (clips.WIDTH, clips.HEIGHT, 0)
    assert found.duration_s == pytest.approx(5.0, abs=0.1)
    assert 4 <= len(found.frames) <= 6
    times = [frame.at_ms for frame in found.frames]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= 5000
    assert all(image.shape == (clips.HEIGHT, clips.WIDTH, 3) for image in shown(found))


def test_a_still_scene_gives_one_frame(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "clip.mp4", clips.still(clips.scene(1), 100))
    assert len(sample(path, PARAMS).frames) == 1


def test_every_scene_is_seen_even_a_short_one(tmp_path: Path) -> None:
    scenes = [clips.scene(seed) for seed in range(5)]
    lengths = [40, 10, 10, 40, 10]  # half a second is shorter than the grid
    frames = itertools.chain.from_iterable(clips.still(s, n) for s, n in zip(scenes, lengths, strict=True))
    found = shown(sample(clips.write(tmp_path / "clip.avi", frames, "MJPG"), PARAMS))
    assert len(found) == 5
    for image, original in zip(found, scenes, strict=True):
        assert float(cv2.absdiff(image, original).mean()) < 12


def test_a_small_vehicle_that_enters_a_still_picture_is_kept(tmp_path: Path) -> None:
    road = clips.scene(2, 640, 480)
    with_vehicle = road.copy()
    cv2.rectangle(with_vehicle, (300, 200), (324, 214), (255, 255, 255), -1)
    frames = itertools.chain(clips.still(road, 40), clips.still(with_vehicle, 40))
    assert len(sample(clips.write(tmp_path / "clip.avi", frames, "MJPG"), PARAMS).frames) == 2


def test_the_sharpest_frame_stands_for_its_cell(tmp_path: Path) -> None:
    sharp = clips.scene(3)
    blurred = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 4), np.uint8)
    frames = itertools.chain(clips.still(blurred, 10), clips.still(sharp, 6), clips.still(blurred, 4))
    found = sample(clips.write(tmp_path / "clip.avi", frames, "MJPG"), PARAMS)
    assert [500 <= frame.at_ms < 800 for frame in found.frames] == [True]


def test_an_upright_phone_video_stands_upright(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "clip.mp4", clips.moving(clips.scene(4), 20))
    clips.turn(path)
    found = sample(path, PARAMS)
    assert (found.width, found.height) == (clips.HEIGHT, clips.WIDTH)
    assert (found.frames[0].width, found.frames[0].height) == (clips.HEIGHT, clips.WIDTH)


def test_stills_are_at_most_as_wide_as_asked(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "clip.avi", clips.still(clips.scene(5, 1920, 1080), 3), "MJPG")
    found = sample(path, PARAMS)
    assert (found.width, found.height) == (1920, 1080)
    assert [(frame.width, frame.height) for frame in found.frames] == [(1280, 720)]


def test_a_long_clip_is_thinned_over_its_whole_length(tmp_path: Path) -> None:
    frames = itertools.chain.from_iterable(clips.still(clips.scene(seed, 64, 48), 5) for seed in range(120))
    path = clips.write(tmp_path / "clip.avi", frames, "MJPG", fps=5)
    found = sample(path, replace(PARAMS, max_frames=10, max_scenes=10))
    assert 5 <= len(found.frames) <= 10
    assert found.frames[0].at_ms < 10_000
    assert found.frames[-1].at_ms > 90_000


def test_no_scene_is_let_go_of_while_another_has_stills_to_spare(tmp_path: Path) -> None:
    short = [clips.scene(seed, 64, 48) for seed in range(6)]
    long = clips.moving(clips.scene(9, 160, 120), 60, 30)
    shown_long = (np.asarray(cv2.resize(frame, (64, 48)), np.uint8) for frame in long)
    frames = itertools.chain(clips.still(short[0], 5), shown_long, *(clips.still(s, 5) for s in short[1:]))
    path = clips.write(tmp_path / "clip.avi", frames, "MJPG", fps=5)
    found = sample(path, replace(PARAMS, max_frames=8))
    pictures = shown(found)
    for scene in short:
        assert min(float(cv2.absdiff(scene, image).mean()) for image in pictures) < 12
    assert len(found.frames) <= 8


def test_footage_beyond_the_bound_is_not_read_and_that_is_said(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "clip.avi", clips.moving(clips.scene(6), 200), "MJPG")
    found = sample(path, replace(PARAMS, max_duration_s=3.0))
    assert found.frames[-1].at_ms <= 3000
    assert found.duration_s == pytest.approx(10.0, abs=0.1)
    assert "first 3 s" in found.warnings[0]
    assert "no time left" in sample(path, replace(PARAMS, max_work_s=0.0)).warnings[0]


def both(path: Path, kind: str = "video/mp4") -> list[Reader]:
    bounds = Bounds(1.0, PARAMS.max_pixels)
    return [AvReader(path, kind, bounds, everything=True), OpenCVReader(path, kind, bounds)]


@pytest.mark.parametrize(("name", "fourcc"), [("a.mp4", "mp4v"), ("a.avi", "MJPG"), ("a.mkv", "mp4v"), ("t.mp4", "")])
@pytest.mark.parametrize("fps", [10.0, 24000 / 1001, 12.5])
def test_both_decoders_tell_the_same_of_a_file(tmp_path: Path, name: str, fourcc: str, fps: float) -> None:
    path = clips.write(tmp_path / name, clips.moving(clips.scene(1), 30), fourcc or "mp4v", fps)
    if not fourcc:
        clips.turn(path)
    told = []
    for reader in both(path):
        shots = [(shot.at_ms, shot.picture(200), shot.grey().size) for shot in reader.shots()]
        told.append((shots, reader))
        reader.close()
    (ours, one), (theirs, other) = told
    assert (one.passed, one.failed) == (other.passed, other.failed) == (30, 0)
    assert one.announced in (0, 30)
    assert [one.fps, one.end_ms] == pytest.approx([other.fps, other.end_ms], rel=1e-3)
    assert [s[0] for s in ours] == pytest.approx([s[0] for s in theirs], abs=1.0)
    assert {s[2] for s in ours} == {s[2] for s in theirs}
    for (_, mine, _), (_, yours, _) in zip(ours, theirs, strict=True):
        assert mine.shape == yours.shape
        assert float(cv2.absdiff(mine, yours).mean()) < 6


@pytest.mark.parametrize("kind", [AvReader, OpenCVReader])
def test_both_decoders_refuse_what_is_no_video(tmp_path: Path, kind: type[AvReader] | type[OpenCVReader]) -> None:
    path = tmp_path / "x.mp4"
    for data in (b"", b"text", clips.jpeg(clips.scene(1))[:100], b"\0\0\0\x18ftypisom" + bytes(900)):
        path.write_bytes(data)
        with pytest.raises(Undecodable, match="no video stream"):
            kind(path, "video/mp4", Bounds(1.0, 1000))
    clips.write(path, clips.moving(clips.scene(1), 3))
    with pytest.raises(Undecodable, match="limit of 1000"):
        kind(path, "video/mp4", Bounds(1.0, 1000))


def groups(path: Path, frames: Iterable[clips.Image], every: int, fps: int = 20) -> Path:
    """A clip with a key frame every so many frames."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=fps)
        stream.width, stream.height, stream.gop_size, stream.bit_rate = clips.WIDTH, clips.HEIGHT, every, 2_000_000
        for frame in frames:
            file.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
        file.mux(stream.encode())
    return path


@pytest.mark.parametrize(("every", "decoded"), [(20, (8, 12)), (40, (85, 130)), (200, (170, 200))])
def test_no_more_is_decoded_than_every_scene_of_a_second_needs(
    tmp_path: Path, every: int, decoded: tuple[int, int]
) -> None:
    lengths = (20, 21, 33, 20, 46, 20, 40)
    scenes = [clips.scene(seed) for seed in range(len(lengths))]
    shots = itertools.chain.from_iterable(clips.still(s, n) for s, n in zip(scenes, lengths, strict=True))
    path = groups(tmp_path / "clip.mp4", shots, every)
    reader = AvReader(path, "video/mp4", Bounds(1.01, 10**7))
    count = sum(1 for _ in reader.shots())
    assert decoded[0] <= count <= decoded[1]
    assert (reader.passed, reader.failed, reader.trusted) == (200, 0, True)
    pictures = shown(sample(path, PARAMS))
    for scene in scenes:
        assert min(float(cv2.absdiff(scene, image).mean()) for image in pictures) < 12


def test_a_last_scene_of_a_second_is_seen_though_no_key_frame_follows(tmp_path: Path) -> None:
    scenes = [clips.scene(seed) for seed in range(3)]
    shots = itertools.chain.from_iterable(clips.still(s, n) for s, n in zip(scenes, (40, 40, 20), strict=True))
    pictures = shown(sample(groups(tmp_path / "clip.mp4", shots, 40), PARAMS))
    assert min(float(cv2.absdiff(scenes[-1], image).mean()) for image in pictures) < 12


def test_a_cut_between_dark_pictures_is_seen(tmp_path: Path) -> None:
    scenes = [np.asarray(clips.scene(seed) // 8, np.uint8) for seed in range(5)]
    shots = itertools.chain.from_iterable(clips.still(s, n) for s, n in zip(scenes, (12, 8, 12, 8, 20), strict=True))
    found = shown(sample(clips.write(tmp_path / "clip.avi", shots, "MJPG"), PARAMS))
    for scene in scenes:
        assert min(float(cv2.absdiff(scene, image).mean()) for image in found) < 2


def test_pictures_that_wait_for_their_jpeg_take_bounded_memory_and_none_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clips.write(tmp_path / "clip.mp4", clips.moving(clips.scene(9), 200))
    whole = sample(path, PARAMS)
    monkeypatch.setattr("geolocate.frames.select._HELD_BYTES", 300_000)
    assert sample(path, PARAMS) == whole


def test_who_watches_is_shown_every_considered_picture_upright(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "clip.mp4", clips.moving(clips.scene(4), 40))
    seen: list[tuple[float, clips.Image]] = []
    sample(path, PARAMS, lambda: lambda at_ms, picture: seen.append((at_ms, picture)))
    assert [at for at, _ in seen][:3] == [0.0, 600.0, 1200.0]  # a key frame every 12
    assert seen[0][1].shape == (54, 96)
    upright = seen.copy()
    clips.turn(path)
    seen.clear()
    sample(path, PARAMS, lambda: lambda at_ms, picture: seen.append((at_ms, picture)))
    assert (seen[0][1] == np.rot90(upright[0][1], 3)).all()


def test_damaged_and_missing_frames_are_counted(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "clip.avi", clips.moving(clips.scene(7), 100), "MJPG")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    found = sample(path, PARAMS)
    assert found.frames
    assert 30 <= found.decode_failures <= 70
    assert "announced" in found.warnings[0]


def test_frames_after_a_damaged_stretch_are_still_read(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "clip.avi", clips.moving(clips.scene(8), 200), "MJPG")
    data = bytearray(path.read_bytes())
    start, end = len(data) // 4, len(data) // 2
    data[start:end] = np.random.default_rng(0).integers(0, 255, end - start, dtype=np.uint8).tobytes()
    path.write_bytes(data)
    found = sample(path, PARAMS)
    assert found.decode_failures > 10
    assert found.frames[-1].at_ms > 4000


def test_sampling_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "clip.mp4", clips.moving(clips.scene(9), 60))
    assert sample(path, PARAMS) == sample(path, PARAMS)


def test_a_picture_is_a_video_of_one_frame(tmp_path: Path) -> None:
    image = clips.scene(1, 1600, 900)
    for suffix in (".png", ".jpg", ".webp", ".bmp", ".avif"):
        path = tmp_path / f"picture{suffix}"
        assert cv2.imwrite(str(path), image)
        found = sample(path.rename(tmp_path / "picture"), PARAMS)
        assert (found.width, found.height, found.duration_s) == (1600, 900, None)
        assert [(f.at_ms, f.width, f.height) for f in found.frames] == [(0, 1280, 720)]
        assert found.frames[0].sharpness > 0
        assert found.warnings == ()


def test_a_picture_of_an_iphone_is_read_upright(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(phone.HEIC)
    found = sample(tmp_path / "picture", PARAMS)
    assert (found.width, found.height, found.decode_failures) == (96, 128, 0)
    image = shown(found)[0]
    # blue, red, green: the strongest of blue, green and red
    assert [int(image[y, x].argmax()) for y, x in ((20, 20), (20, 76), (110, 76))] == [0, 2, 1]


@pytest.mark.parametrize("kept", [20, 300, 700])
def test_a_heic_picture_that_is_cut_off_is_an_error_of_its_own(tmp_path: Path, kept: int) -> None:
    (tmp_path / "picture").write_bytes(phone.HEIC[:kept])
    with pytest.raises(Undecodable, match="image/heic"):
        sample(tmp_path / "picture", PARAMS)


def test_a_heic_picture_that_would_unpack_to_too_much_is_refused(tmp_path: Path) -> None:
    at = phone.HEIC.index(b"ispe") + 8
    (tmp_path / "picture").write_bytes(phone.HEIC[:at] + b"\x00\x00\xff\xff" * 2 + phone.HEIC[at + 8 :])
    with pytest.raises(Undecodable, match="unpacks to 65535x65535"):
        sample(tmp_path / "picture", PARAMS)


def test_grey_and_transparent_pictures_are_read(tmp_path: Path) -> None:
    for image in (np.zeros((40, 60), np.uint8), np.zeros((40, 60, 4), np.uint8), np.zeros((40, 60, 3), np.uint16)):
        cv2.imwrite(str(tmp_path / "picture.png"), image)
        assert shown(sample(tmp_path / "picture.png", PARAMS))[0].shape == (40, 60, 3)


def test_a_picture_is_turned_as_its_exif_says(tmp_path: Path) -> None:
    (tmp_path / "picture.jpg").write_bytes(clips.turned_jpeg(clips.scene(1)))
    found = sample(tmp_path / "picture.jpg", PARAMS)
    assert (found.width, found.height) == (clips.HEIGHT, clips.WIDTH)


def test_a_picture_that_is_cut_off_shows_what_there_is_and_says_so(tmp_path: Path) -> None:
    data = clips.jpeg(clips.scene(1, 640, 480))
    (tmp_path / "picture.jpg").write_bytes(data[: len(data) * 2 // 3])
    found = sample(tmp_path / "picture.jpg", PARAMS)
    assert (found.decode_failures, found.warnings) == (1, ("the picture is cut off",))


def test_what_holds_no_pictures_is_undecodable_with_the_reason(tmp_path: Path) -> None:
    clip = clips.write(tmp_path / "clip.mp4", clips.moving(clips.scene(1), 40)).read_bytes()
    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\0" * 8000)
    cases = {
        "empty": b"",
        "text/plain": b"this is not a video at all\n" * 50,
        "text/html": b"<html><body>log in to see this</body></html>",
        "cut off": clip[: len(clip) // 2],
        "image/jpeg": b"\xff\xd8\xff" + b"\x00" * 500,
        "image/png has a damaged header": b"\x89PNG\r\n\x1a\n",
        "audio/wav": (tmp_path / "sound.wav").read_bytes(),
        "limit": clips.bomb_png(60_000, 60_000),
        "video/mp4": struct.pack(">I", 24) + b"ftypisom" + np.random.default_rng(1).bytes(5000),
        "application/octet-stream": bytes(range(256)) * 9,
    }
    for reason, data in cases.items():
        path = tmp_path / "case.mp4"
        path.write_bytes(data)
        with pytest.raises(Undecodable, match=reason):
            sample(path, PARAMS)
    with pytest.raises(Undecodable, match="cannot be read"):
        sample(tmp_path / "missing.mp4", PARAMS)


def test_an_mp4_with_sound_only_is_undecodable(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "clip.mp4", clips.moving(clips.scene(1), 20))
    # the handler says what a track is (ISO 14496-12, 8.4.3): as sound, the track holds no pictures
    path.write_bytes(path.read_bytes().replace(b"vide", b"soun"))
    with pytest.raises(Undecodable, match="no video stream"):
        sample(path, PARAMS)


def test_frames_that_are_too_large_are_refused(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "clip.avi", clips.still(clips.scene(5), 3), "MJPG")
    with pytest.raises(Undecodable, match="limit of 1000"):
        sample(path, replace(PARAMS, max_pixels=1000))


def test_a_playlist_does_not_make_the_decoder_open_other_files(tmp_path: Path) -> None:
    inner = clips.write(tmp_path / "inner.mp4", clips.moving(clips.scene(1), 20))
    for name, text in {
        "a.mp4": f"#EXTM3U\n#EXTINF:1,\n{inner}\n",
        "b.mp4": f"ffconcat version 1.0\nfile '{inner}'\n",
    }.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(Undecodable):
            sample(tmp_path / name, PARAMS)
        assert not cv2.VideoCapture(str(tmp_path / name), cv2.CAP_FFMPEG).isOpened()


def test_sampling_runs_in_a_process_that_may_die(tmp_path: Path) -> None:
    path = clips.write(tmp_path / "clip.mp4", clips.moving(clips.scene(1), 40))
    assert run_isolated(sample, (path, PARAMS), 60, 2048) == sample(path, PARAMS)
    (tmp_path / "text.mp4").write_text("text")
    with pytest.raises(Undecodable):
        run_isolated(sample, (tmp_path / "text.mp4", PARAMS), 60, 2048)


def test_decoding_rubbish_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = clips.write(tmp_path / "clip.mp4", clips.moving(clips.scene(1), 40))
    data = bytearray(path.read_bytes())
    data[2000:6000] = np.random.default_rng(2).bytes(4000)
    path.write_bytes(data)
    with suppress(Undecodable):
        sample(path, PARAMS)
    assert capfd.readouterr() == ("", "")
