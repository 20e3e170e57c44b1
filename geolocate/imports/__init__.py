"""Readers of other gazetteers: each turns the rows of one format into places."""
