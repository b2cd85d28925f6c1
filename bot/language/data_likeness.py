"""Training messages that mean all but the same as a text of the tests, found with the sentence encoder.

Encoding everything would take a minute. Sentences whose embeddings are that near share most of their rarer words, which
tf-idf tells in a second; of those that do, the quick encoder leaves a few for the exact one, which decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from bot.language.encoder import Array, sentence_part, shared_encoder

SAME_MEANING: Final = 0.97
"""Cosine of two sentence embeddings from which on the sentences count as one."""
SHARED_WORDS: Final = 0.5
"""Tf-idf cosine from which on a pair is looked at. The pairs above SAME_MEANING had 0.54 and more when all of 16,000
messages were compared with all of 6,600 texts."""
MAYBE: Final = 0.95
"""What the quick encoder must find in a pair to leave it to the exact one; the two differ by less than 0.01."""
_BLOCK: Final = 2000

Pairs = npt.NDArray[np.int64]


def alike_in_meaning(messages: Sequence[str], others: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Places in ``messages`` and ``others`` (normalised texts) of each message with the text nearest in meaning."""
    pairs = _sharing_words(messages, others)
    for quick, least in ((True, MAYBE), (False, SAME_MEANING)):
        pairs, cosines = _as_near(pairs, messages, others, quick, least)
    nearest: dict[int, tuple[float, int]] = {}
    for (one, two), cosine in zip(pairs.tolist(), cosines.tolist(), strict=True):
        nearest[one] = max((cosine, two), nearest.get(one, (0.0, 0)))
    yield from ((one, two) for one, (_, two) in sorted(nearest.items()))


def _as_near(
    pairs: Pairs, messages: Sequence[str], others: Sequence[str], quick: bool, least: float
) -> tuple[Pairs, Array]:
    """The pairs whose embeddings have a cosine of at least ``least``, and their cosines."""
    if not len(pairs):
        return pairs, np.empty(0, dtype=np.float32)
    left, one = np.unique(pairs[:, 0], return_inverse=True)
    right, two = np.unique(pairs[:, 1], return_inverse=True)
    first = _directions([messages[place] for place in left], quick)[one]
    cosines: Array = (first * _directions([others[place] for place in right], quick)[two]).sum(axis=1)
    near = cosines >= least
    return pairs[near], cosines[near]


def _sharing_words(messages: Sequence[str], others: Sequence[str]) -> Pairs:
    from sklearn.feature_extraction.text import TfidfVectorizer

    weights = TfidfVectorizer(token_pattern=r"\w+", dtype=np.float32).fit_transform([*messages, *others])
    theirs = weights[len(messages) :].T
    found = []
    for start in range(0, len(messages), _BLOCK):
        shared = (weights[start : min(start + _BLOCK, len(messages))] @ theirs).tocoo()
        enough = shared.data >= SHARED_WORDS
        found.append(np.stack([shared.row[enough] + start, shared.col[enough]], axis=1))
    return np.concatenate(found).astype(np.int64) if found else np.empty((0, 2), dtype=np.int64)


def _directions(texts: Sequence[str], quick: bool) -> Array:
    embeddings = sentence_part(shared_encoder(None, quick=quick).encode_all(list(texts)))
    unit: Array = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    return unit
