"""A change of the case by click: taken as it is, told with what it does, undone, and behind every emergency."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.edits import Edit, take_edit
from bot.dialogue.memory import Memory
from bot.dialogue.respond import respond
from bot.dialogue.turn import take_turn
from bot.guidance.answer import Answer
from bot.guidance.model import BETWEEN, ONE_OF, SLOTS, SOME_OF, InvalidInputError
from tests.dialogue.support import reading


def said(held: Memory, intent: str, text: str = "", **message: Any) -> tuple[tuple[Answer, ...], Memory]:
    return respond(take_turn(held, reading(intent, text, **message)))


def clicked(held: Memory, repeat: bool = True, act: str | None = None, **changes: Any) -> tuple[Answer, Memory]:
    data = {"act": act} if act else {"changes": changes}
    answers, after = respond(take_edit(held, Edit.from_json({**data, "repeat": repeat})))
    assert Memory.from_json(after.case.as_dict(), json.loads(json.dumps(after.to_json()))) == after
    return answers[0], after


@pytest.fixture
def asked() -> Memory:
    """Options were asked for a pregnant patient with mild stomach trouble, whom mycophenolate helps."""
    facts = {"side_effect": ["gastrointestinal"], "side_effect_severity": "mild", "mmf_response": "good"}
    facts = {**facts, "pregnancy": "pregnant"}
    return said(Memory(), "ask_alternatives", facts=facts)[1]


def stances(answer: Answer) -> dict[str, str]:
    return {o.option: o.stance for o in answer.options}


def test_a_fact_is_replaced_without_asking_back_and_the_answer_says_what_changed(asked: Memory) -> None:
    answer, after = clicked(asked, pregnancy="not_pregnant")
    assert after.case.pregnancy == "not_pregnant"
    assert answer.kind == "options"
    assert answer.headline.startswith("What changed: ")
    assert "now offered: " in answer.headline
    assert answer.understood["intent"] == "correct_info"
    assert after.questions == asked.questions


def test_a_list_is_replaced_as_a_whole_and_cleared(asked: Memory) -> None:
    _, after = clicked(asked, side_effect=["hematologic"])
    assert after.case.side_effect == ("hematologic",)
    for nothing in (None, []):
        assert clicked(after, side_effect=nothing)[1].case.side_effect == ()


def test_a_cleared_fact_is_unknown_and_said_to_be_taken_back(asked: Memory) -> None:
    answer, after = clicked(asked, pregnancy=None)
    assert after.case.pregnancy is None
    assert "taken back" in answer.headline


def test_several_facts_are_one_step_of_undo(asked: Memory) -> None:
    _, after = clicked(asked, pregnancy=None, ild_severity="severe")
    answer, back = clicked(after, act="undo")
    assert back.case == asked.case
    assert answer.kind == "options" and answer.headline.startswith("What changed: ")


def test_words_undo_a_click(asked: Memory) -> None:
    _, after = clicked(asked, pregnancy=None)
    assert said(after, "correct_info", "undo that", act="undo")[1].case == asked.case


def test_undo_passes_over_a_change_of_the_register(asked: Memory) -> None:
    _, patient = said(asked, "set_audience", "I am a patient", audience="patient")
    _, back = clicked(patient, act="undo")
    assert back.case.side_effect == () and back.case.audience == "patient"
    assert clicked(back, act="undo")[0].headline.startswith("There is nothing")


def test_the_register_by_click_answers_again_and_is_no_step_of_undo(asked: Memory) -> None:
    answer, after = clicked(asked, audience="patient")
    assert answer.kind == "options" and answer.case.audience == "patient"
    assert after.undo == asked.undo


def test_without_repeat_or_question_the_facts_are_told(asked: Memory) -> None:
    answer, _ = clicked(asked, repeat=False, weight_kg=70)
    assert answer.kind == "case" and "70" in answer.headline
    answer, _ = clicked(Memory(), pregnancy="planning")
    assert answer.kind == "case"
    nothing = dict.fromkeys(asked.case.known())
    answer, after = clicked(asked, repeat=False, **nothing)
    assert answer.kind == "case" and after.case.known() == {}


def test_no_drug_that_the_changed_case_rules_out_is_offered(asked: Memory) -> None:
    answer, _ = clicked(replace(asked, case=replace(asked.case, pregnancy=None)), pregnancy="pregnant")
    assert stances(answer)["cyclophosphamide"] == "contraindicated"
    assert answer.escalation is not None


def test_an_emergency_comes_first(asked: Memory) -> None:
    answers, after = said(
        asked, "emergency", red_flag=None, emergency={"level": "emergency", "rule": "RF-sepsis-low-bp"}
    )
    assert answers[0].kind == "emergency"
    answer, after = clicked(after, pregnancy="not_pregnant")
    assert answer.kind == "emergency" and answer.options == ()
    assert after.case.pregnancy == "not_pregnant" and after.emergency is not None


def test_what_was_supposed_of_a_fact_gives_way_to_the_click() -> None:
    _, held = said(Memory(), "ask_pregnancy", hypothetical=True, scenario={"pregnancy": "pregnant"})
    _, after = clicked(held, pregnancy="not_pregnant")
    assert after.scenario == {} and not after.questions[0].scenario
    _, kept = clicked(held, side_effect=["hepatic"])
    assert kept.scenario == {"pregnancy": "pregnant"} and kept.case.pregnancy is None


def test_the_open_question_is_answered_by_the_click() -> None:
    _, held = said(Memory(), "ask_alternatives", facts={"side_effect": ["gastrointestinal"]})
    assert held.pending is not None
    slot = held.pending.slot
    value = {"side_effect_severity": "mild", "ild_severity": "severe", "pregnancy": "not_pregnant"}[slot]
    _, after = clicked(held, **{slot: value})
    assert after.pending is None or after.pending.slot != slot


def test_lungs_and_their_course_fit() -> None:
    _, well = clicked(Memory(), ild_severity="none")
    assert clicked(well, ild_course="progressive")[1].case.ild_severity == "present_unspecified"
    _, both = clicked(well, ild_severity="severe", ild_course="progressive")
    assert clicked(both, ild_severity="none")[1].case.ild_course is None


def test_a_new_patient_by_click(asked: Memory) -> None:
    _, after = clicked(asked, act="new_patient")
    assert after.case.known() == {} and after.questions == ()


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"changes": {}},
        {"changes": []},
        {"changes": {"pregnancy": "banana"}},
        {"changes": {"banana": True}},
        {"changes": {"weight_kg": 5}},
        {"changes": {"low_dlco": "yes"}},
        {"changes": {"drugs_tried": "rituximab"}},
        {"changes": {"pregnancy": None}, "act": "undo"},
        {"act": "forget"},
    ],
)
def test_what_is_no_edit_is_refused(data: Any) -> None:
    with pytest.raises(InvalidInputError):
        Edit.from_json(data)


def _values(slot: str) -> st.SearchStrategy[Any]:
    if slot in SOME_OF:
        return st.lists(st.sampled_from(SOME_OF[slot]), max_size=3)
    if slot in ONE_OF:
        return st.none() | st.sampled_from(ONE_OF[slot])
    return st.none() | (st.floats(*BETWEEN[slot]) if slot in BETWEEN else st.booleans())


@given(st.lists(st.sampled_from(SLOTS).flatmap(lambda s: st.tuples(st.just(s), _values(s))), min_size=1, max_size=6))
def test_any_clicks_are_taken_and_undone_one_by_one(clicks: list[tuple[str, Any]]) -> None:
    _, held = said(Memory(), "ask_alternatives")
    for slot, value in clicks:
        _, held = clicked(held, **{slot: value})
    for _ in range(len(clicks)):
        _, held = clicked(held, act="undo")
    assert {k: v for k, v in held.case.known().items() if k != "audience"} == {}
