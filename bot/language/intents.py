"""Which intent a question has: a linear model on the embedding, the n-grams and the flags of what was read.

Training uses scikit-learn; the result is a handful of arrays, stored as ``.npz`` with a JSON header (no pickle), and
answering needs numpy alone. Confidences are calibrated with one temperature, fitted on held-out folds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from bot.language.encoder import DIMENSION, Encoder
from bot.language.features import NGRAM_WIDTH, flag_vector, flags, ngram_counts
from bot.language.reading import QuestionPart, Reading

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Array = npt.NDArray[np.float32]

EMBEDDING_WEIGHT: Final = 3.0
NGRAM_WEIGHT: Final = 1.5
FLAG_WEIGHT: Final = 0.5
INVERSE_REGULARISATION: Final = 0.3
_FOLDS: Final = 4
_HEADER: Final = "intents.json"
_ARRAYS: Final = "intents.npz"


@dataclass(frozen=True)
class Example:
    """One training utterance: what was read in it, the question it stands for, and its intent."""

    reading: Reading
    part: QuestionPart
    intent: str


class IntentModel:
    """A trained classifier. Made by ``train`` or ``load``."""

    def __init__(self, header: dict[str, Any], arrays: dict[str, Array]) -> None:
        """Take the parts that ``train`` made; not meant to be called otherwise."""
        self._header = header
        self._arrays = arrays
        self.intents: list[str] = header["intents"]
        self._flag_names: dict[str, int] = {name: index for index, name in enumerate(header["flags"])}

    def rank(self, encoder: Encoder, reading: Reading, part: QuestionPart) -> list[tuple[str, float]]:
        """Every intent with its probability, likeliest first."""
        embedding = encoder.encode(encoder_text(reading, part))
        scores = self._arrays["bias"] + embedding @ self._arrays["embedding"]
        indices, values = weighted_ngrams(encoder_text(reading, part), self._arrays["idf"])
        scores = scores + values @ self._arrays["ngrams"][indices]
        scores = scores + flag_vector(flags(reading, part), self._flag_names) @ self._arrays["flags"]
        return rank(self.intents, softmax(scores / self._header["temperature"]))

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


def encoder_text(reading: Reading, part: QuestionPart) -> str:
    """The wording that is encoded: with regular names where the reader has them."""
    if len(reading.questions) < 2 and reading.canonical:
        return reading.canonical
    return part.text


def softmax(scores: Array) -> Array:
    """Probabilities from scores along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Array = raised / raised.sum(axis=-1, keepdims=True)
    return result


def rank(intents: Sequence[str], probabilities: Array) -> list[tuple[str, float]]:
    """Intents with probabilities, likeliest first; equal ones keep their order."""
    order = np.argsort(-probabilities, kind="stable")
    return [(intents[index], float(probabilities[index])) for index in order]


def weighted_ngrams(text: str, idf: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """Positions and weights of a text's n-grams: 1 + log(count), times idf, at length NGRAM_WEIGHT."""
    counts = ngram_counts(text)
    indices = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
    values = 1.0 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
    weights = (values * idf[indices]).astype(np.float32)
    length = float(np.sqrt((weights * weights).sum()))
    return indices, weights * np.float32(NGRAM_WEIGHT / length) if length else weights


def train(examples: Sequence[Example], encoder: Encoder) -> IntentModel:
    """Fit the classifier; needs at least two intents, raises ValueError otherwise."""
    intents = sorted({example.intent for example in examples})
    if len(intents) < 2:
        raise ValueError("Training needs examples of at least two intents.")
    texts = [encoder_text(example.reading, example.part) for example in examples]
    flag_values = [flags(example.reading, example.part) for example in examples]
    names = sorted({name for values in flag_values for name in values})
    idf = _inverse_frequencies(texts)
    matrix = _matrix(encoder.encode_all(texts), texts, idf, flag_values, names)
    labels = np.array([intents.index(example.intent) for example in examples])
    temperature = _temperature(matrix, labels)
    weights, bias = _fit(matrix, labels)
    blocks = np.split(weights, [DIMENSION, DIMENSION + NGRAM_WIDTH])
    arrays = {
        "embedding": blocks[0] * np.float32(EMBEDDING_WEIGHT),
        "ngrams": blocks[1],
        "flags": blocks[2] * np.float32(FLAG_WEIGHT),
        "bias": bias,
        "idf": idf,
    }
    return IntentModel({"intents": intents, "flags": names, "temperature": temperature}, arrays)


def _inverse_frequencies(texts: Sequence[str]) -> Array:
    frequency = np.zeros(NGRAM_WIDTH, dtype=np.float32)
    for text in texts:
        frequency[list(ngram_counts(text))] += 1
    result: Array = (1.0 + np.log((1.0 + len(texts)) / (1.0 + frequency))).astype(np.float32)
    return result


def _matrix(
    embeddings: Array, texts: Sequence[str], idf: Array, flag_values: Sequence[dict[str, float]], names: list[str]
) -> csr_matrix:
    from scipy.sparse import csr_matrix, hstack

    rows, columns, values = [], [], []
    for index, text in enumerate(texts):
        positions, weights = weighted_ngrams(text, idf)
        rows.append(np.full(len(positions), index))
        columns.append(positions)
        values.append(weights)
    shape = (len(texts), NGRAM_WIDTH)
    ngrams = csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    positions_of = {name: index for index, name in enumerate(names)}
    flag_rows = np.stack([flag_vector(values_of, positions_of) for values_of in flag_values])
    blocks = [csr_matrix(embeddings * EMBEDDING_WEIGHT), ngrams, csr_matrix(flag_rows * FLAG_WEIGHT)]
    return hstack(blocks).tocsr().astype(np.float32)


def _fit(matrix: csr_matrix, labels: npt.NDArray[Any]) -> tuple[Array, Array]:
    from sklearn.svm import LinearSVC

    estimator = LinearSVC(C=INVERSE_REGULARISATION, class_weight="balanced", tol=1e-3)
    estimator.fit(matrix, labels)
    return _as_two_sided(estimator.coef_, estimator.intercept_)


def _as_two_sided(coefficients: Array, intercepts: Array) -> tuple[Array, Array]:
    """Weights with one column an intent, also when there are only two (scikit-learn then keeps one)."""
    if len(coefficients) == 1:
        coefficients = np.vstack([-coefficients / 2, coefficients / 2])
        intercepts = np.concatenate([-intercepts / 2, intercepts / 2])
    return np.ascontiguousarray(coefficients.T, dtype=np.float32), intercepts.astype(np.float32)


def _temperature(matrix: csr_matrix, labels: npt.NDArray[Any]) -> float:
    """The one number that scores are divided by so that confidences on held-out folds are right on average."""
    from scipy.optimize import minimize_scalar
    from sklearn.model_selection import train_test_split

    if np.bincount(labels).min() < _FOLDS:
        return 1.0
    fitted, held = train_test_split(np.arange(len(labels)), test_size=1 / _FOLDS, stratify=labels, random_state=0)
    weights, bias = _fit(matrix[fitted], labels[fitted])
    scores = matrix[held] @ weights + bias

    def loss(temperature: float) -> float:
        chosen = softmax(scores / np.float32(temperature))[np.arange(len(held)), labels[held]]
        return float(-np.log(np.maximum(chosen, 1e-9)).mean())

    return float(minimize_scalar(loss, bounds=(0.02, 3.0), method="bounded").x)
