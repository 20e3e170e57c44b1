"""`convoywatch inspect`: real decoding, the shipped networks, hostile files."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geolocate.frames.opencv import cv2
from tests.integration.clips import bomb_png, jpeg
from tests.integration.clips import write as write_clip
from tests.integration.street import COLOURS, HEIGHT, LENGTH, WIDTH, car, passing, street

FIELDS = {
    "file", "sha256", "kind", "width", "height", "duration_s", "frames", "vehicles", "convoy", "fingerprint",
    "decode_failures", "warnings", "metadata",
}  # fmt: skip


def inspect(*args: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "collector.cli", "inspect", *map(str, args)]
    return subprocess.run(command, text=True, capture_output=True, timeout=120, check=False)


def lines(result: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A street with one car, 300 pixels from the left."""
    image = street()
    car(image, 300, COLOURS[0])
    path = tmp_path_factory.mktemp("photo") / "street.jpg"
    path.write_bytes(jpeg(np.asarray(cv2.GaussianBlur(image, (3, 3), 0), np.uint8)))
    return path


def test_a_photo_of_a_car_is_told_in_the_contracts_fields(photo: Path) -> None:
    result = inspect(photo)
    assert (result.returncode, result.stderr) == (0, "")
    (told,) = lines(result)
    assert set(told) >= FIELDS
    assert told["sha256"] == told["fingerprint"]["sha256"] == hashlib.sha256(photo.read_bytes()).hexdigest()
    assert (told["kind"], told["width"], told["height"], told["duration_s"]) == ("image/jpeg", WIDTH, HEIGHT, None)
    (frame,) = told["frames"]
    assert (frame["at_s"], frame["text"]) == (0.0, [])
    (found,) = frame["detections"]
    left, top, width, height = found["box"]
    assert found["label"] == "car"
    assert left * WIDTH == pytest.approx(300, abs=12)
    assert width * WIDTH == pytest.approx(LENGTH, abs=16)
    assert 0.5 < top < top + height < 0.8
    assert told["convoy"]["probability"] < 0.1


def test_cars_that_pass_are_counted_once_each(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "cars.mp4", passing(2, 66, 16), fps=20)
    (told,) = lines(inspect(clip))
    assert told["vehicles"]["min"] <= 2 <= told["vehicles"]["max"]
    assert told["vehicles"]["max"] - told["vehicles"]["min"] <= 1
    assert told["direction"] == "right"
    assert told["duration_s"] == pytest.approx(3.3, abs=0.1)
    assert [f["at_s"] for f in told["frames"]] == sorted(f["at_s"] for f in told["frames"])


def test_a_closer_look_for_distant_columns_finds_what_the_usual_one_does(photo: Path) -> None:
    (told,) = lines(inspect("--distant", photo))
    assert [d["label"] for d in told["frames"][0]["detections"]] == ["car"]


def test_stills_are_drawn_for_people(photo: Path, tmp_path: Path) -> None:
    assert inspect(photo, "--draw", tmp_path / "out").returncode == 0
    (drawn,) = (tmp_path / "out").iterdir()
    image, plain = cv2.imread(str(drawn)), cv2.imread(str(photo))
    assert image is not None
    assert plain is not None
    assert image.shape == plain.shape
    assert cv2.absdiff(image, plain).max() > 100


def test_a_drawing_folder_that_cannot_be_written_is_a_wrong_call(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = inspect(photo, "--draw", tmp_path / "file" / "out")
    assert result.returncode == 2
    assert "--draw" in result.stderr


def test_bad_files_are_told_and_skipped_and_the_rest_is_done(photo: Path, tmp_path: Path) -> None:
    bad = {
        "empty.mp4": (b"", "the file is empty"),
        "text.mp4": (b"not a video at all\n" * 40, "text/plain is not a kind"),
        "bomb.png": (bomb_png(60_000, 60_000), "the limit is"),
        "noise.mp4": (b"\0\0\0\x18ftypisom" + bytes(range(256)) * 40, "no video stream"),
        "cut.jpg": (photo.read_bytes()[:40], "image/jpeg"),
        "sound.mp3": (b"ID3" + bytes(2000), "holds no pictures"),
    }
    for name, (data, _) in bad.items():
        (tmp_path / name).write_bytes(data)
    paths = [tmp_path / name for name in bad]
    result = inspect(*paths[:3], tmp_path / "missing.mp4", photo, *paths[3:])
    assert result.returncode == 3
    assert [told["file"] for told in lines(result)] == [str(photo)]
    for name, (_, reason) in bad.items():
        (said,) = (line for line in result.stderr.splitlines() if line.startswith(f"{tmp_path / name}: "))
        assert reason in said
    assert f"{tmp_path / 'missing.mp4'}: the file cannot be read" in result.stderr


def test_what_is_written_in_a_picture_is_told_with_its_box(tmp_path: Path) -> None:
    image = np.full((360, 640, 3), (150, 60, 20), np.uint8)
    cv2.putText(image, "Welcome to Homs", (60, 120), (240, 240, 240), cv2.FontFace("sans"), 40, 400)
    path = tmp_path / "sign.jpg"
    path.write_bytes(jpeg(image))
    (told,) = lines(inspect(path))
    ((line,),) = (frame["text"] for frame in told["frames"])
    assert (line["text"], line["script"], line["kind"]) == ("Welcome to Homs", "latin", "scene")
    assert line["score"] > 0.8
    left, top, wide, high = line["box"]
    assert left < 0.2 < left + wide
    assert top < 0.3 < top + high
    assert told["metadata"] is None
