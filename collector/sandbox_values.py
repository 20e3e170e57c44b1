"""What may come back from a child process? Plain values, our dataclasses and our errors; nothing that runs code."""

import dataclasses
import importlib
import io
import pickle
from typing import Any

from collector.errors import ConvoywatchError
from geolocate.frames.errors import Undecodable

#: what pickle itself needs to rebuild plain values
_PLAIN = {
    ("datetime", "datetime"), ("datetime", "timezone"), ("datetime", "timedelta"), ("builtins", "frozenset"),
    ("builtins", "set"), ("builtins", "bytearray"), ("builtins", "complex"),
    ("pathlib", "PosixPath"), ("pathlib", "Path"), ("pathlib._local", "PosixPath"),
}  # fmt: skip
_OURS = ("geolocate", "collector")


def _is_ours(kind: Any) -> bool:
    """Whether a class is one of our dataclasses or errors."""
    if not isinstance(kind, type) or kind.__module__.split(".", 1)[0] not in _OURS:
        return False
    return dataclasses.is_dataclass(kind) or issubclass(kind, ConvoywatchError | Undecodable)


class _Careful(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if module.split(".", 1)[0] in _OURS and "." not in name:
            kind = getattr(importlib.import_module(module), name, None)
            if _is_ours(kind):
                return kind
        raise pickle.UnpicklingError(f"{module}.{name} may not come from a child process")


def load(data: bytes) -> Any:
    """The value in a pickle. Raises `pickle.UnpicklingError` for anything but plain values and what is ours."""
    return _Careful(io.BytesIO(data)).load()
