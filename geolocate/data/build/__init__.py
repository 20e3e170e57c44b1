"""Scripts that make the shipped data from pinned registry packages."""
