"""Whether a message is about the assistant's subject at all.

The classifier's own class ``out_of_scope`` decides nearly always: it is trained on near misses (another disease,
another drug as the subject, price, vaccines, pets). Distance has the last word where the classifier wavers between
several intents of the subject and the message is unlike anything it was trained on: then it is not the subject.
"""

from __future__ import annotations

from typing import Final

from bot.language.tie_breaks import OUT_OF_SCOPE, Ranking, raise_to_top

FAR: Final = 0.6
"""Nearness of the nearest training sentence below which a message is unlike anything known."""
WAVERING: Final = 0.3
"""Probability of the best intent below which distance decides."""


def keep_to_subject(ranking: Ranking, nearness: float) -> Ranking:
    """The ranking, with ``out_of_scope`` first where a message is far from everything and nothing is likely."""
    if ranking[0][0] == OUT_OF_SCOPE or ranking[0][1] >= WAVERING or nearness >= FAR:
        return ranking
    return raise_to_top(ranking, OUT_OF_SCOPE, ranking[0][1])
