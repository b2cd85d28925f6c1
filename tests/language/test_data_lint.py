"""What the linter of the training messages refuses, and what it lets pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.language import data_lint
from bot.language.data_lint import TrainingDataError, lint, read_messages, read_test_texts

INTENTS = ("ask_dose", "compare_drugs")


@pytest.fixture(autouse=True)
def _few_messages_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small cases hold a handful of messages; the minimum has its own test."""
    monkeypatch.setattr(data_lint, "FEWEST", 0)


def written(folder: Path, name: str, intent: str, *texts: str) -> Path:
    """A training file with one entry; its first message stands in line 5."""
    rows = "".join(f"      - {text}\n" for text in texts)
    file = folder / name
    file.write_text(f'version: "3.1"\nnlu:\n  - intent: {intent}\n    examples: |\n{rows}', encoding="utf-8")
    return file


def faults(folder: Path, tests: dict[str, str] | None = None, names: tuple[str, ...] = ()) -> list[str]:
    """What the linter says about the training files in ``folder``."""
    return lint(read_messages(folder), tests or {}, INTENTS, names)


def test_a_clean_file_has_no_fault(tmp_path: Path) -> None:
    written(tmp_path, "a.yml", "ask_dose", "how much tacrolimus to start with", "tac dose", "[2] = how many mg?")
    assert faults(tmp_path) == []


def test_a_message_is_read_with_its_line_and_intent(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yml", "ask_dose", "tac dose", "and how often")
    second = read_messages(tmp_path)[1]
    assert (second.text, second.intent, second.where) == ("and how often", "ask_dose", f"{file}:6")


@pytest.mark.parametrize("again", ["TAC  dose?", "tac dose!", "“tac dose”"])
def test_the_same_words_twice_are_refused_whatever_their_case_and_signs(tmp_path: Path, again: str) -> None:
    file = written(tmp_path, "a.yml", "ask_dose", "tac dose", again)
    (fault,) = faults(tmp_path)
    assert fault.startswith(f"{file}:6: ") and f"{file}:5" in fault and fault.endswith("delete one")


def test_a_duplicate_under_another_intent_names_that_intent(tmp_path: Path) -> None:
    written(tmp_path, "a.yml", "ask_dose", "tac or ciclosporin")
    written(tmp_path, "b.yml", "compare_drugs", "Tac or ciclosporin?")
    (fault,) = faults(tmp_path)
    assert "as ask_dose" in fault


def test_faces_without_words_are_told_apart(tmp_path: Path) -> None:
    written(tmp_path, "a.yml", "ask_dose", "👍", "👎")
    assert faults(tmp_path) == []


def test_near_duplicates_are_refused_across_intents_only(tmp_path: Path) -> None:
    written(tmp_path, "a.yml", "ask_dose", "which is the better tacrolimus dose for my mother at home")
    written(tmp_path, "b.yml", "compare_drugs", "for my mother at home which is the better tacrolimus doses")
    (fault,) = faults(tmp_path)
    assert "b.yml:5" in fault or "a.yml:5" in fault
    assert "tie-breaks" in fault
    written(tmp_path, "b.yml", "ask_dose", "for my mother at home which is the better tacrolimus doses")
    assert faults(tmp_path) == []


def test_short_wordings_may_resemble_each_other(tmp_path: Path) -> None:
    written(tmp_path, "a.yml", "ask_dose", "tacrolimus and ciclosporins")
    written(tmp_path, "b.yml", "compare_drugs", "tacrolimus and ciclosporin")
    assert faults(tmp_path) == []


def test_an_unknown_intent_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yml", "ask_price", "how many euros")
    (fault,) = faults(tmp_path)
    assert fault.startswith(f"{file}:5: unknown intent 'ask_price'")


@pytest.mark.parametrize("text", ["dose of [tacrolimus](drug)", 'dose of [tac]{"entity": "drug"}'])
def test_entity_markup_is_refused(tmp_path: Path, text: str) -> None:
    written(tmp_path, "a.yml", "ask_dose", text)
    (fault,) = faults(tmp_path)
    assert "markup" in fault


@pytest.mark.parametrize("sign", ["\t", "\u200b", "\u202e"])
def test_control_and_invisible_characters_are_refused(tmp_path: Path, sign: str) -> None:
    written(tmp_path, "a.yml", "ask_dose", f"tac{sign} dose")
    (fault,) = faults(tmp_path)
    assert "invisible" in fault


def test_an_intent_needs_enough_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_lint, "FEWEST", 2)
    written(tmp_path, "a.yml", "ask_dose", "tac dose")
    messages = read_messages(tmp_path)
    assert lint(messages, {}, ["ask_dose"]) == ["data/nlu/ask_dose.yml:1: 1 messages for ask_dose; write at least 2"]
    monkeypatch.setattr(data_lint, "SMALL_INTENTS", {"ask_dose"})
    assert lint(messages, {}, ["ask_dose"])[0].endswith("write at least 25")


def test_a_message_of_the_tests_is_refused_with_both_places(tmp_path: Path) -> None:
    training, tests = tmp_path / "nlu", tmp_path / "tests"
    training.mkdir()
    tests.mkdir()
    (tests / "t.yml").write_text("turns:\n  - user: How much tacrolimus, please?\n", encoding="utf-8")
    file = written(training, "a.yml", "ask_dose", "how much tacrolimus please")
    (fault,) = faults(training, read_test_texts([tests]))
    assert fault.startswith(f"{file}:5: ") and "t.yml:2" in fault


def test_a_message_with_one_letter_changed_is_still_the_message_of_the_test(tmp_path: Path) -> None:
    written(tmp_path, "a.yml", "ask_dose", "how much tacrolimus does my brother needs")
    (fault,) = faults(tmp_path, {"how much tacrolimus does my brother need": "t.yml:2"})
    assert "nearly the text of a test" in fault


def test_one_or_two_words_may_stand_in_a_test_as_well(tmp_path: Path) -> None:
    written(tmp_path, "a.yml", "ask_dose", "tac dose")
    assert faults(tmp_path, {"tac dose": "t.yml:2"}) == []


def test_a_drug_the_table_does_not_know_is_refused_and_a_misspelt_one_is_not(tmp_path: Path) -> None:
    written(tmp_path, "a.yml", "ask_dose", "dose of rituximab", "dose of rituxamab", "dose of secukinumab")
    (fault,) = faults(tmp_path, names=("rituximab", "tacrolimus"))
    assert "'secukinumab'" in fault


@pytest.mark.parametrize(
    "content",
    [
        "nlu: [",
        "- intent: ask_dose",
        "nlu:\n  - intent: ask_dose",
        "nlu:\n  - intent: a\n    examples: |\n      tac dose",
    ],
)
def test_a_file_of_another_shape_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "broken.yml").write_text(content, encoding="utf-8")
    with pytest.raises(TrainingDataError, match=r"broken\.yml"):
        read_messages(tmp_path)


def test_a_message_that_means_the_same_as_a_test_in_other_words_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "a.yml", "ask_dose", "can I breastfeed on azathioprine?", "how is azathioprine dosed")
    (fault,) = faults(tmp_path, {"can you breastfeed on azathioprine": "reader.yml:7"})
    assert fault.startswith(f"{file}:5: ") and "reader.yml:7" in fault and fault.endswith("delete it")
