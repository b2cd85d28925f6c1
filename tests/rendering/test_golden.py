"""What each channel draws of each kind of Answer stays as it was looked at. To renew: tests/rendering/renew.py."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.rendering.support import ANSWERS, DRAWINGS, GOLDEN, load_answers
from tests.running import ROOT

CASES = [(channel, name) for channel in DRAWINGS for name in load_answers()]
NEVER_MADE = {"unknown"}
"""A kind that the contract has and the engine does not use: what is not said is named in an Answer of another kind."""


@pytest.mark.parametrize(("channel", "name"), CASES)
def test_a_drawing_is_the_golden_one(channel: str, name: str) -> None:
    golden: Any = json.loads((GOLDEN / channel / f"{name}.json").read_text(encoding="utf-8"))
    drawn = json.loads(json.dumps(DRAWINGS[channel](load_answers()[name])))
    assert drawn == golden, "look at it, then: python -m tests.rendering.renew"


def test_there_is_an_answer_of_every_kind() -> None:
    taxonomy = yaml.safe_load((ROOT / "tests/contract/taxonomy.yml").read_text(encoding="utf-8"))
    kinds = {answer["kind"] for answer in load_answers().values()}
    assert kinds == set(taxonomy["answer_kinds"]) - NEVER_MADE


def test_no_golden_payload_is_left_over() -> None:
    for channel in DRAWINGS:
        assert {path.stem for path in (GOLDEN / channel).glob("*.json")} == {p.stem for p in ANSWERS.glob("*.json")}
