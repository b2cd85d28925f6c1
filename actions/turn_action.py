"""What all actions share: tracker in, one turn of the dialogue, Answers and slots out. Never silence."""

from __future__ import annotations

import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.dialogue.edits import UNDERSTOOD, Edit, take_edit
from bot.dialogue.memory import Memory
from bot.dialogue.plan import Flow
from bot.dialogue.reading import Reading
from bot.dialogue.replies import reply
from bot.dialogue.respond import respond
from bot.dialogue.turn import take_turn
from bot.guidance.answer import Answer
from bot.guidance.model import SLOTS, Case, InvalidInputError

logger = logging.getLogger(__name__)

MEMORY_SLOT = "memory"
EDIT = "edit"
"""The key of a message's metadata under which a channel of ours puts a change of the case by click.

Only a channel sets metadata: nothing that a person writes gets there.
"""


class TurnAction(Action, ABC):
    """Takes the whole turn. A subclass says what kind of turn Rasa chose, and its name."""

    flow: ClassVar[Flow | None] = None

    @abstractmethod
    def name(self) -> str:
        """The name in domain.yml and in the rules."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Mapping[str, Any]) -> list[EventType]:
        """Answer the last message and store what it changed. An error is said, and changes nothing."""
        try:
            memory = remembered(tracker)
        except InvalidInputError:
            logger.exception("The memory of a conversation cannot be read; its case is given up.")
            send(dispatcher, reply("memory_lost", Case()))
            return _stored(Memory(), tracker)
        try:
            edit = clicked(tracker)
            turn = take_turn(memory, read(tracker), self.flow) if edit is None else take_edit(memory, edit)
            answers, after = respond(turn)
            for answer in answers:
                send(dispatcher, answer)
            return _stored(after, tracker)
        except Exception:
            # Whatever it is: Rasa would answer with silence.
            logger.exception("A turn failed and was answered with an error.")
            dispatcher.messages.clear()
            send(dispatcher, reply("error", memory.case, read_safely(tracker)))
            return []


def remembered(tracker: Tracker) -> Memory:
    """The memory that the slots hold. Raises InvalidInputError when it is damaged."""
    held = tracker.get_slot(MEMORY_SLOT) or {}
    if not isinstance(held, Mapping):
        raise InvalidInputError([f"the slot memory holds {type(held).__name__}, not an object"])
    return Memory.from_json({slot: tracker.get_slot(slot) for slot in SLOTS}, held)


def read(tracker: Tracker) -> Reading:
    """What the language part read in the last message; without it, a reading that says it was not understood."""
    message = tracker.latest_message or {}
    data = message.get("reading")
    if isinstance(data, str):
        data = json.loads(data)
    if isinstance(data, Mapping):
        return Reading.from_json(data)
    text = message.get("text") or ""
    return Reading(text=text, problem="command" if text.startswith("/") else "understanding_failed")


def clicked(tracker: Tracker) -> Edit | None:
    """The change of the case that the last message is instead of words, if it is one.

    Raises InvalidInputError when the channel let through what is no edit.
    """
    data = ((tracker.latest_message or {}).get("metadata") or {}).get(EDIT)
    return None if data is None else Edit.from_json(data)


def read_safely(tracker: Tracker) -> Mapping[str, Any]:
    """``understood`` of the last message, or of an empty one when even reading fails."""
    try:
        if clicked(tracker) is not None:
            return UNDERSTOOD
        return read(tracker).understood()
    except Exception:
        logger.exception("The reading of a message cannot be used.")
        return Reading().understood()


def send(dispatcher: CollectingDispatcher, answer: Answer) -> None:
    """Put an Answer into the reply: its text, and the whole of it under ``custom.answer``."""
    dispatcher.utter_message(text=answer.text, json_message={"answer": answer.as_dict()})


def _stored(memory: Memory, tracker: Tracker) -> list[EventType]:
    """Events for the slots that change; every event costs at each later message, when the conversation is replayed."""
    facts = {slot: None if value == [] else value for slot, value in memory.case.as_dict().items()}
    after = {**facts, MEMORY_SLOT: memory.to_json()}
    return [SlotSet(slot, value) for slot, value in after.items() if tracker.get_slot(slot) != value]
