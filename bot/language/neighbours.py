"""The second voice of the intent classifier: how every training sentence alike in meaning votes.

Kernel ridge regression with a Gaussian kernel on the encoder's states and the flags. Where the linear machines learn
which words and directions speak for an intent, this one remembers single sentences: it knows odd ways of asking that
share no word with any other. Both together are right more often than either.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.language.encoder import Array

DIMENSIONS: Final = 256
STATE_WEIGHT: Final = 3.0
FLAG_WEIGHT: Final = 0.3
WIDTH: Final = 0.4
"""Kernel exponent at the median squared length of the training vectors."""
RIDGE: Final = 0.03
_BLOCK: Final = 1024
_FIELDS: Final = ("mean", "projection", "points", "votes", "width")


@dataclass(frozen=True)
class Neighbours:
    """The fitted votes: ``mean`` and ``projection`` of the features, the training ``points`` and their ``votes``."""

    mean: Array
    projection: Array
    points: Array
    votes: Array
    width: float

    @cached_property
    def _lengths(self) -> Array:
        lengths: Array = (self.points * self.points).sum(axis=1)
        return lengths

    def scores(self, states: Array, flags: Array) -> tuple[Array, float]:
        """Votes for each intent (about 0 to 1), and how near the nearest training sentence is (0 to 1)."""
        point = (_features(states, flags) - self.mean) @ self.projection
        difference = self.points @ point
        distance = self._lengths + point @ point - 2 * difference
        kernel = np.exp(-np.float32(self.width) * np.maximum(distance, 0))
        votes: Array = kernel @ self.votes
        return votes, float(kernel.max())

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What to store; halves are exact enough."""
        return {
            "neighbour_mean": self.mean,
            "neighbour_projection": self.projection.astype(np.float16),
            "neighbour_points": self.points.astype(np.float16),
            "neighbour_votes": self.votes,
            "neighbour_width": np.array(self.width, dtype=np.float32),
        }

    @classmethod
    def from_arrays(cls, stored: dict[str, npt.NDArray[Any]]) -> Neighbours:
        """What ``arrays`` gave."""
        wide = {name: np.asarray(stored["neighbour_" + name], dtype=np.float32) for name in _FIELDS}
        return cls(wide["mean"], wide["projection"], wide["points"], wide["votes"], float(wide["width"]))


def _features(states: Array, flags: Array) -> Array:
    joined: Array = np.concatenate([states * np.float32(STATE_WEIGHT), flags * np.float32(FLAG_WEIGHT)], axis=-1)
    return joined


def fit(states: Array, flags: Array, labels: npt.NDArray[Any]) -> Neighbours:
    """Fit to states (sentences, DIMENSION), flags (sentences, flags) and intent numbers.

    Solves one system of as many equations as there are sentences: about 400 MB for 10,000 of them.
    """
    from scipy.linalg import cho_factor, cho_solve

    features = _features(states, flags)
    mean = features.mean(axis=0)
    features -= mean
    _, directions = np.linalg.eigh(features.T @ features)
    projection = np.ascontiguousarray(directions[:, -DIMENSIONS:], dtype=np.float32)
    # Stored as halves later, so fitted to what will be stored.
    points = (features @ projection).astype(np.float16).astype(np.float32)
    lengths = (points * points).sum(axis=1)
    width = WIDTH / float(np.median(lengths))
    kernel = _kernel(points, lengths, width)
    kernel[np.diag_indices(len(kernel))] += RIDGE
    targets = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]
    # The transpose of a symmetric matrix is itself, and in the order in which the solver works in place.
    votes = cho_solve(cho_factor(kernel.T, overwrite_a=True, check_finite=False), targets, check_finite=False)
    return Neighbours(mean, projection, points, np.ascontiguousarray(votes, dtype=np.float32), width)


def _kernel(points: Array, lengths: Array, width: float) -> Array:
    kernel = np.empty((len(points), len(points)), dtype=np.float32)
    for start in range(0, len(points), _BLOCK):
        rows = slice(start, start + _BLOCK)
        block = points[rows] @ points.T
        block *= -2
        block += lengths[rows, None]
        block += lengths
        np.maximum(block, 0, out=block)
        block *= -np.float32(width)
        np.exp(block, out=kernel[rows])
    return kernel
