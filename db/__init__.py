"""The store: models, sessions, writes that may be repeated, reads."""
