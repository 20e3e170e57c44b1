"""Every table of the store."""

from db.models.analysis import (
    Analyzer,
    Bucket,
    Detection,
    Doubt,
    Evidence,
    Frame,
    MediaClaim,
    MediaVehicles,
    Observation,
    ObservationSpot,
    Sign,
    Work,
)
from db.models.base import Base
from db.models.copies import MediaPair, MediaPrint, MediaWord, MessageText, TextAnchor, TextPair
from db.models.health import Alert, Host, PostAbsence, Suggestion
from db.models.landmarks import Landmark, LandmarkMatch, MediaScene
from db.models.posts import CopyKey, Media, MediaFetch, Post, PostAlias, PostMedia, PostWords
from db.models.results import (
    Destination,
    Review,
    Sighting,
    SightingMember,
    Track,
    TrackChange,
    TrackDestination,
    TrackPoint,
)  # fmt: skip
from db.models.sources import Capture, Fetch, FetchCapture, HandedIn, Source, SourceIssue

__all__ = [
    "Alert", "Analyzer", "Base", "Bucket", "Capture", "CopyKey", "Destination", "Detection", "Doubt", "Evidence",
    "Fetch", "FetchCapture", "Frame", "HandedIn", "Host", "Landmark", "LandmarkMatch", "Media", "MediaClaim",
    "MediaFetch", "MediaPair", "MediaPrint", "MediaScene", "MediaVehicles", "MediaWord", "MessageText", "Observation",
    "ObservationSpot",
    "Post", "PostAbsence", "PostAlias", "PostMedia", "PostWords", "Review", "Sighting", "SightingMember", "Sign",
    "Source", "SourceIssue", "Suggestion", "TextAnchor", "TextPair", "Track", "TrackChange", "TrackDestination",
    "TrackPoint", "Work",
]  # fmt: skip
