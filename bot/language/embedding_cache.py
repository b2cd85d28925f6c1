"""The encoder's states of training texts, kept on disk, so that training again encodes only what is new."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bot.language.encoder import DIGESTS, DIMENSION, KEPT_LAYERS, Array, Encoder

logger = logging.getLogger(__name__)

CACHE_FILE: Final = Path("var") / "embeddings.npz"
_KEY_BYTES: Final = 16


def encode_cached(encoder: Encoder, texts: Sequence[str], file: Path = CACHE_FILE) -> Array:
    """The states of the texts, shape (len(texts), DIMENSION); what the file lacks is encoded and put there.

    A file that cannot be read or written costs time, nothing else. Texts no longer used are dropped from it.
    """
    keys = [_key(text) for text in texts]
    known = _read(file)
    missing = [index for index, key in enumerate(keys) if key not in known]
    if missing:
        fresh = encoder.encode_all([texts[index] for index in missing])
        known.update({keys[index]: states.astype(np.float16) for index, states in zip(missing, fresh, strict=True)})
        _write(file, {key: known[key] for key in keys})
    return np.stack([known[key] for key in keys]).astype(np.float32)


def _key(text: str) -> bytes:
    made = f"{DIGESTS['model.safetensors']} {KEPT_LAYERS} {text}"
    return hashlib.sha256(made.encode()).digest()[:_KEY_BYTES]


def _read(file: Path) -> dict[bytes, Array]:
    try:
        with np.load(file, allow_pickle=False) as stored:
            keys, states = stored["keys"], stored["states"]
        if keys.shape[1:] == (_KEY_BYTES,) and states.shape == (len(keys), DIMENSION):
            return {key.tobytes(): row for key, row in zip(keys, states, strict=True)}
    except (OSError, ValueError, KeyError):
        logger.debug("No usable embedding cache at %s.", file)
    return {}


def _write(file: Path, known: dict[bytes, Array]) -> None:
    keys = np.frombuffer(b"".join(known), dtype=np.uint8).reshape(len(known), _KEY_BYTES)
    partial = file.with_name(file.name + ".part.npz")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(partial, keys=keys, states=np.stack(list(known.values())))
        partial.replace(file)
    except OSError:
        logger.warning("The embedding cache %s could not be written.", file)
