"""The actions of the tiny assistant in tests/runtime/tiny: one for each way in which an action can behave."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher


class Hello(Action):
    def name(self) -> str:
        return "action_hello"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        turns = sum(event["event"] == "user" for event in tracker.events)
        dispatcher.utter_message(text=f"Hello.\n\nTurn {turns}.", json_message={"turn": turns})
        return []


class Fault(Action):
    def name(self) -> str:
        return "action_fault"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        raise ZeroDivisionError("secret words of the patient")


class Silence(Action):
    def name(self) -> str:
        return "action_silence"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        return []


class Echo(Action):
    def name(self) -> str:
        return "action_echo"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        seen = {"text": tracker.latest_message.get("text"), "colour": tracker.get_slot("colour")}
        dispatcher.utter_message(json_message=seen)
        return []
