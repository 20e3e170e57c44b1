"""How fast is the sampler, which scenes does it miss, what memory does it take? `python -m bench.sampler [PART...]`

PART: speed (beside PyAV key frames only, PyAV sequential, OpenCV read-all, PySceneDetect's ContentDetector, on the
same files, in one run), scenes (rendered cuts of known times over real textures), memory (a 4K clip in a process of
its own). Times are of the processor, not the clock, one thread each: the machine may be busy. Prints what
`bench/video.md` holds. Needs the extra `bench` and the clips of shared/eval/videos.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from unittest import mock

import av
import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2
from geolocate.frames.sampler import SamplerParams, sample
from geolocate.frames.shots import Image
from geolocate.types import Frame

SHARED = Path(os.environ.get("CONVOYWATCH_SHARED", Path(__file__).resolve().parents[1] / ".." / "shared"))
VIDEOS = SHARED / "eval" / "videos"
PARAMS = SamplerParams()


def main() -> None:
    if sys.argv[1:2] == ["one"]:
        found = sample(Path(sys.argv[2]), PARAMS)
        # not getrusage: its peak is inherited from the process that started this one
        peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
        print(f"{found.width}x{found.height}, {len(found.frames)} stills, peak {peak:.0f} MB")
        return
    cv2.setNumThreads(1)
    parts = {"speed": speed, "scenes": scenes, "memory": memory}
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or parts:
            parts[name](Path(folder))


def speed(folder: Path) -> None:
    made = {
        "720p, key frame every second, 60 s": encoded(folder / "often.mp4", footage(1280, 720, 1500), 25, 25),
        "720p, key frame every 2 s, 60 s": encoded(folder / "half.mp4", footage(1280, 720, 1500), 25, 50),
        "720p, key frame every second, 300 s": encoded(
            folder / "long.mp4", footage(1280, 720, 7500, everything=True), 25, 25
        ),
        "720p, one key frame, 20 s": encoded(folder / "one.mp4", footage(1280, 720, 500), 25, 10_000),
    }
    names = ("intel_one-by-one-person", "udacity_solidWhiteRight", "tmk/chair-orig-22-sd-bar", "adomvi_tank3")
    files = made | {name: VIDEOS / f"{name}.mp4" for name in names}
    rivals: dict[str, Callable[[Path], object]] = {
        "ours": lambda p: sample(p, PARAMS), "chosen": chosen, "keys": lambda p: decoded(p, "NONKEY"),
        "all": lambda p: decoded(p, "DEFAULT"),
        "OpenCV": read_all, "PySceneDetect": detected,
    }  # fmt: skip
    for name, path in files.items():
        frames = packets(path)
        rate = {}
        for rival, run in rivals.items():
            began = time.process_time()
            run(path)
            rate[rival] = frames / (time.process_time() - began)
        shares = f"of keys {rate['ours'] / rate['keys']:.2f}, of all {rate['ours'] / rate['all']:.2f}"
        told = " | ".join(f"{value:.0f}" for value in rate.values())
        print(
            f"| {name} | {told} | {shares}, of PySceneDetect {rate['ours'] / rate['PySceneDetect']:.1f} |", flush=True
        )


def scenes(folder: Path) -> None:
    """Stills of real clips, shown for 1 to 3 s each, moving slowly; in random order, or each by what is most like it.

    Encoded five ways.
    """
    random = np.random.default_rng(4)
    stills = list(textures())
    thumbs = [np.asarray(cv2.resize(still, (32, 18), interpolation=cv2.INTER_AREA), np.float32) for still in stills]
    made = []
    for clip in range(10):
        order = random.permutation(len(stills))[:16] if clip % 2 else chained(thumbs, int(random.integers(len(stills))))
        made.append((order, random.integers(25, 76 if clip % 3 else 32, len(order))))
    for every, preset in (
        (25, "ultrafast"),
        (38, "veryfast"),
        (50, "ultrafast"),
        (75, "veryfast"),
        (10_000, "veryfast"),
    ):
        missed = shown = 0
        for order, lengths in made:
            path = encoded(folder / "cuts.mp4", cuts([stills[i] for i in order], lengths), 25, every, preset)
            ends = np.cumsum(lengths) * 40
            at = [frame.at_ms for frame in sample(path, PARAMS).frames]
            for end, length in zip(ends, lengths, strict=True):
                shown += 1
                missed += not any(end - 40 * length - 20 <= t < end - 20 for t in at)
        told = f"{every / 25:.1f} s" if every < 1000 else "none but the first"
        print(f"| {told} | {preset} | {missed} of {shown} |", flush=True)


def chained(thumbs: list[NDArray[np.float32]], first: int) -> NDArray[np.int64]:
    """16 stills, each the most like the one before of those not yet shown: cuts that are hard to see."""
    order = [first]
    while len(order) < 16:
        left = [i for i in range(len(thumbs)) if i not in order]
        order.append(min(left, key=lambda i: float(np.abs(thumbs[i] - thumbs[order[-1]]).mean())))
    return np.array(order)


def memory(folder: Path) -> None:
    path = encoded(folder / "4k.mp4", footage(3840, 2160, 50), 30, 10_000)
    print(subprocess.run(
        [sys.executable, "-m", "bench.sampler", "one", str(path)], text=True, capture_output=True, check=True
    ).stdout.strip())  # fmt: skip


def encoded(path: Path, frames: Iterator[Image], fps: int, every: int, preset: str = "ultrafast") -> Path:
    """An H.264 file with a key frame every so many frames and none at cuts: as phones make them; or as sites do."""
    with av.open(str(path), "w") as file:
        options = {"preset": preset, "sc_threshold": "0", "crf": "24", "threads": "1"}
        stream = file.add_stream("libx264", rate=fps, options=options)
        for number, image in enumerate(frames):
            if not number:
                stream.height, stream.width = image.shape[:2]
                stream.gop_size = every
            file.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        file.mux(stream.encode())
    return path


def footage(width: int, height: int, count: int, everything: bool = False) -> Iterator[Image]:
    """Real clips one after the other, again and again, scaled."""
    names = ["udacity_solidWhiteRight.mp4", "adomvi_apc1.mp4", "intel_car-detection.mp4"]
    if everything:
        names = sorted(str(path) for path in VIDEOS.rglob("*.m[pok4]*") if path.suffix != ".md")

    def shown() -> Iterator[Image]:
        while True:
            for name in names:
                capture = cv2.VideoCapture(str(VIDEOS / name))
                while (got := capture.read())[0]:
                    yield np.asarray(cv2.resize(got[1], (width, height)), np.uint8)

    return islice(shown(), count)


def textures() -> Iterator[Image]:
    """Stills of the real clips in quarters, many of one brightness; none twice."""
    told: list[Image] = []
    for path in sorted(VIDEOS.rglob("*.m*")):
        if path.suffix == ".md":
            continue
        frames = sample(path, SamplerParams(max_frames=6)).frames
        for part in (part for frame in (frames[0], frames[-1]) for part in quarters(frame)):
            still = np.asarray(cv2.resize(part, (640, 360)), np.uint8)
            grey = cv2.cvtColor(still, cv2.COLOR_BGR2GRAY)
            thumb = np.asarray(cv2.resize(grey, (32, 18), interpolation=cv2.INTER_AREA), np.uint8)
            if all(float(cv2.absdiff(thumb, other).mean()) > 4 for other in told):
                told.append(thumb)
                yield still


def quarters(frame: Frame) -> Iterator[Image]:
    image = np.asarray(cv2.imdecode(np.frombuffer(frame.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    half, side = image.shape[0] // 2, image.shape[1] // 2
    yield from (image[:half, :side], image[:half, side:], image[half:, :side], image[half:, side:])


def cuts(stills: list[Image], lengths: NDArray[np.int64]) -> Iterator[Image]:
    for image, length in zip(stills, lengths, strict=True):
        wide = np.asarray(cv2.resize(image, (704, 396)), np.uint8)
        for step in range(length):
            yield np.ascontiguousarray(wide[18:378, step // 2 : step // 2 + 640])


def chosen(path: Path) -> None:
    """The sampler without the JPEGs of what it chose."""
    with mock.patch("geolocate.frames.select.encode", lambda at, image, sharpness, _: Frame(at, 1, 1, b"", sharpness)):
        sample(path, PARAMS)


def packets(path: Path) -> int:
    with av.open(str(path)) as file:
        return sum(1 for packet in file.demux(video=0) if packet.size)


def decoded(path: Path, skip: str) -> int:
    with av.open(str(path)) as file:
        codec = file.streams.video[0].codec_context
        codec.thread_count, codec.skip_frame = 1, skip
        return sum(1 for _ in file.decode(video=0))


def read_all(path: Path) -> int:
    capture, count = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1]), 0
    while capture.read()[0]:
        count += 1
    return count


def detected(path: Path) -> object:
    from scenedetect import ContentDetector, detect

    return detect(str(path), ContentDetector())


if __name__ == "__main__":
    main()
