"""The case as a channel shows it, and what may be changed in it by a click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.guidance.model import SLOTS, Case, InvalidInputError

ACTS = ("undo", "new_patient")
"""What a click may do instead of changing facts (bot.dialogue.edits)."""


def case_of(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The contract's ``case`` of a conversation's slots; everything unknown where they hold what no case can."""
    try:
        return Case.from_mapping({slot: slots.get(slot) for slot in SLOTS}).as_dict()
    except InvalidInputError:
        return Case().as_dict()


def edit_problems(edit: Mapping[str, Any]) -> list[str]:
    """What is wrong with an edit for the metadata of a message, in words for whoever sent it; empty: nothing."""
    act, changes = edit.get("act"), edit.get("changes")
    if not isinstance(edit.get("repeat", True), bool):
        return ["`repeat` is true or false"]
    if act is not None or "act" in edit:
        return [] if act in ACTS else [f"`act` is one of {', '.join(ACTS)}"]
    if not isinstance(changes, Mapping) or not changes:
        return ["there is no change in it"]
    try:
        Case.from_mapping(changes)
    except InvalidInputError as error:
        return error.problems
    return []
