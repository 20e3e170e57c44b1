"""What is handed to the store to be written: frozen values whose fields are the columns' names."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class NewMedia:
    """One attached file of a new post; `file` is a local path where the bytes came along."""

    kind: str
    url: str | None
    thumb_url: str | None
    file: str | None
    duration_s: float | None
    withheld: bool
    state: str


@dataclass(frozen=True, slots=True)
class NewPost:
    """One post as it was read. `content_hash` changes when the author changes it; views and URLs do not count.

    `aliases` are the other native ids of it; `copy_keys` are (kind, value) pairs, equal for copies.
    """

    platform: str
    native_id: str
    content_hash: str
    text: str
    edited: bool = False
    channel_id: str | None = None
    channel_name: str | None = None
    channel_title: str | None = None
    url: str | None = None
    posted_at: datetime | None = None
    author: str | None = None
    lang: str | None = None
    forwarded_from_name: str | None = None
    forwarded_from_url: str | None = None
    reply_to_url: str | None = None
    views: int | None = None
    views_step: int | None = None
    geotag_lat: float | None = None
    geotag_lon: float | None = None
    geotag_title: str | None = None
    links: tuple[str, ...] = ()
    poll: dict[str, Any] | None = None
    service: str | None = None
    served_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    capture_sha256: str | None = None
    aliases: tuple[str, ...] = ()
    copy_keys: tuple[tuple[str, str], ...] = ()
    media: tuple[NewMedia, ...] = ()
    stated: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving posts did: row ids of new posts, of new revisions, of rows no longer current; how many were known."""

    new: tuple[int, ...] = ()
    revised: tuple[int, ...] = ()
    retired: tuple[int, ...] = ()
    seen: int = 0


@dataclass(frozen=True, slots=True)
class NewCapture:
    """One answer of a server: its bytes lie under `sha256` already. Columns of captures and fetch_captures."""

    sha256: str
    bytes: int
    url: str
    status: int
    headers: dict[str, str]
    fetched_at: datetime
    tool: str | None = None
    request_headers: dict[str, str] | None = None
    hops: list[dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class NewFetch:
    """One finished poll."""

    slot: datetime
    started_at: datetime
    finished_at: datetime
    state: str
    error_kind: str | None = None
    error: str | None = None
    posts_seen: int = 0
    captures: tuple[NewCapture, ...] = ()
    issues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceUpdate:
    """What a finished poll changes on its source; None leaves a column as it is."""

    state: str
    next_check_at: datetime
    interval_s: float
    failures: int
    ok: bool
    title: str | None = None
    channel_id: str | None = None
    last_post_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """One reason to believe that something was somewhere."""

    kind: str
    role: str
    text: str
    start_at: int | None
    end_at: int | None
    name: str
    ref: str
    lat: float
    lon: float
    radius_km: float
    probability: float
    alternatives: list[dict[str, Any]] = field(default_factory=list)
    media_id: int | None = None
    at_ms: int | None = None
    box: list[float] | None = None


@dataclass(frozen=True, slots=True)
class NewDoubt:
    """What in a post's footage speaks against what the post claims."""

    kind: str
    probability: float
    since: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class NewObservation:
    """The fused claim of one post."""

    lang: str
    convoy_probability: float
    lat: float | None
    lon: float | None
    radius_km: float | None
    alternatives: list[dict[str, Any]]
    seen_from: datetime | None
    seen_to: datetime | None
    vehicles_min: int | None
    vehicles_max: int | None
    kinds: list[str]
    bearing_deg: float | None
    from_hint: dict[str, Any] | None
    to_hint: str | None
    explanation: str
    text_probability: float | None = None
    footage: str | None = None


@dataclass(frozen=True, slots=True)
class NewMember:
    """A post under a sighting; a copy names the post that it copies."""

    post_id: int
    copy_of_post_id: int | None = None
    copy_reason: str | None = None


@dataclass(frozen=True, slots=True)
class NewSighting:
    """Observations that are one event, with the posts under it; `recycled_*` when its footage or words are old."""

    key: str
    lat: float
    lon: float
    radius_km: float
    alternatives: list[dict[str, Any]]
    seen_from: datetime
    seen_to: datetime
    posted_at: datetime
    convoy_probability: float
    independent_sources: int
    copies: int
    vehicles_min: int | None
    vehicles_max: int | None
    kinds: list[str]
    bearing_deg: float | None
    from_hint: dict[str, Any] | None
    to_hint: str | None
    place: str | None
    public_lat: float
    public_lon: float
    public_radius_km: float
    public_after: datetime
    recycled_of: str | None = None
    recycled_since: datetime | None = None
    recycled_why: str | None = None
    members: tuple[NewMember, ...] = ()


@dataclass(frozen=True, slots=True)
class NewTrackPoint:
    """One point of a track."""

    sighting_id: int
    lat: float
    lon: float
    seen_at: datetime
    probability: float
    road_km: float | None
    hours: float | None
    speed_kmh: float | None
    explanation: str


@dataclass(frozen=True, slots=True)
class NewTrack:
    """A track with its points in order and where it heads; `destinations` sums to 1."""

    key: str
    first_seen: datetime
    last_seen: datetime
    sightings: int
    road_km: float
    vehicles_min: int | None
    vehicles_max: int | None
    eta_from: datetime | None
    eta_to: datetime | None
    points: tuple[NewTrackPoint, ...]
    destinations: dict[str, float]
    state: str = "moving"
    state_probability: float = 1.0
    state_destination_id: str | None = None
    digest: str = ""
