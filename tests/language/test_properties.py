"""What holds for every message, whatever is typed."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.guidance.loader import load_table
from bot.language.reader import UNREADABLE, Reader
from bot.language.reading import Reading

READER = Reader(load_table())
EFFECTS = ("diarrhea", "nausea", "neutropenia", "an infection", "a rash", "headaches", "vomiting", "hair loss")
SUBJECTS = ("I have", "she has", "my mother has", "the patient has")
DENIALS = ("I don't have", "she has no", "he never had", "denies", "without", "there is no", "negative for", "no")
SUPPOSITIONS = ("what if she gets", "in case I get", "if he develops", "suppose she had")
WORDS = (
    *("pregnant", "not", "no", "if", "is", "she", "I", "cellcept", "tac", "severe", "ILD", "mild", "lungs", "?", ","),
    *(
        "diarrhea",
        "stopped",
        "failed",
        "and",
        "but",
        "my",
        "mother",
        "what",
        "on",
        "low",
        "wbc",
        "70",
        "kg",
        "the",
        ".",
    ),
)
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(st.text(max_size=300))
def test_any_text_gives_a_reading_that_survives_json(text: str) -> None:
    reading = READER.read(text)
    assert Reading.from_dict(json.loads(json.dumps(reading.to_dict()))) == reading
    assert 1 <= len(reading.questions) <= 3


@SLOW
@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
def test_a_value_is_never_both_stated_and_absent(text: str) -> None:
    reading = READER.read(text)
    assert not set(reading.facts.get("side_effect", ())) & set(reading.absent.get("side_effect", ()))
    assert reading.facts.get("pregnancy") not in reading.absent.get("pregnancy", ())
    assert set(reading.facts.get("drugs_tried", ())) <= set(reading.drugs)
    assert READER.read(text) == reading


@SLOW
@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
def test_a_message_that_only_asks_whether_states_no_pregnancy(text: str) -> None:
    assert "pregnancy" not in READER.read("is she pregnant?").facts
    assert READER.read(f"{text}\nis she pregnant?").facts.get("pregnancy") == READER.read(text).facts.get("pregnancy")


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_stated_effect_is_a_fact(subject: str, effect: str) -> None:
    assert READER.read(f"{subject} {effect} on cellcept").facts["side_effect"]


@pytest.mark.parametrize("effect", [effect.removeprefix("an ").removeprefix("a ") for effect in EFFECTS])
@pytest.mark.parametrize("denial", DENIALS)
def test_a_denial_turns_it_into_something_absent(denial: str, effect: str) -> None:
    reading = READER.read(f"{denial} {effect}")
    assert "side_effect" not in reading.facts
    assert reading.absent["side_effect"]
    assert not reading.side_effect


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("supposition", SUPPOSITIONS)
def test_a_supposition_is_for_one_answer_only(supposition: str, effect: str) -> None:
    reading = READER.read(f"{supposition} {effect}?")
    assert "side_effect" not in reading.facts
    assert reading.scenario["side_effect"]
    assert reading.hypothetical


@pytest.mark.parametrize(
    "question", ["can {} be used in pregnancy", "is {} ok if I get pregnant", "{} while pregnant?"]
)
@pytest.mark.parametrize("drug", ["tacrolimus", "imuran", "rituximab", "CellCept"])
def test_pregnancy_that_is_asked_about_is_never_stored(question: str, drug: str) -> None:
    reading = READER.read(question.format(drug))
    assert reading.pregnancy == "pregnant"
    assert "pregnancy" not in reading.facts


@pytest.mark.parametrize(
    "problem, text", [("too_long", "cellcept " * 500), ("empty", " \u200b\n"), ("symbols_only", "🦠")]
)
def test_what_cannot_be_read_says_nothing(problem: str, text: str) -> None:
    reading = READER.read(text)
    assert reading.problem == problem
    assert problem in UNREADABLE
    assert not reading.facts and not reading.drugs
