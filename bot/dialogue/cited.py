"""Which reference of the article, or which statements of the last answer, a question about sources means."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.data import has_cue, is_short
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Asked
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import Question

UNSURE = 0.6
A_REFERENCE = re.compile(
    r"(?<![\w.,/-])\[?([1-4])\]?(?![\w.,/%-]*[\w%])(?! ?(?:mg|g|weeks?|months?|years?|days?|times)\b)"
)


def numbered(text: str) -> int | None:
    """The reference that a question about sources names, by number ("which claim rests on 3") or by its author."""
    found = A_REFERENCE.search(text)
    if found:
        return int(found[1])
    said = text.casefold()
    known = (ref for ref in load_knowledge().table.references.values() if ref.status == "confirmed")
    return next((ref.number for ref in known if ref.label.split()[0].casefold() in said), None)


def of_last_statements(question: Question, memory: Memory) -> Question:
    """A question about sources: of what it names, else of the statements of the last answer."""
    if question.drugs or question.citation is not None:
        return replace(question, kind="ask_citation")
    of_the_review = memory.last is not None and memory.last.kind == "ask_review_status"
    return replace(question, kind="ask_citation", rows=() if of_the_review else memory.rows)


def another_reference(asked: Asked) -> Asked:
    """ "And 2?" after a question about a reference is about the next one."""
    doubtful = asked.confidence < UNSURE or asked.intent == "bot_challenge"  # "is 3 real"
    unsure = doubtful and is_short(asked.text) and numbered(asked.text) is not None
    if asked.drugs or not (unsure or has_cue("a_number_alone", asked.text.strip())):
        return asked
    return replace(asked, intent="ask_citation", confidence=1.0, citation=numbered(asked.text))
