"""Whether a message is about the assistant's subject at all.

Two signs together: the classifier's own class ``out_of_scope``, and how far the message lies from everything that it
was trained on. Distance alone never overrules a sure classifier; it decides where the classifier wavers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from bot.language.encoder import Array, sentence_part
from bot.language.tie_breaks import OUT_OF_SCOPE, Ranking, raise_to_top

FAR: Final = 0.35
"""Cosine to the nearest training sentence below which a message is unlike anything known."""
WAVERING: Final = 0.35
"""Probability of the best intent below which distance decides."""
_FILE: Final = "scope.npz"


class Scope:
    """The training sentences as points; distance to the nearest one."""

    def __init__(self, inside: npt.NDArray[np.float16]) -> None:
        """Take the unit vectors of the sentences inside the subject, shape (sentences, 384)."""
        self._inside = inside.astype(np.float32)

    @classmethod
    def fit(cls, states: Array, intents: Sequence[str]) -> Scope:
        """Keep the sentences of every intent but ``out_of_scope``."""
        inside = np.array([intent != OUT_OF_SCOPE for intent in intents])
        return cls(sentence_part(states)[inside].astype(np.float16))

    def nearness(self, states: Array) -> float:
        """Cosine of a message to the nearest sentence inside the subject, -1 to 1."""
        return float((self._inside @ sentence_part(states)).max())

    def settle(self, states: Array, ranking: Ranking) -> Ranking:
        """The ranking, with ``out_of_scope`` first where a message is far from everything and nothing is likely."""
        if ranking[0][0] == OUT_OF_SCOPE or ranking[0][1] >= WAVERING or self.nearness(states) >= FAR:
            return ranking
        return raise_to_top(ranking, OUT_OF_SCOPE, ranking[0][1])

    def save(self, folder: Path) -> None:
        """Write the points into an existing folder."""
        np.savez(folder / _FILE, inside=self._inside.astype(np.float16))

    @classmethod
    def load(cls, folder: Path) -> Scope:
        """Read what ``save`` wrote."""
        with np.load(folder / _FILE, allow_pickle=False) as stored:
            return cls(stored["inside"])
