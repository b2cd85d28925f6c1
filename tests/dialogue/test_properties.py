"""What holds for every conversation, whatever is said in it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue.memory import Memory
from bot.dialogue.reading import Reading
from bot.dialogue.respond import respond
from bot.dialogue.turn import take_turn
from bot.guidance import engine
from bot.guidance.answer import Answer
from bot.guidance.loader import load_table
from bot.guidance.model import DRUGS, INTENTS, ONE_OF, SOME_OF, Case, Question

FACTS = st.fixed_dictionaries(
    {},
    optional={
        **{slot: st.sampled_from(values) for slot, values in ONE_OF.items()},
        **{slot: st.lists(st.sampled_from(values), min_size=1, max_size=2) for slot, values in SOME_OF.items()},
        "weight_kg": st.sampled_from([40, 70.5, 500, "heavy"]),
    },
)
ANEW = ("drug", "which_person")
SINGLE = {slot: values for slot, values in ONE_OF.items() if slot != "audience"}


TEXTS = ("", "yes", "dose?", "what about azathioprine?", "sorry, now", "Someone else", "2")
SUPPOSING = ("what if it were severe", "and if I were?", "suppose it was my stomach instead", "what if it gets worse")
WITHDRAWING = ("scrap the kidney bit", "ignore the weight", "that was another patient's pregnancy", "forget the lungs")
FINDINGS = st.fixed_dictionaries(
    {
        "side_effect": st.lists(st.sampled_from(SOME_OF["side_effect"]), min_size=1, max_size=2, unique=True),
        "ild_severity": st.sampled_from(ONE_OF["ild_severity"]),
        "pregnancy": st.sampled_from(ONE_OF["pregnancy"]),
        "contraindications": st.lists(
            st.sampled_from(SOME_OF["contraindications"]), min_size=1, max_size=3, unique=True
        ),
        "weight_kg": st.sampled_from([50.0, 80.0]),
    }
)
ACTS = (None, "undo", "show_case", "shorter", "longer", "plain", "repeat", "why_not", "sources")
FLAGS = (None, None, {"level": "emergency", "rule": "RF-resp-failure"}, {"level": "same_day", "rule": "RF-liver"})
RETRACTED = st.dictionaries(st.sampled_from(sorted(SINGLE)), st.just(["mild", "pregnant"]), max_size=2)


@st.composite
def messages(draw: st.DrawFn, *, asserts: bool = True) -> dict[str, Any]:
    """A message as the language part might send it, sensible or not; ``asserts``: it may state and reply."""
    parts = draw(st.lists(st.sampled_from(INTENTS), min_size=1, max_size=3))
    drugs = draw(st.lists(st.sampled_from(DRUGS), max_size=2, unique=True))
    said = {
        "text": draw(st.sampled_from(TEXTS if asserts else TEXTS[2:4])),
        "questions": [{"intent": intent, "confidence": 0.5, "text": "x", "drugs": drugs} for intent in parts],
        "drugs": drugs,
        "scenario": draw(FACTS),
        "hypothetical": draw(st.booleans()),
        "act": draw(st.sampled_from(ACTS)),
        "person": draw(st.sampled_from([None, "self", "relative", "other", "patient"])),
        "emergency": draw(st.sampled_from(FLAGS)),
        "problem": draw(st.sampled_from([None, None, None, "command", "injection"])),
    }
    if asserts:
        said["facts"] = draw(FACTS)
        said["retracted"] = draw(RETRACTED)
        said["severity"] = draw(st.sampled_from([None, "mild", "severe"]))
        said["reply"] = draw(st.sampled_from([None, "yes", "no", "unknown"]))
        said["ordinal"] = draw(st.sampled_from([None, 1, 2, -1, 9]))
    return said


def step(held: Memory, message: dict[str, Any]) -> tuple[tuple[Answer, ...], Memory]:
    """One message, with the memory carried as Rasa carries it: through JSON."""
    answers, after = respond(take_turn(held, Reading.from_json(json.loads(json.dumps(message)))))
    return answers, Memory.from_json(after.case.as_dict(), json.loads(json.dumps(after.to_json())))


@settings(max_examples=30, deadline=None)
@given(st.lists(messages(), min_size=1, max_size=6))
def test_every_message_is_answered_and_at_most_one_question_is_put(said: list[dict[str, Any]]) -> None:
    held = Memory()
    for message in said:
        answers, held = step(held, message)
        assert 1 <= len(answers) <= 3
        assert sum(a.ask is not None for a in answers) <= 1
        assert all(a.text and a.case == held.case for a in answers)


@settings(max_examples=30, deadline=None)
@given(st.lists(messages(asserts=False), min_size=1, max_size=6))
def test_what_is_only_supposed_or_asked_is_never_stored(said: list[dict[str, Any]]) -> None:
    held = Memory()
    for message in said:
        _, held = step(held, message)
        assert not set(held.case.known()) - {"audience"}


@settings(max_examples=30, deadline=None)
@given(st.lists(messages(), min_size=2, max_size=6))
def test_no_fact_is_asked_for_twice_of_one_patient(said: list[dict[str, Any]]) -> None:
    held = Memory()
    for message in said:
        before = held
        answers, held = step(held, message)
        same_patient = set(before.asked) <= set(held.asked)
        for ask in (a.ask for a in answers if a.ask and same_patient and a.kind != "ask"):
            of_the_dialogue = ask.question.startswith(("Two statements", "You told me two")) or ask.slot in ANEW
            assert of_the_dialogue or ask.slot not in before.asked


@settings(max_examples=30, deadline=None)
@given(st.lists(messages(), min_size=1, max_size=4), st.lists(messages(), min_size=1, max_size=4))
def test_conversations_do_not_touch_each_other(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> None:
    alone = Memory()
    for message in first:
        _, alone = step(alone, message)
    one, other = Memory(), Memory()
    for place in range(max(len(first), len(second))):
        if place < len(first):
            _, one = step(one, first[place])
        if place < len(second):
            _, other = step(other, second[place])
    assert one == alone


@settings(max_examples=30, deadline=None)
@given(st.lists(messages(), min_size=1, max_size=5))
def test_a_new_patient_forgets_everything_but_the_audience(said: list[dict[str, Any]]) -> None:
    held = Memory()
    for message in said:
        _, held = step(held, message)
    _, held = step(held, {"text": "new patient", "act": "new_patient", "questions": [{"intent": "restart"}]})
    assert held == Memory(case=Case(audience=held.case.audience), turns=held.turns)


@pytest.mark.parametrize("rule", sorted(load_table().red_flags))
def test_a_new_patient_with_a_red_flag_takes_over_no_fact(rule: str) -> None:
    level = load_table().red_flags[rule].level
    earlier = {"side_effect": ["gastrointestinal"], "contraindications": ["tpmt_deficiency"], "pregnancy": "pregnant"}
    for intent in ("restart", "emergency", "report_side_effect"):
        said = {
            "text": "new patient",
            "act": "new_patient",
            "emergency": {"level": level, "rule": rule},
            "facts": {"side_effect": ["hematologic"]},
            "questions": [{"intent": intent, "confidence": 0.9, "text": ""}],
        }
        answers, held = step(told(earlier), said)
        assert held.case == Case(side_effect=("hematologic",))
        assert any(a.escalation is not None for a in answers)


def told(facts: dict[str, Any]) -> Memory:
    """A conversation in which these facts were told and answered."""
    said = {"text": "", "facts": facts, "questions": [{"intent": "ask_alternatives", "confidence": 0.9, "text": ""}]}
    return step(Memory(), said)[1]


def degree(text: str, context: list[str]) -> list[dict[str, Any]]:
    """The mention of a degree that the language part would report in the text."""
    start = text.find("severe")
    found = {"concept": "severity", "value": "severe", "start": start, "end": start + 6, "context": context}
    return [found] if start >= 0 else []


@settings(max_examples=40, deadline=None)
@given(FINDINGS, st.sampled_from(SUPPOSING), st.sampled_from(INTENTS))
def test_what_is_supposed_by_leaning_on_the_talk_changes_nothing(facts: dict[str, Any], text: str, intent: str) -> None:
    held = told(facts)
    if intent == "restart":
        return
    questions = [{"intent": intent, "confidence": 0.5, "text": text}]
    said = {"text": text, "questions": questions, "mentions": degree(text, ["hypothetical", "scenario"])}
    _, after = step(held, said)
    assert after.case == held.case


@settings(max_examples=40, deadline=None)
@given(FINDINGS, st.sampled_from(WITHDRAWING))
def test_a_withdrawal_takes_facts_away_and_adds_none(facts: dict[str, Any], text: str) -> None:
    held = told(facts)
    said = {"text": text, "questions": [{"intent": "correct_info", "confidence": 0.9, "text": text}]}
    _, after = step(held, said)
    for slot, value in after.case.known().items():
        before = held.case.known()[slot]
        assert value == before or set(value) < set(before)


@settings(max_examples=40, deadline=None)
@given(FINDINGS, st.sampled_from(("her brother has severe asthma", "my aunt is severe with it")))
def test_a_degree_of_somebody_else_is_never_stored(facts: dict[str, Any], text: str) -> None:
    held = replace(told(facts), person="self")
    questions = [{"intent": "out_of_scope", "confidence": 0.5, "text": text}]
    said = {
        "text": text,
        "questions": questions,
        "person": "relative",
        "severity": "severe",
        "mentions": degree(text, []),
    }
    _, after = step(held, said)
    assert after.case == held.case


@settings(max_examples=40, deadline=None)
@given(FINDINGS, st.integers(min_value=-1, max_value=4), st.sampled_from(INTENTS))
def test_nothing_pointed_at_is_offered_against_the_case(facts: dict[str, Any], place: int, intent: str) -> None:
    held = told(facts)
    said = {
        "text": "and that one?",
        "ordinal": place or None,
        "questions": [{"intent": intent, "text": "and that one?"}],
    }
    answers, after = step(held, said)
    whole = engine.answer(after.case, Question())
    ruled_out = {o.option for o in whole.options if o.stance in ("contraindicated", "avoid")}
    offered = {
        o.option for answer in answers for o in answer.options if o.stance in ("preferred", "consider", "adjunct")
    }
    assert not ruled_out & offered


GOING_ON = ("next", "next please", "go on", "continue", "ok, next")


@settings(max_examples=40, deadline=None)
@given(FINDINGS, st.sampled_from(GOING_ON), st.sampled_from(("restart", "out_of_scope", "affirm", "goodbye")))
def test_to_go_on_forgets_no_case(facts: dict[str, Any], text: str, intent: str) -> None:
    held = told(facts)
    _, after = step(held, {"text": text, "questions": [{"intent": intent, "confidence": 1.0, "text": text}]})
    assert after.case == held.case


VAGUE = ("over what period?", "early or late?", "5-10 fine?", "would you use it?", "is that low?", "how come?")


@settings(max_examples=60, deadline=None)
@given(FINDINGS, st.lists(st.tuples(st.sampled_from(VAGUE), st.sampled_from(INTENTS)), min_size=1, max_size=3))
def test_few_words_that_lean_on_the_talk_store_nothing(facts: dict[str, Any], said: list[tuple[str, str]]) -> None:
    held = told(facts)
    for text, intent in said:
        if intent in ("restart", "emergency"):
            continue
        _, after = step(held, {"text": text, "questions": [{"intent": intent, "confidence": 0.3, "text": text}]})
        assert after.case == held.case
        held = after


@settings(max_examples=40, deadline=None)
@given(FINDINGS, st.lists(st.sampled_from(DRUGS), max_size=2, unique=True), st.sampled_from(INTENTS))
def test_no_paragraph_stands_twice_and_no_ruled_out_drug_is_offered(
    facts: dict[str, Any], drugs: list[str], intent: str
) -> None:
    held = told(facts)
    questions = [{"intent": intent, "confidence": 0.9, "text": "?", "drugs": drugs}]
    answers, _ = step(held, {"text": "?", "drugs": drugs, "questions": questions})
    for answer in answers:
        lines = [line for line in answer.text.split("\n") if line]
        assert len(lines) == len(set(lines))
        ruled_out = {d for o in answer.options if o.stance == "contraindicated" and len(o.drugs) == 1 for d in o.drugs}
        assert not ruled_out & {
            d for o in answer.options if o.stance == "preferred" and len(o.drugs) == 1 for d in o.drugs
        }
