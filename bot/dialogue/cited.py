"""Which reference of the article, or which statements of the last answer, a question about sources means."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.memory import Memory
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import Question

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
