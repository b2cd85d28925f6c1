"""A red flag in the light of the case: fever alone is for the same day, fever with low counts is for now."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.reading import Facts
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import Case
from bot.guidance.vocabulary import LEVELS

SHOWS: Mapping[str, Facts] = {"RF-infection": {"contraindications": ["active_infection"]}}
"""What a red flag says of the case for as long as it is there: the same as a yes to our own question about fever."""


def gravest(rule: str, case: Case) -> str:
    """The red flag for a sign on this case: its own, or the gravest that the table raises for both together."""
    knowledge = load_knowledge()
    flags = knowledge.table.red_flags
    with_sign = case.with_facts(SHOWS.get(rule, {}))
    raised = [row.rule for row in knowledge.rules.escalations if row.when.holds(with_sign) is True]
    return min((rule, *raised), key=lambda name: LEVELS.index(flags[name].level))
