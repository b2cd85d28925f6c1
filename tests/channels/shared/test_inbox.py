"""The inbox: nothing lost, nothing twice, in order, and no text kept."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.inbox import DEAD, KEEP_IDS, SENDING, SENT, Event, Inbox, sqlite_url


def run(call: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(call)


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "inbox.db"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(file: Path, clock: Clock) -> Iterator[Inbox]:
    opened = Inbox(sqlite_url(file), clock)
    yield opened
    opened.close()


def put(inbox: Inbox, event_id: str, conversation: str = "c1", text: str = "hello") -> bool:
    accepted: bool = run(inbox.put("slack", event_id, conversation, {"text": text}))
    return accepted


def claim(inbox: Inbox, channel: str = "slack") -> Event | None:
    event: Event | None = run(inbox.claim(channel))
    return event


def test_a_repeat_is_known_also_when_it_is_done(inbox: Inbox) -> None:
    assert [put(inbox, "e1") for _ in range(4)] == [True, False, False, False]
    event = claim(inbox)
    assert event is not None
    run(inbox.done(event))
    assert not put(inbox, "e1")
    assert claim(inbox) is None


def test_the_same_id_of_another_channel_is_no_repeat(inbox: Inbox) -> None:
    assert put(inbox, "e1")
    assert run(inbox.put("teams", "e1", "c2", {}))
    event = claim(inbox, "teams")
    assert event is not None
    assert event.conversation == "c2"


def test_one_at_a_time_and_in_order_within_a_conversation(inbox: Inbox) -> None:
    for number in range(3):
        put(inbox, f"a{number}", "a")
        put(inbox, f"b{number}", "b")
    first, other = claim(inbox), claim(inbox)
    assert first is not None
    assert other is not None
    assert {first.event_id, other.event_id} == {"a0", "b0"}
    assert claim(inbox) is None
    run(inbox.done(first))
    after = claim(inbox)
    assert after is not None
    assert after.event_id == "a1"


def test_what_was_put_survives_the_process(file: Path, inbox: Inbox, clock: Clock) -> None:
    put(inbox, "e1", text="still here")
    assert claim(inbox) is not None
    # No close: the process is gone.
    restarted = Inbox(sqlite_url(file), clock)
    assert claim(restarted) is None
    assert run(restarted.take_over("slack")) == 1
    event = claim(restarted)
    assert event is not None
    assert (event.payload, event.attempts) == ({"text": "still here"}, 2)
    restarted.close()


def test_replies_survive_the_process_and_the_uncertain_one_is_told_apart(file: Path, inbox: Inbox) -> None:
    put(inbox, "e1")
    event = claim(inbox)
    assert event is not None
    replies = run(inbox.plan(event, [{"n": 1}, {"n": 2}, {"n": 3}]))
    run(inbox.mark(replies[0], SENDING))
    run(inbox.mark(replies[0], SENT))
    run(inbox.mark(replies[1], SENDING))
    restarted = Inbox(sqlite_url(file))
    found = run(restarted.planned(event))
    assert [(r.state, r.request, r.key) for r in found] == [
        ("sent", {}, replies[0].key),
        ("sending", {"n": 2}, replies[1].key),
        ("planned", {"n": 3}, replies[2].key),
    ]
    restarted.close()


def test_no_text_is_kept(file: Path, inbox: Inbox) -> None:
    put(inbox, "e1", text="QUESTION-TEXT")
    event = claim(inbox)
    assert event is not None
    replies = run(inbox.plan(event, [{"text": "ANSWER-TEXT"}, {"text": "UNSENT-TEXT"}]))
    run(inbox.mark(replies[0], SENT))
    run(inbox.mark(replies[1], DEAD))
    with contextlib.closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT request FROM channel_replies").fetchall() == [(None,), (None,)]
    run(inbox.done(event))
    kept = b"".join(path.read_bytes() for path in file.parent.iterdir())
    for text in (b"QUESTION-TEXT", b"ANSWER-TEXT", b"UNSENT-TEXT"):
        assert text not in kept


def test_the_file_is_private(file: Path, inbox: Inbox) -> None:
    assert file.stat().st_mode & 0o077 == 0


def test_old_ids_go(inbox: Inbox, clock: Clock) -> None:
    put(inbox, "old")
    event = claim(inbox)
    assert event is not None
    run(inbox.done(event))
    put(inbox, "waiting")
    clock.now += KEEP_IDS + 1
    run(inbox.purge())
    assert put(inbox, "old"), "the old id is not known any more"
    assert not put(inbox, "waiting"), "what is not done stays"


def test_a_conversation_is_known_after_its_first_event(inbox: Inbox) -> None:
    assert not run(inbox.knows("c1"))
    put(inbox, "e1")
    assert run(inbox.knows("c1"))
    assert not run(inbox.knows("c2"))


def test_a_claim_that_is_not_renewed_ends(file: Path, inbox: Inbox, clock: Clock) -> None:
    other = Inbox(sqlite_url(file), clock)
    put(inbox, "e1")
    assert claim(inbox) is not None
    clock.now += 50
    run(inbox.renew())
    clock.now += 50
    assert claim(other) is None
    clock.now += 11
    assert claim(other) is not None
    other.close()
