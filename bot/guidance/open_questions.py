"""What an answer still asks and what it assumes meanwhile: the facts that would change it most."""

from __future__ import annotations

from bot.guidance.answer import Ask
from bot.guidance.draft import Draft
from bot.guidance.model import Case
from bot.guidance.placement import Placement
from bot.guidance.placement_rows import QuestionRow

STAYING = ("split_mmf_dose", "ec_mps", "mmf_temporary_reduction", "mmf_reduction_with_counts")


def ask_and_assume(draft: Draft, placement: Placement) -> tuple[Ask | None, list[str]]:
    """The most decisive open question that may still be asked, and what the answer assumes meanwhile."""
    ask: Ask | None = None
    assumptions: list[str] = []
    offered = placement.offered_drugs()
    for row in draft.knowledge.rules.questions:
        if not _matters(row, draft.case, placement, offered):
            continue
        if ask is None and row.slot not in draft.question.not_asking:
            ask = Ask(
                row.slot,
                row.question[draft.register],
                tuple(c.say for c in row.choices),
                tuple(c.means for c in row.choices),
            )
        if row.assumption and (text := row.assumption[draft.register]) not in assumptions and _bears(row, placement):
            assumptions.append(text)
    return ask, assumptions


def _matters(row: QuestionRow, case: Case, placement: Placement, offered: frozenset[str]) -> bool:
    if row.when.holds(case) is not True or (row.unless and row.unless.holds(case) is True):
        return False
    if row.offers and not offered & set(row.offers):
        return False
    return not row.stays or any(o.row.option in STAYING and (o.open or o.offered) for o in placement.options)


def _bears(row: QuestionRow, placement: Placement) -> bool:
    """An assumption is worth saying only where the answer rests on it."""
    if row.slot == "pregnancy":
        return bool(placement.offered)
    if row.slot in ("side_effect_severity", "mmf_response"):
        return any(o.open for o in placement.options)
    return True
