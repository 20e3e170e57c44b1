"""A small recorded world, served on loopback in the format of public channel pages."""
