"""Named patients: what is put first, what is held back or ruled out, and what is said with it (patients.yml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.guidance.answer import Answer
from bot.guidance.engine import answer
from bot.guidance.model import Case
from bot.guidance.placement_rows import OFFERED

PATIENTS = yaml.safe_load((Path(__file__).parent / "patients.yml").read_text())
KEYS = {"name", "case", "first", "offered", "not_offered", "shown", "cites", "heed", "silent", "asks", "raises"}


def cited(result: Answer, option: str) -> set[int]:
    because = next(o.because for o in result.options if o.option == option)
    return {n for s in result.statements if s.id in because for n in s.citations}


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda p: p["name"])
def test_patient(patient: dict[str, Any]) -> None:
    assert set(patient) <= KEYS
    case = Case.from_mapping({**patient["case"], "audience": "clinician"})
    result = answer(case)
    stance = {o.option: o.stance for o in result.options}
    caution = {o.option: o.caution or "" for o in result.options}
    preferred = {o for o, s in stance.items() if s == "preferred"}
    if "first" in patient:
        assert preferred >= set(patient["first"])
    for option in patient.get("offered", ()):
        assert stance.get(option) in OFFERED, option
    for option in patient.get("not_offered", ()):
        assert stance.get(option) not in OFFERED, option
    for option, expected in patient.get("shown", {}).items():
        assert stance.get(option) == expected, option
    for option, numbers in patient.get("cites", {}).items():
        assert set(numbers) <= cited(result, option), option
    for option, words in patient.get("heed", {}).items():
        assert words in caution[option], option
    for words in patient.get("silent", ()):
        assert any(words in u for u in result.unknown), result.unknown
    if "asks" in patient:
        assert result.ask is not None
        assert result.ask.slot == patient["asks"]
    if "raises" in patient:
        assert result.escalation is not None
        assert result.escalation.level == patient["raises"]
