"""The Answers of a turn: collected while Rasa takes it, or found again in the stored conversation."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


class AnswerCollector(CollectingOutputChannel):
    """Collects the Answers of one turn, for a channel that draws them itself."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self._channel = channel
        self.answers: list[dict[str, Any]] = []

    def name(self) -> str:
        """The channel's name, as Rasa notes it beside each event."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep the Answer whole."""
        custom = message.get("custom") or {}
        if "answer" in custom:
            self.answers.append(custom["answer"])
        await self._persist_message(self._message(recipient_id, text=message.get("text"), custom=custom or None))


def answers_of_turn(tracker: DialogueStateTracker | None, message_id: str | None) -> list[dict[str, Any]] | None:
    """What was answered to a message of a stored conversation (None: the last one); None when it is not there.

    Rasa saves a turn whole, after it was answered: a message that is there has its answers beside it.
    """
    found: list[dict[str, Any]] | None = None
    answers: list[dict[str, Any]] | None = None
    for event in tracker.events if tracker is not None else ():
        if isinstance(event, UserUttered):
            found = answers or found
            answers = [] if message_id in (None, event.message_id) else None
        elif answers is not None and isinstance(event, BotUttered):
            answer = ((event.data or {}).get("custom") or {}).get("answer")
            if answer:
                answers.append(answer)
    return answers or found
