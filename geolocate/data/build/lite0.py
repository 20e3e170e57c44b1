"""How do the weights of EfficientNet-Lite0 become an ONNX file of 5 MB?

Architecture: Tan & Le 2019 (arXiv 1905.11946), the Lite variant (no squeeze-and-excite, ReLU6 throughout, stem and
head of fixed width). Batch normalisation is folded into the convolutions. Weights are kept as 8-bit integers with one
scale an output channel: a quarter of the size, and no calibration pictures are needed. They are widened by a cast and a
multiplication, which a runtime does once, when it loads the file; it would leave `DequantizeLinear` for every run.
"""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 13
SIDE = 224
_EPSILON = 1e-3
#: repeats, kernel, stride of the first, output channels, expansion
_STAGES = ((1, 3, 1, 16, 1), (2, 3, 2, 24, 6), (2, 5, 2, 40, 6), (3, 3, 2, 80, 6), (3, 5, 1, 112, 6), (4, 5, 2, 192, 6),
           (1, 3, 1, 320, 6))  # fmt: skip

Weights = dict[str, NDArray[Any]]


def build(weights: Weights) -> onnx.ModelProto:
    """RGB pictures (n, 3, 224, 224) scaled to (x - 127) / 128 in, probabilities of the 1,000 ImageNet classes out."""
    return _Network(weights).run()


class _Network:
    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._made: list[onnx.NodeProto] = []
        self._initializers: list[onnx.TensorProto] = []
        for name, value in (("zero", 0.0), ("six", 6.0)):
            self._keep(name, np.array(value, np.float32))

    def run(self) -> onnx.ModelProto:
        x = self._convolution("picture", "_conv_stem", "_bn0", stride=2)
        block, channels = 0, 32
        for repeats, _, stride, out, expansion in _STAGES:
            for index in range(repeats):
                first = index == 0
                x = self._block(x, block, stride if first else 1, expansion, residual=not first and channels == out)
                block, channels = block + 1, out
        x = self._convolution(x, "_conv_head", "_bn1")
        self._add("GlobalAveragePool", [x], "pooled")
        self._add("Flatten", ["pooled"], "flat", axis=1)
        self._keep("_fc.bias", self._weights["_fc.bias"].astype(np.float32))
        self._add("Gemm", ["flat", self._packed("_fc", self._weights["_fc.weight"]), "_fc.bias"], "logits", transB=1)
        self._add("Softmax", ["logits"], "probabilities", axis=1)
        return self._model()

    def _model(self) -> onnx.ModelProto:
        picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])
        out = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 1000])
        graph = helper.make_graph(self._made, "classifier", [picture], [out], self._initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        onnx.checker.check_model(model)
        return model

    def _block(self, x: str, number: int, stride: int, expansion: int, *, residual: bool) -> str:
        """An inverted residual: widen, filter each channel, narrow."""
        name, y = f"_blocks.{number}.", x
        if expansion != 1:
            y = self._convolution(y, f"{name}_expand_conv", f"{name}_bn0")
        y = self._convolution(y, f"{name}_depthwise_conv", f"{name}_bn1", stride=stride)
        y = self._convolution(y, f"{name}_project_conv", f"{name}_bn2", relu=False)
        return self._add("Add", [x, y], f"{name}sum") if residual else y

    def _convolution(self, x: str, conv: str, norm: str, *, stride: int = 1, relu: bool = True) -> str:
        kernel = self._weights[f"{conv}.weight"].astype(np.float64)
        scale = self._weights[f"{norm}.weight"] / np.sqrt(self._weights[f"{norm}.running_var"] + _EPSILON)
        bias = self._weights[f"{norm}.bias"] - self._weights[f"{norm}.running_mean"] * scale
        self._keep(f"{conv}.bias", bias.astype(np.float32))
        weight = self._packed(conv, kernel * scale[:, None, None, None])
        groups = kernel.shape[0] if kernel.shape[1] == 1 else 1
        out = self._add("Conv", [x, weight, f"{conv}.bias"], conv, kernel_shape=list(kernel.shape[2:]),
                        strides=[stride, stride], group=groups, auto_pad="SAME_UPPER")  # fmt: skip
        return self._add("Clip", [out, "zero", "six"], f"{conv}.relu") if relu else out

    def _packed(self, name: str, value: NDArray[Any]) -> str:
        """The name of the weight, kept in 8 bits with a scale for each output channel."""
        largest = np.abs(value).reshape(len(value), -1).max(axis=1)
        scale = np.maximum(largest / 127, 1e-12).astype(np.float32).reshape(-1, *[1] * (value.ndim - 1))
        steps = np.rint(value / scale).clip(-127, 127)
        self._keep(f"{name}.steps", steps.astype(np.int8))
        self._keep(f"{name}.scale", scale)
        self._add("Cast", [f"{name}.steps"], f"{name}.wide", to=TensorProto.FLOAT)
        return self._add("Mul", [f"{name}.wide", f"{name}.scale"], f"{name}.weight")

    def _keep(self, name: str, value: NDArray[Any]) -> None:
        self._initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))

    def _add(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self._made.append(helper.make_node(op, inputs, [output], **attributes))
        return output
