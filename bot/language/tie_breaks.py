"""Where concepts settle what the classifier cannot: the tie-breaks of the taxonomy, applied to its ranking."""

from __future__ import annotations

from typing import Final

from bot.language.reading import QuestionPart, Reading

Ranking = list[tuple[str, float]]

OUT_OF_SCOPE: Final = "out_of_scope"


def settle(reading: Reading, part: QuestionPart, ranking: Ranking) -> Ranking:
    """The ranking with the tie-breaks applied; the order is unchanged where none applies."""
    return ranking


def raise_to_top(ranking: Ranking, intent: str, confidence: float) -> Ranking:
    """The ranking with one intent moved to the front at the given confidence, the others in their order."""
    return [(intent, confidence), *((name, min(score, confidence)) for name, score in ranking if name != intent)]
