"""What the article does not say, as far as a question or a case touches it."""

from __future__ import annotations

from bot.guidance.conditions import holds
from bot.guidance.knowledge import Knowledge, related
from bot.guidance.model import Case, Question
from bot.guidance.rows import Silence


def silences_for(question: Question, case: Case, knowledge: Knowledge) -> tuple[Silence, ...]:
    """The silences a question or the case touches, most specific first.

    A silence names kinds of question, drugs, aspects and conditions on the case; each one it names must fit. One
    that names nothing but kinds would speak to every question of that kind and is left to the answer itself.
    """
    found = [s for s in knowledge.table.silences.values() if _touches(s, question, case)]
    return tuple(sorted(found, key=lambda s: -(bool(s.aspects) * 4 + bool(s.drugs) * 2 + bool(s.when))))


def _touches(silence: Silence, question: Question, case: Case) -> bool:
    if not (silence.drugs or silence.aspects or silence.when):
        return False
    named = bool(set(silence.aspects) & set(question.aspects))
    if silence.aspects and not named:
        return False
    if silence.kinds and question.kind not in silence.kinds and not named:
        return False  # a subject that was named by its words counts whatever the question was taken for
    if (
        silence.drugs
        and not set(silence.drugs) & related(question.drugs)
        and not (silence.aspects and not question.drugs)
    ):
        return False
    return not silence.when or holds(silence.when, case) is True


def unsaid_aspects(question: Question, knowledge: Knowledge, told: tuple[Silence, ...]) -> tuple[str, ...]:
    """Aspects asked about on which no row of the article speaks, and which no silence has named already."""
    table = knowledge.table
    named = {a for silence in told for a in silence.aspects}
    asked = [a for a in question.aspects if a in table.aspects and a not in named]
    return tuple(a for a in asked if not any(table.rows[r].support != "beyond_article" for r in table.aspects[a].rows))
