"""What does a video or picture show? Vehicles and writing frame by frame, how many vehicles, and is it a convoy?"""

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from geolocate.frames.compact import compact_print
from geolocate.frames.convoy import Seen
from geolocate.frames.draw import drawn
from geolocate.frames.errors import Undecodable
from geolocate.frames.look import look_with, reported
from geolocate.frames.magic import HEAD_BYTES, media_type
from geolocate.frames.metadata import Claims, claims_of
from geolocate.frames.model_file import ModelFile
from geolocate.frames.picture import picture_of
from geolocate.frames.sampler import SamplerParams, sample
from geolocate.frames.signs import Bounds, SignReader, chosen
from geolocate.frames.signs import Seen as Line
from geolocate.frames.vehicles import Detection
from geolocate.frames.watch import CLOSE, Summary, Watcher
from geolocate.types import Frame, Sampled, Sign


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
    summary: Summary
    signs: tuple[Sign, ...] = ()
    print: bytes = b""
    claims: Claims | None = None


def inspect_file(
    path: Path,
    draw: bool = False,
    params: SamplerParams = CLOSE,
    model: ModelFile | None = None,
    distant: bool = False,
) -> Inspected:
    """Look at every still of a file, as `look_with` does. Raises `Undecodable`, `BadModel`."""
    kind, sha256 = _identity(path)
    sampled = sample(path, params)
    look, watcher = look_with(model, distant), Watcher()
    reader, legible = SignReader(len(sampled.frames) == 1), {f.at_ms for f in chosen(sampled.frames, Bounds().frames)}
    seen = []
    for frame in sampled.frames:
        image = picture_of(frame)
        found = look.at(image)
        watcher.add(frame.at_ms / 1000, image, found)
        if frame.at_ms in legible:
            reader.add(frame.at_ms, image)
        seen.append(found)
    # what is a caption is known at the end only
    frames = [_shown(f, found, reader.frame(f.at_ms), draw) for f, found in zip(sampled.frames, seen, strict=True)]
    without_jpegs = Sampled(
        sampled.width, sampled.height, sampled.duration_s, (), sampled.decode_failures, sampled.warnings
    )
    return Inspected(
        sha256, kind, without_jpegs, tuple(frames), watcher.summary(), reader.signs(), compact_print(sha256, sampled),
        claims_of(path, kind),
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
