"""Given slots and a message: these events and this payload. Never silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions import turn_action
from actions.action_answer import ActionAnswer
from actions.action_default_fallback import ActionDefaultFallback
from actions.action_restart import ActionRestart
from actions.turn_action import TurnAction
from bot.guidance.model import BEYOND_THE_CONTRACT, SLOTS

SCHEMA = json.loads(Path("tests/contract/answer.schema.json").read_text(encoding="utf-8"))
DOMAIN = yaml.safe_load(Path("domain.yml").read_text(encoding="utf-8"))
RULES = yaml.safe_load(Path("data/stories/rules.yml").read_text(encoding="utf-8"))["rules"]
TAXONOMY = yaml.safe_load(Path("tests/contract/taxonomy.yml").read_text(encoding="utf-8"))


def tracker(message: dict[str, Any], slots: dict[str, Any] | None = None) -> Tracker:
    return Tracker(
        "someone", {**dict.fromkeys((*SLOTS, "memory")), **(slots or {})}, message, [], False, None, {}, "action_listen"
    )


def heard(intent: str, text: str = "", **said: Any) -> dict[str, Any]:
    """The last message as Rasa hands it over, with the language part's reading."""
    question = {"intent": intent, "confidence": 0.9, "text": text, "drugs": said.get("drugs", [])}
    return {"text": text, "intent": {"name": intent}, "reading": {"text": text, "questions": [question], **said}}


STOMACH = heard("report_side_effect", facts={"side_effect": ["gastrointestinal"]})


def run(action: TurnAction, held: Tracker) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The replies, each checked against the contract, and the slots afterwards."""
    dispatcher = CollectingDispatcher()
    events = action.run(dispatcher, held, DOMAIN)
    for message in dispatcher.messages:
        jsonschema.validate(message["custom"]["answer"], SCHEMA)
        assert message["text"] == message["custom"]["answer"]["text"]
    return [m["custom"]["answer"] for m in dispatcher.messages], {
        **held.slots,
        **{e["name"]: e["value"] for e in events},
    }


def test_facts_become_slots_and_the_answer_carries_them() -> None:
    answers, slots = run(
        ActionAnswer(), tracker(heard("report_side_effect", facts={"side_effect": ["gastrointestinal"]}))
    )
    assert slots["side_effect"] == ["gastrointestinal"]
    assert slots["pregnancy"] is None
    assert answers[0]["case"]["side_effect"] == ["gastrointestinal"]
    assert answers[0]["ask"]["slot"] in slots["memory"]["asked"]


def test_only_what_changes_is_stored() -> None:
    held = tracker(heard("ask_alternatives"), {"pregnancy": "pregnant"})
    events = ActionAnswer().run(CollectingDispatcher(), held, DOMAIN)
    assert [event["name"] for event in events] == ["memory"]


def test_slots_are_the_case_of_the_next_turn() -> None:
    _, slots = run(ActionAnswer(), tracker(STOMACH))
    answers, slots = run(ActionAnswer(), tracker(heard("provide_patient_info", severity="mild"), slots))
    assert slots["side_effect"] == ["gastrointestinal"]
    assert slots["side_effect_severity"] == "mild"
    assert answers[0]["kind"] == "side_effect"


def test_a_slot_that_holds_nonsense_is_not_believed() -> None:
    answers, slots = run(ActionAnswer(), tracker(heard("ask_alternatives"), {"pregnancy": "banana", "weight_kg": -1.0}))
    assert slots["pregnancy"] is None
    assert answers[0]["case"]["weight_kg"] is None


@pytest.mark.parametrize("memory", ["gone", {"turns": 1, "unheard_of": 2}, {"undo": [{"pregnancy": "banana"}]}])
def test_a_damaged_memory_is_said_and_no_case_is_assumed(memory: object) -> None:
    answers, slots = run(
        ActionAnswer(), tracker(heard("ask_alternatives"), {"pregnancy": "pregnant", "memory": memory})
    )
    assert [a["kind"] for a in answers] == ["error"]
    assert answers[0]["options"] == []
    assert slots["pregnancy"] is None


def test_a_failure_is_said_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the table is gone")

    monkeypatch.setattr(turn_action, "respond", broken)
    held = tracker(heard("ask_alternatives"), {"pregnancy": "pregnant", "audience": "patient"})
    answers, slots = run(ActionAnswer(), held)
    assert [a["kind"] for a in answers] == ["error"]
    assert answers[0]["case"]["pregnancy"] == "pregnant"
    assert answers[0]["understood"]["intent"] == "ask_alternatives"
    assert slots == held.slots


def test_half_an_answer_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []

    def fails_on_the_second(dispatcher: CollectingDispatcher, answer: Any) -> None:
        sent.append(answer)
        if len(sent) == 2:
            raise ValueError("not JSON")
        dispatcher.utter_message(text=answer.text, json_message={"answer": answer.as_dict()})

    monkeypatch.setattr(turn_action, "send", fails_on_the_second)
    message = heard("ask_dose", drugs=["tacrolimus"])
    message["reading"]["questions"].append({"intent": "ask_monitoring", "drugs": ["tacrolimus"]})
    answers, _ = run(ActionAnswer(), tracker(message))
    assert [a["kind"] for a in answers] == ["error"]


@pytest.mark.parametrize("reading", [None, 7, "{", {"questions": "no"}])
def test_a_message_that_was_not_read_is_answered_safely(reading: object) -> None:
    answers, slots = run(
        ActionDefaultFallback(), tracker({"text": "hello", "reading": reading}, {"pregnancy": "pregnant"})
    )
    assert answers[0]["kind"] in ("error", "clarification")
    assert slots.get("pregnancy", "pregnant") == "pregnant"


def test_a_reading_may_come_as_json_text() -> None:
    message = heard("ask_dose", drugs=["tacrolimus"])
    message["reading"] = json.dumps(message["reading"])
    answers, _ = run(ActionAnswer(), tracker(message))
    assert answers[0]["kind"] == "dose"


def test_a_command_that_reached_rasa_does_nothing() -> None:
    answers, slots = run(
        ActionRestart(), tracker({"text": "/restart", "intent": {"name": "restart"}}, {"pregnancy": "pregnant"})
    )
    assert answers[0]["kind"] == "clarification"
    assert slots["pregnancy"] == "pregnant"


def test_a_new_patient_empties_every_slot() -> None:
    _, slots = run(
        ActionRestart(),
        tracker(heard("restart", "new patient"), {"pregnancy": "pregnant", "drugs_tried": ["rituximab"]}),
    )
    assert [name for name, value in slots.items() if name != "memory" and value is not None] == []
    assert slots["memory"]["asked"] == []


def test_rasa_finds_every_action_of_the_domain() -> None:
    executor = ActionExecutor()
    executor.register_package("actions")
    assert set(DOMAIN["actions"]) == set(executor.actions)


def test_every_intent_has_exactly_one_rule() -> None:
    ruled = [step["intent"] for rule in RULES for step in rule["steps"] if "intent" in step]
    assert sorted(ruled) == sorted(DOMAIN["intents"])
    assert set(TAXONOMY["intents"]) == set(DOMAIN["intents"]) - {"nlu_fallback"}


def test_the_slots_are_those_of_the_taxonomy() -> None:
    kinds = {"list": "list", "categorical": "categorical", "bool": "bool", "number": "float"}
    for name, row in TAXONOMY["slots"].items():
        slot = DOMAIN["slots"][name]
        assert slot["type"] == kinds[row["kind"]]
        assert slot["influence_conversation"] is False
        assert slot["mappings"] == [{"type": "custom"}]
        if row["kind"] == "categorical":
            assert slot["values"] == row["values"]
    assert set(DOMAIN["slots"]) == {*TAXONOMY["slots"], *BEYOND_THE_CONTRACT, "memory"}


def test_a_new_session_starts_blank() -> None:
    assert DOMAIN["session_config"]["carry_over_slots_to_new_session"] is False


def test_the_entities_are_the_concepts_that_the_language_part_reports() -> None:
    lexicon = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in Path("bot/language/lexicon").glob("*.yml")]
    concepts = {rows["concept"] for rows in lexicon if "concept" in rows}
    assert set(DOMAIN["entities"]) == concepts | {"drug"}


def test_a_click_changes_the_case_and_no_word_of_the_message_does() -> None:
    _, slots = run(ActionAnswer(), tracker(STOMACH))
    message = heard("restart", "new patient", facts={"pregnancy": "pregnant"})
    message["metadata"] = {"edit": {"changes": {"side_effect": None, "ild_severity": "severe"}, "repeat": True}}
    answers, slots = run(ActionRestart(), tracker(message, slots))
    assert slots["side_effect"] is None and slots["ild_severity"] == "severe" and slots["pregnancy"] is None
    assert answers[0]["headline"].startswith("What changed: ")
    assert answers[0]["understood"]["intent"] == "correct_info"


def test_a_click_that_is_no_edit_changes_nothing() -> None:
    message = {**heard("ask_alternatives"), "metadata": {"edit": {"changes": {"pregnancy": "banana"}}}}
    answers, slots = run(ActionDefaultFallback(), tracker(message, {"pregnancy": "pregnant"}))
    assert [a["kind"] for a in answers] == ["error"]
    assert slots["pregnancy"] == "pregnant"
