"""Sentence embeddings with all-MiniLM-L6-v2, run by ONNX Runtime on weights whose digest is checked.

The encoder turns a sentence into numbers whose cosine says how alike two sentences are in meaning. It is what lets the
assistant recognise a question that nobody wrote down before. The network is the published one, unchanged: six BERT
layers of width 384, averaged over the tokens. The means of three layers are kept: the last one holds what is said, the
earlier ones how it is said (question, report, wish), which intents need as much.

Where weights and tokenizer come from, and that they are the published ones, is ``encoder_files``. The graph into which
the weights are put is made by ``encoder_graph``; ``reference_states`` does the same in plain numpy for tests.

The quick encoder, for the ten thousand messages of a training, multiplies whole numbers of 7 bits in the dense layers:
a third of the time for states whose cosine with the exact ones is 0.99. Answering uses the exact one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.language.encoder_files import find_folder, verify
from bot.language.encoder_graph import GRAPH, HEADS, LAYERS, POSITIONS, QUICK_GRAPH, WIDTH, dense_names

Array = npt.NDArray[np.float32]

KEPT_LAYERS: Final = (1, 3, 5)
DIMENSION: Final = WIDTH * len(KEPT_LAYERS)
MAX_TOKENS: Final = POSITIONS

_CACHE_SIZE: Final = 512
_LARGEST_WHOLE: Final = 63
"""Of the quick encoder's weights: processors without instructions for such products add pairs of them in 16 bits."""
_MASKED: Final = np.float32(-1e9)


class Encoder:
    """The network with its weights. Safe to share between threads."""

    def __init__(self, folder: str | Path | None = None, threads: int = 1, quick: bool = False) -> None:
        """Load and check the files (about 0.4 s); raises EncoderError when they are missing or wrong."""
        import onnxruntime  # type: ignore[import-untyped]
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        source = find_folder(folder)
        verify(source)
        self._tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.quick = quick
        weights: Mapping[str, npt.NDArray[Any]] = graph_weights(load_file(str(source / "model.safetensors")))
        if quick:
            weights = quick_weights(weights)
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in weights.values()]
        options.add_external_initializers(list(weights), values)
        self._session = onnxruntime.InferenceSession(
            str(QUICK_GRAPH if quick else GRAPH), options, providers=["CPUExecutionProvider"]
        )
        self._cache: OrderedDict[str, Array] = OrderedDict()

    def encode(self, text: str) -> Array:
        """The states of one text, shape (DIMENSION,). The last few hundred texts are remembered."""
        known = self._cache.get(text)
        if known is not None:
            return known
        vector: Array = self._forward([self._tokenizer.encode(text).ids])[0]
        vector.setflags(write=False)
        self._cache[text] = vector
        if len(self._cache) > _CACHE_SIZE:
            self._cache.pop(next(iter(self._cache)), None)
        return vector

    def token_ids(self, text: str) -> list[int]:
        """The ids of a text's word pieces, at most MAX_TOKENS."""
        return list(self._tokenizer.encode(text).ids)

    def encode_all(self, texts: Sequence[str], batch: int = 16) -> Array:
        """The states of many texts, shape (len(texts), DIMENSION). Texts of like length share a batch."""
        out = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            out[chosen] = self._forward([ids[index] for index in chosen])
        return out

    def _forward(self, ids: Sequence[Sequence[int]]) -> Array:
        pooled = self._session.run(None, network_input(ids))[0][:, KEPT_LAYERS]
        pooled /= np.linalg.norm(pooled, axis=2, keepdims=True)
        flat: Array = pooled.reshape(len(ids), DIMENSION)
        return flat


def sentence_part(states: Array) -> Array:
    """The last layer of ``encode``'s states: the published sentence embedding, of unit length, shape (..., 384)."""
    return states[..., -WIDTH:]


def network_input(ids: Sequence[Sequence[int]]) -> dict[str, npt.NDArray[np.generic]]:
    """Token ids of several texts as the graph takes them, padded to the longest."""
    longest = max(len(row) for row in ids)
    tokens = np.zeros((len(ids), longest), dtype=np.int64)
    bias = np.full((len(ids), longest), _MASKED, dtype=np.float32)
    share = np.zeros((len(ids), longest), dtype=np.float32)
    for index, row in enumerate(ids):
        tokens[index, : len(row)] = row
        bias[index, : len(row)] = 0.0
        share[index, : len(row)] = 1.0 / len(row)
    return {"ids": tokens, "places": np.arange(longest), "bias": bias, "share": share}


def graph_weights(stored: Mapping[str, Array]) -> dict[str, Array]:
    """The published weights under the graph's names: transposed, queries scaled, queries, keys and values joined."""
    made: dict[str, Array] = {"words": stored["embeddings.word_embeddings.weight"]}
    # Every token is of segment 0 here, so its row is added to the positions once.
    made["positions"] = (
        stored["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        + stored["embeddings.token_type_embeddings.weight"][0]
    )
    made["norm.weight"], made["norm.bias"] = _pair(stored, "embeddings.LayerNorm")
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        parts = [_pair(stored, prefix + "attention.self." + name) for name in ("query", "key", "value")]
        scale = np.float32((WIDTH // HEADS) ** -0.5)
        parts[0] = (parts[0][0] * scale, parts[0][1] * scale)
        made[f"{layer}.qkv.weight"] = np.concatenate([weight.T for weight, _ in parts], axis=1)
        made[f"{layer}.qkv.bias"] = np.concatenate([bias for _, bias in parts])
        for name, source in (
            ("out", "attention.output.dense"),
            ("up", "intermediate.dense"),
            ("down", "output.dense"),
        ):
            weight, made[f"{layer}.{name}.bias"] = _pair(stored, prefix + source)
            made[f"{layer}.{name}.weight"] = weight.T
        for name, source in (("attention_norm", "attention.output.LayerNorm"), ("norm", "output.LayerNorm")):
            made[f"{layer}.{name}.weight"], made[f"{layer}.{name}.bias"] = _pair(stored, prefix + source)
    return {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in made.items()}


def quick_weights(weights: Mapping[str, Array]) -> dict[str, npt.NDArray[Any]]:
    """The weights of the quick graph: the dense ones as whole numbers, each column with its scale."""
    made: dict[str, npt.NDArray[Any]] = dict(weights)
    for name in dense_names():
        scale = np.abs(weights[f"{name}.weight"]).max(axis=0) / np.float32(_LARGEST_WHOLE)
        made[f"{name}.weight"] = np.rint(weights[f"{name}.weight"] / scale).astype(np.int8)
        made[f"{name}.scale"] = scale
    return made


def _pair(stored: Mapping[str, Array], name: str) -> tuple[Array, Array]:
    return stored[name + ".weight"], stored[name + ".bias"]


def reference_states(weights: Mapping[str, Array], ids: Sequence[int]) -> Array:
    """What the graph computes for one text, in plain numpy: the mean state of every layer, shape (LAYERS, WIDTH).

    The yardstick for the graph in tests; three times slower.
    """
    state = _normalise(weights["words"][list(ids)] + weights["positions"][: len(ids)], weights, "norm")
    means = []
    for layer in range(LAYERS):
        mixed = state @ weights[f"{layer}.qkv.weight"] + weights[f"{layer}.qkv.bias"]
        query, key, value = mixed.reshape(len(ids), 3, HEADS, WIDTH // HEADS).transpose(1, 2, 0, 3)
        scores = np.exp(query @ key.transpose(0, 2, 1))
        scores /= scores.sum(axis=-1, keepdims=True)
        context = (scores @ value).transpose(1, 0, 2).reshape(len(ids), WIDTH)
        attended = context @ weights[f"{layer}.out.weight"] + weights[f"{layer}.out.bias"] + state
        attended = _normalise(attended, weights, f"{layer}.attention_norm")
        inner = _gelu(attended @ weights[f"{layer}.up.weight"] + weights[f"{layer}.up.bias"])
        inner = inner @ weights[f"{layer}.down.weight"] + weights[f"{layer}.down.bias"] + attended
        state = _normalise(inner, weights, f"{layer}.norm")
        means.append(state.mean(axis=0))
    return np.stack(means)


def _normalise(values: Array, weights: Mapping[str, Array], name: str) -> Array:
    centred = values - values.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(1e-12))
    result: Array = centred / deviation * weights[name + ".weight"] + weights[name + ".bias"]
    return result


def _gelu(values: Array) -> Array:
    from scipy.special import erf

    result: Array = values * (erf(values * np.float32(0.5**0.5)) + np.float32(1.0)) * np.float32(0.5)
    return result


@lru_cache(maxsize=2)
def shared_encoder(folder: str | None = None, quick: bool = False) -> Encoder:
    """Return one Encoder a process, folder and kind: the weights take 90 MB, so that every user of them shares them."""
    return Encoder(folder, quick=quick)
