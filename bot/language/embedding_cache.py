"""The quick encoder's states of training texts, kept on disk, so that training again encodes only what is new."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from bot.language.encoder import DIMENSION, KEPT_LAYERS, Array, Encoder
from bot.language.encoder_files import DIGESTS

logger = logging.getLogger(__name__)

Halves = npt.NDArray[np.float16]

CACHE_FILE: Final = Path(os.environ.get("ASSISTANT_VAR") or "var") / "embeddings.npz"
_KEY_BYTES: Final = 16


def encode_cached(encoder: Encoder, texts: Sequence[str], file: Path = CACHE_FILE) -> Array:
    """The states of the texts, shape (len(texts), DIMENSION); what the file lacks is encoded and put there.

    Raises:
        ValueError: when the encoder is not the quick one, with which a training reads its texts.
    """
    if not encoder.quick:
        raise ValueError("The cache holds the states of the quick encoder.")
    known = read(file)
    missing = {key(text): text for text in texts if key(text) not in known}
    states = encoder.encode_all(list(missing.values())).astype(np.float16) if missing else ()
    return complete(texts, known, dict(zip(missing, states, strict=True)), file)


def complete(
    texts: Sequence[str], known: Mapping[bytes, Halves], fresh: Mapping[bytes, Halves], file: Path = CACHE_FILE
) -> Array:
    """The states of the texts from those known and those made anew; the file then holds just them.

    A file that cannot be read or written costs time, nothing else. Texts no longer used are dropped from it.
    """
    keys = [key(text) for text in texts]
    together = {**known, **fresh}
    if fresh:
        _write(file, {each: together[each] for each in keys})
    states: Array = np.stack([together[each] for each in keys]).astype(np.float32)
    return states


def key(text: str) -> bytes:
    """What the states of a text are kept under."""
    made = f"{DIGESTS['model.safetensors']} quick {KEPT_LAYERS} {text}"
    return hashlib.sha256(made.encode()).digest()[:_KEY_BYTES]


def read(file: Path) -> dict[bytes, Halves]:
    """The states that the file holds; none when it cannot be used."""
    try:
        with np.load(file, allow_pickle=False) as stored:
            keys, states = stored["keys"], stored["states"]
        if keys.shape[1:] == (_KEY_BYTES,) and states.shape == (len(keys), DIMENSION):
            return {key.tobytes(): row for key, row in zip(keys, states, strict=True)}
    except (OSError, ValueError, KeyError):
        logger.debug("No usable embedding cache at %s.", file)
    return {}


def _write(file: Path, known: Mapping[bytes, Halves]) -> None:
    keys = np.frombuffer(b"".join(known), dtype=np.uint8).reshape(len(known), _KEY_BYTES)
    partial = file.with_name(file.name + ".part.npz")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(partial, keys=keys, states=np.stack(list(known.values())))
        partial.replace(file)
    except OSError:
        logger.warning("The embedding cache %s could not be written.", file)
