"""The worker: each event answered once and in order, whatever breaks and whenever the process ends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels.answers import answers_of_turn
from bot.channels.delivery import Patience, RefusedError, TryAgainError
from bot.channels.inbox import Event, Inbox, sqlite_url
from bot.channels.worker import MOST_ATTEMPTS, SIDE_BY_SIDE, Alter, Recall, Say, Worker

FAST = Patience(attempts=3, first_wait=0.01)


class Rasa:
    """Answers each message with one Answer that repeats it, and keeps the conversations."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, str, Any]] = []
        self.trackers: dict[str, DialogueStateTracker] = {}
        self.fails = False
        self.takes = 0.0
        self.at_once = self.most_at_once = 0

    async def on_new_message(self, message: UserMessage) -> None:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await asyncio.sleep(self.takes)
        self.at_once -= 1
        if self.fails:
            raise RuntimeError("secret words")
        self.turns.append((message.sender_id, message.text, message.metadata))
        answer = {"text": f"re: {message.text}", "case": {"side_effect": ["hepatic"], "audience": None}}
        tracker = self.trackers.setdefault(message.sender_id, DialogueStateTracker(message.sender_id, []))
        tracker.update(UserUttered(message.text, message_id=message.message_id))
        tracker.update(BotUttered(answer["text"], {"custom": {"answer": answer}}))
        await message.output_channel.send_response(message.sender_id, {"text": "", "custom": {"answer": answer}})

    async def conversation(self, sender: str) -> DialogueStateTracker | None:
        return self.trackers.get(sender)


class FakeDoor:
    """A channel that sends into a list."""

    name = "fake"

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.keys: list[str] = []
        self.faults: list[Exception] = []
        self.arrived: set[str] = set()
        self.broken = False

    def read(self, payload: dict[str, Any]) -> Say | Recall | Alter | None:
        if "recall" in payload:
            return Recall(payload["recall"])
        if "alter" in payload:
            return Alter(lambda case: Say("", {"edit": {"changes": {"side_effect": case["side_effect"]}}}))
        return Say(payload["text"]) if "text" in payload else None

    async def busy(self, event: Event) -> None:
        raise RuntimeError("nobody waits for this")

    def draw(self, event: Event, answers: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
        if self.broken:
            raise RuntimeError("secret words")
        if answers is None:
            return [{"text": "gone"}]
        return [{"text": answer["text"]} for answer in answers] or [{"text": "welcome"}]

    def sorry(self, event: Event) -> list[dict[str, Any]]:
        return [{"text": "sorry"}]

    async def send(self, request: dict[str, Any], key: str) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(request["text"])
        self.keys.append(key)

    async def already_sent(self, request: dict[str, Any], key: str) -> bool:
        return key in self.arrived


class House:
    """An inbox in a file, with a worker that can be ended like a process."""

    def __init__(self, folder: Path) -> None:
        self.url = sqlite_url(folder / "inbox.db")
        self.rasa, self.door = Rasa(), FakeDoor()

    def run(self, work: Callable[[Worker], Awaitable[None]]) -> None:
        async def go() -> None:
            inbox = Inbox(self.url)
            worker = Worker(self.door, inbox, self.rasa.on_new_message, self.rasa.conversation, FAST)
            worker.start()
            await work(worker)
            await worker.stop()
            inbox.close()

        asyncio.run(asyncio.wait_for(go(), 30))

    async def settled(self, worker: Worker) -> None:
        while await worker.inbox.open_events():
            await asyncio.sleep(0.01)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def say(house: House, *texts: str, conversation: str = "c1") -> None:
    async def work(worker: Worker) -> None:
        for text in texts:
            await worker.put(f"e-{text}", conversation, {"text": text})
        await house.settled(worker)

    house.run(work)


def test_messages_are_answered_in_order_and_once(house: House) -> None:
    say(house, "a", "b", "a", "c", "b")
    assert house.door.sent == ["re: a", "re: b", "re: c"]


def test_conversations_are_worked_on_side_by_side_and_each_one_in_turn(house: House) -> None:
    house.rasa.takes = 0.5

    async def work(worker: Worker) -> None:
        for number in range(12):
            await worker.put(f"e{number}", f"c{number % 4}", {"text": str(number)})
        await house.settled(worker)

    house.run(work)
    assert 3 <= house.rasa.most_at_once <= 4
    for place in range(4):
        turns = [int(text) for sender, text, _ in house.rasa.turns if sender == f"c{place}"]
        assert turns == sorted(turns)


def test_a_busy_platform_holds_up_its_own_conversation_alone(house: House) -> None:
    house.door.faults = [TryAgainError("429", after=0.5)]

    async def work(worker: Worker) -> None:
        await worker.put("e1", "slow", {"text": "slow"})
        await asyncio.sleep(0.2)
        await worker.put("e2", "slow", {"text": "after it"})
        await worker.put("e3", "quick", {"text": "quick"})
        await house.settled(worker)

    house.run(work)
    assert house.door.sent == ["re: quick", "re: slow", "re: after it"]


def test_a_turn_that_breaks_is_said_without_its_words_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.rasa.fails = True
    say(house, "a")
    assert house.door.sent == ["sorry"]
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


def test_a_drawing_that_breaks_is_said(house: House) -> None:
    house.door.broken = True
    say(house, "a")
    assert house.door.sent == ["sorry"]


def test_what_is_refused_is_a_dead_letter_and_the_next_goes_on(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.door.faults = [RefusedError("channel_not_found")]
    say(house, "words", "b")
    assert house.door.sent == ["re: b"]
    (line,) = [r.message for r in caplog.records if r.levelno == logging.ERROR]
    assert "channel_not_found" in line
    assert "given up" in line
    assert "re: words" not in line


def test_earlier_answers_are_found_again(house: House) -> None:
    async def work(worker: Worker) -> None:
        await worker.put("e1", "c1", {"text": "a"})
        await worker.put("e2", "c1", {"text": "b"})
        for number, turn in enumerate(("e1", None, "other")):
            await worker.put(f"r{number}", "c1", {"recall": turn})
        await worker.put("r9", "another", {"recall": "e1"})
        await house.settled(worker)

    house.run(work)
    assert sorted(house.door.sent) == sorted(["re: a", "re: b", "re: a", "re: b", "gone", "gone"])
    assert len(house.rasa.turns) == 2


def test_a_change_starts_from_the_case_as_it_is_now(house: House) -> None:
    async def work(worker: Worker) -> None:
        await worker.put("e1", "c1", {"text": "a"})
        await worker.put("e2", "c1", {"alter": True})
        await house.settled(worker)

    house.run(work)
    assert house.rasa.turns[-1] == ("c1", "", {"edit": {"changes": {"side_effect": ["hepatic"]}}})


def test_an_entry_without_a_message_takes_no_turn(house: House) -> None:
    async def work(worker: Worker) -> None:
        await worker.put("e1", "c1", {"home": True})
        await house.settled(worker)

    house.run(work)
    assert (house.door.sent, house.rasa.turns) == (["welcome"], [])


# --- a process that is gone


def left_behind(house: House, claims: int = 1) -> Event:
    """An event that an earlier process took up and did not finish."""

    async def claim() -> Event:
        inbox = Inbox(house.url)
        await inbox.put("fake", "e-a", "c1", {"text": "a"})
        event = None
        for _ in range(claims):
            event = await inbox.claim("fake")
            inbox.owner += "x"
            await inbox.take_over("fake")
        assert event is not None
        return event

    return asyncio.run(claim())


def test_an_unfinished_event_is_answered_after_the_restart(house: House) -> None:
    left_behind(house)
    house.run(house.settled)
    assert house.door.sent == ["re: a"]


def test_a_turn_that_was_taken_before_the_end_is_not_taken_again(house: House) -> None:
    event = left_behind(house)
    message = UserMessage("a", sender_id="c1", message_id=event.event_id)
    asyncio.run(house.rasa.on_new_message(message))
    house.run(house.settled)
    assert house.door.sent == ["re: a"]
    assert len(house.rasa.turns) == 1


@pytest.mark.parametrize(("arrived", "sent"), [(True, []), (False, ["re: a"])])
def test_a_reply_of_unknown_fate_is_looked_up(house: House, arrived: bool, sent: list[str]) -> None:
    event = left_behind(house)

    async def sending() -> str:
        inbox = Inbox(house.url)
        (reply,) = await inbox.plan(event, [{"text": "re: a"}])
        await inbox.mark(reply, "sending")
        return reply.key

    key = asyncio.run(sending())
    house.door.arrived = {key} if arrived else set()
    house.run(house.settled)
    assert house.door.sent == sent
    assert house.door.keys == ([] if arrived else [key])
    assert not house.rasa.turns


def test_an_event_that_ends_every_process_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_ATTEMPTS > 2 * SIDE_BY_SIDE
    monkeypatch.setattr("bot.channels.worker.MOST_ATTEMPTS", 5)
    left_behind(house, claims=5)
    house.run(house.settled)
    assert house.door.sent == ["sorry"]
    assert not house.rasa.turns


def test_stopping_ends_also_a_task_that_lost_its_first_cancellation(house: House) -> None:
    async def deaf_once() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    deaf: list[asyncio.Future[None]] = []

    async def work(worker: Worker) -> None:
        deaf.append(asyncio.ensure_future(deaf_once()))
        worker._running.add(deaf[0])
        await asyncio.sleep(0)

    house.run(work)  # it would take longer than the house waits
    assert deaf[0].cancelled()


def test_nothing_is_found_in_no_conversation() -> None:
    assert answers_of_turn(None, "e1") is None
    assert answers_of_turn(DialogueStateTracker("c", []), None) is None
