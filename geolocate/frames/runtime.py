"""How are networks run? By ONNX Runtime, on one thread: the workers are what is parallel here.

OpenCV's own runner takes twice the time on the shipped detector (`bench/vehicles.md`).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as _state

#: what ONNX Runtime raises for bytes that are no model, or one that cannot be run; they share no base of their own
ERRORS: tuple[type[Exception], ...] = (
    _state.EPFail, _state.EngineError, _state.Fail, _state.InvalidArgument, _state.InvalidGraph,
    _state.InvalidProtobuf, _state.ModelLoaded, _state.NoModel, _state.NoSuchFile, _state.NotImplemented,
    _state.RuntimeException, ValueError,
)  # fmt: skip


class Network:
    """A network of one input, ready to run on the processor. Raises what ONNX Runtime raises for bytes of no model."""

    def __init__(self, model: bytes, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # spinning threads would take the processor from the other workers; an arena would keep the largest picture's
        # memory for good
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self.shape: tuple[int | str | None, ...] = tuple(self._session.get_inputs()[0].shape)
        self.outputs = tuple(output.name for output in self._session.get_outputs())

    def run(self, outputs: Sequence[str], blob: NDArray[np.float32]) -> list[NDArray[Any]]:
        """The named outputs for one input."""
        return [np.asarray(value) for value in self._session.run(list(outputs), {self._input: blob})]
