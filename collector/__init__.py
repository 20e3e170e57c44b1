"""The outside world: sources, HTTP, media, the daemon and the command line."""
