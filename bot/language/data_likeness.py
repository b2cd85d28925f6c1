"""Training messages that mean all but the same as a text of the tests, found with the sentence encoder.

Encoding everything would take half a minute. Sentences whose embeddings are that near share most of their rarer words,
so only pairs that do are encoded: tf-idf finds them in a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from bot.language.encoder import Array, sentence_part, shared_encoder

SAME_MEANING: Final = 0.97
"""Cosine of two sentence embeddings from which on the sentences count as one."""
SHARED_WORDS: Final = 0.5
"""Tf-idf cosine from which on a pair is looked at. The pairs above SAME_MEANING had 0.54 and more when all of 16,000
messages were compared with all of 6,600 texts."""
_BLOCK: Final = 2000


def alike_in_meaning(messages: Sequence[str], others: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Places in ``messages`` and ``others`` (normalised texts) of each message with the text nearest in meaning."""
    pairs = _sharing_words(messages, others)
    if not len(pairs):
        return
    left, right = (np.unique(pairs[:, side]) for side in (0, 1))
    of_message = dict(zip(left, _directions([messages[place] for place in left]), strict=True))
    of_other = dict(zip(right, _directions([others[place] for place in right]), strict=True))
    nearest: dict[int, tuple[float, int]] = {}
    for one, two in pairs:
        cosine = float(of_message[one] @ of_other[two])
        if cosine > max(SAME_MEANING, nearest.get(int(one), (0.0, 0))[0]):
            nearest[int(one)] = (cosine, int(two))
    yield from ((one, two) for one, (_, two) in sorted(nearest.items()))


def _sharing_words(messages: Sequence[str], others: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    weights = TfidfVectorizer(token_pattern=r"\w+", dtype=np.float32).fit_transform([*messages, *others])
    theirs = weights[len(messages) :].T
    found = []
    for start in range(0, len(messages), _BLOCK):
        shared = (weights[start : min(start + _BLOCK, len(messages))] @ theirs).tocoo()
        enough = shared.data >= SHARED_WORDS
        found.append(np.stack([shared.row[enough] + start, shared.col[enough]], axis=1))
    return np.concatenate(found).astype(np.int64) if found else np.empty((0, 2), dtype=np.int64)


def _directions(texts: Sequence[str]) -> Array:
    embeddings = sentence_part(shared_encoder(None, quick=True).encode_all(list(texts)))
    unit: Array = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    return unit
