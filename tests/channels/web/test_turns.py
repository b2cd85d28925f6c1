"""One message is one turn, whatever arrives while it is at work."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from bot.channels.web import turns as module
from bot.channels.web.history import Conversations
from bot.channels.web.incoming import Incoming
from bot.channels.web.limits import Limit
from bot.channels.web.refusals import RefusedError
from bot.channels.web.sessions import Session
from bot.channels.web.turns import Turns

ANN = Session("ann", 2**40)


class Rasa:
    """Answers when it is let."""

    def __init__(self, kind: str = "options") -> None:
        self.heard: list[UserMessage] = []
        self.go = asyncio.Event()
        self.kind = kind

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message)
        await self.go.wait()
        if self.kind != "silence":
            answer = {"kind": self.kind, "n": len(self.heard)}
            await message.output_channel.send_response(message.sender_id, {"custom": {"answer": answer}})


class Stored(Conversations):
    """A store that holds what the test says."""

    def __init__(self, prints: dict[str, str] | None = None) -> None:
        self.held = prints or {}
        self.reads = 0

    async def prints(self, session: Session) -> dict[str, str]:
        self.reads += 1
        await asyncio.sleep(0)
        return dict(self.held)

    async def answers(self, session: Session, message_id: str) -> list[dict[str, Any]]:
        return [{"kind": "stored", "id": message_id}]


def test_repeats_join_the_turn_that_is_at_work() -> None:
    async def run() -> None:
        rasa, stored = Rasa(), Stored()
        turns = Turns(rasa, stored, Limit(1))
        waiting = [asyncio.create_task(turns.take(ANN, Incoming("one", "hello"))) for _ in range(5)]
        await asyncio.sleep(0.05)
        assert len(rasa.heard) == 1
        rasa.go.set()
        outcomes = await asyncio.gather(*waiting)
        assert [outcome.duplicate for outcome in outcomes] == [False, True, True, True, True]
        assert all(outcome.answers == outcomes[0].answers for outcome in outcomes)
        again = await turns.take(ANN, Incoming("one", "hello"))
        assert again.answers == [{"kind": "stored", "id": "one"}] and again.duplicate

    asyncio.run(run())


def test_a_client_that_goes_away_does_not_end_the_turn() -> None:
    async def run() -> None:
        rasa = Rasa()
        turns = Turns(rasa, Stored(), Limit(1))
        gone = asyncio.create_task(turns.take(ANN, Incoming("one", "hello")))
        await asyncio.sleep(0.02)
        gone.cancel()
        back = asyncio.create_task(turns.take(ANN, Incoming("one", "hello")))
        await asyncio.sleep(0.02)
        rasa.go.set()
        assert (await back).answers == [{"kind": "options", "n": 1}]

    asyncio.run(run())


def test_an_answer_that_may_not_be_stored_is_worked_on_again() -> None:
    async def run() -> None:
        rasa, stored = Rasa("error"), Stored()
        rasa.go.set()
        turns = Turns(rasa, stored, Limit(5))
        for _ in range(2):
            assert (await turns.take(ANN, Incoming("one", "hello"))).duplicate is False
        assert len(rasa.heard) == 2 and stored.reads == 2

    asyncio.run(run())


def test_silence_is_a_failure() -> None:
    async def run() -> None:
        rasa = Rasa("silence")
        rasa.go.set()
        with pytest.raises(RefusedError) as refused:
            await Turns(rasa, Stored(), Limit(5)).take(ANN, Incoming("one", "hello"))
        assert refused.value.code == "failed"

    asyncio.run(run())


def test_a_turn_that_takes_too_long_is_said_and_its_answer_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        rasa = Rasa()
        turns = Turns(rasa, Stored(), Limit(1))
        with pytest.raises(RefusedError) as refused:
            await turns.take(ANN, Incoming("one", "hello"))
        assert refused.value.code == "failed"
        rasa.go.set()
        assert (await turns.take(ANN, Incoming("one", "hello"))).answers == [{"kind": "options", "n": 1}]

    monkeypatch.setattr(module, "LONGEST_TURN", 0.05)
    asyncio.run(run())


def test_memory_is_bounded_and_what_was_dropped_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        rasa, stored = Rasa(), Stored()
        rasa.go.set()
        turns = Turns(rasa, stored, Limit(5))
        for name in ("a", "b", "c", "a"):
            await turns.take(Session(name, 2**40), Incoming("one", name))
        assert stored.reads == 4

    monkeypatch.setattr(module, "MOST_REMEMBERED", 2)
    asyncio.run(run())


def test_only_an_edit_goes_into_the_metadata() -> None:
    async def run() -> None:
        rasa = Rasa()
        rasa.go.set()
        turns = Turns(rasa, Stored(), Limit(5))
        await turns.take(ANN, Incoming("one", "hello"))
        await turns.take(ANN, Incoming("two", edit={"changes": {"pregnancy": None}, "repeat": True}))
        words, click = rasa.heard
        assert words.metadata is None and words.message_id == "one" and words.sender_id == "ann"
        assert click.metadata == {"edit": {"changes": {"pregnancy": None}, "repeat": True}} and click.text == ""

    asyncio.run(run())
