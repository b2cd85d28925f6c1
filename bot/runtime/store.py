"""Conversations in a database (SQLite under var/ by default), with failures reported."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class ConversationUnreadableError(Exception):
    """The store could not be read: there may be a case, and nobody knows it."""


class ConversationUnsavedError(Exception):
    """The store could not be written after the turn was answered."""


class ReportingTrackerStore(FailSafeTrackerStore):
    """Wraps a store in the place of Rasa's own wrapper, which hides failures.

    That one answers from an empty case when the store cannot be read, and keeps in memory what it cannot write.
    """

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's latest session, or None if there is none yet.

        Raises:
            ConversationUnreadableError: when the store fails.
        """
        try:
            return await self._tracker_store.retrieve(sender_id)
        except Exception as error:
            raise ConversationUnreadableError from error

    async def retrieve_full_tracker(self, sender_id: str) -> DialogueStateTracker | None:
        """The whole conversation, or None if there is none yet.

        Raises:
            ConversationUnreadableError: when the store fails.
        """
        try:
            return await self._tracker_store.retrieve_full_tracker(sender_id)
        except Exception as error:
            raise ConversationUnreadableError from error

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the conversation.

        Raises:
            ConversationUnsavedError: when the store fails.
        """
        try:
            await self._tracker_store.save(tracker)
        except Exception as error:
            raise ConversationUnsavedError from error


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL store, for endpoints.yml.

    With SQLite it makes the folder of the file, keeps both private to the user, and writes ahead: a commit then does
    not wait for the disk, and a reader never for a writer.
    """

    def __init__(
        self, domain: Domain | None = None, dialect: str = "sqlite", db: str = "var/conversations.db", **kwargs: Any
    ) -> None:
        if dialect == "sqlite" and not kwargs.get("host"):
            path = Path(os.environ["ASSISTANT_VAR"]) / Path(db).name if os.environ.get("ASSISTANT_VAR") else Path(db)
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            db = str(path)
        super().__init__(domain=domain, dialect=dialect, db=db, **kwargs)
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _write_ahead)


def _write_ahead(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
