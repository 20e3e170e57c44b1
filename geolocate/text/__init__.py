"""From a text to places, roles, numbers and times."""
