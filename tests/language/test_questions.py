"""One message, several questions: where it is cut, and which drug each part means."""

from __future__ import annotations

import pytest

from bot.guidance.loader import load_table
from bot.language.lexicon_loader import load_lexicon
from bot.language.reader import Reader

TAC, RTX, MMF = "tacrolimus", "rituximab", "mycophenolate_mofetil"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(load_table())


@pytest.mark.parametrize(
    ("say", "parts"),
    [
        ("ritux dose, what to check, and is it safe in pregnancy",
         [("ritux dose", (RTX,)), ("what to check", (RTX,)), ("is it safe in pregnancy", (RTX,))]),
        ("tac dose and monitoring", [("tac dose", (TAC,)), ("monitoring", (TAC,))]),
        ("MMF not tolerated, no ILD. options + doses",
         [("MMF not tolerated, no ILD. options", (MMF,)), ("doses", ())]),
        ("wbc low on MMF. alternatives? doses?", [("wbc low on MMF. alternatives?", (MMF,)), ("doses?", ())]),
        ("MMF intolerant, severe GI, options + doses", [("MMF intolerant, severe GI, options", (MMF,)), ("doses", ())]),
        ("severe ILD, now on tac. levels?", [("levels?", (TAC,))]),
        ("severe ILD, steroids plus tac. tac dose?", [("tac dose?", (TAC,))]),
    ],
)  # fmt: skip
def test_each_question_is_a_part_with_its_drug(
    reader: Reader, say: str, parts: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert [(q.text, q.drugs) for q in reader.read(say).questions] == parts


@pytest.mark.parametrize(
    "say",
    [
        "schedule and route",
        "is it the dose, or the schedule",
        "I have diarrhea on cellcept. options?",
        "no dose was given, she is on tac",
        "diarrhea on a dose of 3 g",
    ],
)
def test_one_question_stays_whole(reader: Reader, say: str) -> None:
    assert [q.text for q in reader.read(say).questions] == [say]


def test_mycophenolate_is_not_carried_on(reader: Reader) -> None:
    questions = reader.read("what else is there instead of mmf, and is it safe in pregnancy").questions
    assert questions[1].drugs == ()


@pytest.mark.parametrize(
    ("say", "aspect"),
    [
        ("schedule?", "schedule_choice"),
        ("which regimen", "schedule_choice"),
        ("how is that given", "route"),
        ("drip or tablet", "route"),
        ("which bloods for the muscles", "ck_enzymes"),
        ("how much should she take", "start_dose"),
        ("is being sick common on it", "how_common"),
        ("least risky?", "ranking_safety"),
        ("which one is gentler", "ranking_safety"),
        ("which works faster", "onset"),
        ("which of the swaps works fastest", "onset"),
        ("will tacrolimus make my hands shake", "tremor_neuro"),
        ("max aza in pregnancy", "max_dose"),
        ("mycophenolate for a father to be", "fathering"),
        ("azathioprine, he is trying for a baby", "fathering"),
        ("I threw up my dose this morning, do I retake", "missed_dose"),
        ("tac level 3 last week", "drug_levels"),
        ("DLCO matters why", "low_dlco"),
        ("does it cite anything for the reduction", "dose_reduction"),
        ("ive only failed cellcept so am i refractory", "refractory_definition"),
    ],
)
def test_an_elliptical_question_carries_its_aspect(reader: Reader, say: str, aspect: str) -> None:
    assert aspect in reader.read(say).questions[0].aspects


def test_the_aspects_of_the_lexicon_are_in_the_table() -> None:
    found = {term.value for _, _, term in load_lexicon().rows if term.concept == "aspect"}
    assert found <= set(load_table().aspects)
