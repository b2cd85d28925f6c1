"""One message understood whole: what the reader found, the emergency gate's verdict and the intent of each question.

This is the language part without Rasa; ``components`` puts it into Rasa's pipeline.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from typing import Final

from bot.language.encoder import Encoder
from bot.language.gate import Gate
from bot.language.intents import IntentModel
from bot.language.reading import QuestionPart, Reading
from bot.language.tie_breaks import settle

logger = logging.getLogger(__name__)

FALLBACK_INTENT: Final = "nlu_fallback"
EMERGENCY_INTENT: Final = "emergency"
FAILED: Final = "understanding_failed"
_RANKING_LENGTH: Final = 5

Read = Callable[[str], Reading]


def failed_reading(text: str) -> Reading:
    """The reading of a message that could not be understood because something broke: nothing is known of it."""
    part = QuestionPart(text=text, intent=FALLBACK_INTENT, ranking=((FALLBACK_INTENT, 0.0),))
    return Reading(text=text, canonical=text, questions=(part,), problem=FAILED)


class Understanding:
    """Puts intents and the emergency verdict into what the reader found."""

    def __init__(self, encoder: Encoder, model: IntentModel, gate: Gate) -> None:
        """Take the trained parts."""
        self._encoder = encoder
        self._model = model
        self._gate = gate

    def complete(self, reading: Reading) -> Reading:
        """The reading with ``emergency`` and the intent, confidence and ranking of each question filled in.

        A failure of the classifier never hides an emergency: the gate goes first and stands by itself.
        """
        verdict = self._gate.judge(reading.text)
        if verdict is not None:
            reading = dataclasses.replace(reading, emergency={"level": verdict.level, "rule": verdict.rule})
        try:
            parts = tuple(self._classify(reading, part) for part in reading.questions or (QuestionPart(reading.text),))
        except Exception:
            logger.exception("The intent classifier failed; the message is answered as not understood.")
            parts = failed_reading(reading.text).questions
            reading = dataclasses.replace(reading, problem=FAILED)
        if verdict is not None and verdict.sets_intent:
            parts = (_as_emergency(parts[0]), *parts[1:])
        return dataclasses.replace(reading, questions=parts)

    def _classify(self, reading: Reading, part: QuestionPart) -> QuestionPart:
        ranking = settle(reading, part, self._model.rank(self._encoder, reading, part))
        intent, confidence = ranking[0]
        return dataclasses.replace(
            part, intent=intent, confidence=confidence, ranking=tuple(ranking[:_RANKING_LENGTH])
        )


def _as_emergency(part: QuestionPart) -> QuestionPart:
    others = tuple((name, 0.0) for name, _ in part.ranking if name != EMERGENCY_INTENT)
    ranking = ((EMERGENCY_INTENT, 1.0), *others)[:_RANKING_LENGTH]
    return dataclasses.replace(part, intent=EMERGENCY_INTENT, confidence=1.0, ranking=ranking)
