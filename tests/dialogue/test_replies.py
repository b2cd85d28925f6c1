"""Every reply of our own, in both registers, as the contract wants it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from bot.dialogue.data import fact_rules
from bot.dialogue.facts import Clash
from bot.dialogue.plan import FLOW_OF, Flow
from bot.dialogue.replies import clash_ask, facts_in_words, note, reply, wording
from bot.guidance.model import AUDIENCES, LISTS_OF_DRUGS, ONE_OF, SOME_OF, TRUE_OR_FALSE, Case

SCHEMA = json.loads(Path("tests/contract/answer.schema.json").read_text(encoding="utf-8"))
FILLED = dict.fromkeys(("facts", "fact", "old", "new", "value", "options", "listed", "number", "labels", "asked"), "x")
WORDS_AT_MOST = 80


@pytest.mark.parametrize("audience", [None, *AUDIENCES])
@pytest.mark.parametrize("name", sorted(wording().replies))
def test_every_reply_is_an_answer(name: str, audience: str | None) -> None:
    answer = reply(name, Case(audience=audience), values=FILLED).as_dict()
    jsonschema.validate(answer, SCHEMA)
    assert answer["headline"] in answer["text"]
    assert answer["notice"] in answer["text"]
    assert "{" not in answer["text"]
    assert len(answer["text"].split()) <= WORDS_AT_MOST


@pytest.mark.parametrize("name", sorted(wording().replies))
def test_the_two_registers_differ(name: str) -> None:
    texts = wording().replies[name].text
    assert texts["patient"] != texts["clinician"]


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("name", sorted(wording().notes))
def test_every_note_can_be_said(name: str, audience: str) -> None:
    assert note(name, audience, **FILLED).endswith(".")


@pytest.mark.parametrize("intent", sorted(i for i, flow in FLOW_OF.items() if flow is Flow.SOCIAL))
def test_every_social_intent_has_a_reply(intent: str) -> None:
    assert intent in wording().replies


@pytest.mark.parametrize(
    "problem", ["empty", "too_long", "symbols_only", "command", "attachment", "abuse", "injection", "other_script"]
)
def test_every_unreadable_message_gets_a_helpful_reply(problem: str) -> None:
    assert wording().replies[problem].kind in ("clarification", "out_of_scope")


def test_every_value_of_every_fact_has_words() -> None:
    for slot, values in {**ONE_OF, **{s: v for s, v in SOME_OF.items() if s not in LISTS_OF_DRUGS}}.items():
        assert set(fact_rules()[slot].values) == set(values)
    for slot in TRUE_OR_FALSE:
        assert set(fact_rules()[slot].values) == {"true", "false"}


def test_facts_are_shown_in_words() -> None:
    case = Case(
        pregnancy="not_pregnant", drugs_tried=("tacrolimus",), weight_kg=70.0, low_dlco=True, audience="clinician"
    )
    assert facts_in_words(case) == [
        "low DLCO: yes",
        "pregnancy status: not pregnant",
        "tried so far: tacrolimus",
        "weight (kg): 70",
    ]


def test_both_values_of_a_contradiction_can_be_chosen() -> None:
    ask, pending = clash_ask(Clash("side_effect_persistent", False, True), Case())
    assert ask.choices == ("No", "Yes")
    assert pending.means == ({"side_effect_persistent": False}, {"side_effect_persistent": True})
