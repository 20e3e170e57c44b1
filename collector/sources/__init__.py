"""One file a kind of source; `base.py` holds what they share."""
