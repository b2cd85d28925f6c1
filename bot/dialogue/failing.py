"""What if it fails: the options once more, for a case in which what was just put forward has not worked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.dialogue.data import has_cue
from bot.dialogue.kinds import ABOUT_A_DRUG, ABOUT_THE_CASE, NO_ALTERNATIVE, REPLACED
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Asked, Reading
from bot.guidance.model import Case, Question

STAYING = frozenset(
    ("continue_mmf", "split_mmf_dose", "ec_mps", "mmf_temporary_reduction", "mmf_reduction_with_counts")
)
LASTING = {"side_effect_persistent": True}
BLOOD = "hematologic"


@dataclass(frozen=True)
class Failure:
    """The question that is asked for the case of a failure, and what it supposes. ``given_up``: mycophenolate is."""

    question: Question
    scenario: Mapping[str, Any] = field(default_factory=dict)
    given_up: bool = False


def if_it_fails(asked: Asked, reading: Reading, memory: Memory) -> Failure | None:
    """What "and if that fails?" asks, by what was put forward last; None when it is not asked or nothing was."""
    last = memory.questions[-1] if memory.questions else None
    if last is None or set(asked.drugs) - REPLACED or asked.ordinal is not None or not _supposes_it(asked, reading):
        return None
    if not has_cue("it_fails", asked.text):
        return _of_the_effect(memory)  # "what if they stay low" is of the counts, whatever was asked last
    tried = tuple(d for d in (last.drugs if last.kind in ABOUT_A_DRUG else ()) if d not in NO_ALTERNATIVE)
    if not tried and last.kind in ABOUT_THE_CASE and memory.options and memory.options[0] not in STAYING:
        tried = tuple(d for d in memory.drugs if d not in NO_ALTERNATIVE)
    if tried:
        earlier = (*memory.case.drugs_tried, *(d for d in tried if d not in memory.case.drugs_tried))
        return Failure(Question(kind="ask_treatment_failure"), {"drugs_tried": list(earlier)})
    of_staying = bool(last.options) and set(last.options) <= STAYING
    return _of_the_effect(memory) if of_staying or last.kind in ABOUT_THE_CASE else None


def _of_the_effect(memory: Memory) -> Failure | None:
    if not memory.case.side_effect:
        return None
    lasting = BLOOD in memory.case.side_effect
    return Failure(Question(kind="ask_alternatives"), LASTING if lasting else {}, given_up=not lasting)


def not_tolerated(case: Case) -> Case:
    """The case of a patient whom no step kept on mycophenolate: what it did is no longer what is to be treated."""
    return replace(case, side_effect=(), side_effect_severity=None, side_effect_persistent=None, mmf_response=None)


def _supposes_it(asked: Asked, reading: Reading) -> bool:
    told = set(reading.facts) - {"audience"} or set(reading.scenario) - {"mmf_response", "side_effect_persistent"}
    supposed = has_cue("supposing", asked.text) or has_cue("conditional", asked.text)
    return not told and supposed and (has_cue("it_fails", asked.text) or has_cue("stays_bad", asked.text))
