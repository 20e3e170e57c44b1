"""From a video or picture to frames."""
