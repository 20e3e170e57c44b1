import random
from pathlib import Path

import pytest

from collector.sandbox import run_isolated
from geolocate.frames.errors import Undecodable
from geolocate.frames.opencv import cv2
from geolocate.frames.sampler import SamplerParams, sample
from tests.integration import clips


def damaged(data: bytes, seed: int) -> bytes:
    rng = random.Random(seed)
    out = bytearray(data)
    for _ in range(rng.choice([1, 5, 50])):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out[: rng.choice([len(out), rng.randrange(1, len(out))])])


def outcomes(paths: list[Path]) -> list[str]:
    """Runs in a child: what each file gives, "" for pictures, else the reason."""
    found = []
    for path in paths:
        try:
            found.append("" if sample(path, SamplerParams(max_work_s=2.0)).frames else "nothing")
        except Undecodable as error:
            found.append(str(error))
    return found


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".jpg", ".png", ".webp", ".gif"])
def test_damaged_files_give_pictures_or_a_reason(tmp_path: Path, suffix: str) -> None:
    whole = tmp_path / f"whole{suffix}"
    if suffix in (".mp4", ".avi"):
        clips.write(whole, clips.moving(clips.scene(1), 30), "mp4v" if suffix == ".mp4" else "MJPG")
    else:
        cv2.imwrite(str(whole), clips.scene(1))
    paths = []
    for seed in range(60):
        paths.append(tmp_path / f"{seed}{suffix}")
        paths[-1].write_bytes(damaged(whole.read_bytes(), seed))
    found = run_isolated(outcomes, (paths,), 60, 2048)
    assert len(found) == 60
    assert "nothing" not in found
    assert "" in found or suffix == ".png"  # every part of a PNG has a checksum
