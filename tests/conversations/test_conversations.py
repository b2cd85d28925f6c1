"""Whole conversations with the running assistant: every YAML file of this folder, read as a specification.

A turn says something and expects, of the reply: ``kinds`` of its Answers; ``facts`` (all of them), ``holds`` (among
them), ``unset``; ``ask`` (a slot, or any); ``offered`` and ``not_offered`` options (an empty list: none at all);
``mentions`` (all of them), ``any_of`` (one of each list) and ``absent`` words; ``cites`` numbers of the article;
``says_unknown``: that the article is silent; ``level`` of the escalation, or none; ``words_at_most``; ``hypothetical``.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.running import Running

HERE = Path(__file__).parent
SCHEMA = json.loads(Path("tests/contract/answer.schema.json").read_text(encoding="utf-8"))
OFFERED = ("preferred", "consider", "adjunct")
SCENARIOS = [
    pytest.param(scenario, id=f"{path.stem}: {scenario['name']}")
    for path in sorted(HERE.glob("*.yml"))
    for scenario in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def known(case: dict[str, Any]) -> dict[str, Any]:
    return {slot: value for slot, value in case.items() if value not in (None, []) and slot != "audience"}


def check_case(turn: dict[str, Any], case: dict[str, Any]) -> None:
    if "facts" in turn:
        assert known(case) == turn["facts"]
    for slot, value in turn.get("holds", {}).items():
        assert case[slot] == value, slot
    for slot in turn.get("unset", []):
        assert case[slot] in (None, []), slot


def check_text(turn: dict[str, Any], text: str) -> None:
    for needle in turn.get("mentions", []):
        assert needle in text
    for needle in turn.get("absent", []):
        assert needle not in text
    for one_of_them in turn.get("any_of", []):
        assert any(needle in text for needle in one_of_them), one_of_them
    assert len(text.split()) <= turn.get("words_at_most", 1000)


def check_sources(turn: dict[str, Any], answers: list[dict[str, Any]]) -> None:
    cited = {number for answer in answers for said in answer["statements"] for number in said["citations"]}
    assert cited >= set(turn.get("cites", []))
    if turn.get("says_unknown"):
        assert any(answer["unknown"] or answer["kind"] in ("unknown", "out_of_scope") for answer in answers)


def check_options(turn: dict[str, Any], answers: list[dict[str, Any]]) -> None:
    offered = {option["option"] for answer in answers for option in answer["options"] if option["stance"] in OFFERED}
    if "offered" in turn:
        assert offered >= set(turn["offered"])
        assert turn["offered"] or not offered
    assert not offered & set(turn.get("not_offered", []))


def check_turn(turn: dict[str, Any], answers: list[dict[str, Any]], asked_before: set[str]) -> None:
    assert answers, "no answer"
    for answer in answers:
        jsonschema.validate(answer, SCHEMA)
    asked = [answer["ask"]["slot"] for answer in answers if answer["ask"]]
    assert len(asked) <= 1
    if "ask" in turn:
        assert asked
        assert turn["ask"] in ("any", asked[0])
    if turn.get("asks_again") is False:
        assert not asked_before & set(asked)
    if "kinds" in turn:
        assert [answer["kind"] for answer in answers] == turn["kinds"]
    if "level" in turn:
        levels = {answer["escalation"]["level"] for answer in answers if answer["escalation"]}
        assert ("emergency" in levels) is (turn["level"] == "emergency")
    if "hypothetical" in turn:
        assert answers[0]["understood"]["hypothetical"] is turn["hypothetical"]
    check_case(turn, answers[-1]["case"])
    check_options(turn, answers)
    check_sources(turn, answers)
    check_text(turn, "\n".join(answer["text"] for answer in answers))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_conversation(scenario: dict[str, Any], assistant: Running) -> None:
    sender, asked = uuid.uuid4().hex, set[str]()
    for turn in scenario["turns"]:
        said = turn["say"] if "say" in turn else turn["repeat"] * turn["times"]
        answers = assistant.answers(said, sender)
        check_turn(turn, answers, asked)
        asked.update(answer["ask"]["slot"] for answer in answers if answer["ask"])


def test_two_conversations_at_once_do_not_mix(assistant: Running) -> None:
    one, other = uuid.uuid4().hex, uuid.uuid4().hex
    assistant.answers("She is pregnant. What are the alternatives to mycophenolate?", one)
    assistant.answers("Mycophenolate gives him diarrhoea", other)
    assert known(assistant.answers("What do you know about this patient?", one)[0]["case"]) == {"pregnancy": "pregnant"}
    held = known(assistant.answers("What do you know about this patient?", other)[0]["case"])
    assert held["side_effect"] == ["gastrointestinal"]
    assert "pregnancy" not in held or held["pregnancy"] == "not_pregnant"


def test_there_are_enough_conversations() -> None:
    assert len(SCENARIOS) >= 40
