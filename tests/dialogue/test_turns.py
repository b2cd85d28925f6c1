"""What a message means in its conversation: turns.yml read as a specification."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.dialogue.memory import Memory
from bot.dialogue.plan import Consult, Say, Task, Turn
from bot.dialogue.reading import Reading
from bot.dialogue.turn import take_turn
from tests.dialogue.support import load_cases, memory, reading

CASES = load_cases("turns.yml")


def turn_of(case: dict[str, Any]) -> Turn:
    message = dict(case["message"])
    read: Reading = reading(message.pop("intent"), message.pop("text", ""), **message)
    return take_turn(memory(case.get("given", {})), read)


def consulted(task: Task, wanted: dict[str, Any]) -> None:
    assert isinstance(task, Consult)
    for name, value in wanted.items():
        if name == "case":
            assert task.case.known() == value
        elif name in ("style", "note"):
            assert getattr(task, name) == value
        else:
            held = getattr(task.question, name)
            assert (list(held) if isinstance(held, tuple) else held) == value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_turn(case: dict[str, Any]) -> None:
    turn = turn_of(case)
    if "facts" in case:
        assert turn.memory.case.known() == case["facts"]
    says = [task.reply for task in turn.tasks if isinstance(task, Say)]
    asks = [task for task in turn.tasks if isinstance(task, Consult)]
    if "says" in case or "asks" in case:
        assert says == case.get("says", [])
        assert len(asks) == len(case.get("asks", []))
    for task, wanted in zip(asks, case.get("asks", []), strict=True) if "asks" in case else ():
        consulted(task, wanted)
    assert (turn.clash.slot if turn.clash else None) == case.get("clash")
    assert turn.red_flag == case.get("red_flag")
    if "notes" in case:
        assert [note.reply for note in turn.notes] == case["notes"]
    if "whose" in case:
        assert turn.whose is case["whose"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_memory_survives_its_slots(case: dict[str, Any]) -> None:
    after = turn_of(case).memory
    restored = Memory.from_json(after.case.as_dict(), json.loads(json.dumps(after.to_json())))
    assert restored == after


def test_every_case_has_its_own_name() -> None:
    names = [case["name"] for case in CASES]
    assert len(set(names)) == len(names)
