"""What a person asks of the article that nothing in the answer speaks of: it is said, not passed over."""

from __future__ import annotations

import re

from bot.dialogue.data import has_cue
from bot.dialogue.reading import Asked
from bot.guidance.answer import Answer

WORD = re.compile(r"[^\W\d_]{4,}")
LOOKED_THROUGH = ("sources", "evidence", "comparison", "drug", "options", "risk", "clarification")
"""Kinds of answer that give what the table holds near the question, whether or not it is what was asked."""
STEM = 4
"""Letters by which a word of the question is looked for in the answer ("spares", "sparing")."""


def asked_of_the_article(asked: Asked) -> str:
    """The words of a question that is put to the article itself and names no subject the table knows; else nothing."""
    known = asked.aspects and asked.intent not in ("ask_clarification", "ask_alternatives")
    return asked.text if has_cue("of_the_article", asked.text) and not known else ""


def left_unsaid(text: str, answer: Answer) -> str:
    """The stretch of the question that the answer does not speak of; empty when it covers it or is silent itself.

    From the first to the last word of it, so that it reads as it was asked ("spares the hair").
    """
    if not text or answer.unknown or answer.kind not in LOOKED_THROUGH:
        return ""
    told = " ".join((answer.text, *(s.text for s in answer.statements))).casefold()
    missing = [
        found
        for found in WORD.finditer(text)
        if not has_cue("common_words", found[0]) and found[0].casefold()[:STEM] not in told
    ]
    return re.sub(r"[^\w' -]", "", text[missing[0].start() : missing[-1].end()]) if missing else ""
