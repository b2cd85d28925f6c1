"""Conversations of the last turns, kept as they were saved, so that the next turn need not replay them.

Reading a conversation back takes a third of a message's time, and the more the longer it is. What is kept here is only
ever a copy of what the store holds: a conversation is taken out when its turn begins and comes back when the turn has
been saved, so a turn that fails leaves nothing behind.
"""

from __future__ import annotations

from collections import OrderedDict

from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker

MOST_EVENTS = 1000
"""Events of all kept conversations together (a turn has about eight); the newest conversation is kept in any case."""


class RecentConversations:
    """Trackers by the conversation's id, the longest unused ones given up first."""

    def __init__(self, most_events: int = MOST_EVENTS) -> None:
        self._most = most_events
        self._held = 0
        self._trackers: OrderedDict[str, tuple[DialogueStateTracker, int]] = OrderedDict()

    def take(self, sender_id: str) -> DialogueStateTracker | None:
        """Hand out the conversation, which is then no longer kept; None if it was not, or has gone on unsaved."""
        tracker, saved = self._trackers.pop(sender_id, (None, 0))
        self._held -= saved
        return tracker if tracker is not None and len(tracker.events) == saved else None

    def keep(self, tracker: DialogueStateTracker) -> None:
        """Keep a conversation that has just been saved, from its latest session on, as the store would give it back."""
        self.take(tracker.sender_id)
        events = tracker.events
        starts = [place for place, event in enumerate(events) if isinstance(event, SessionStarted)]
        for _ in range(starts[-1] if starts else 0):
            events.popleft()
        self._trackers[tracker.sender_id] = tracker, len(events)
        self._held += len(events)
        while self._held > self._most and len(self._trackers) > 1:
            self.take(next(iter(self._trackers)))

    def forget(self) -> None:
        """Keep none."""
        self._trackers.clear()
        self._held = 0
