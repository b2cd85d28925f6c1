"""General rules of the reader: every name and every effect in every frame of denial, supposition and time."""

from __future__ import annotations

import pytest

from bot.guidance.loader import load_table
from bot.language.dictation import Dictation, heard, likeness
from bot.language.patterns import MMF
from bot.language.reader import Reader

READER = Reader(load_table())
GENERIC = {drug_id: drug_id.replace("_", " ") for drug_id in load_table().drugs}
DENIED = (
    "we never gave {}", "she was never put on {}", "never had {}", "she has not been given {}", "no {} so far",
    "had nothing else, never {}", "I'm not on {}", "naive to {}", "yet to start {}",
)  # fmt: skip
STILL_THE_SUBJECT = (
    "something that isn't {}", "why was I not given {}", "an option other than {}", "anything but {} please",
    "can't afford {}", "my doctor won't prescribe {}", "not keen on {}", "is there a drug that's not {}",
    "if not {}, what",
    "she is not on {} any more", "never again {}",
)  # fmt: skip
ARROWS = ("->", "→", "=>", "-->", " -> ", "|", "⇒")
EFFECTS = {
    "diarrhoea": "gastrointestinal", "nausea": "gastrointestinal", "stomach trouble": "gastrointestinal",
    "low white cells": "hematologic", "anaemia": "hematologic", "shingles": "infection",
    "chest infections": "infection",
    "raised liver enzymes": "hepatic", "headaches": "other", "hair loss": "other",
}  # fmt: skip
CAME_WITH_THE_DRUG = (
    "never had {} before the cellcept", "no {} until mycophenolate", "didn't have {} till they put me on mmf",
    "there was no {} prior to MMF",
)  # fmt: skip
OVER = (
    "{} gone",
    "the {} has resolved",
    "{} cleared up",
    "the {} on mmf is a thing of the past",
    "no longer getting {}",
)
DENIED_EFFECTS = (
    "no {} on mmf", "she denies {} on mmf", "free of {} on mmf", "without any {} on mycophenolate",
    "haven't had {} on cellcept", "neither fever nor {} on mmf", "{}? none on mmf", "far from {} on mmf",
)  # fmt: skip
SUPPOSED = (
    "say I get {} on mmf, then what",
    "let's say she gets {} on mmf",
    "what if {} starts on mmf",
    "in case of {} on mmf?",
)
ORDINARY = (
    "he presents on monday and was seen in clinic", "has to see the nurse first", "stopped when the price is up",
    "any chance of a print of this summary", "so I took a role of us in it", "are you a machine or a human",
)  # fmt: skip


@pytest.mark.parametrize("frame", DENIED)
@pytest.mark.parametrize("drug", sorted(set(GENERIC) - MMF))
def test_a_denied_drug_is_absent(drug: str, frame: str) -> None:
    reading = READER.read(frame.format(GENERIC[drug]))
    assert drug not in reading.drugs
    assert drug in reading.absent["drugs"]
    assert drug not in reading.facts.get("drugs_tried", ())


@pytest.mark.parametrize("frame", STILL_THE_SUBJECT)
@pytest.mark.parametrize("drug", sorted(GENERIC))
def test_a_not_may_leave_the_drug_the_subject(drug: str, frame: str) -> None:
    assert drug in READER.read(frame.format(GENERIC[drug])).drugs


@pytest.mark.parametrize("arrow", ARROWS)
def test_arrows_join_drugs(arrow: str) -> None:
    assert READER.read(arrow.join(("MMF", "AZA", "RTX"))).drugs == (
        "mycophenolate_mofetil",
        "azathioprine",
        "rituximab",
    )


@pytest.mark.parametrize("frame", CAME_WITH_THE_DRUG)
@pytest.mark.parametrize("effect", EFFECTS)
def test_what_was_not_there_before_the_drug_is_there_now(effect: str, frame: str) -> None:
    reading = READER.read(frame.format(effect))
    assert reading.drugs == ("mycophenolate_mofetil",)
    assert EFFECTS[effect] in reading.facts["side_effect"]


@pytest.mark.parametrize("effect", EFFECTS)
def test_not_before_and_not_after_is_a_denial(effect: str) -> None:
    assert not READER.read(f"no {effect} before or after mycophenolate").side_effect


@pytest.mark.parametrize("frame", OVER)
@pytest.mark.parametrize("effect", EFFECTS)
def test_what_is_over_is_no_current_effect(effect: str, frame: str) -> None:
    reading = READER.read(frame.format(effect))
    assert EFFECTS[effect] not in reading.side_effect
    assert "side_effect" not in reading.facts
    assert EFFECTS[effect] in reading.absent["side_effect"]


@pytest.mark.parametrize("frame", DENIED_EFFECTS)
@pytest.mark.parametrize("effect", EFFECTS)
def test_a_denied_effect_is_neither_shown_nor_held(effect: str, frame: str) -> None:
    reading = READER.read(frame.format(effect))
    assert EFFECTS[effect] not in reading.side_effect
    assert "side_effect" not in reading.facts


@pytest.mark.parametrize("frame", SUPPOSED)
@pytest.mark.parametrize("effect", EFFECTS)
def test_a_supposed_effect_is_shown_and_not_held(effect: str, frame: str) -> None:
    reading = READER.read(frame.format(effect))
    assert EFFECTS[effect] in reading.side_effect
    assert "side_effect" not in reading.facts


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_are_no_dictated_drug(text: str) -> None:
    assert not READER.read(text).drugs


def test_two_names_that_sound_alike_give_neither() -> None:
    dictation = Dictation({"prednisone": "one", "prednisome": "two"})
    assert dictation._nearest(heard("prednisole")) is None
    assert likeness(heard("prednisone"), heard("prednisone")) == 1
