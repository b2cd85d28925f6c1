"""Whether a message is about the assistant's subject at all.

The classifier's own class ``out_of_scope`` decides nearly always: it is trained on near misses (another disease,
another drug as the subject, price, vaccines, pets). Three things correct it: a refusal that the classifier seriously
considers wins over an intent of the subject, sooner where nothing of the subject was found in the message; and distance
has the last word where the classifier wavers and the message is unlike anything it was trained on.
"""

from __future__ import annotations

from typing import Final

from bot.language.features import words
from bot.language.reading import QuestionPart, Reading
from bot.language.tie_breaks import OUT_OF_SCOPE, Ranking, raise_to_top

FAR: Final = 0.6
"""Nearness of the nearest training sentence below which a message is unlike anything known."""
WAVERING: Final = 0.3
"""Probability of the best intent below which distance decides."""
CONSIDERED: Final = 0.3
"""Probability of ``out_of_scope`` from which on it wins. In cross-validation this finds three in a hundred more of the
messages outside for two in a thousand more false refusals."""
CONSIDERED_WITHOUT_CONCEPT: Final = 0.1
"""The same where the reader found no concept at all and the classifier wavers."""
DOUBTFUL: Final = 0.5
"""Probability of the best intent below which a message without concepts counts as wavering."""
_FEW_WORDS: Final = 2
"""Messages this short are follow-ups more often than another subject: "and then", "how often"."""
_OF_ANY_SUBJECT: Final = frozenset(
    {
        *("emergency", "affirm", "deny", "greet", "goodbye", "thank", "restart", "bot_challenge", "give_feedback"),
        *("ask_capabilities", "set_audience"),
    }
)
"""Intents that a message may have without being about the subject: a low doubt does not take them away."""


def keep_to_subject(reading: Reading, part: QuestionPart, ranking: Ranking, nearness: float) -> Ranking:
    """The ranking, with ``out_of_scope`` first where the message is more likely about something else."""
    intent, confidence = ranking[0]
    if intent in (OUT_OF_SCOPE, "emergency"):
        return ranking
    outside = dict(ranking).get(OUT_OF_SCOPE, 0.0)
    considered = outside >= CONSIDERED and intent not in _OF_ANY_SUBJECT
    without = (
        outside >= CONSIDERED_WITHOUT_CONCEPT
        and confidence < DOUBTFUL
        and intent not in _OF_ANY_SUBJECT
        and len(words(reading.text)) > _FEW_WORDS
        and not _has_concept(reading, part)
    )
    if considered or without or (confidence < WAVERING and nearness < FAR):
        return raise_to_top(ranking, OUT_OF_SCOPE, confidence)
    return ranking


def _has_concept(reading: Reading, part: QuestionPart) -> bool:
    """Whether anything of the subject was read: a concept other than a person, a term, an aspect, an act or a reply."""
    found = (
        reading.drugs, reading.facts, reading.scenario, reading.absent, reading.audience, reading.reply, reading.act,
        part.aspects, part.terms, part.options, part.citation, reading.severity,
    )  # fmt: skip
    return any(found) or any(mention.concept != "person" for mention in reading.mentions)
