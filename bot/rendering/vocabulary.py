"""What a case can hold and what can be put forward, with titles for people: for chips, menus and pictures."""

from __future__ import annotations

from typing import Any

from bot.dialogue.data import fact_rules, words
from bot.guidance.knowledge import DEFAULT_REGISTER, load_knowledge
from bot.guidance.model import BETWEEN, LISTS_OF_DRUGS, ONE_OF, SLOTS, SOME_OF, TRUE_OR_FALSE

UNITS = {"weight_kg": "kg", "height_cm": "cm"}


def vocabulary(register: str = DEFAULT_REGISTER) -> dict[str, Any]:
    """Facts with their values, drugs and options, titled for a "clinician" or a "patient".

    The titles are those of the table (drugs, options) and of the conversation (bot/dialogue/facts.yml).
    """
    knowledge = load_knowledge()
    return {
        "slots": [_slot(slot, register) for slot in SLOTS],
        "drugs": {drug.id: drug.labels[register] for drug in knowledge.table.drugs.values()},
        "options": {row.option: row.label[register] for row in knowledge.rules.options},
    }


def _slot(slot: str, register: str) -> dict[str, Any]:
    unit = UNITS.get(slot)
    title = fact_rules()[slot].label[register]
    shown: dict[str, Any] = {
        "id": slot,
        "title": _capital(title.removesuffix(f" ({unit})")),
        "kind": _kind(slot),
        "unit": unit,
        "values": [{"id": value, "title": _value(slot, value, register)} for value in _values(slot)],
    }
    if slot in BETWEEN:
        shown["minimum"], shown["maximum"] = BETWEEN[slot]
    return shown


def _kind(slot: str) -> str:
    if slot in SOME_OF:
        return "list"
    if slot in ONE_OF:
        return "categorical"
    return "bool" if slot in TRUE_OR_FALSE else "number"


def _values(slot: str) -> tuple[str, ...]:
    return SOME_OF.get(slot) or ONE_OF.get(slot) or ()


def _value(slot: str, value: str, register: str) -> str:
    drugs = load_knowledge().table.drugs
    return drugs[value].labels[register] if slot in LISTS_OF_DRUGS and value in drugs else words(slot, value, register)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
