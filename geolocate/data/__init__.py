"""Data that the product ships, and the scripts in build/ that make it again."""
