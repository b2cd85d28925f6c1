"""The question to answer for a message that only states facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.kinds import ABOUT_A_DRUG, ABOUT_THE_CASE, MOST_DRUGS
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Facts
from bot.guidance.conditions import expand
from bot.guidance.model import Question


def by_new_facts(changed: Facts, memory: Memory) -> Question:
    """The question to answer for a message that only states facts: the last one, or what the facts raise."""
    last = memory.questions[-1] if memory.questions else None
    if last is not None and last.scenario and not memory.scenario and changed:
        last = None  # what was only supposed is taken back, and its question with it
    if last is not None and not changed:
        return replace(last, not_asking=())
    if last is not None and last.kind == "ask_pregnancy" and changed.get("pregnancy") == "not_pregnant":
        return Question(kind="report_side_effect" if memory.case.side_effect else "ask_alternatives")
    out = expand(memory.case.drugs_excluded)
    if last is not None and "drugs_excluded" in changed and last.drugs and expand(last.drugs) <= out:
        return Question(kind="ask_alternatives")  # "the nephrologist vetoes both": what is left then
    measured = set(changed) <= {"weight_kg", "height_cm"}
    if last is not None and measured and last.kind in ABOUT_A_DRUG and memory.drugs:
        return Question(kind="ask_dose", drugs=memory.drugs[:MOST_DRUGS])  # what a weight is told for
    if last is not None and _touched(last, changed):
        return replace(last, not_asking=())
    if last is not None and "contraindications" in changed and last.kind in ABOUT_A_DRUG and last.drugs:
        return Question(kind="ask_contraindication", drugs=last.drugs)
    return Question(kind=_raised_by(changed, memory))


def _touched(last: Question, changed: Facts) -> bool:
    """Would the last question be answered otherwise with these facts?"""
    if last.kind in ABOUT_THE_CASE:
        return True
    if last.kind == "ask_dose":
        return bool({"weight_kg", "height_cm"} & set(changed))
    return last.kind in ("ask_contraindication", "compare_drugs")


def _raised_by(changed: Mapping[str, object], memory: Memory) -> str:
    if "pregnancy" in changed and changed["pregnancy"] != "not_pregnant":
        return "ask_pregnancy"
    if len(memory.case.drugs_tried) > 1 and "drugs_tried" in changed:
        return "ask_treatment_failure"
    if {"ild_severity", "ild_course"} & set(changed) and "side_effect" not in changed:
        return "ask_ild_treatment" if changed.get("ild_severity") != "none" else "ask_alternatives"
    return "report_side_effect" if "side_effect" in changed else "ask_alternatives"
