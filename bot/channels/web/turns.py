"""One message, one turn: whoever sends it again gets the same answers, also while the first is still at work."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.channels.web.history import Conversations
from bot.channels.web.incoming import Incoming
from bot.channels.web.limits import Limit
from bot.channels.web.refusals import RefusedError
from bot.channels.web.sessions import Session

logger = logging.getLogger(__name__)

CHANNEL = "web"
LONGEST_TURN = 45.0
"""Seconds until a client is told that it failed. The turn itself goes on, and a repeat of the message gets it."""
MOST_REMEMBERED = 2_000
"""Conversations whose message ids are held in memory; those of others are read from the store again."""


class WebOutput(CollectingOutputChannel):
    """Collects the Answers of one turn, unsplit."""

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.messages.append(message)

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The Answers (tests/contract/answer.schema.json) so far."""
        return [m["custom"]["answer"] for m in self.messages if (m.get("custom") or {}).get("answer")]


@dataclass(frozen=True)
class Outcome:
    """The Answers to a message; ``duplicate``: it had been sent before, and these are the same Answers again."""

    answers: list[dict[str, Any]]
    duplicate: bool = False

    def as_reply(self, message_id: str) -> dict[str, Any]:
        """The reply to a client. ``turn`` is what feedback names: the message's id, which is the client's own."""
        return {"id": message_id, "turn": message_id, "answers": self.answers, "duplicate": self.duplicate}


@dataclass
class _Held:
    """What is known here of one conversation: its messages by id, and those at work."""

    prints: dict[str, str] = field(default_factory=dict)
    running: dict[str, asyncio.Task[list[dict[str, Any]]]] = field(default_factory=dict)


class Turns:
    """Takes messages to Rasa, each once."""

    def __init__(
        self, on_new_message: Callable[[UserMessage], Awaitable[Any]], conversations: Conversations, limit: Limit
    ) -> None:
        self._on_new_message = on_new_message
        self._conversations = conversations
        self._limit = limit
        self._held: OrderedDict[str, _Held] = OrderedDict()

    async def take(self, session: Session, incoming: Incoming) -> Outcome:
        """The Answers to a message. Raises RefusedError: too many, the id is another message's, or it failed."""
        held = await self._of(session)
        known = held.prints.get(incoming.id)
        if known is not None and known != incoming.print:
            raise RefusedError("other_message")
        running = held.running.get(incoming.id)
        if running is not None:
            return Outcome(await self._wait(running), duplicate=True)
        if known is not None:
            return Outcome(await self._conversations.answers(session, incoming.id), duplicate=True)
        wait = self._limit.wait(session.sender)
        if wait is not None:
            raise RefusedError("too_many", wait)
        held.prints[incoming.id] = incoming.print
        running = asyncio.create_task(self._run(session, incoming, held))
        held.running[incoming.id] = running
        return Outcome(await self._wait(running))

    async def end(self, session: Session) -> None:
        """Wait for what is at work, and forget what is held here."""
        held = self._held.pop(session.sender, None)
        if held is not None and held.running:
            await asyncio.wait(list(held.running.values()), timeout=LONGEST_TURN)

    async def _of(self, session: Session) -> _Held:
        held = self._held.get(session.sender)
        if held is None:
            prints = await self._conversations.prints(session)
            held = self._held.setdefault(session.sender, _Held(prints))  # another may have come in meanwhile
            self._drop_oldest()
        self._held.move_to_end(session.sender)
        return held

    def _drop_oldest(self) -> None:
        for sender in list(self._held):
            if len(self._held) <= MOST_REMEMBERED:
                return
            if not self._held[sender].running:
                del self._held[sender]

    async def _run(self, session: Session, incoming: Incoming, held: _Held) -> list[dict[str, Any]]:
        output = WebOutput()
        metadata = {"edit": dict(incoming.edit)} if incoming.edit is not None else None
        message = UserMessage(
            incoming.text,
            output,
            session.sender,
            input_channel=CHANNEL,
            message_id=incoming.id,
            metadata=metadata,
        )
        try:
            await self._on_new_message(message)
        finally:
            held.running.pop(incoming.id, None)
            if not output.answers or any(answer["kind"] == "error" for answer in output.answers):
                # It may not have been stored: what counts as answered is read from the store next time.
                held.prints.pop(incoming.id, None)
                if not held.running and self._held.get(session.sender) is held:
                    del self._held[session.sender]
        return output.answers

    async def _wait(self, running: asyncio.Task[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """The Answers; a client that goes away ends its waiting, not the turn."""
        try:
            answers = await asyncio.wait_for(asyncio.shield(running), LONGEST_TURN)
        except asyncio.TimeoutError:
            logger.error("A turn took longer than %s s.", LONGEST_TURN)
            raise RefusedError("failed") from None
        if not answers:
            raise RefusedError("failed")
        return answers
