"""Pregnancy, planning and breastfeeding of the patient: stated, supposed, denied, or ruled out by sex or age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.language.concepts import Concept
from bot.language.male_patients import is_male_patient
from bot.language.slots import DENIED, Slots, unique
from bot.language.tokens import Token

OVER = "breastfeeding_over"
"""Nursing that has ended ("I stopped breastfeeding last week"): it is taken back; a new pregnancy is left open."""
WISHED = "breastfeeding_wished"
"""Nursing meant for later ("she wants to breastfeed"): supposed, not so now."""


def fill_pregnancy(slots: Slots, concepts: Sequence[Concept], tokens: Sequence[Token]) -> None:
    """Pregnancy of this patient, what is supposed or denied of it, and what the message is about."""
    wished = any(c.concept == "pregnancy" and c.value == WISHED and c.status not in DENIED for c in concepts)
    over = any(c.concept == "pregnancy" and c.value == OVER and not c.supposed for c in concepts)
    said = [_once_denied(c) for c in concepts if c.concept == "pregnancy" and c.value not in (WISHED, OVER)]
    denied = unique(c.value for c in said if c.status in DENIED and c.value != "not_pregnant")
    denied += [
        v
        for v in ("pregnant",)
        if any(c.value == "not_pregnant" and c.status == "fact" for c in said) and v not in denied
    ]
    if over and "breastfeeding" not in denied:
        denied = [*denied, "breastfeeding"]
    if delivered := _cannot_be(concepts, "delivered"):
        denied = [*denied, *(v for v in ("pregnant",) if v not in denied)]
    denied, stated = _last_word(said, denied)
    if delivered and "breastfeeding" in denied and not stated:
        stated = ["not_pregnant"]
    supposed = [*(c.value for c in said if c.supposed), *(["breastfeeding"] if wished else [])]
    refused = any(c.value == "pregnant" and c.status == "absent" for c in said)
    if refused and "pregnant" in denied and not {"pregnant", "planning", "breastfeeding"} & set(stated):
        stated.append("not_pregnant")
    if stated:
        slots.facts["pregnancy"] = min(stated, key=_order(stated))
    elif _cannot_be(concepts, "not_pregnant") or _cannot_be(concepts, "male") or (not said and is_male_patient(tokens)):
        slots.facts["pregnancy"] = "not_pregnant"
    if supposed and not (set(supposed) <= set(stated)):
        slots.scenario["pregnancy"] = min(supposed, key=_order(supposed))
    if not stated and not supposed and _cannot_be(concepts, "not_pregnant"):
        stated = ["not_pregnant"]  # said in words: the change, a hysterectomy; a man's sex alone says it unasked
    about = stated or supposed
    slots.pregnancy = (
        min(about, key=_order(about)) if about else next((c.value for c in said if c.status == "other"), None)
    )
    if denied:
        slots.absent["pregnancy"] = denied
        slots.retracted["pregnancy"] = denied
    elif not said and any(c.concept == "not_so" and _ends_a_clause(c, tokens) for c in concepts):
        slots.retracted["pregnancy"] = ["pregnant"]  # "ok but I'm not": of what was supposed before


def _once_denied(concept: Concept) -> Concept:
    """ "She isn't pregnant, test was negative": the second "no" is of the test and takes nothing back."""
    twice = concept.value == "not_pregnant" and concept.status == "absent"
    return replace(concept, status="fact") if twice else concept


def _cannot_be(concepts: Sequence[Concept], why: str) -> bool:
    return any(c.concept == "cannot_be_pregnant" and c.value == why and c.status == "fact" for c in concepts)


def _ends_a_clause(concept: Concept, tokens: Sequence[Token]) -> bool:
    return concept.match.end == len(tokens) or tokens[concept.match.end].is_mark


def _last_word(said: Sequence[Concept], denied: Sequence[str]) -> tuple[list[str], list[str]]:
    """(denied, stated) values, where what is said of a value last counts: "pregnant? no, not pregnant"."""
    stated = {c.value: c.match.start for c in said if c.status == "fact"}
    refused = {value: _denied_at(said, value) for value in denied}
    kept = [value for value in denied if stated.get(value, -1) < refused[value]]
    return kept, [value for value, place in stated.items() if refused.get(value, -1) < place and value not in kept]


def _denied_at(said: Sequence[Concept], value: str) -> int:
    places = [c.match.start for c in said if c.value == value and c.status in DENIED]
    opposite = [c.match.start for c in said if value == "pregnant" and c.value == "not_pregnant" and c.status == "fact"]
    return max([*places, *opposite], default=0)


def _order(values: Sequence[str]) -> Any:
    """Planning wins over a bare "pregnancy" beside it; breastfeeding over both."""
    ranks = ("breastfeeding", "planning", "pregnant", "not_pregnant")
    return ranks.index
