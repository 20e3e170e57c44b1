"""Which arrays does a PyTorch weights file of the old kind (before 1.6) hold? Read without PyTorch, and without trust.

The file is five pickles and then the raw storages: a magic number, the protocol, the system, the object, the keys of
the storages in order; each storage is its length (int64) and its numbers. (torch/serialization.py, _legacy_load)
"""

import io
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

_MAGIC = 0x1950A86A20F9469CFC6C
_KINDS: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Pending:
    """A view of a storage that is not read yet: element offset, shape, strides."""

    def __init__(self, storage: tuple[str, str], offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self.key, self.kind = storage
        self.offset, self.shape, self.strides = offset, shape, strides


def _rebuild(storage: tuple[str, str], offset: int, shape: Any, strides: Any, *_: Any) -> _Pending:
    return _Pending(storage, offset, tuple(shape), tuple(strides))


class _Careful(pickle.Unpickler):
    """Nothing but tensors and plain containers."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in _KINDS:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} is not read")

    def persistent_load(self, pid: Any) -> tuple[str, str]:
        kind, key = pid[1], pid[2]
        return str(key), str(kind)


def read(path: Path) -> dict[str, NDArray[Any]]:
    """Name -> array of a state dict. Raises ValueError or pickle.UnpicklingError for a file of another kind."""
    with io.BytesIO(path.read_bytes()) as file:
        if _Careful(file).load() != _MAGIC:
            raise ValueError(f"{path.name} is not a weights file of the old kind")
        for _ in ("protocol", "system"):
            _Careful(file).load()
        state = _Careful(file).load()
        kinds = {pending.key: _KINDS[pending.kind] for pending in state.values()}
        storages = {key: _storage(file, kinds[key]) for key in _Careful(file).load()}
    return {name: _view(storages[p.key], p) for name, p in state.items()}


def _storage(file: BinaryIO, kind: np.dtype[Any]) -> NDArray[Any]:
    size = int.from_bytes(file.read(8), "little")
    return np.frombuffer(file.read(size * kind.itemsize), kind, size)


def _view(storage: NDArray[Any], pending: _Pending) -> NDArray[Any]:
    strides = [s * storage.itemsize for s in pending.strides]
    return np.lib.stride_tricks.as_strided(storage[pending.offset :], pending.shape, strides)
