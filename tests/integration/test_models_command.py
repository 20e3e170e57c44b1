"""`convoywatch models`: detectors from files and from a server, hostile ones among them."""

import hashlib
import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from geolocate.frames.model_file import ModelFile
from geolocate.frames.opencv import cv2
from geolocate.frames.yolox import YoloX
from tests.integration.clips import jpeg
from tests.integration.loopback import serve
from tests.integration.street import COLOURS, car, street

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
NANO = SHARED / "models" / "yolox_nano_640.onnx"
CARS = SHARED / "eval" / "videos" / "udacity_solidWhiteRight.mp4"
SIDE, CELLS = 64, 84  # cells of strides 8, 16 and 32 in a square of 64 pixels


def field(number: int, value: bytes | int) -> bytes:
    """One field of a protocol buffer, which is what ONNX files are."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def tensor_type(name: bytes, *shape: int) -> bytes:
    dims = b"".join(field(1, field(1, side)) for side in shape)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, dims)))


def tiny(classes: int = 2, cells: int = CELLS) -> bytes:
    """A detector that sees one thing of class 1 in every picture: 32 pixels wide, 16 high, about (24, 24) of 64."""
    answer = np.zeros((1, CELLS, 5 + classes), np.float32)
    # cell (3, 3) of stride 8 begins at 24, 24
    answer[0, 3 * 8 + 3] = [0, 0, np.log(4), np.log(2), 1, *([0.9] * classes)]
    answer[0, 3 * 8 + 3, 5] = 0
    answer = answer[:, :cells]
    weights = (
        b"".join(field(1, side) for side in answer.shape) + field(2, 1) + field(8, b"c") + field(9, answer.tobytes())
    )
    node = field(1, b"c") + field(2, b"output") + field(4, b"Identity")
    graph = (
        field(1, node) + field(2, b"g") + field(5, weights) + field(11, tensor_type(b"images", 1, 3, SIDE, SIDE))
        + field(12, tensor_type(b"output", *answer.shape))
    )  # fmt: skip
    return field(1, 8) + field(7, graph) + field(8, field(1, b"") + field(2, 13))


def call(folder: Path, *words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "collector.cli", *map(str, words)], cwd=folder, text=True, capture_output=True,
        timeout=120, check=False, env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny.onnx").write_bytes(tiny())
    (tmp_path / "names.txt").write_text("\ntank\n")
    (tmp_path / "convoywatch.toml").write_text(
        '[http]\ncontact = "test@example.org"\ngap_s = 0\nallow_hosts = ["127.0.0.1"]\n'
    )
    image = street()
    car(image, 300, COLOURS[0])
    (tmp_path / "street.jpg").write_bytes(jpeg(np.asarray(cv2.GaussianBlur(image, (3, 3), 0), np.uint8)))
    return tmp_path


def test_a_model_of_ones_own_is_added_used_and_left_again(folder: Path) -> None:
    done = call(folder, "models", "add", "tiny.onnx", "--classes", "names.txt", "--licence", "CC0")
    assert (done.returncode, done.stdout) == (0, "")
    assert "models use tiny" in done.stderr
    assert call(folder, "models", "use", "tiny").returncode == 0
    listed = [json.loads(line) for line in call(folder, "models", "list", "--json").stdout.splitlines()]
    assert [(m["name"], m["licence"], m["used"]) for m in listed] == [
        ("embedded", "see NOTICE", False), ("tiny", "CC0", True)
    ]  # fmt: skip
    told = json.loads(call(folder, "inspect", "street.jpg").stdout)
    assert told["detector"] == f"tiny-{hashlib.sha256(tiny()).hexdigest()[:8]}"
    (found,) = (d for d in told["frames"][0]["detections"] if d["label"] == "tank")
    # 640 x 360 is scaled to 64 x 36
    assert found["box"] == pytest.approx([8 / 64, 16 / 36, 32 / 64, 16 / 36], abs=1e-3)
    assert told["vehicles"]["max"] == 1
    assert call(folder, "models", "use", "embedded").returncode == 0
    told = json.loads(call(folder, "inspect", "street.jpg").stdout)
    assert (told["detector"], told["frames"][0]["detections"][0]["label"]) == ("embedded", "car")


def test_a_model_is_downloaded_when_its_hash_is_right_and_else_not_kept(folder: Path) -> None:
    with serve() as site:
        add = ("models", "add", site.page("/m/far.onnx", tiny()), "--classes", "names.txt")
        refused = call(folder, *add)
        assert (refused.returncode, "--sha256 is required" in refused.stderr) == (2, True)
        wrong = call(folder, *add, "--sha256", "0" * 64)
        assert (wrong.returncode, "it was not kept" in wrong.stderr) == (1, True)
        assert not list((folder / "data").rglob("*.onnx"))
        assert call(folder, *add, "--sha256", hashlib.sha256(tiny()).hexdigest()).returncode == 0
    assert "far" in call(folder, "models", "list").stdout


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be loaded"),
        (b"no model at all" * 50, "cannot be loaded"),
        (tiny()[:-300], "cannot be loaded"),
        (tiny(classes=3), "it answers"),
        (tiny(cells=10), "it answers"),
        (struct.pack("<Q", 2**63) * 99, "cannot be loaded"),
    ],
)
def test_what_is_no_detector_is_refused_and_leaves_nothing(folder: Path, data: bytes, said: str) -> None:
    (folder / "bad.onnx").write_bytes(data)
    done = call(folder, "models", "add", "bad.onnx", "--classes", "names.txt")
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    assert not list((folder / "data").rglob("*.onnx"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("use", "gone"), "there is no model 'gone'"),
        (("use", "../x"), "there is no model"),
        (("add", "missing.onnx"), "No such file"),
        (("add", "tiny.onnx", "--name", "../x"), "cannot be called"),
        (("add", "yolox_nano"), "--sha256 is required"),
    ],
)
def test_a_wrong_call_is_explained(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = call(folder, "models", *words)
    assert (done.returncode, said in done.stderr) == (2, True)


def test_known_models_have_address_and_licence(folder: Path) -> None:
    known = [json.loads(line) for line in call(folder, "models", "list", "--known", "--json").stdout.splitlines()]
    assert {"yolox_nano", "yolox_s", "yolox_x"} <= {k["name"] for k in known}
    assert all(k["url"].startswith("https://") and k["licence"] for k in known)


@pytest.mark.skipif(not (NANO.exists() and CARS.exists()), reason="the measuring weights or clips are not here")
def test_yolox_finds_the_cars_of_a_real_clip() -> None:
    detector, found = YoloX(ModelFile("nano", NANO)), 0
    capture = cv2.VideoCapture(str(CARS))
    for number in range(200):
        got, image = capture.read()
        if got and number % 40 == 20:
            boxes = detector.detect(np.asarray(image, np.uint8))
            assert all(0 <= side <= 1 for each in boxes for side in each.box)
            found += sum(each.label == "car" for each in boxes)
    assert found >= 3
