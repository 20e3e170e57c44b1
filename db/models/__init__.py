"""Every table of the store."""

from db.models.analysis import Analyzer, Bucket, Evidence, Frame, Observation, Work
from db.models.base import Base
from db.models.posts import CopyKey, Media, Post, PostAlias, PostMedia
from db.models.results import Destination, Review, Sighting, SightingMember, Track, TrackDestination, TrackPoint
from db.models.sources import Capture, Fetch, FetchCapture, Source, SourceIssue

__all__ = [
    "Analyzer", "Base", "Bucket", "Capture", "CopyKey", "Destination", "Evidence", "Fetch", "FetchCapture", "Frame",
    "Media", "Observation", "Post", "PostAlias", "PostMedia", "Review", "Sighting", "SightingMember", "Source",
    "SourceIssue", "Track", "TrackDestination", "TrackPoint", "Work",
]  # fmt: skip
