"""How does an exported file come to be whole or not at all? Under another name beside it, renamed when it is done."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(out: Path) -> Iterator[Path]:
    """A path to write to, which becomes `out` when nothing went wrong."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        yield part
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)
