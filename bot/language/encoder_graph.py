"""Writes the encoder's network as ONNX graphs without their weights: ``python -m bot.language.encoder_graph``.

There are two: the exact one, and a quick one whose dense layers multiply whole numbers. The graphs (about 11 kB each,
beside this file) are part of the project and change only when this file does; the weights are put in when one is
loaded. Making them needs the development package ``onnx``; running them needs ``onnxruntime`` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

GRAPH: Final = Path(__file__).with_name("minilm.onnx")
QUICK_GRAPH: Final = Path(__file__).with_name("minilm_quick.onnx")
WIDTH: Final = 384
INNER: Final = 1536
HEADS: Final = 12
LAYERS: Final = 6
WORDS: Final = 30522
POSITIONS: Final = 128
_OPSET: Final = 20
_IR_VERSION: Final = 9
_RUNTIME: Final = "com.microsoft"
"""The domain of ONNX Runtime's own operators."""
_EPSILON: Final = 1e-12
_DENSE: Final = {"qkv": (WIDTH, 3 * WIDTH), "out": (WIDTH, WIDTH), "up": (WIDTH, INNER), "down": (INNER, WIDTH)}
"""Rows and columns of each layer's dense weights."""


def dense_names() -> list[str]:
    """The dense layers of the network; the quick graph has their weights as whole numbers."""
    return [f"{layer}.{name}" for layer in range(LAYERS) for name in _DENSE]


def weight_shapes(quick: bool = False) -> dict[str, tuple[int, ...]]:
    """Name and shape of every weight that a graph expects, in the graph's own names."""
    shapes: dict[str, tuple[int, ...]] = {"words": (WORDS, WIDTH), "positions": (POSITIONS, WIDTH)}
    shapes |= {"norm.weight": (WIDTH,), "norm.bias": (WIDTH,)}
    for layer in range(LAYERS):
        for name, (rows, columns) in _DENSE.items():
            shapes[f"{layer}.{name}.weight"] = (rows, columns)
            shapes[f"{layer}.{name}.bias"] = (columns,)
            if quick:
                shapes[f"{layer}.{name}.scale"] = (columns,)
        for name in ("attention_norm", "norm"):
            shapes[f"{layer}.{name}.weight"] = (WIDTH,)
            shapes[f"{layer}.{name}.bias"] = (WIDTH,)
    return shapes


class _Builder:
    """Collects nodes; every method returns the name of its result."""

    def __init__(self, quick: bool) -> None:
        from onnx import helper

        self._helper = helper
        self._quick = quick
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def node(self, kind: str, *inputs: str, result: str | None = None, **attributes: Any) -> str:
        name = result or f"t{len(self.nodes)}"
        self.nodes.append(self._helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def split(self, value: str, names: Sequence[str]) -> Sequence[str]:
        made = self._helper.make_node("Split", [value], list(names), axis=-1, num_outputs=len(names))
        self.nodes.append(made)
        return names

    def constant(self, name: str, values: Sequence[int]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.array(values, dtype=np.int64), name))
        return name

    def norm(self, value: str, name: str) -> str:
        return self.node("LayerNormalization", value, f"{name}.weight", f"{name}.bias", epsilon=_EPSILON, axis=-1)

    def dense(self, value: str, name: str) -> str:
        if self._quick:
            inputs = (value, f"{name}.weight", f"{name}.scale", "", f"{name}.bias")
            return self.node("DynamicQuantizeMatMul", *inputs, domain=_RUNTIME)
        return self.node("Add", self.node("MatMul", value, f"{name}.weight"), f"{name}.bias")


def build(quick: bool = False) -> bytes:
    """A serialised graph: token ids and mask in, the mean of each layer's states over the tokens out."""
    from onnx import TensorProto, helper

    made = _Builder(quick)
    made.constant("heads", [0, 0, HEADS, WIDTH // HEADS])
    made.constant("flat", [0, 0, WIDTH])
    made.constant("token_axis", [1])
    made.constant("last_axis", [2])
    made.constant("score_axes", [1, 2])
    places = made.node("Gather", "positions", "places")
    state = made.norm(made.node("Add", made.node("Gather", "words", "ids"), places), "norm")
    bias = made.node("Unsqueeze", "bias", "score_axes")
    spread = made.node("Unsqueeze", "share", "last_axis")
    pooled = []
    for layer in range(LAYERS):
        state = _layer(made, state, bias, layer)
        mean = made.node("ReduceSum", made.node("Mul", state, spread), "token_axis", keepdims=1)
        pooled.append(mean)
    made.node("Concat", *pooled, result="pooled", axis=1)
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "tokens"]),
        helper.make_tensor_value_info("places", TensorProto.INT64, ["tokens"]),
        helper.make_tensor_value_info("bias", TensorProto.FLOAT, ["texts", "tokens"]),
        helper.make_tensor_value_info("share", TensorProto.FLOAT, ["texts", "tokens"]),
    ]
    output = helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["texts", LAYERS, WIDTH])
    whole = {f"{name}.weight" for name in dense_names()} if quick else set()
    weights = [
        _external(name, shape, TensorProto.INT8 if name in whole else TensorProto.FLOAT)
        for name, shape in weight_shapes(quick).items()
    ]
    graph = helper.make_graph(made.nodes, "minilm", inputs, [output], [*weights, *made.constants])
    opsets = [helper.make_opsetid("", _OPSET), *([helper.make_opsetid(_RUNTIME, 1)] if quick else [])]
    model = helper.make_model(graph, opset_imports=opsets)
    model.ir_version = _IR_VERSION
    return bytes(model.SerializeToString())


def _layer(made: _Builder, state: str, bias: str, layer: int) -> str:
    names = made.split(made.dense(state, f"{layer}.qkv"), [f"{layer}.{part}" for part in "qkv"])
    query, key, value = (made.node("Reshape", name, "heads") for name in names)
    query = made.node("Transpose", query, perm=[0, 2, 1, 3])
    key = made.node("Transpose", key, perm=[0, 2, 3, 1])
    value = made.node("Transpose", value, perm=[0, 2, 1, 3])
    scores = made.node("Add", made.node("MatMul", query, key), bias)
    mixed = made.node("MatMul", made.node("Softmax", scores, axis=-1), value)
    mixed = made.node("Reshape", made.node("Transpose", mixed, perm=[0, 2, 1, 3]), "flat")
    attended = made.norm(made.node("Add", made.dense(mixed, f"{layer}.out"), state), f"{layer}.attention_norm")
    inner = made.dense(made.node("Gelu", made.dense(attended, f"{layer}.up")), f"{layer}.down")
    return made.norm(made.node("Add", inner, attended), f"{layer}.norm")


def _external(name: str, shape: tuple[int, ...], kind: int) -> Any:
    """A weight that the graph only names; its values are given when the graph is loaded."""
    from onnx import TensorProto

    tensor = TensorProto(name=name, data_type=kind, dims=shape)
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights")
    return tensor


if __name__ == "__main__":
    GRAPH.write_bytes(build())
    QUICK_GRAPH.write_bytes(build(quick=True))
