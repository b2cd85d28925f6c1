"""Conversations in a database (SQLite under var/ by default), with failures reported."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.pool import StaticPool

from bot.runtime.recent import RecentConversations


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

    async def forget(self, sender_id: str) -> None:
        """Delete the conversation, all of its sessions.

        Raises:
            AttributeError: when the store of endpoints.yml cannot delete; a `ConversationStore` can.
        """
        await self._tracker_store.forget(sender_id)

    async def forget_idle(self, prefix: str, before: float) -> int:
        """Delete the conversations of a channel (senders that begin with ``prefix``) without an event since ``before``.

        Returns how many they were. Raises as `forget`.
        """
        deleted: int = await self._tracker_store.forget_idle(prefix, before)
        return deleted


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL store, for endpoints.yml.

    With SQLite it makes the folder of the file, keeps both private to the user, and keeps one connection, which writes
    ahead: a commit then does not wait for the disk.
    """

    def __init__(
        self, domain: Domain | None = None, dialect: str = "sqlite", db: str = "var/conversations.db", **kwargs: Any
    ) -> None:
        self.engine: Any
        self._file: Path | None = None
        self._recent: RecentConversations | None = None
        self._version: int | None = None
        if dialect == "sqlite" and not kwargs.get("host"):
            self._file = _private_file(db)
            db = str(self._file)
        super().__init__(domain=domain, dialect=dialect, db=db, **kwargs)
        if self._file is not None:
            # Rasa talks to the store from one thread; opening the file anew for each query costs 10 ms a message.
            url = self.engine.url
            self.engine.dispose()
            self.engine = sa.create_engine(
                url, poolclass=StaticPool, connect_args={"check_same_thread": False, "timeout": 5}
            )
            sa.event.listen(self.engine, "connect", _write_ahead)
            self.sessionmaker = sa.orm.session.sessionmaker(bind=self.engine)
            self._opened = _identity(self._file)
            self._recent = RecentConversations()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's latest session, or None if there is none yet.

        As it was last saved here; read from the store otherwise, and always after another process has written there.
        """
        if self._recent is None:
            return await super().retrieve(sender_id)
        self._check_file()
        # SQLite's count of changes by others; asked for without SQLAlchemy, which takes 20 times as long.
        with contextlib.closing(self.engine.raw_connection()) as connection:
            (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._recent.forget()
        tracker = self._recent.take(sender_id) or await super().retrieve(sender_id)
        if tracker is not None:
            tracker.stored_events = len(tracker.events)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what is new in the conversation."""
        if self._recent is None:
            await super().save(tracker)
            return
        with self.session_scope() as session:
            rows = [self._row(tracker.sender_id, event) for event in self._additional_events(session, tracker)]
            session.bulk_insert_mappings(self.SQLEvent, rows)
            session.commit()
        self._recent.keep(tracker)
        tracker.stored_events = len(tracker.events)

    @staticmethod
    def _row(sender_id: str, event: Event) -> dict[str, Any]:
        """A row as Rasa's store writes it."""
        data = event.as_dict()
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }

    def _additional_events(self, session: Any, tracker: DialogueStateTracker) -> Iterator[Event]:
        """The events that are not stored yet; Rasa counts the stored ones by a query, which `retrieve` has done."""
        stored = getattr(tracker, "stored_events", None)
        if self._recent is None or stored is None:
            yield from super()._additional_events(session, tracker)
        else:
            yield from itertools.islice(tracker.events, stored, None)

    async def forget(self, sender_id: str) -> None:
        """Delete every event of the conversation; with SQLite its bytes too, also in what was written ahead."""
        self._delete([sender_id])

    async def forget_idle(self, prefix: str, before: float) -> int:
        """Delete the conversations whose sender begins so and whose last event is older; seconds since 1970."""
        event = self.SQLEvent
        with self.session_scope() as session:
            idle = (
                session.query(event.sender_id)
                .filter(event.sender_id.startswith(prefix, autoescape=True))
                .group_by(event.sender_id)
                .having(sa.func.max(event.timestamp) < before)
            )
            senders = [sender for (sender,) in idle]
        if senders:
            self._delete(senders)
        return len(senders)

    def _delete(self, senders: Sequence[str]) -> None:
        with self.session_scope() as session:
            for sender in senders:
                session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == sender).delete(synchronize_session=False)
            session.commit()
        if self._file is not None:
            with self.engine.connect() as connection:
                connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))

    @contextlib.contextmanager
    def session_scope(self) -> Iterator[Any]:
        """A session, as Rasa's store has it.

        Raises:
            FileNotFoundError: when the file was removed or replaced: the open connection would hide that until the
                conversations are lost with the process.
        """
        self._check_file()
        with super().session_scope() as session:
            try:
                yield session
            except Exception:
                session.rollback()
                raise

    def _check_file(self) -> None:
        if self._file is not None and _identity(self._file) != self._opened:
            raise FileNotFoundError("The file of conversations was removed or replaced; restart the assistant.")


def _private_file(db: str) -> Path:
    folder = os.environ.get("ASSISTANT_VAR")
    path = Path(folder) / Path(db).name if folder else Path(db)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    return path


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _write_ahead(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
