"""How often is a place known again, how often is it taken for another, and what does a look cost at 10,000 references?

    python -m bench.landmarks /path/to/clips [--references 10000]

Other views of a place: stills of one clip's drive or pan seconds apart, the same city from two flights, and stills
bent by perspective, cropped, over- and underexposed, dimmed to night with noise, mirrored never. Other places: stills
of every other clip, rendered textures, and stills made of features that are drawn from all clips. Processor time.
"""

import argparse
import itertools
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.hashes import shown_of, thumb_of
from geolocate.frames.landmarks import MOST_POINTS, Scene, grey_of, scene_of
from geolocate.frames.landmarks_index import LandmarkIndex
from geolocate.frames.landmarks_match import THRESHOLD, same_place
from geolocate.frames.opencv import cv2
from geolocate.frames.sampler import sample

Image = NDArray[np.uint8]
#: clips that show one place or one footage count as one
FAMILIES = {"chair": "chair", "v1": "city", "v2": "city", "rgb": "rgb"}
#: owners of stills of clips are below this, rendered and drawn ones above
_OTHERS = 1_000_000


def family(name: str) -> str:
    return next((f for start, f in FAMILIES.items() if name.startswith(start)), name)


def stills(folder: Path, most: int) -> dict[str, list[tuple[int, Image, NDArray[np.bool_]]]]:
    """Of every clip up to `most` stills: time, grey picture, and where it is no overlay."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".mp4", ".mkv", ".mov", ".m4v")):
        try:
            frames = sample(path).frames
        except ValueError:
            continue
        greys = [grey_of(frame.jpeg) for frame in frames]
        shown = shown_of(np.stack([thumb_of(grey) for grey in greys]))
        picked = np.unique(np.linspace(0, len(frames) - 1, most).astype(int))
        found[path.name] = [(frames[i].at_ms, greys[i], shown) for i in picked]
    return found


def bent(strength: float) -> Callable[[Image, np.random.Generator], Image]:
    """As seen from the side: corners moved by up to `strength` of the picture."""

    def change(grey: Image, rng: np.random.Generator) -> Image:
        height, width = grey.shape
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        moved = corners + (rng.uniform(-strength, strength, (4, 2)) * (width, height)).astype(np.float32)
        move = cv2.getPerspectiveTransform(corners, moved)
        return np.asarray(cv2.warpPerspective(grey, move, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)

    return change


def exposed(gamma: float) -> Callable[[Image, np.random.Generator], Image]:
    return lambda grey, _rng: (255 * (grey / 255.0) ** gamma).astype(np.uint8)


def cropped(grey: Image, rng: np.random.Generator) -> Image:
    height, width = grey.shape
    y, x = int(rng.uniform(0, 0.4) * height), int(rng.uniform(0, 0.4) * width)
    return grey[y : y + int(0.6 * height), x : x + int(0.6 * width)].copy()


def night(grey: Image, rng: np.random.Generator) -> Image:
    """A quarter of the light, a sensor's noise, and blown up again by the phone."""
    dim = grey * 0.25 + rng.normal(0, 3, grey.shape)
    return np.clip(dim * 2.0, 0, 255).astype(np.uint8)


def both(*changes: Callable[[Image, np.random.Generator], Image]) -> Callable[[Image, np.random.Generator], Image]:
    def change(grey: Image, rng: np.random.Generator) -> Image:
        for one in changes:
            grey = one(grey, rng)
        return grey

    return change


VIEWS: dict[str, Callable[[Image, np.random.Generator], Image]] = {
    "perspective 10 %": bent(0.1), "perspective 20 %": bent(0.2), "overexposed": exposed(0.5),
    "underexposed": exposed(2.0), "crop 60 %": cropped, "night": night,
    "perspective 15 % and crop": both(bent(0.15), cropped), "perspective 10 % and night": both(bent(0.1), night),
}  # fmt: skip


def rendered(rng: np.random.Generator) -> Image:
    """Hills, walls with windows, poles: much texture, no place."""
    picture = cv2.resize(rng.uniform(0, 255, (9, 16)).astype(np.float32), (640, 360), interpolation=cv2.INTER_CUBIC)
    fine = cv2.resize(rng.normal(0, 40, (90, 160)).astype(np.float32), (640, 360))
    picture += fine
    for _ in range(int(rng.integers(3, 10))):
        x, y, w, h = (int(v) for v in rng.integers((0, 100, 40, 40), (560, 300, 160, 160)))
        cv2.rectangle(picture, (x, y), (x + w, y + h), float(rng.uniform(0, 255)), -1)
        for i, j in itertools.product(range(6, w, 18), range(6, h, 24)):
            cv2.rectangle(picture, (x + i, y + j), (x + i + 8, y + j + 12), float(rng.uniform(0, 90)), -1)
    return np.clip(picture, 0, 255).astype(np.uint8)


def drawn(scenes: list[Scene], count: int, rng: np.random.Generator) -> Iterator[Scene]:
    """Stills of features of all clips at random places: as many, and as common, as real ones; of no place."""
    signs = np.concatenate([s.signs for s in scenes])
    doubt = np.concatenate([s.doubt for s in scenes])
    for _ in range(count):
        chosen = rng.integers(0, len(signs), MOST_POINTS)
        at = rng.uniform(0, 1, (MOST_POINTS, 2)).astype(np.float32) * (1, np.float32(0.56))
        flips = (rng.integers(0, 2**63, (MOST_POINTS, 2, 5), dtype=np.uint64)).copy()
        noise = np.bitwise_and.reduce(flips, axis=2)  # about two bits of 64
        yield Scene(0, 0.56, scenes[0].thumb, at.astype(np.float32), signs[chosen] ^ noise, doubt[chosen])


def pairs_of_places(clips: dict[str, list[Scene]]) -> None:
    """Every still against every still of other places, and against others of its own clip."""
    best, count, hits = 0.0, 0, 0
    began = time.process_time()
    for one, other in itertools.combinations(clips, 2):
        if family(one) == family(other):
            continue
        for a, b in itertools.product(clips[one], clips[other]):
            found = same_place(a, b)
            count += 1
            if found is not None:
                best, hits = max(best, found.score), hits + (found.score >= THRESHOLD)
    spent = (time.process_time() - began) / count * 1000
    print(
        f"\nother places: {count} pairs, {hits} taken for one (threshold {THRESHOLD:g}); highest score {best:.1f};",
        end="",
    )
    print(f" {spent:.1f} ms a pair\n")


def apart_in_time(clips: dict[str, list[Scene]]) -> None:
    print("| clip | stills 0.5-2 s apart | 2-4 s | over 4 s |\n|---|---|---|---|")
    for name, scenes in clips.items():
        told = []
        for low, high in ((500, 2000), (2000, 4000), (4000, 10**9)):
            close = [(a, b) for a, b in itertools.combinations(scenes, 2) if low <= b.at_ms - a.at_ms < high]
            known = sum((s := same_place(a, b)) is not None and s.score >= THRESHOLD for a, b in close)
            told.append(f"{known} of {len(close)}" if close else "")
        print(f"| {name} | {' | '.join(told)} |")
    flights = [(a, b) for a in clips.get("v1.m4v", []) for b in clips.get("v2.m4v", [])]
    known = sum((s := same_place(a, b)) is not None and s.score >= THRESHOLD for a, b in flights)
    print(f"\ntwo flights over one city, any still of one with any of the other: {known} of {len(flights)}\n")


def in_index(raw: dict[str, list[tuple[int, Image, NDArray[np.bool_]]]], references: int) -> None:
    """Every other still of a clip is a reference among many; changed views of these are looked up."""
    rng = np.random.default_rng(5)
    kept = [
        (name, n, scene_of(at, grey, (), shown), grey)
        for name, frames in raw.items()
        for n, (at, grey, shown) in enumerate(frames)
        if n % 2 == 0
    ]
    scenes = [scene for _, _, scene, _ in kept]
    began = time.process_time()
    textures = [scene_of(0, rendered(rng)) for _ in range(min(1000, references // 10))]
    print(f"features of a still: {(time.process_time() - began) / max(1, len(textures)) * 1000:.0f} ms")
    others = [*textures, *drawn(scenes, references - len(textures) - len(scenes), rng)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    owners = [(i, [s]) for i, s in enumerate(scenes)] + [(_OTHERS + i, [s]) for i, s in enumerate(others)]
    index = LandmarkIndex(owners)
    print(f"{len(index)} references: built in {time.process_time() - began:.1f} s,", end=" ")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    features = sum(len(s.at) for _, (s,) in owners)
    print(f"tables and sorting took {grown} MB beside {features * 32 // 2**20} MB of features\n")
    print("| view | known again | of them the very still first | other places | ms a look |\n|---|---|---|---|---|")
    for view, change in VIEWS.items():
        look(view, change, kept, index)
    wrong, began = 0, time.process_time()
    strange = [scene_of(0, rendered(np.random.default_rng(10**6 + i))) for i in range(200)]
    made = time.process_time()
    wrong = sum(bool(index.find(scene)) for scene in strange)
    spent = (time.process_time() - made) / len(strange) * 1000
    print(f"| 200 rendered textures that are no reference | | | {wrong} | {spent:.0f} |")
    print(f"\npairs looked at: {len(index) * (len(kept) * len(VIEWS) + len(strange)):,} (query and reference still)")


def look(
    view: str, change: Callable[[Image, np.random.Generator], Image], kept: list[tuple[str, int, Scene, Image]],
    index: LandmarkIndex,
) -> None:  # fmt: skip
    rng = np.random.default_rng(11)
    queries = [scene_of(0, change(grey, rng)) for _, _, _, grey in kept]
    right = first = wrong = 0
    began = time.process_time()
    for number, query in enumerate(queries):
        hits = index.find(query)
        mine = family(kept[number][0])
        own = [h for h in hits if h.owner < _OTHERS and family(kept[h.owner][0]) == mine]
        right, first = right + bool(own), first + bool(hits and hits[0].owner == number)
        wrong += len(hits) > len(own)
    spent = (time.process_time() - began) / len(queries) * 1000
    print(
        f"| {view} | {right} of {len(kept)} ({right / len(kept):.2f}) | {first} | {wrong} | {spent:.0f} |", flush=True
    )


def main() -> None:
    """Print the tables of bench/landmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--references", type=int, default=10_000)
    parser.add_argument("--stills", type=int, default=16, help="of a clip")
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    raw = stills(wanted.clips, wanted.stills)
    in_index(raw, wanted.references)
    clips = {n: [scene_of(at, grey, (), shown) for at, grey, shown in frames] for n, frames in raw.items()}
    apart_in_time(clips)
    pairs_of_places(clips)


if __name__ == "__main__":
    main()
