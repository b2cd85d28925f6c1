"""From the inbox to Rasa and out again: one worker for each channel that acknowledges first and answers later."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels.answers import AnswerCollector, answers_of_turn
from bot.channels.delivery import GaveUpError, Patience, deliver
from bot.channels.inbox import DEAD, PLANNED, SENDING, SENT, Event, Inbox, Reply

logger = logging.getLogger(__name__)

SIDE_BY_SIDE = 32
"""Conversations that are worked on at once; most of that time is waiting for the platform."""
LOOK_EVERY = 1.0
"""Seconds between looks for events that another process put or left behind; our own are seen at once."""
RENEW_EVERY = 15.0
PURGE_EVERY = 3600.0
MOST_ATTEMPTS = 100
"""Starts of the process with the same event at hand, after which the event itself is taken for the cause.

A multiple of SIDE_BY_SIDE: a process that ends for another reason, soon after its start and again and again, has that
many innocent events at hand each time and may finish one of them.
"""
CANCEL_AGAIN = 0.5


@dataclass(frozen=True)
class Say:
    """The event is a message: Rasa takes a turn with it."""

    text: str
    metadata: dict[str, Any] | None = None


@dataclass(frozen=True)
class Recall:
    """The event asks for more of an earlier answer ("sources"): the Answers of that turn are looked up.

    Without a turn it is the last one; the last Answer's `case` is the case as it is now.
    """

    turn: str | None = None


@dataclass(frozen=True)
class Alter:
    """The event changes the case as it is now: ``say`` makes the message from the case that is held."""

    say: Callable[[dict[str, Any]], Say]


class Door(Protocol):
    """What a channel does; the rest is the worker's. Payloads and requests are JSON data of the channel's own."""

    name: str

    def read(self, payload: dict[str, Any]) -> Say | Recall | Alter | None:
        """What the event wants. None: nothing of Rasa (a welcome, a home page); `draw` gets no Answers then."""

    async def busy(self, event: Event) -> None:
        """Show that an answer is on its way. It may fail: nobody waits for it."""

    def draw(self, event: Event, answers: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
        """The requests that answer the event, in order. `answers` is None when a recalled turn is not stored."""

    def sorry(self, event: Event) -> list[dict[str, Any]]:
        """The requests that say that something went wrong with this event."""

    async def send(self, request: dict[str, Any], key: str) -> None:
        """One attempt at one request. Raises delivery.TryAgainError or delivery.RefusedError."""

    async def already_sent(self, request: dict[str, Any], key: str) -> bool:
        """Has the platform got this request from an attempt whose outcome is unknown? False when it cannot tell."""


class Worker:
    """Takes events from the inbox, one at a time in a conversation, and has them answered."""

    def __init__(
        self,
        door: Door,
        inbox: Inbox,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
        conversation: Callable[[str], Awaitable[DialogueStateTracker | None]],
        patience: Patience = Patience(),  # noqa: B008  (frozen)
    ) -> None:
        """`conversation` gives the stored conversation of a sender id."""
        self.door = door
        self.inbox = inbox
        self._on_new_message = on_new_message
        self._conversation = conversation
        self._patience = patience
        self._wake = asyncio.Event()
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)
        self._running: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin, with what an earlier process left."""
        self._loops = [asyncio.ensure_future(self._take()), asyncio.ensure_future(self._keep())]

    async def stop(self) -> None:
        """End; what is unfinished is taken up at the next start."""
        tasks = [*self._loops, *self._running]
        unfinished = set(tasks)
        while unfinished:
            # More than once: in Python 3.10 `wait_for` loses a cancellation that meets the end of what it waits for.
            for task in unfinished:
                task.cancel()
            _, unfinished = await asyncio.wait(unfinished, timeout=CANCEL_AGAIN)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def put(self, event_id: str, conversation: str, payload: dict[str, Any]) -> bool:
        """Take an event in, durably; False when it is a repeat. Acknowledge to the platform after this, not before."""
        accepted = await self.inbox.put(self.door.name, event_id, conversation, payload)
        self._wake.set()
        return accepted

    # --- the loops

    async def _take(self) -> None:
        await self._steadily(self.inbox.take_over, self.door.name)
        while True:
            await self._room.acquire()
            self._wake.clear()
            event = await self._steadily(self.inbox.claim, self.door.name)
            if event is None:
                self._room.release()
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_EVERY)
                continue
            task = asyncio.ensure_future(self._finish(event))
            self._running.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._room.release()
        self._wake.set()  # the next event of this conversation may be waiting

    async def _keep(self) -> None:
        waited = PURGE_EVERY
        while True:
            await self._steadily(self.inbox.renew)
            if waited >= PURGE_EVERY:
                await self._steadily(self.inbox.purge)
                waited = 0.0
            await asyncio.sleep(RENEW_EVERY)
            waited += RENEW_EVERY

    async def _steadily(self, call: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        """A call of the inbox, again and again until the database answers."""
        while True:
            try:
                return await call(*arguments)
            except Exception as error:
                logger.error("%s: the inbox cannot be used (%s); trying again.", self.door.name, type(error).__name__)
                await asyncio.sleep(LOOK_EVERY)

    # --- one event

    async def _finish(self, event: Event) -> None:
        replies = await self._steadily(self.inbox.planned, event)
        if not replies:
            replies = await self._steadily(self.inbox.plan, event, await self._requests(event))
        for reply in replies:
            if reply.state in (PLANNED, SENDING):
                await self._send(event, reply)
        await self._steadily(self.inbox.done, event)

    async def _requests(self, event: Event) -> list[dict[str, Any]]:
        if event.attempts > MOST_ATTEMPTS:
            logger.error("%s: event %s ended the process too often; it is given up.", self.door.name, event.event_id)
            return self.door.sorry(event)
        try:
            return self.door.draw(event, await self._answers(event))
        except Exception as error:
            logger.error("%s: event %s failed: %s", self.door.name, event.event_id, _place(error))
            return self.door.sorry(event)

    async def _answers(self, event: Event) -> list[dict[str, Any]] | None:
        wanted = self.door.read(event.payload)
        if wanted is None:
            return []
        if isinstance(wanted, Recall):
            return answers_of_turn(await self._conversation(event.conversation), wanted.turn)
        if event.attempts > 1:
            # A process that is gone may have taken the turn: Rasa must not hear the message twice.
            taken = answers_of_turn(await self._conversation(event.conversation), event.event_id)
            if taken is not None:
                return taken
        if isinstance(wanted, Alter):
            held = answers_of_turn(await self._conversation(event.conversation), None)
            wanted = wanted.say(held[-1]["case"] if held else {})
        busy = asyncio.ensure_future(self._show_busy(event))
        collector = AnswerCollector(self.door.name)
        message = UserMessage(
            wanted.text,
            collector,
            event.conversation,
            input_channel=self.door.name,
            message_id=event.event_id,
            metadata=wanted.metadata,
        )
        await self._on_new_message(message)
        await busy
        if not collector.answers:
            raise LookupError("a turn brought no Answer")
        return collector.answers

    async def _show_busy(self, event: Event) -> None:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self.door.busy(event), 2.0)

    async def _send(self, event: Event, reply: Reply) -> None:
        already_sent = partial(self._already_sent, reply)
        if reply.state == SENDING and await already_sent():
            await self._steadily(self.inbox.mark, reply, SENT)
            return
        await self._steadily(self.inbox.mark, reply, SENDING)
        try:
            await deliver(partial(self.door.send, reply.request, reply.key), already_sent, self._patience)
        except Exception as error:
            given_up = error if isinstance(error, GaveUpError) else GaveUpError(_place(error), 1)
            logger.error(
                "%s: reply %d to event %s was not delivered after %d attempts: %s. It is given up.",
                self.door.name,
                reply.position + 1,
                event.event_id,
                given_up.attempts,
                given_up.reason,
            )
            await self._steadily(self.inbox.mark, reply, DEAD)
        else:
            await self._steadily(self.inbox.mark, reply, SENT)

    async def _already_sent(self, reply: Reply) -> bool:
        try:
            return await self.door.already_sent(reply.request, reply.key)
        except Exception as error:
            logger.warning("%s: whether a reply arrived cannot be told (%s).", self.door.name, type(error).__name__)
            return False


def _place(error: BaseException) -> str:
    """The kind of an error and where it was raised; its text may quote a message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "an unknown place"
    return f"{type(error).__name__} at {where}"
