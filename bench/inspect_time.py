"""Where does the time go when a clip goes through everything? `python -m bench.inspect_time [FILE]`

Without FILE, 60 s of real clips at 1280x720 are encoded first. Processor seconds, one thread; parts do not overlap.
"""

import cProfile
import pstats
import sys
import tempfile
import time
from pathlib import Path

from bench.sampler import encoded, footage
from geolocate.frames.inspect import inspect_file
from geolocate.frames.opencv import cv2

#: (what it is, file, function), outermost of each part
_PARTS = (
    ("stills: decode, choose, encode", "sampler.py", "sample"),
    ("vehicles: detector", "vehicles.py", "detect"),
    ("vehicles: second stage, frame", "military.py", "frame"),
    ("vehicles: second stage, crops", "military.py", "part"),
    ("vehicles: tracking and count", "counting.py", "add"),
    ("signs: lines found and read", "signs.py", "add"),
    ("fingerprint", "compact.py", "compact_print"),
)  # fmt: skip


def main() -> None:
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[1]) if sys.argv[1:] else encoded(
            Path(folder) / "clip.mp4", footage(1280, 720, 1500), 25, 50
        )  # fmt: skip
        profile = cProfile.Profile(time.process_time)
        began = time.perf_counter()
        found = profile.runcall(inspect_file, path)
        clock = time.perf_counter() - began
    stats = pstats.Stats(profile)
    times = stats.stats  # type: ignore[attr-defined]
    print(f"{len(found.frames)} stills; {stats.total_tt:.1f} s of the processor, {clock:.1f} s by the clock")  # type: ignore[attr-defined]
    for told, file, name in _PARTS:
        spent = sum(v[3] for (f, _, n), v in times.items() if n == name and f.endswith(f"/{file}"))
        print(f"| {told} | {spent:.2f} |")


if __name__ == "__main__":
    main()
