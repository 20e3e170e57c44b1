"""What does a video or picture show? Vehicles and writing frame by frame, how many vehicles, and is it a convoy?"""

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from geolocate.frames.compact import compact_print
from geolocate.frames.convoy import MILITARY, Seen, Vehicle, convoy_probability
from geolocate.frames.counting import Count, Counter
from geolocate.frames.draw import drawn
from geolocate.frames.errors import Undecodable
from geolocate.frames.magic import HEAD_BYTES, media_type
from geolocate.frames.metadata import Claims, claims_of
from geolocate.frames.military import MilitaryScorer
from geolocate.frames.picture import picture_of
from geolocate.frames.sampler import SamplerParams, sample
from geolocate.frames.signs import Bounds, SignReader, chosen
from geolocate.frames.signs import Seen as Line
from geolocate.frames.vehicles import CenterNet, Detection, Detector, Image
from geolocate.frames.yolox import ModelFile, YoloX
from geolocate.types import Frame, Sampled, Sign

#: stills close enough together to follow a vehicle that drives by; of longer clips the sampler takes fewer
PARAMS = SamplerParams(every_s=0.25, max_frames=120)
_WHOLE = (0.0, 0.0, 1.0, 1.0)
_SHOWN = 0.3  # the military score from which a whole frame is reported as such
_DOUBTFUL = 0.1  # a frame with less is everyday: only its clearest vehicles get a second look
_MOST_LOOKS, _FEW_LOOKS = 8, 3  # second looks at a frame
#: what a military crop adds to the score of its box, and the least score after that (`bench/vehicles.md`)
_BONUS, _LEAST_SCORE = 0.2, 0.3
_CANDIDATE = 0.15


@dataclass(frozen=True, slots=True)
class FrameSeen:
    """One still: seconds from the start, what was detected and read in it, and the still
    with boxes drawn (JPEG) if wanted."""

    at_s: float
    detections: tuple[Detection, ...]
    text: tuple[Line, ...] = ()
    drawn: bytes = b""


@dataclass(frozen=True, slots=True)
class Inspected:
    """The answer for a file. `sha256` is hexadecimal, `kind` the media type by the file's first bytes, `print` its
    packed fingerprint, cut down, `claims` what the file says of its own making,
    `direction` where most vehicles go in the picture."""

    sha256: str
    kind: str
    sampled: Sampled
    frames: tuple[FrameSeen, ...]
    vehicles: Count
    probability: float
    signs: tuple[Sign, ...] = ()
    print: bytes = b""
    claims: Claims | None = None
    direction: str | None = None


def inspect_file(
    path: Path, draw: bool = False, params: SamplerParams = PARAMS, model: ModelFile | None = None
) -> Inspected:
    """Look at every still of a file, with the shipped detector or the `model`. Raises `Undecodable`, `BadModel`."""
    kind, sha256 = _identity(path)
    sampled = sample(path, params)
    look, counter = Look(YoloX(model, _CANDIDATE) if model else None), Counter()
    reader, legible = SignReader(len(sampled.frames) == 1), {f.at_ms for f in chosen(sampled.frames, Bounds().frames)}
    seen = []
    for frame in sampled.frames:
        image = picture_of(frame)
        found = look.at(image)
        counter.add(frame.at_ms / 1000, image, [v.detection for v in found.vehicles if v.on_road])
        if frame.at_ms in legible:
            reader.add(frame.at_ms, image)
        seen.append(found)
    # what is a caption is known at the end only
    frames = [_shown(f, found, reader.frame(f.at_ms), draw) for f, found in zip(sampled.frames, seen, strict=True)]
    without_jpegs = Sampled(
        sampled.width, sampled.height, sampled.duration_s, (), sampled.decode_failures, sampled.warnings
    )
    return Inspected(
        sha256, kind, without_jpegs, tuple(frames), counter.count(), convoy_probability(seen), reader.signs(),
        compact_print(sha256, sampled), claims_of(path, kind), counter.direction(),
    )  # fmt: skip


def _shown(frame: Frame, found: Seen, text: tuple[Line, ...], draw: bool) -> FrameSeen:
    detections = reported(found)
    still = drawn(picture_of(frame), detections, text) if draw else b""
    return FrameSeen(frame.at_ms / 1000, detections, text, still)


def _identity(path: Path) -> tuple[str, str]:
    try:
        with path.open("rb") as file:
            kind = media_type(file.read(HEAD_BYTES))
            file.seek(0)
            return kind, file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Undecodable(f"the file cannot be read: {error.strerror}") from error


class Look:
    """Detector and second stage together."""

    def __init__(self, detector: Detector | None = None) -> None:
        self._detector = detector or CenterNet(least_score=_CANDIDATE)
        self._military = MilitaryScorer()

    def at(self, image: Image) -> Seen:
        """What a BGR picture (height, width, 3) shows; a faint box stays only when its crop looks military."""
        whole = self._military.frame(image)
        looks = _MOST_LOOKS if whole >= _DOUBTFUL else _FEW_LOOKS
        vehicles = []
        for index, found in enumerate(self._detector.detect(image)):
            military = self._military.part(image, found.box) if index < looks else 0.0
            score = min(1.0, found.score + _BONUS * military) if military >= MILITARY else found.score
            if score >= _LEAST_SCORE:
                vehicles.append(Vehicle(Detection(found.label, score, found.box), military))
        return Seen(whole, tuple(sorted(vehicles, key=lambda v: -v.detection.score)))


def reported(seen: Seen) -> tuple[Detection, ...]:
    """Vehicles by the detector's labels, and `military` for what the second stage says of them and of the frame."""
    found = [v.detection for v in seen.vehicles]
    found += [Detection("military", v.military, v.detection.box) for v in seen.vehicles if v.military >= MILITARY]
    if seen.military >= _SHOWN:
        found.append(Detection("military", seen.military, _WHOLE))
    return tuple(found)
