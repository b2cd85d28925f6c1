"""The second voice of the intent classifier: how every training sentence alike in meaning votes.

Kernel ridge regression with a Gaussian kernel on the encoder's states and the flags. Where the linear machines learn
which words and directions speak for an intent, this one remembers single sentences: it knows odd ways of asking that
share no word with any other. Both together are right more often than either.
"""

from __future__ import annotations

from collections.abc import Callable
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
_SAMPLE: Final = 2000
_JITTER: Final = 1e-3
"""Added to the kernel of the sample, in which some sentences are all but the same."""
_RESIDUAL: Final = 0.02
"""Share of the targets left unexplained at which to stop: the intents are then those of an exact solution."""
_MOST_STEPS: Final = 60
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
    features = _features(states, flags)
    mean = features.mean(axis=0)
    features -= mean
    _, directions = np.linalg.eigh(features.T @ features)
    projection = np.ascontiguousarray(directions[:, -DIMENSIONS:], dtype=np.float32)
    # Stored as halves later, so fitted to what will be stored.
    points = (features @ projection).astype(np.float16).astype(np.float32)
    lengths = (points * points).sum(axis=1)
    width = WIDTH / float(np.median(lengths))
    targets = np.eye(int(labels.max()) + 1, dtype=np.float32)[labels]
    votes = _solve(_kernel(points, lengths, width), targets)
    return Neighbours(mean, projection, points, votes, width)


def _solve(kernel: Array, targets: Array) -> Array:
    """The votes x of (kernel + RIDGE) x = targets, by conjugate gradients for all intents at once.

    Time grows with the square of the sentences, that of an exact solution with their cube. A sample of the sentences
    preconditions the system (Rudi, Carratino and Rosasco 2017, FALKON), so that some 13 steps do.
    """
    nearly_inverse = _preconditioner(kernel)
    votes = np.zeros_like(targets)
    rest = targets.copy()
    direction = step = nearly_inverse(rest)
    fit_of_rest = (rest * step).sum(axis=0)
    enough = _RESIDUAL * np.linalg.norm(targets)
    for _ in range(_MOST_STEPS):
        image = kernel @ direction
        image += np.float32(RIDGE) * direction
        length = fit_of_rest / (direction * image).sum(axis=0)
        votes += length * direction
        rest -= length * image
        if np.linalg.norm(rest) <= enough:
            break
        step = nearly_inverse(rest)
        before, fit_of_rest = fit_of_rest, (rest * step).sum(axis=0)
        direction = step + (fit_of_rest / before) * direction
    return votes


def _preconditioner(kernel: Array) -> Callable[[Array], Array]:
    """Multiplies with nearly the inverse of (kernel + RIDGE), from a sample of the sentences (Nystroem, Woodbury)."""
    from scipy.linalg import cho_factor, cho_solve, cholesky, solve_triangular

    sample = np.linspace(0, len(kernel) - 1, min(_SAMPLE, len(kernel))).astype(int)
    diagonal = np.diag_indices(len(sample))
    inner = kernel[np.ix_(sample, sample)].astype(np.float64)
    inner[diagonal] += _JITTER
    root = cholesky(inner, lower=True, check_finite=False).astype(np.float32)
    reduced = np.ascontiguousarray(solve_triangular(root, kernel[sample], lower=True, check_finite=False).T)
    square = reduced.T @ reduced
    square[diagonal] += RIDGE
    factor = cho_factor(square, check_finite=False)

    def nearly_inverse(given: Array) -> Array:
        result: Array = given - reduced @ cho_solve(factor, reduced.T @ given, check_finite=False)
        result /= np.float32(RIDGE)
        return result

    return nearly_inverse


def _kernel(points: Array, lengths: Array, width: float) -> Array:
    """Likeness (0 to 1) of every sentence with every other; each pair is computed once."""
    kernel = np.empty((len(points), len(points)), dtype=np.float32)
    for start in range(0, len(points), _BLOCK):
        rows = slice(start, start + _BLOCK)
        block = points[rows] @ points[start:].T
        block *= -2
        block += lengths[rows, None]
        block += lengths[start:]
        np.maximum(block, 0, out=block)
        block *= -np.float32(width)
        np.exp(block, out=block)
        kernel[rows, start:] = block
        kernel[start:, rows] = block.T
    return kernel
