"""The case in words, and the changes of it that a click can make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.dialogue.data import fact_rules, words
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import (
    BEYOND_ARTICLE,
    BEYOND_THE_CONTRACT,
    IN_ARTICLE,
    LISTS_OF_DRUGS,
    ONE_OF,
    SLOTS,
    SOME_OF,
    TRUE_OR_FALSE,
    Case,
    InvalidInputError,
)
from bot.rendering.words import phrase

SET, ADD, REMOVE = "set", "add", "remove"
CLICKED = tuple(slot for slot in SLOTS if slot != "audience")
TRIED = tuple(drug for drug in (*IN_ARTICLE, *BEYOND_ARTICLE) if not drug.startswith("mycophenolate"))
"""What a menu offers as tried; other medicines can be told in words."""


@dataclass(frozen=True)
class Change:
    """One change of the case by click. ``value`` None clears; ADD and REMOVE are for facts that are lists."""

    slot: str
    value: Any
    how: str = SET

    def applied_to(self, case: Mapping[str, Any]) -> dict[str, Any]:
        """The facts to set, whole, for a case as it is now (an edit's `changes`)."""
        if self.how == SET:
            return {self.slot: self.value}
        held = list(case.get(self.slot) or [])
        if self.how == ADD:
            return {self.slot: [*held, self.value] if self.value not in held else held}
        return {self.slot: [value for value in held if value != self.value]}


@dataclass(frozen=True)
class Choice:
    """A change with the words that stand in a menu."""

    change: Change
    text: str


@dataclass(frozen=True)
class Fact:
    """One fact of the case: its name and value in words ("" when unknown), and the changes on offer."""

    slot: str
    name: str
    value: str
    choices: tuple[Choice, ...]


def check(change: Change) -> bool:
    """Is it a change of the vocabulary? What comes back from a platform is checked before it is taken."""
    if change.slot not in CLICKED or (change.how != SET and (change.slot not in SOME_OF or change.value is None)):
        return False
    value = [change.value] if change.how != SET else change.value
    try:
        Case.from_mapping({change.slot: value})
    except (InvalidInputError, TypeError):
        return False
    return True


def facts(case: Mapping[str, Any], register: str) -> list[Fact]:
    """Every fact of the case but the audience; the known ones first. What only words can rule out shows once it is."""
    shown = [slot for slot in CLICKED if slot not in BEYOND_THE_CONTRACT or case.get(slot)]
    found = [_fact(slot, case.get(slot), register) for slot in shown]
    return sorted(found, key=lambda fact: not fact.value)


def summary(case: Mapping[str, Any], register: str) -> str:
    """The known facts in one line: "side effect: gastrointestinal · pregnancy: pregnant"."""
    return " · ".join(f"{fact.name}: {fact.value}" for fact in facts(case, register) if fact.value)


def _fact(slot: str, value: Any, register: str) -> Fact:
    return Fact(
        slot, fact_rules()[slot].label[register], _value(slot, value, register), tuple(_choices(slot, value, register))
    )


def _value(slot: str, value: Any, register: str) -> str:
    if value is None or value == []:
        return ""
    values = value if isinstance(value, list) else [value]
    return ", ".join(_word(slot, v, register) for v in values)


def _word(slot: str, value: Any, register: str) -> str:
    if slot in LISTS_OF_DRUGS:
        drug = load_knowledge().table.drugs.get(value)
        return drug.labels[register] if drug is not None else str(value)
    return words(slot, value, register)


def _choices(slot: str, held: Any, register: str) -> list[Choice]:
    if slot in SOME_OF:
        values = TRIED if slot in LISTS_OF_DRUGS else SOME_OF[slot]
        has = held or []
        removing = [(v, REMOVE, "remove") for v in has]
        adding = [(v, ADD, "add") for v in values if v not in has]
        return [
            Choice(Change(slot, v, how), phrase(name, register, value=_word(slot, v, register)))
            for v, how, name in (*removing, *adding)
        ]
    possible: tuple[Any, ...] = (True, False) if slot in TRUE_OR_FALSE else ONE_OF.get(slot, ())
    choices = [Choice(Change(slot, v), _word(slot, v, register)) for v in possible if v != held]
    if held is not None:
        choices.append(Choice(Change(slot, None), phrase("not_known", register)))
    return choices
