"""What the store holds of a conversation: to show it again, to repeat an answer, to forget it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels.web.incoming import Incoming
from bot.channels.web.refusals import RefusedError
from bot.channels.web.sessions import SENDER_PREFIX, Session
from bot.rendering.case import case_of

logger = logging.getLogger(__name__)


class Conversations:
    """Reads and deletes conversations in Rasa's tracker store. Every method raises RefusedError when it fails."""

    def __init__(self, agent: Callable[[], Any]) -> None:
        self._agent = agent

    async def prints(self, session: Session) -> dict[str, str]:
        """The messages taken so far: what each said, by its id."""
        tracker = await self._whole(session)
        heard = [e for e in tracker.events if isinstance(e, UserUttered)] if tracker else []
        return {e.message_id: Incoming(e.message_id, e.text or "", _edit(e)).print for e in heard if e.message_id}

    async def answers(self, session: Session, message_id: str) -> list[dict[str, Any]]:
        """The Answers that were given to a message. Raises RefusedError when there are none."""
        turns = _turns(await self._whole(session))
        found = [turn["answer"] for turn in turns if turn["role"] == "assistant" and turn["to"] == message_id]
        if not found:
            raise RefusedError("no_turn")
        return found

    async def show(self, session: Session) -> dict[str, Any]:
        """The case as it is now, and every turn so far. ``lapsed``: a long pause has emptied the case since."""
        tracker = await self._whole(session)
        if tracker is None:
            return {"case": case_of({}), "lapsed": False, "turns": []}
        lapsed = self._lapsed(tracker)
        slots = {} if lapsed else (await self._latest(session)).current_slot_values()
        return {"case": case_of(slots), "lapsed": lapsed, "turns": _turns(tracker)}

    async def forget(self, session: Session) -> None:
        """Delete the conversation from the store."""
        agent = self._agent()
        try:
            async with agent.lock_store.lock(session.sender):
                await agent.tracker_store.forget(session.sender)
        except Exception as error:
            raise _unreadable(error) from None

    async def forget_ended(self, seconds: float) -> None:
        """Delete conversations that nobody can go on with: without a message for longer than a session lasts."""
        try:
            await self._agent().tracker_store.forget_idle(SENDER_PREFIX, time.time() - seconds)
        except Exception as error:
            raise _unreadable(error) from None

    async def _whole(self, session: Session) -> DialogueStateTracker | None:
        try:
            return await self._agent().tracker_store.retrieve_full_tracker(session.sender)
        except Exception as error:
            raise _unreadable(error) from None

    async def _latest(self, session: Session) -> Any:
        try:
            return await self._agent().tracker_store.retrieve(session.sender)
        except Exception as error:
            raise _unreadable(error) from None

    def _lapsed(self, tracker: DialogueStateTracker) -> bool:
        config = self._agent().domain.session_config
        last = max((event.timestamp for event in tracker.events), default=time.time())
        return bool(config.are_sessions_enabled() and time.time() - last > config.session_expiration_time * 60)


def _unreadable(error: Exception) -> RefusedError:
    logger.error("The store of conversations failed: %s", type(error).__name__)
    return RefusedError("store")


def _turns(tracker: DialogueStateTracker | None) -> list[dict[str, Any]]:
    """User turns under the client's id, each Answer under that id with its place: "abc.0"."""
    turns: list[dict[str, Any]] = []
    to, place = "", 0
    for event in tracker.events if tracker else ():
        at = datetime.fromtimestamp(event.timestamp, timezone.utc).isoformat(timespec="milliseconds")
        if isinstance(event, UserUttered):
            to, place = event.message_id or "", 0
            turn = {"id": to, "role": "user", "text": event.text or "", "at": at}
            turns.append({**turn, "edit": edit} if (edit := _edit(event)) is not None else turn)
        elif isinstance(event, BotUttered):
            answer = (event.data.get("custom") or {}).get("answer")
            if answer:
                shown = {"id": f"{to}.{place}", "role": "assistant", "to": to, "text": answer["text"], "at": at}
                turns.append({**shown, "answer": answer})
                place += 1
    return turns


def _edit(event: UserUttered) -> Any:
    return (event.metadata or {}).get("edit")
