"""What passes from one stage of thinking to the next: frozen values, named as the store's columns are.

Angles are degrees (WGS 84), distances km, times aware UTC datetimes. Every `radius_km` is a 90 % bound: the truth
lies inside it nine times in ten. Every `probability` is meant to be calibrated.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Role = Literal["at", "from", "to", "via", "mention"]
ROLES: tuple[Role, ...] = ("at", "from", "to", "via", "mention")

#: the vehicle kinds of the batch contract
KINDS = (
    "truck", "transporter", "apc", "tank", "artillery", "air_defence", "helicopter", "ship", "train", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Position:
    """A point with its 90 % radius."""

    lat: float
    lon: float
    radius_km: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place that a name may stand for; `probability` is what this reading gets among all, "no place" included."""

    ref: str
    name: str
    lat: float
    lon: float
    radius_km: float
    probability: float


@dataclass(frozen=True, slots=True)
class Place:
    """One mention of a place in a text in its best reading; `start`, `end` are code-point offsets into the text."""

    text: str
    start: int
    end: int
    name: str
    ref: str
    lat: float
    lon: float
    radius_km: float
    role: Role
    probability: float
    alternatives: tuple[Candidate, ...] = ()


#: of writing in footage: part of what was filmed, burnt in, or burnt in for good (whose footage it is)
WritingKind = Literal["scene", "caption", "watermark"]


@dataclass(frozen=True, slots=True)
class Sign:
    """A line of writing in footage: what it says, how sure the reading is (`score`, 0 to 1), and where it was read.

    `box`: left, top, width, height as fractions of the frame at `at_ms`; None for a picture, which has no time. It was
    seen from `first_ms` to `last_ms`.
    """

    text: str
    script: str
    kind: WritingKind
    box: tuple[float, float, float, float]
    score: float
    at_ms: int | None
    first_ms: int | None
    last_ms: int | None


@dataclass(frozen=True, slots=True)
class Stated:
    """A position that a file states of itself: `source` exif or container, `trust` 0 to 1.

    `fresh`: the file also states that it was made shortly before it was posted.
    """

    source: str
    lat: float
    lon: float
    trust: float
    fresh: bool


@dataclass(frozen=True, slots=True)
class Made:
    """What a file states of its making: `made_at` as ISO 8601, with a zone or without; `trust` 0 to 1."""

    made_at: str | None
    device: str | None
    trust: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """Footage shows a known place: the landmark's `name`, position and 90 % radius, and the match.

    `landmark`: its number; `kind`: operator (a picture of theirs) or sighting (footage that a person confirmed).
    `score`: minus log10 of the false alarms to expect. `box`: as a sign's; `at_ms` None for a picture. `copied`: the
    footage is what the landmark was taken from: that says nothing new.
    """

    landmark: int
    kind: str
    name: str
    lat: float
    lon: float
    radius_km: float
    score: float
    at_ms: int | None
    box: tuple[float, float, float, float]
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Signed:
    """A place that a sign names. `place.radius_km` holds where the camera may have been, not how large the place is."""

    sign: Sign
    place: Place


@dataclass(frozen=True, slots=True)
class Convoy:
    """What a text says of vehicles: `probability` that it reports military vehicles moving or gathered."""

    probability: float
    vehicles_min: int | None = None
    vehicles_max: int | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """When something was seen: from `start` to `end`, UTC, never after the post."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Located:
    """The answer to "where, when and what does this text report": the output of `geolocate.locate.locate`.

    `position` is where the thing reported happened, None when the text does not say; `explanation` says in words why;
    `signed` are the places that signs in the footage name, if any were handed in. `others` are places elsewhere that
    evidence of another kind speaks for, with their probabilities; `probability` is the position's own.
    """

    lang: str
    places: tuple[Place, ...]
    position: Position | None
    convoy: Convoy
    seen: Interval | None
    bearing_deg: float | None = None
    explanation: str = ""
    signed: tuple[Signed, ...] = ()
    others: tuple[Candidate, ...] = ()
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """One report that a linker may join into a track: the input of `geolocate.track.link`.

    `alternatives` are other places of the same name, with their probabilities; the first place has what they leave.
    `from_hint` is where the text says it came from, `to_hint` the id of a destination that the text names (texts can
    be wrong), `bearing_deg` the direction of travel, clockwise from north.
    """

    id: str
    lat: float
    lon: float
    radius_km: float
    seen_from: datetime
    seen_to: datetime
    posted_at: datetime
    alternatives: tuple[Candidate, ...] = ()
    vehicles_min: int | None = None
    vehicles_max: int | None = None
    kinds: tuple[str, ...] = ()
    bearing_deg: float | None = None
    from_hint: Position | None = None
    to_hint: str | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """A watched airbase or port. `weight` is a prior: how often, relative to the others, convoys go there."""

    id: str
    name: str
    lat: float
    lon: float
    radius_km: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """One sighting in a track, in order: where and when the track holds it to have been, and how sure that is.

    `road_km`, `hours` and `speed_kmh` speak of the way from the point before and are None at the first.
    `explanation` says in words why this point follows the one before.
    """

    sighting_id: str
    lat: float
    lon: float
    at: datetime
    probability: float
    road_km: float | None = None
    hours: float | None = None
    speed_kmh: float | None = None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """Sightings in order that are one convoy. `destinations` sums to 1 and has the key "elsewhere".

    `state` is what it was doing when last seen: moving, halted, arrived at or departing from `state_destination` (a
    destination's id), with the probability of that.
    """

    key: str
    points: tuple[TrackPoint, ...]
    destinations: dict[str, float]
    eta: Interval | None = None
    state: str = "moving"
    state_probability: float = 1.0
    state_destination: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A still sampled from a media file: `at_ms` from its start, `jpeg` the encoded picture."""

    at_ms: int
    width: int
    height: int
    jpeg: bytes
    sharpness: float


@dataclass(frozen=True, slots=True)
class Sampled:
    """What sampling a media file gave. `decode_failures` counts frames that could not be decoded."""

    width: int
    height: int
    duration_s: float | None
    frames: tuple[Frame, ...]
    decode_failures: int = 0
    warnings: tuple[str, ...] = ()
