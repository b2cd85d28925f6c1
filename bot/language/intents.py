"""Which intent a question has: a linear model on the embedding, the n-grams and the flags of what was read.

Training uses scikit-learn (one support vector machine an intent, against all others); the result is a handful of
arrays, stored as ``.npz`` with a JSON header (no pickle), and answering needs numpy alone. Confidences are calibrated
with one temperature, fitted on margins of held-out halves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from bot.language.encoder import sentence_part
from bot.language.features import NGRAM_WIDTH, flag_vector, flags, ngram_counts
from bot.language.reading import QuestionPart, Reading

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Array = npt.NDArray[np.float32]

EMBEDDING_WEIGHT: Final = 2.5
NGRAM_WEIGHT: Final = 1.5
FLAG_WEIGHT: Final = 0.5
INVERSE_REGULARISATION: Final = 0.3
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
    """The wording of a question that is classified: with regular names where the reader has them."""
    if len(reading.questions) < 2 and reading.canonical:
        return reading.canonical
    return part.text


class IntentModel:
    """A trained classifier. Made by ``train`` or ``load``."""

    def __init__(self, header: dict[str, Any], arrays: dict[str, Array]) -> None:
        """Take the parts that ``train`` made; not meant to be called otherwise."""
        self._header = header
        self._arrays = arrays
        self.intents: list[str] = header["intents"]
        self._flag_names: dict[str, int] = {name: index for index, name in enumerate(header["flags"])}

    def rank(self, states: Array, reading: Reading, part: QuestionPart) -> list[tuple[str, float]]:
        """Every intent with its probability, likeliest first; ``states`` is the encoder's view of the wording."""
        scores = self._arrays["bias"] + sentence_part(states) @ self._arrays["embedding"]
        positions, values = weighted_ngrams(wording(reading, part), self._arrays["idf"])
        scores = scores + values @ self._arrays["ngrams"][positions]
        scores = scores + flag_vector(flags(reading, part), self._flag_names) @ self._arrays["flags"]
        probabilities = softmax(scores / np.float32(self._header["temperature"]))
        order = np.argsort(-probabilities, kind="stable")
        return [(self.intents[index], float(probabilities[index])) for index in order]

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


def weighted_ngrams(text: str, idf: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """Positions and weights of a text's n-grams: 1 + log(count), times idf; letters and words at NGRAM_WEIGHT each."""
    counts = ngram_counts(text)
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
    idf = _inverse_frequencies(texts)
    matrix = _matrix(sentence_part(states), texts, idf, found, names)
    labels = np.array([intents.index(example.intent) for example in examples])
    weights, bias = _fit(matrix, labels)
    width = sentence_part(states).shape[1]
    embedding, ngrams, flag_weights = np.split(weights, [width, width + 2 * NGRAM_WIDTH])
    arrays = {
        "embedding": embedding * np.float32(EMBEDDING_WEIGHT),
        "ngrams": ngrams,
        "flags": flag_weights * np.float32(FLAG_WEIGHT),
        "bias": bias,
        "idf": idf,
    }
    return IntentModel({"intents": intents, "flags": names, "temperature": _temperature(matrix, labels)}, arrays)


def _inverse_frequencies(texts: Sequence[str]) -> Array:
    frequency = np.zeros(2 * NGRAM_WIDTH, dtype=np.float32)
    for text in texts:
        frequency[list(ngram_counts(text))] += 1
    idf = 1.0 + np.log((1.0 + len(texts)) / (1.0 + frequency))
    idf[:NGRAM_WIDTH][frequency[:NGRAM_WIDTH] < _RAREST] = 0.0
    result: Array = idf.astype(np.float32)
    return result


def _matrix(
    embeddings: Array, texts: Sequence[str], idf: Array, found: Sequence[dict[str, float]], names: list[str]
) -> csr_matrix:
    from scipy.sparse import csr_matrix, hstack

    rows, columns, values = [], [], []
    for index, text in enumerate(texts):
        positions, weights = weighted_ngrams(text, idf)
        rows.append(np.full(len(positions), index))
        columns.append(positions)
        values.append(weights)
    shape = (len(texts), 2 * NGRAM_WIDTH)
    ngrams = csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    position_of = {name: index for index, name in enumerate(names)}
    flag_rows = np.stack([flag_vector(values_of, position_of) for values_of in found])
    blocks = [csr_matrix(embeddings * EMBEDDING_WEIGHT), ngrams, csr_matrix(flag_rows * FLAG_WEIGHT)]
    return hstack(blocks).tocsr()


def _fit(matrix: csr_matrix, labels: npt.NDArray[Any]) -> tuple[Array, Array]:
    """Weights of shape (features, intents) and biases."""
    from sklearn.svm import LinearSVC

    estimator = LinearSVC(C=INVERSE_REGULARISATION, max_iter=2000, tol=1e-3, random_state=0)
    estimator.fit(matrix, labels)
    coefficients, intercepts = estimator.coef_, estimator.intercept_
    if len(coefficients) == 1:  # of two intents scikit-learn keeps one column
        coefficients = np.vstack([-coefficients, coefficients])
        intercepts = np.concatenate([-intercepts, intercepts])
    return np.ascontiguousarray(coefficients.T, dtype=np.float32), intercepts.astype(np.float32)


def _temperature(matrix: csr_matrix, labels: npt.NDArray[Any]) -> float:
    """The one number that margins are divided by so that confidences on held-out halves are right on average."""
    from scipy.optimize import minimize_scalar
    from sklearn.model_selection import StratifiedKFold

    if np.bincount(labels).min() < 2:
        return 1.0
    scores = np.zeros((len(labels), labels.max() + 1), dtype=np.float32)
    for fitted, held in StratifiedKFold(2, shuffle=True, random_state=0).split(labels, labels):
        weights, bias = _fit(matrix[fitted], labels[fitted])
        scores[held] = matrix[held] @ weights + bias

    def loss(temperature: float) -> float:
        chosen = softmax(scores / np.float32(temperature))[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(chosen, 1e-9)).mean())

    return float(minimize_scalar(loss, bounds=(0.05, 3.0), method="bounded").x)
