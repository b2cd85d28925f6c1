"""One message understood whole: what the reader found, the emergency gate's verdict and the intent of each question.

This is the language part without Rasa; ``components`` puts it into Rasa's pipeline.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.language.encoder import Array, Encoder
from bot.language.gate import Gate, Verdict
from bot.language.intents import Example, IntentModel, train, wording
from bot.language.reading import QuestionPart, Reading
from bot.language.scope import keep_to_subject
from bot.language.tie_breaks import Ranking, raise_to_top, settle

if TYPE_CHECKING:
    from bot.language.reader import Reader

logger = logging.getLogger(__name__)

FALLBACK_INTENT: Final = "nlu_fallback"
EMERGENCY_INTENT: Final = "emergency"
FAILED: Final = "understanding_failed"
SECOND_OPINION: Final = 0.9
"""From this probability on, the classifier calls an emergency by itself, where the gate knows none of the signs."""
SECOND_OPINION_TEMPERED: Final = 0.97
"""The same where the message also denies, supposes, looks back or reassures: classifiers are poor at "not"."""
SECOND_OPINION_RULE: Final = Verdict("RF-unnamed", "emergency", True)
_RANKING_LENGTH: Final = 5


@lru_cache(maxsize=1)
def shared_reader() -> Reader:
    """The reader over the treatment table, one a process: building it takes a second."""
    from bot.guidance.loader import load_table
    from bot.language.reader import Reader

    return Reader(load_table())


def failed_reading(text: str) -> Reading:
    """The reading of a message that could not be understood because something broke: nothing is known of it."""
    part = QuestionPart(text=text, intent=FALLBACK_INTENT, ranking=((FALLBACK_INTENT, 0.0),))
    return Reading(text=text, canonical=text, questions=(part,), problem=FAILED)


def example_of(reading: Reading, intent: str) -> Example:
    """A training example: one question stays as read, a message of several stands for one question as a whole."""
    if len(reading.questions) == 1:
        return Example(reading, reading.questions[0], intent)
    whole = QuestionPart(text=reading.text, drugs=reading.drugs, side_effect=reading.side_effect)
    return Example(reading, whole, intent)


class Understanding:
    """Puts intents and the emergency verdict into what the reader found."""

    def __init__(self, encoder: Encoder, gate: Gate, model: IntentModel) -> None:
        """Take the trained parts; ``fit`` and ``load`` make them."""
        self._encoder = encoder
        self._gate = gate
        self._model = model

    @classmethod
    def fit(cls, encoder: Encoder, gate: Gate, examples: Sequence[Example], states: Array) -> Understanding:
        """Train on examples and the encoder's states of their wordings, in the same order."""
        return cls(encoder, gate, train(examples, states))

    def save(self, folder: Path) -> None:
        """Write the trained part into an existing folder."""
        self._model.save(folder)

    @classmethod
    def load(cls, encoder: Encoder, gate: Gate, folder: Path) -> Understanding:
        """Read what ``save`` wrote."""
        return cls(encoder, gate, IntentModel.load(folder))

    def complete(self, reading: Reading) -> Reading:
        """The reading with ``emergency`` and the intent, confidence and ranking of each question filled in.

        A failure of the classifier never hides an emergency: the gate goes first and stands by itself.
        """
        verdict = self._gate.judge(reading.text)
        parts = reading.questions or (QuestionPart(reading.text),)
        problem = reading.problem
        try:
            parts = tuple(self.classify(reading, part) for part in parts)
            verdict = self._second_opinion(reading, parts, verdict)
            if verdict is None or not verdict.sets_intent:
                parts = tuple(_without_emergency(part) for part in parts)
        except Exception:
            logger.exception("The intent classifier failed; the message is answered as not understood.")
            parts, problem = failed_reading(reading.text).questions, FAILED
        if verdict is not None and verdict.sets_intent:
            top = raise_to_top(list(parts[0].ranking), EMERGENCY_INTENT, 1.0)
            parts = (_with_ranking(parts[0], top), *parts[1:])
        asked = None if verdict else self._gate.asked(reading.text)
        return dataclasses.replace(
            reading,
            questions=parts,
            emergency=_as_mapping(verdict),
            asked_emergency=_as_mapping(asked),
            problem=problem,
        )

    def classify(self, reading: Reading, part: QuestionPart) -> QuestionPart:
        """One question with its intent, by the classifier, the scope and the tie-breaks, without the gate."""
        states = self._encoder.encode(wording(reading, part))
        ranking, nearness = self._model.rank(states, reading, part)
        return _with_ranking(part, settle(reading, part, keep_to_subject(ranking, nearness)))

    def _second_opinion(
        self, reading: Reading, parts: Sequence[QuestionPart], verdict: Verdict | None
    ) -> Verdict | None:
        """The classifier's own call, where the gate has no word for it; signs that the gate saw denied stay denied."""
        if verdict is not None and verdict.sets_intent:
            return verdict
        if self._gate.over(reading.text):
            return verdict
        enough = SECOND_OPINION_TEMPERED if self._gate.tempered(reading.text) else SECOND_OPINION
        sure = any(part.intent == EMERGENCY_INTENT and part.confidence >= enough for part in parts)
        return SECOND_OPINION_RULE if sure and not self._gate.mentions(reading.text) else verdict


def _as_mapping(verdict: Verdict | None) -> dict[str, str] | None:
    return {"level": verdict.level, "rule": verdict.rule} if verdict else None


def _without_emergency(part: QuestionPart) -> QuestionPart:
    """The question with its next best intent where the classifier alone, and not surely, thought of an emergency."""
    if part.intent != EMERGENCY_INTENT or len(part.ranking) < 2:
        return part
    others = [(name, score) for name, score in part.ranking if name != EMERGENCY_INTENT]
    return _with_ranking(part, [*others, (EMERGENCY_INTENT, min(part.confidence, others[-1][1]))])


def _with_ranking(part: QuestionPart, ranking: Ranking) -> QuestionPart:
    intent, confidence = ranking[0]
    shown = tuple((name, round(score, 4)) for name, score in ranking[:_RANKING_LENGTH])
    return dataclasses.replace(part, intent=intent, confidence=round(confidence, 4), ranking=shown)
