"""The store of conversations: what is kept between turns is what the store holds, and belongs to one conversation."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from bot.runtime.recent import RecentConversations
from bot.runtime.store import ConversationStore

times = itertools.count(1)


def open_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> ConversationStore:
    monkeypatch.setenv("ASSISTANT_VAR", str(folder))
    domain = Domain.empty()
    domain.slots = [AnySlot("memory", mappings=[{}], influence_conversation=False)]
    return ConversationStore(domain)


def state(tracker: DialogueStateTracker | None) -> dict[str, Any] | None:
    return None if tracker is None else tracker.current_state(EventVerbosity.ALL)


def session_start(tracker: DialogueStateTracker) -> None:
    for event in (ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")):
        event.timestamp = float(next(times))
        tracker.update(event)


def turn(tracker: DialogueStateTracker, words: str) -> None:
    """What a turn adds."""
    held = {"said": [*((tracker.get_slot("memory") or {}).get("said", [])), words]}
    intent = {"name": "inform", "confidence": 1.0}
    for event in (
        UserUttered(words, intent, parse_data={"intent": intent, "text": words, "reading": {"drugs": [words]}}),
        SlotSet("memory", held),
        BotUttered(words, {"custom": {"answer": words}}),
        ActionExecuted("action_listen"),
    ):
        event.timestamp = float(next(times))
        tracker.update(event)


class Talk:
    """One store in use, beside one that reads everything from the same file."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.used = open_store(folder, monkeypatch)
        self.monkeypatch = monkeypatch

    def get(self, sender: str) -> DialogueStateTracker:
        tracker = asyncio.run(self.used.retrieve(sender))
        fresh = asyncio.run(open_store(self.folder, self.monkeypatch).retrieve(sender))
        assert state(tracker) == state(fresh)
        return asyncio.run(self.used.create_tracker(sender, append_action_listen=False)) if tracker is None else tracker

    def take_turn(self, sender: str, words: str, new_session: bool = False, fails: bool = False) -> None:
        tracker = self.get(sender)
        if new_session or not tracker.events:
            session_start(tracker)
        turn(tracker, words)
        if not fails:
            asyncio.run(self.used.save(tracker))


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Talk:
    return Talk(tmp_path, monkeypatch)


def test_a_kept_conversation_is_the_stored_one_turn_after_turn(talk: Talk) -> None:
    for number in range(5):
        talk.take_turn("ann", f"word {number}")
    assert talk.get("ann").get_slot("memory") == {"said": [f"word {number}" for number in range(5)]}


def test_a_turn_that_fails_leaves_nothing_behind(talk: Talk) -> None:
    talk.take_turn("ann", "kept")
    talk.take_turn("ann", "lost", fails=True)
    assert talk.get("ann").get_slot("memory") == {"said": ["kept"]}


def test_what_another_process_changes_counts_at_once(talk: Talk) -> None:
    talk.take_turn("ann", "first")
    talk.take_turn("ben", "other")
    with sqlite3.connect(talk.folder / "conversations.db") as database:
        database.execute("DELETE FROM events WHERE sender_id = 'ann'")
    assert asyncio.run(talk.used.retrieve("ann")) is None
    assert talk.get("ben").get_slot("memory") == {"said": ["other"]}


def test_a_new_session_begins_without_what_was_before(talk: Talk) -> None:
    talk.take_turn("ann", "before")
    talk.take_turn("ann", "after", new_session=True)
    assert talk.get("ann").get_slot("memory") == {"said": ["after"]}


def test_a_conversation_that_went_on_unsaved_is_not_handed_out(talk: Talk) -> None:
    talk.take_turn("ann", "kept")
    tracker = talk.get("ann")
    asyncio.run(talk.used.save(tracker))
    turn(tracker, "never saved")
    assert talk.get("ann").get_slot("memory") == {"said": ["kept"]}


steps = st.lists(
    st.tuples(st.sampled_from(["ann", "ben", "cy"]), st.sampled_from(["turn", "turn", "fail", "session", "meddle"])),
    max_size=12,
)


@given(steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_turns_failures_and_changes_shows_another_state_than_the_store(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, str]]
) -> None:
    talk = Talk(tmp_path_factory.mktemp("store"), monkeypatch)
    said: dict[str, list[str]] = {"ann": [], "ben": [], "cy": []}
    for number, (sender, kind) in enumerate(steps):
        if kind == "meddle":
            with sqlite3.connect(talk.folder / "conversations.db") as database:
                database.execute("DELETE FROM events WHERE sender_id = ?", (sender,))
            said[sender] = []
            continue
        talk.take_turn(sender, f"{sender} {number}", new_session=kind == "session", fails=kind == "fail")
        if kind == "session":
            said[sender] = []
        if kind != "fail":
            said[sender].append(f"{sender} {number}")
    for sender, words in said.items():
        assert ((talk.get(sender).get_slot("memory") or {}).get("said", [])) == words


def test_the_longest_unused_conversations_are_given_up_first() -> None:
    recent = RecentConversations(most_events=10)
    trackers = {}
    for name in ("ann", "ben", "cy"):
        trackers[name] = DialogueStateTracker(name, [])
        turn(trackers[name], name)
        recent.keep(trackers[name])
    assert recent.take("ann") is None
    assert recent.take("ben") is trackers["ben"]
    assert recent.take("ben") is None
    assert recent.take("cy") is trackers["cy"]


def test_the_newest_conversation_is_kept_however_long_it_is() -> None:
    recent = RecentConversations(most_events=3)
    tracker = DialogueStateTracker("ann", [])
    turn(tracker, "long")
    recent.keep(tracker)
    assert recent.take("ann") is tracker
