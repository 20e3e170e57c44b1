"""How does a TensorFlow.js graph model become ONNX?

Only the operations that plain convolutional detectors are made of, only the part of the graph that leads to the asked
outputs. The result wants NCHW pictures of *any* size (a graph model states one; its convolutions do not need it): the
layout is turned once, here, and upsampling is by factors. Weights stay 16-bit floats, as they came; a runtime widens
them when it loads the file.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 13
_PADDING = {"U0FNRQ==": "SAME_UPPER", "VkFMSUQ=": "VALID"}  # base64, as the JSON form of a graph has its strings
_RELU = "UmVsdQ=="
_SIMPLE = {"Add": "Add", "Mul": "Mul", "Relu": "Relu", "Sigmoid": "Sigmoid", "Identity": "Identity"}
_CONVOLUTIONS = {"Conv2D", "_FusedConv2D", "DepthwiseConv2dNative", "FusedDepthwiseConv2dNative"}


def convert(folder: Path, name: str, outputs: dict[str, str]) -> onnx.ModelProto:
    """The model `name`.json (+ its .bin) as ONNX; `outputs` maps names of nodes in the graph to names of ours.

    Raises KeyError or ValueError for a graph that holds anything else than is known here.
    """
    described = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return _Conversion(described, _weights(folder, described)).run(outputs)


def _weights(folder: Path, described: dict[str, Any]) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    for group in described["weightsManifest"]:
        data, at = b"".join((folder / path).read_bytes() for path in group["paths"]), 0
        for entry in group["weights"]:
            kind = np.dtype(entry.get("quantization", entry)["dtype"])
            if kind == np.uint8:
                raise ValueError("8-bit weights are not read")
            size = int(np.prod(entry["shape"], dtype=int))
            found[entry["name"]] = np.frombuffer(data, kind, size, at).reshape(entry["shape"])
            at += size * kind.itemsize
    return found


class _Conversion:
    def __init__(self, described: dict[str, Any], weights: dict[str, NDArray[Any]]) -> None:
        self._nodes = {node["name"]: node for node in described["modelTopology"]["node"]}
        self._weights = weights
        self._made: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}
        self._done: set[str] = set()
        self._input = ""

    def run(self, outputs: dict[str, str]) -> onnx.ModelProto:
        for source, name in outputs.items():
            self._node(source)
            self._made.append(helper.make_node("Identity", [source], [name]))
        picture = helper.make_tensor_value_info(self._input, TensorProto.FLOAT, ["n", 3, "height", "width"])
        out = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", None, None, None]) for n in outputs.values()]
        graph = helper.make_graph(self._made, "detector", [picture], out, list(self._initializers.values()))
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        onnx.checker.check_model(model)
        return model

    def _node(self, name: str) -> None:
        """Make the node and, before it, what it needs (graphs are a few hundred nodes deep at most)."""
        if name in self._done:
            return
        self._done.add(name)
        node = self._nodes[name]
        if node["op"] == "Const":
            return
        if node["op"] == "Placeholder":
            self._input = name
            return
        for needed in node["input"]:
            self._node(needed)
        self._translate(node)

    def _translate(self, node: dict[str, Any]) -> None:
        op, name = node["op"], node["name"]
        if op in _CONVOLUTIONS:
            self._convolution(node)
        elif op in _SIMPLE:
            self._add(_SIMPLE[op], [self._value(i) for i in node["input"]], name)
        elif op == "Relu6":
            self._add("Clip", [node["input"][0], self._number(0.0), self._number(6.0)], name)
        elif op == "Mean":
            assert sorted(self._weights[node["input"][1]].tolist()) == [1, 2]
            self._add("ReduceMean", [node["input"][0]], name, axes=[2, 3], keepdims=1)
        elif op == "ConcatV2":
            assert int(self._weights[node["input"][-1]]) == 3
            self._add("Concat", node["input"][:-1], name, axis=1)
        elif op == "ResizeBilinear":
            self._add("Resize", [node["input"][0], "", self._doubling()], name, mode="linear",
                      coordinate_transformation_mode="asymmetric")  # fmt: skip
        else:
            raise ValueError(f"{op} ({name}) is not translated")

    def _convolution(self, node: dict[str, Any]) -> None:
        source, weight, *bias = node["input"]
        depthwise = "Depthwise" in node["op"]
        kernel = self._weights[weight]  # height, width, in, out (depthwise: in, multiplier)
        if depthwise:
            assert kernel.shape[3] == 1
            turned, groups = kernel.transpose(2, 3, 0, 1), kernel.shape[2]
        else:
            turned, groups = kernel.transpose(3, 2, 0, 1), 1
        attributes = node["attr"]
        strides = [int(s) for s in attributes["strides"]["list"]["i"][1:3]]
        assert [int(d) for d in attributes["dilations"]["list"]["i"]] == [1, 1, 1, 1]
        relu = _RELU in attributes.get("fused_ops", {}).get("list", {}).get("s", [])
        out = f"{node['name']}/linear" if relu else node["name"]
        inputs = [source, self._constant(weight, turned), *(self._constant(b, self._weights[b]) for b in bias)]
        self._add("Conv", inputs, out, kernel_shape=list(kernel.shape[:2]), strides=strides, group=groups,
                  auto_pad=_PADDING[attributes["padding"]["s"]])  # fmt: skip
        if relu:
            self._add("Relu", [out], node["name"])

    def _value(self, name: str) -> str:
        """A node's output, or a constant, that may only be a single number: it needs no layout."""
        if name not in self._weights:
            return name
        if self._weights[name].size != 1:
            raise ValueError(f"the constant {name} is not one number")
        return self._constant(name, self._weights[name])

    def _constant(self, name: str, value: NDArray[Any]) -> str:
        """The name of the constant widened to 32 bits when the file is loaded."""
        wide = f"{name}/float"
        if name not in self._initializers:
            self._initializers[name] = numpy_helper.from_array(np.ascontiguousarray(value, np.float16), name)
            self._add("Cast", [name], wide, to=TensorProto.FLOAT)
        return wide

    def _number(self, value: float) -> str:
        name = f"number/{value}"
        self._initializers[name] = numpy_helper.from_array(np.array(value, np.float32), name)
        return name

    def _doubling(self) -> str:
        self._initializers["doubling"] = numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "doubling")
        return "doubling"

    def _add(self, op: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self._made.append(helper.make_node(op, inputs, [output], **attributes))
