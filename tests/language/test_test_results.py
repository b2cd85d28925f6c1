"""A test and its result apart: every test of the list with every kind of result, in several builds of the sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.guidance.loader import load_table
from bot.language.reader import Reader
from bot.language.test_results import load_results
from bot.language.yaml_rows import LexiconError

READER = Reader(load_table())
APART = (
    "{test} just back, {word}", "{test}: {word}", "{test} came back {word}", "{test} result in, it is {word}",
    "{test} - {word}", "{test} was reported as {word} this week", "{test}? {word}", "{test} is in. {word}.",
)  # fmt: skip
SUPPOSED = ("what if {test} comes back {word}", "if the {test} turns out {word}", "suppose {test} is {word}")
CONDITIONS = {
    "TPMT": {"deficient": "tpmt_deficiency", "low": "tpmt_deficiency", "absent": "tpmt_deficiency",
             "intermediate": "tpmt_intermediate", "heterozygous": "tpmt_intermediate"},
    "NUDT15": {"deficient": "nudt15_deficiency", "low": "nudt15_deficiency", "intermediate": "nudt15_deficiency"},
    "hep B surface antigen": {"positive": "hepatitis_b", "detected": "hepatitis_b"},
    "HBsAg": {"positive": "hepatitis_b", "reactive": "hepatitis_b"},
    "hepatitis B core antibody": {"positive": "hepatitis_b"},
    "quantiferon": {"positive": "other"},
    "kidney function": {"reduced": "renal_impairment"},
}  # fmt: skip
GOOD = {"TPMT": ("normal", "wild type", "fine"), "NUDT15": ("normal",), "HBsAg": ("negative", "not detected"),
        "hep B surface antigen": ("negative",)}  # fmt: skip
NOT_THERE = ("TPMT not back yet", "TPMT still pending", "TPMT result awaited", "the TPMT is not in", "tpmt: not done")
CASES = [(t, w, v) for t, by_word in CONDITIONS.items() for w, v in by_word.items()]


@pytest.mark.parametrize("frame", APART)
@pytest.mark.parametrize(("test", "word", "value"), CASES)
def test_a_result_apart_from_its_test_is_a_fact(test: str, word: str, value: str, frame: str) -> None:
    facts = READER.read(frame.format(test=test, word=word)).facts
    assert facts.get("contraindications") == [value]


@pytest.mark.parametrize("frame", SUPPOSED)
@pytest.mark.parametrize(("test", "word", "value"), CASES)
def test_a_supposed_result_is_no_fact(test: str, word: str, value: str, frame: str) -> None:
    reading = READER.read(frame.format(test=test, word=word))
    assert "contraindications" not in reading.facts
    assert value in reading.scenario["contraindications"]


@pytest.mark.parametrize("frame", APART)
@pytest.mark.parametrize(("test", "word"), [(t, w) for t, words in GOOD.items() for w in words])
def test_a_good_result_takes_the_condition_back(test: str, word: str, frame: str) -> None:
    reading = READER.read(frame.format(test=test, word=word))
    assert "contraindications" not in reading.facts
    assert reading.retracted["contraindications"]


@pytest.mark.parametrize("say", NOT_THERE)
def test_a_result_that_is_not_there_is_unknown(say: str) -> None:
    assert READER.read(say).facts["contraindications"] == ["tpmt_unknown"]


@pytest.mark.parametrize(
    ("say", "facts"),
    [
        ("counts are in and they are low", {"side_effect": ["hematologic"]}),
        ("LFTs back today, raised", {"side_effect": ["hepatic"]}),
        ("liver bloods are in, all normal", {}),
        ("dlco result: reduced", {"low_dlco": True}),
        ("she is deficient in tpmt", {"contraindications": ["tpmt_deficiency"]}),
        ("positive for hepatitis B core", {"contraindications": ["hepatitis_b"]}),
        ("TPMT not low", {}),
        ("is my tpmt low", {}),
        ("TPMT normal, NUDT15 deficient", {"contraindications": ["nudt15_deficiency"]}),
        ("core antibody positive, surface antigen negative", {"contraindications": ["hepatitis_b"]}),
        ("is azathioprine alright as my tpmt came back low", {"contraindications": ["tpmt_deficiency"]}),
    ],
)
def test_other_builds(say: str, facts: dict[str, object]) -> None:
    read = dict(READER.read(say).facts)
    read.pop("audience", None)
    assert read == facts


def test_a_file_with_a_mistake_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "results.yml"
    file.write_text("tests: [{names: [tpmt], low: nonsense}]\nresults: {}\nbetween: is\ndenials: not\n")
    with pytest.raises(LexiconError, match="test 1, low"):
        load_results(file)
