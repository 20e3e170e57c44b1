"""One file a sub-command; `open.py`, `output.py` hold what they share."""
