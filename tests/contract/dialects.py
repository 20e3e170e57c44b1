"""For tests of what only one of the two databases has."""

import pytest

on_sqlite = pytest.mark.parametrize("dialect", ["sqlite"])
on_postgresql = pytest.mark.parametrize("dialect", ["postgresql"])
