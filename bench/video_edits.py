"""What do people do to a clip before they post it again? The edits of the copy benchmark, and clips to edit."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geolocate.frames.opencv import cv2

Image = NDArray[np.uint8]
#: frames (all of one size, BGR) and frames a second
Clip = tuple[list[Image], float]
Edit = Callable[[Clip], Clip]


def _each(change: Callable[[Image], Image]) -> Edit:
    return lambda clip: ([change(frame) for frame in clip[0]], clip[1])


def scaled(factor: float) -> Edit:
    return _each(lambda f: cv2.resize(f, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def cropped(share: float, right: float = 0.5, down: float = 0.5) -> Edit:
    """`share` of each side is cut away; `right` and `down` of it on the left and at the top."""

    def cut(frame: Image) -> Image:
        height, width = frame.shape[:2]
        x, y = int(share * width * right), int(share * height * down)
        return frame[y : y + int(height * (1 - share)), x : x + int(width * (1 - share))].copy()

    return _each(cut)


def bordered(share: float, colour: int = 0) -> Edit:
    def pad(frame: Image) -> Image:
        height, width = frame.shape[:2]
        y, x = int(height * share), int(width * share)
        return cv2.copyMakeBorder(frame, y, y, x // 4, x // 4, cv2.BORDER_CONSTANT, value=(colour,) * 3)

    return _each(pad)


def mirrored(clip: Clip) -> Clip:
    return [cv2.flip(frame, 1) for frame in clip[0]], clip[1]


def _write(frame: Image, text: str, x: float, y: float, size: float, colour: tuple[int, int, int]) -> None:
    height, width = frame.shape[:2]
    scale = size * width / 320
    cv2.putText(
        frame, text, (int(x * width), int(y * height)), cv2.FONT_HERSHEY_DUPLEX, scale, colour, max(1, int(2 * scale))
    )


def watermarked(frame: Image) -> Image:
    """A channel's name across the middle, half transparent, and its badge in a corner."""
    height, width = frame.shape[:2]
    drawn = frame.copy()
    _write(drawn, "@front_news", 0.15, 0.55, 1.2, (255, 255, 255))
    cv2.circle(drawn, (int(0.88 * width), int(0.14 * height)), int(0.09 * width), (30, 30, 200), -1)
    _write(drawn, "FN", 0.84, 0.16, 0.6, (255, 255, 255))
    return cv2.addWeighted(drawn, 0.6, frame, 0.4, 0)


def captioned(frame: Image) -> Image:
    """A bar with two lines of text over the lower fifth."""
    drawn = frame.copy()
    height, width = frame.shape[:2]
    cv2.rectangle(drawn, (0, int(0.78 * height)), (width, height), (20, 20, 20), -1)
    _write(drawn, "COLUMN SEEN ON THE ROAD", 0.03, 0.87, 0.55, (255, 255, 255))
    _write(drawn, "footage from our readers", 0.03, 0.96, 0.45, (0, 220, 255))
    return drawn


def in_blurred_vertical(frame: Image) -> Image:
    """The picture in the middle of an upright frame that is filled with its own blurred enlargement."""
    width = 432
    height = width * 16 // 9
    scale = max(width / frame.shape[1], height / frame.shape[0])
    big = cv2.resize(frame, None, fx=scale + 0.01, fy=scale + 0.01)
    y, x = (big.shape[0] - height) // 2, (big.shape[1] - width) // 2
    small = cv2.resize(big[y : y + height, x : x + width], None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    ground = cv2.resize(cv2.GaussianBlur(small, (0, 0), 2.2), (width, height), interpolation=cv2.INTER_CUBIC)
    inset = cv2.resize(frame, None, fx=width / frame.shape[1], fy=width / frame.shape[1], interpolation=cv2.INTER_AREA)
    inset = inset[:height]
    top = (height - inset.shape[0]) // 2
    ground[top : top + inset.shape[0], : inset.shape[1]] = inset[:, :width]
    return ground


def graded(frame: Image) -> Image:
    """More contrast, darker, warmer."""
    return np.clip(frame.astype(np.float32) * (0.9, 1.15, 1.35) - 25, 0, 255).astype(np.uint8)


def grey(frame: Image) -> Image:
    return cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


def part(start: float, end: float) -> Edit:
    """What is shown between two shares of the clip's length."""
    return lambda clip: (clip[0][int(start * len(clip[0])) : int(end * len(clip[0])) + 1], clip[1])


def shortened(clip: Clip) -> Clip:
    """The middle 40 %."""
    return part(0.3, 0.7)(clip)


def at_speed(factor: float) -> Edit:
    return lambda clip: (clip[0], clip[1] * factor)


def after(first: Edit, then: Edit) -> Edit:
    return lambda clip: then(first(clip))


def badged(frame: Image) -> Image:
    """A channel's name three times down a slope, faint, and an opaque badge at the lower left."""
    height, width = frame.shape[:2]
    drawn = frame.copy()
    for step in range(3):
        _write(drawn, "t.me/frontline_now", 0.08 + 0.12 * step, 0.3 + 0.22 * step, 0.8, (255, 255, 255))
    drawn = cv2.addWeighted(drawn, 0.45, frame, 0.55, 0)
    cv2.rectangle(
        drawn, (int(0.04 * width), int(0.8 * height)), (int(0.2 * width), int(0.94 * height)), (160, 90, 10), -1
    )
    _write(drawn, "LIVE", 0.05, 0.89, 0.7, (255, 255, 255))
    return drawn


def titled(frame: Image) -> Image:
    """A white bar with dark text over the upper quarter."""
    drawn = frame.copy()
    height, width = frame.shape[:2]
    cv2.rectangle(drawn, (0, 0), (width, int(0.23 * height)), (245, 245, 245), -1)
    _write(drawn, "Military convoy this morning", 0.04, 0.1, 0.5, (20, 20, 20))
    _write(drawn, "sent in by a subscriber", 0.04, 0.19, 0.45, (150, 30, 30))
    return drawn


def pillared(share: float) -> Edit:
    """Black to the left and right."""

    def pad(frame: Image) -> Image:
        x = int(frame.shape[1] * share)
        return cv2.copyMakeBorder(frame, 0, 0, x, x, cv2.BORDER_CONSTANT, value=(0, 0, 0))

    return _each(pad)


def washed_out(frame: Image) -> Image:
    """Less contrast, brighter, cooler."""
    return np.clip(frame.astype(np.float32) * (0.75, 0.65, 0.55) + 70, 0, 255).astype(np.uint8)


def squeezed(share: float) -> Edit:
    """Narrower, as high as before."""
    return _each(lambda f: cv2.resize(f, None, fx=share, fy=1.0, interpolation=cv2.INTER_AREA))


def tilted(frame: Image) -> Image:
    """Turned by 5 degrees about the middle, enlarged so that no corner is empty."""
    height, width = frame.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 5, 1.2)
    return np.asarray(cv2.warpAffine(frame, turn, (width, height)), np.uint8)


#: name -> the edit and the x264 rate factor (higher is worse; 23 is x264's default)
EDITS: dict[str, tuple[Edit, int]] = {
    "same": (lambda clip: clip, 23),
    "re-encoded": (lambda clip: clip, 36),
    "scaled": (scaled(0.5), 28),
    "watermark": (_each(watermarked), 28),
    "caption": (_each(captioned), 28),
    "border": (bordered(0.15), 28),
    "crop 8 %": (cropped(0.08), 28),
    "crop 30 %": (cropped(0.30, 0.8, 0.3), 28),
    "shortened": (shortened, 28),
    "speed x1.5": (at_speed(1.5), 28),
    "mirrored": (mirrored, 28),
    "blurred vertical": (_each(in_blurred_vertical), 28),
    "graded": (_each(graded), 28),
    "grey": (_each(grey), 28),
    "mirrored + caption": (after(mirrored, _each(captioned)), 28),
    "crop 15 % + watermark": (after(cropped(0.15, 0.1, 0.9), _each(watermarked)), 30),
    "shortened + scaled": (after(shortened, scaled(0.4)), 30),
    "blurred vertical + caption": (after(_each(in_blurred_vertical), _each(captioned)), 28),
    "speed x0.75 + border": (after(at_speed(0.75), bordered(0.1, 255)), 28),
    "mirrored + crop 20 %": (after(mirrored, cropped(0.2)), 28),
    "mirrored + blurred vertical": (after(mirrored, _each(in_blurred_vertical)), 28),
    "grey + crop 8 %": (after(_each(grey), cropped(0.08, 0, 0)), 33),
}
#: the same kinds in other looks: what is tuned on `EDITS` is reported on these
OTHER_EDITS: dict[str, tuple[Edit, int]] = {
    "same": (lambda clip: clip, 23),
    "re-encoded": (lambda clip: clip, 40),
    "scaled": (scaled(0.35), 28),
    "watermark": (_each(badged), 30),
    "caption": (_each(titled), 28),
    "border": (pillared(0.2), 28),
    "crop 10 %": (cropped(0.10, 0, 0), 28),
    "crop 25 %": (cropped(0.25, 0.2, 0.7), 28),
    "first third": (part(0.0, 0.35), 28),
    "speed x1.25": (at_speed(1.25), 28),
    "mirrored": (mirrored, 30),
    "blurred vertical": (after(cropped(0.06), _each(in_blurred_vertical)), 30),
    "graded": (_each(washed_out), 28),
    "grey": (_each(grey), 32),
    "mirrored + watermark": (after(mirrored, _each(badged)), 30),
    "crop 20 % + caption": (after(cropped(0.2, 0.9, 0.6), _each(titled)), 30),
    "last third + blurred vertical": (after(part(0.65, 1.0), _each(in_blurred_vertical)), 28),
    "watermark + scaled": (after(_each(badged), scaled(0.5)), 30),
    "speed x0.6 + border": (after(at_speed(0.6), bordered(0.12)), 30),
    "mirrored + border": (after(mirrored, pillared(0.15)), 28),
    "mirrored + crop 15 %": (after(mirrored, cropped(0.15, 1, 0)), 28),
    "graded + caption": (after(_each(graded), _each(titled)), 32),
}
#: what few do, and what was never promised
UNUSUAL_EDITS: dict[str, tuple[Edit, int]] = {
    "turned a quarter": (_each(lambda f: cv2.rotate(f, cv2.ROTATE_90_CLOCKWISE)), 28),
    "squeezed to 75 %": (squeezed(0.75), 28),
    "squeezed to 50 %": (squeezed(0.5), 28),
    "turned by 5 degrees": (_each(tilted), 28),
}


def rendered(seed: int, frames: int = 150, width: int = 640, height: int = 360) -> Clip:
    """A column on a road through rough country, filmed by a slowly panning camera; no two seeds are one place."""
    rng = np.random.default_rng(seed)
    wide = width * 2
    ground = np.zeros((height, wide), np.float32)
    for cells in (4, 9, 20, 45, 100):
        noise = rng.normal(0, 1, (cells, 2 * cells)).astype(np.float32)
        ground += cv2.resize(noise, (wide, height), interpolation=cv2.INTER_CUBIC) / cells**0.6
    tint = rng.uniform(0.6, 1.2, 3)
    ground = (ground - ground.min()) / np.ptp(ground) * 170 + 30
    world = np.clip(ground[..., None] * tint, 0, 255).astype(np.uint8)
    horizon, road = int(rng.uniform(0.25, 0.45) * height), int(rng.uniform(0.6, 0.85) * height)
    world[:horizon] = cv2.GaussianBlur(world[:horizon], (0, 0), 12) // 2 + 120
    cv2.rectangle(world, (0, road - 20), (wide, road + 20), (95, 95, 95), -1)
    for _ in range(int(rng.integers(4, 14))):
        x, h = int(rng.integers(0, wide)), int(rng.integers(15, 90))
        colour = tuple(int(c) for c in rng.integers(30, 220, 3))
        cv2.rectangle(world, (x, horizon + 20 - h), (x + int(rng.integers(10, 80)), horizon + 25), colour, -1)
    pan, speed, gap = rng.uniform(-2.5, 2.5), rng.uniform(1, 5), int(rng.integers(60, 140))
    return [_view(world, i, pan, speed, gap, road, width, rng) for i in range(frames)], 25.0


def _view(
    world: Image, i: int, pan: float, speed: float, gap: int, road: int, width: int, rng: np.random.Generator
) -> Image:
    drawn = world.copy()
    for vehicle in range(8):
        x = int(vehicle * gap + speed * i)
        cv2.rectangle(drawn, (x, road - 26), (x + 44, road), (40, 70, 60), -1)
        cv2.rectangle(drawn, (x + 30, road - 36), (x + 44, road - 20), (50, 85, 75), -1)
    left = int(world.shape[1] / 4 + pan * i)
    left = min(max(left, 0), world.shape[1] - width)
    seen = drawn[:, left : left + width].astype(np.int16) + rng.integers(
        -4, 5, (world.shape[0], width, 1), dtype=np.int16
    )
    return np.clip(seen, 0, 255).astype(np.uint8)
