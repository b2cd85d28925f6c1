"""A change of the case by a click: explicit, so it is taken as it is and never asked back about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.dialogue.escalate import red_flag_question
from bot.dialogue.facts import differs, merge
from bot.dialogue.memory import Memory
from bot.dialogue.plan import Consult, Note, Say, Task, Turn
from bot.dialogue.reading import Asked, Facts, Reading
from bot.dialogue.tasks import MOST_TASKS
from bot.guidance.model import SLOTS, Case, InvalidInputError

UNDO = "undo"
NEW_PATIENT = "new_patient"
ACTS = (UNDO, NEW_PATIENT)
UNDERSTOOD = Reading(asked=(Asked("correct_info", confidence=1.0),)).understood()
"""A click leaves no doubt about what is meant."""


@dataclass(frozen=True)
class Edit:
    """What a person did to the case without words.

    ``changes`` are facts by slot with their whole new value (a list replaces a list); None or an empty list clears.
    ``act`` is "undo" or "new_patient" instead. ``repeat``: answer the last question again.
    """

    changes: Facts = field(default_factory=dict)
    act: str | None = None
    repeat: bool = True

    @classmethod
    def from_json(cls, data: Any) -> Edit:
        """The edit that a channel hands over: {"changes": {slot: value}, "act": ..., "repeat": ...}.

        Raises InvalidInputError naming every fact or value that is not of the vocabulary.
        """
        if not isinstance(data, Mapping) or not isinstance(data.get("changes") or {}, Mapping):
            raise InvalidInputError(["an edit is an object whose changes are an object of facts"])
        act, changes = data.get("act"), data.get("changes") or {}
        if act is not None and (act not in ACTS or changes):
            raise InvalidInputError([f"act is one of {', '.join(ACTS)}, and goes without changes"])
        if act is None and not changes:
            raise InvalidInputError(["an edit needs changes or an act"])
        checked = Case.from_mapping(changes)
        return cls({slot: getattr(checked, slot) for slot in changes}, act, bool(data.get("repeat", True)))


def take_edit(memory: Memory, edit: Edit) -> Turn:
    """The turn that an edit is. An emergency that nobody said was dealt with still comes first."""
    memory = replace(memory, turns=memory.turns + 1)
    if edit.act == NEW_PATIENT:
        return Turn(memory.new_patient(), (Say("new_patient", UNDERSTOOD),))
    before = memory.case
    memory = _undone(memory) if edit.act == UNDO else _changed(memory, edit.changes)
    if memory.emergency is not None:
        task = Consult(red_flag_question(memory.emergency), memory.case, UNDERSTOOD)
        return Turn(memory, (task,), (Note("emergency_first"),))
    if edit.act == UNDO and memory.case == before:
        return Turn(memory, (Say("nothing_to_undo", UNDERSTOOD),))
    if edit.repeat and memory.questions:
        return Turn(memory, tuple(_asked_again(memory, before)))
    return Turn(memory, (Say("undone" if edit.act == UNDO else "edited", UNDERSTOOD),))


def _undone(memory: Memory) -> Memory:
    """The memory before the last change of a fact; a step that only changed the register is passed over."""
    back = memory
    while back.undo:
        back = back.undone()
        if back.case != memory.case:
            return replace(back, pending=None)
    return back


def _changed(memory: Memory, changes: Facts) -> Memory:
    """The memory with the facts as they were set; what was supposed of them is supposed no longer."""
    case = _consistent(replace(memory.case, **changes), changes)
    only_register = not differs(memory.case, case)
    memory = replace(memory, case=case) if only_register else memory.with_case(case)
    scenario = {slot: value for slot, value in memory.scenario.items() if slot not in changes}
    pending = memory.pending
    return replace(
        memory,
        scenario=scenario,
        questions=tuple(replace(q, scenario=q.scenario and bool(scenario)) for q in memory.questions),
        pending=None if pending is not None and pending.slot in changes else pending,
    )


def _consistent(case: Case, changes: Facts) -> Case:
    """Lungs that are well have no course; a course that is set says that there is lung disease."""
    if case.ild_severity != "none" or case.ild_course is None:
        return case
    if changes.get("ild_course") is not None and "ild_severity" not in changes:
        return replace(case, ild_severity="present_unspecified")
    return replace(case, ild_course=None)


def _asked_again(memory: Memory, before: Case) -> list[Task]:
    """The last question on the case as it is now; the first answer says what changed and what that did."""
    supposed = merge(memory.case, memory.scenario, correcting=True).case
    first, *others = (
        Consult(replace(q, detail="first"), supposed, UNDERSTOOD, scenario=memory.scenario)
        for q in memory.questions[:MOST_TASKS]
    )
    if not any(getattr(before, slot) != getattr(memory.case, slot) for slot in SLOTS if slot != "audience"):
        return [first, *others]
    earlier = merge(before, memory.scenario, correcting=True).case
    return [replace(first, before=earlier, corrected=True), *others]
