"""What does the operator want? convoywatch.toml, then CONVOYWATCH_* variables; an unknown key is an error."""

from collector.settings.asking import Kind, Schedule
from collector.settings.keeping import Objects
from collector.settings.lines import AreaLine, DestinationLine, SourceLine
from collector.settings.load import ADDED, FILE, added_destinations, load
from collector.settings.telling import Log
from collector.settings.thinking import Copies, Geocoder, Roads
from collector.settings.whole import Settings

__all__ = [
    "ADDED", "FILE", "AreaLine", "Copies", "DestinationLine", "Geocoder", "Kind", "Log", "Objects", "Roads", "Schedule",
    "Settings", "SourceLine", "added_destinations", "load",
]  # fmt: skip
