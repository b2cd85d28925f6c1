"""Whether a message is about the assistant's subject at all.

The classifier's own class ``out_of_scope`` decides nearly always: it is trained on near misses (another disease,
another drug as the subject, price, vaccines, pets). Two things correct it: a refusal that the classifier seriously
considers wins over an intent of the subject; and distance has the last word where the classifier wavers and the message
is unlike anything it was trained on.
"""

from __future__ import annotations

from typing import Final

from bot.language.tie_breaks import OUT_OF_SCOPE, Ranking, raise_to_top

FAR: Final = 0.6
"""Nearness of the nearest training sentence below which a message is unlike anything known."""
WAVERING: Final = 0.3
"""Probability of the best intent below which distance decides."""
CONSIDERED: Final = 0.15
"""Probability of ``out_of_scope`` from which on it may win over a likelier intent of the subject."""
SHARE: Final = 0.6
"""How likely it must then be, of the likeliest intent. In cross-validation this finds two or three in a hundred more of
the messages outside for five in a thousand more false refusals."""
_OF_ANY_SUBJECT: Final = frozenset(
    {
        *("affirm", "deny", "greet", "goodbye", "thank", "restart", "bot_challenge", "give_feedback"),
        *("ask_capabilities", "set_audience"),
    }
)
"""Intents that a message may have without being about the subject: a low doubt does not take them away."""


def keep_to_subject(ranking: Ranking, nearness: float) -> Ranking:
    """The ranking, with ``out_of_scope`` first where the message is more likely about something else."""
    intent, confidence = ranking[0]
    if intent in (OUT_OF_SCOPE, "emergency"):
        return ranking
    outside = dict(ranking).get(OUT_OF_SCOPE, 0.0)
    considered = intent not in _OF_ANY_SUBJECT and outside >= max(CONSIDERED, SHARE * confidence)
    if considered or (confidence < WAVERING and nearness < FAR):
        return raise_to_top(ranking, OUT_OF_SCOPE, confidence)
    return ranking
