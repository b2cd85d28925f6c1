"""Taking an Answer apart loses nothing, and folding never cuts a sentence."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering import facts, parts
from tests.rendering.support import load_answers

ANSWERS = load_answers()


@pytest.mark.parametrize("name", ANSWERS)
def test_the_lines_are_the_text(name: str) -> None:
    answer = ANSWERS[name]
    lines = parts.lines(answer)
    assert [line.text for line in lines] == answer["text"].split("\n")
    kinds = [line.kind for line in lines]
    assert kinds[-1] == parts.NOTICE or name == "error"
    if answer["escalation"]:
        assert kinds[0] == parts.ESCALATION
    assert (parts.ASSUMED in kinds) == bool(answer["assumptions"])
    if answer["ask"] and answer["ask"]["question"] != answer["headline"]:
        assert parts.ASK in kinds


@pytest.mark.parametrize("name", ANSWERS)
def test_what_unfolds_holds_everything(name: str) -> None:
    answer = ANSWERS[name]
    for detail in parts.details(answer):
        title, lines = parts.unfolded(answer, detail.id)
        text = "\n".join(line.text for line in lines)
        assert title
        if detail.id == parts.ALL:
            for statement in answer["statements"]:
                assert statement["text"].rstrip(".") in text
            for option in answer["options"]:
                assert parts.option_label(option) in text
            for unknown in answer["unknown"]:
                assert unknown in text
        if detail.id == parts.SOURCES:
            for citation in answer["citations"]:
                assert f"[{citation['number']}]" in text
                if citation["status"] != "confirmed":
                    assert citation["url"] is None


def test_only_what_is_held_back_is_explained() -> None:
    answer = ANSWERS["pregnancy"]
    why = {d.id.removeprefix(parts.WHY) for d in parts.details(answer) if d.id.startswith(parts.WHY)}
    held_back = {o["option"] for o in answer["options"] if o["stance"] in parts.HELD_BACK}
    assert why == held_back
    with pytest.raises(KeyError):
        parts.unfolded(answer, "why:tacrolimus")


SENTENCE = st.text("abc def 1.5", min_size=1, max_size=60).map(lambda t: f"A{t.strip()}.".replace(". ", "; "))


@given(st.lists(st.lists(SENTENCE, min_size=1, max_size=8).map(" ".join), max_size=8))
def test_folding_keeps_words_and_sentences(texts: list[str]) -> None:
    pieces = parts.fold(texts, 120)
    assert all(len(piece) <= 120 for piece in pieces)
    assert " ".join(pieces).split() == " ".join(texts).split()
    assert all(re.search(r"[.!?]$", piece) for piece in pieces)


def test_a_sentence_that_is_too_long_is_cut_between_words() -> None:
    pieces = parts.fold(["word " * 100], 52)
    assert all(len(piece) <= 52 and set(piece.split()) == {"word"} for piece in pieces)
    assert sum(len(piece.split()) for piece in pieces) == 100


CASE: dict[str, Any] = {"side_effect": ["gastrointestinal"], "pregnancy": "pregnant", "low_dlco": True}


def test_the_case_in_words() -> None:
    assert facts.summary(CASE, "clinician") == (
        "mycophenolate side effect: gastrointestinal · low DLCO: yes · pregnancy status: pregnant"
    )
    assert facts.summary({}, "patient") == ""


@pytest.mark.parametrize("case", [{}, CASE])
@pytest.mark.parametrize("register", ["clinician", "patient"])
def test_every_change_on_offer_is_of_the_vocabulary(case: dict[str, Any], register: str) -> None:
    for fact in facts.facts(case, register):
        for choice in fact.choices:
            assert facts.check(choice.change)
            changed = choice.change.applied_to(case)
            assert changed[fact.slot] != case.get(fact.slot)


@pytest.mark.parametrize(
    "change",
    [
        facts.Change("pregnancy", "maybe"),
        facts.Change("memory", {}),
        facts.Change("audience", "clinician"),
        facts.Change("pregnancy", "pregnant", facts.ADD),
        facts.Change("side_effect", None, facts.ADD),
        facts.Change("side_effect", ["hepatic"], facts.ADD),
        facts.Change("weight_kg", 5000),
        facts.Change("low_dlco", "yes"),
    ],
)
def test_other_changes_are_refused(change: facts.Change) -> None:
    assert not facts.check(change)
