"""Which intent a question has: a linear model and a vote of similar sentences, on what the encoder and reader saw.

The linear part is one support vector machine an intent against all others, on the sentence embedding, hashed n-grams
and flags; the vote is ``neighbours``. Training uses scikit-learn; the result is a handful of arrays, stored as ``.npz``
with a JSON header (no pickle), and answering needs numpy alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from bot.language import neighbours
from bot.language.courtesy import without_courtesy
from bot.language.encoder import sentence_part
from bot.language.features import NGRAM_WIDTH, flag_vector, flags, ngram_counts
from bot.language.neighbours import Neighbours
from bot.language.reading import QuestionPart, Reading

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Array = npt.NDArray[np.float32]

EMBEDDING_WEIGHT: Final = 2.0
EMBEDDING_DIRECTIONS: Final = 96
"""Of the embeddings the linear part sees the directions in which they differ most: half the time, as often right."""
NGRAM_WEIGHT: Final = 2.0
FLAG_WEIGHT: Final = 0.5
INVERSE_REGULARISATION: Final = 0.3
VOTE_WEIGHT: Final = 2.0
TEMPERATURE: Final = 0.4
"""Makes confidences right on average on held-out sentences; ``python -m bot.language.report`` measures it."""
_RAREST: Final = 2
"""N-grams that fewer training messages hold are left out: they tell one message, not a way of asking."""
_HEADER: Final = "intents.json"
_ARRAYS: Final = "intents.npz"


@dataclass(frozen=True)
class Example:
    """One training utterance: what was read in it, the question it stands for, and its intent."""

    reading: Reading
    part: QuestionPart
    intent: str

    @property
    def text(self) -> str:
        """The wording that is classified."""
        return wording(self.reading, self.part)


def wording(reading: Reading, part: QuestionPart) -> str:
    """The wording of a question that is classified: with regular names where the reader has them, without courtesy."""
    whole = len(reading.questions) < 2 and reading.canonical
    return without_courtesy(reading.canonical if whole else part.text)


class IntentModel:
    """A trained classifier. Made by ``train`` or ``load``."""

    def __init__(self, header: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> None:
        """Take the parts that ``train`` made; not meant to be called otherwise."""
        self._header = header
        self._arrays = arrays
        self.intents: list[str] = header["intents"]
        self._neighbours = Neighbours.from_arrays(arrays)
        self._flag_names: dict[str, int] = {name: index for index, name in enumerate(header["flags"])}

    def rank(self, states: Array, reading: Reading, part: QuestionPart) -> tuple[list[tuple[str, float]], float]:
        """Every intent with its probability, likeliest first, and how near the nearest training sentence is (0 to 1).

        ``states`` is the encoder's view of the wording.
        """
        flagged = flag_vector(flags(reading, part), self._flag_names)
        scores = self._arrays["bias"] + sentence_part(states) @ self._arrays["embedding"]
        positions, values = weighted_ngrams(ngram_counts(wording(reading, part)), self._arrays["idf"])
        scores = scores + values @ self._arrays["ngrams"][positions] + flagged @ self._arrays["flags"]
        votes, nearness = self._neighbours.scores(states, flagged)
        probabilities = softmax((scores + np.float32(VOTE_WEIGHT) * votes) / np.float32(TEMPERATURE))
        order = np.argsort(-probabilities, kind="stable")
        return [(self.intents[index], float(probabilities[index])) for index in order], nearness

    def save(self, folder: Path) -> None:
        """Write the model into an existing folder."""
        (folder / _HEADER).write_text(json.dumps(self._header), encoding="utf-8")
        np.savez(folder / _ARRAYS, **self._arrays)

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read what ``save`` wrote."""
        header = json.loads((folder / _HEADER).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as stored:
            return cls(header, {name: stored[name] for name in stored.files})


def softmax(scores: Array) -> Array:
    """Probabilities from scores along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Array = raised / raised.sum(axis=-1, keepdims=True)
    return result


def weighted_ngrams(counts: Counter[int], idf: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """Positions and weights of counted n-grams: 1 + log(count), times idf; letters and words at NGRAM_WEIGHT each."""
    positions = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
    weights = (1.0 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * idf[positions]
    for block in (positions < NGRAM_WIDTH, positions >= NGRAM_WIDTH):
        length = float(np.linalg.norm(weights[block]))
        if length:
            weights[block] *= NGRAM_WEIGHT / length
    return positions, weights.astype(np.float32)


def train(examples: Sequence[Example], states: Array) -> IntentModel:
    """Fit the classifier on examples and the encoder's states of their wordings, in the same order.

    Needs at least two intents; raises ValueError otherwise.
    """
    intents = sorted({example.intent for example in examples})
    if len(intents) < 2:
        raise ValueError("Training needs examples of at least two intents.")
    texts = [example.text for example in examples]
    found = [flags(example.reading, example.part) for example in examples]
    names = sorted({name for values in found for name in values})
    position_of = {name: index for index, name in enumerate(names)}
    flag_rows = np.stack([flag_vector(values, position_of) for values in found])
    labels = np.array([intents.index(example.intent) for example in examples])
    with ThreadPoolExecutor(1) as second_core:
        voices = second_core.submit(neighbours.fit, states, flag_rows, labels)
        counts = [ngram_counts(text) for text in texts]
        idf = _inverse_frequencies(counts)
        mean, directions = _main_directions(sentence_part(states))
        reduced = (sentence_part(states) - mean) @ directions
        weights, bias = _fit(_matrix(reduced, counts, idf, flag_rows), labels)
    width = directions.shape[1]
    embedding, ngrams, flag_weights = np.split(weights, [width, width + 2 * NGRAM_WIDTH])
    embedding = directions @ embedding * np.float32(EMBEDDING_WEIGHT)
    arrays = {
        "embedding": embedding,
        "ngrams": ngrams,
        "flags": flag_weights * np.float32(FLAG_WEIGHT),
        "bias": bias - mean @ embedding,
        "idf": idf,
        **voices.result().arrays(),
    }
    return IntentModel({"intents": intents, "flags": names}, arrays)


def _main_directions(embeddings: Array) -> tuple[Array, Array]:
    """The mean of embeddings (sentences, width), and the directions (width, EMBEDDING_DIRECTIONS) of most variance."""
    mean = embeddings.mean(axis=0)
    centred = embeddings - mean
    _, directions = np.linalg.eigh(centred.T @ centred)
    return mean, np.ascontiguousarray(directions[:, -EMBEDDING_DIRECTIONS:], dtype=np.float32)


def _inverse_frequencies(counted: Sequence[Counter[int]]) -> Array:
    frequency = np.zeros(2 * NGRAM_WIDTH, dtype=np.float32)
    for counts in counted:
        frequency[list(counts)] += 1
    idf = 1.0 + np.log((1.0 + len(counted)) / (1.0 + frequency))
    idf[:NGRAM_WIDTH][frequency[:NGRAM_WIDTH] < _RAREST] = 0.0
    result: Array = idf.astype(np.float32)
    return result


def _matrix(embeddings: Array, counted: Sequence[Counter[int]], idf: Array, flag_rows: Array) -> csr_matrix:
    from scipy.sparse import csr_matrix, hstack

    rows, columns, values = [], [], []
    for index, counts in enumerate(counted):
        positions, weights = weighted_ngrams(counts, idf)
        rows.append(np.full(len(positions), index))
        columns.append(positions)
        values.append(weights)
    shape = (len(counted), 2 * NGRAM_WIDTH)
    ngrams = csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    blocks = [csr_matrix(embeddings * EMBEDDING_WEIGHT), ngrams, csr_matrix(flag_rows * FLAG_WEIGHT)]
    return hstack(blocks).tocsr()


def _fit(matrix: csr_matrix, labels: npt.NDArray[Any]) -> tuple[Array, Array]:
    """Weights of shape (features, intents) and biases."""
    from sklearn.svm import LinearSVC

    estimator = LinearSVC(C=INVERSE_REGULARISATION, max_iter=1000, tol=1e-2, random_state=0)
    estimator.fit(matrix, labels)
    coefficients, intercepts = estimator.coef_, estimator.intercept_
    if len(coefficients) == 1:  # of two intents scikit-learn keeps one column
        coefficients = np.vstack([-coefficients, coefficients])
        intercepts = np.concatenate([-intercepts, intercepts])
    return np.ascontiguousarray(coefficients.T, dtype=np.float32), intercepts.astype(np.float32)
