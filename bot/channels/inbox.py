"""The durable inbox and outbox of the channels.

An event that was put here survives `kill -9`: it is written to disk before `put` returns, and processed after a restart
if it was not done. The events of one conversation are claimed one at a time and in the order of their arrival; those of
different conversations side by side. An event that was put twice is taken once.

Replies are written to the outbox before the first one is sent, and marked one by one: before sending ("sending") and
after it ("sent"). What is left: when the process dies between the platform's acceptance of a reply and our mark, the
reply is found as "sending" after the restart, and nobody here can know whether it arrived. A channel that can ask the
platform does (Slack: by the key in the message's metadata); elsewhere this one reply is sent a second time rather than
never.

The text of messages and replies is removed as soon as an event is done. Bare ids stay for KEEP_IDS, to know repeats.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from bot.channels.inbox_tables import Event, Reply, conversations, events, feedback, metadata, replies

__all__ = ["Event", "Inbox", "Reply", "sqlite_url"]

WAITING, CLAIMED, DONE = "waiting", "claimed", "done"
OPEN = (WAITING, CLAIMED)
PLANNED, SENDING, SENT, DEAD = "planned", "sending", "sent", "dead"

LEASE = 60.0
"""Seconds that a claim holds without being renewed; then another process may take the event over."""
KEEP_IDS = 3 * 86400.0
"""Seconds that the id of a finished event is known. Slack repeats for up to a day, Teams for minutes."""
KEEP_THREADS = 90 * 86400.0
"""Seconds after its last message that a conversation is known as ours: a follow-up in a thread needs no mention."""

T = TypeVar("T")


def sqlite_url(file: Path) -> str:
    """The address of a database file, which is made if need be and is private to the user."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    return f"sqlite:///{file}"


class Inbox:
    """Events and replies in a database, which is spoken to in a thread of its own: the server is not held up."""

    def __init__(self, url: Any, clock: Callable[[], float] = time.time) -> None:
        """Open the database and make its tables.

        Args:
            url: of SQLAlchemy. With SQLite only one process may use the file.
            clock: seconds since 1970, for tests.
        """
        self.owner = uuid.uuid4().hex
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inbox")
        self._engine: Any = None
        self._thread.submit(self._open, url).result()

    def _open(self, url: Any) -> None:
        if sa.engine.make_url(url).get_backend_name() == "sqlite":
            self._engine = sa.create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
            sa.event.listen(self._engine, "connect", _durable)
        else:
            self._engine = sa.create_engine(url, pool_pre_ping=True)
        metadata.create_all(self._engine)

    async def _run(self, work: Callable[[Any], T]) -> T:
        def transaction() -> T:
            with self._engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, transaction)

    # --- in

    async def put(self, channel: str, event_id: str, conversation: str, payload: dict[str, Any]) -> bool:
        """Take an event in, durably. False when it is here already. Raises SQLAlchemyError when it cannot be kept."""
        event = {
            "channel": channel,
            "event_id": event_id,
            "conversation": conversation,
            "payload": json.dumps(payload),
            "state": WAITING,
            "attempts": 0,
        }
        repeat = sa.select(events.c.seq).where(events.c.channel == channel, events.c.event_id == event_id)

        def work(connection: Any) -> None:
            now = self._clock()
            known = conversations.update().where(conversations.c.conversation == conversation).values(seen_at=now)
            if not connection.execute(known).rowcount:
                connection.execute(conversations.insert().values(conversation=conversation, seen_at=now))
            connection.execute(events.insert().values(received_at=now, **event))

        for attempt in (1, 2):
            try:
                await self._run(work)
            except sa.exc.IntegrityError:
                if await self._run(lambda connection: connection.execute(repeat).first() is not None):
                    return False
                if attempt == 2:
                    raise
                # Another process was first with the conversation, not with the event.
            else:
                break
        return True

    async def knows(self, conversation: str) -> bool:
        """Has there been an event in this conversation?"""
        found = sa.select(conversations.c.seen_at).where(conversations.c.conversation == conversation)
        return await self._run(lambda connection: connection.execute(found).first() is not None)

    # --- work

    async def claim(self, channel: str) -> Event | None:
        """The oldest event that is first in its conversation, now this process's; None when there is nothing to do."""
        before = events.alias()
        earlier = sa.exists().where(
            before.c.conversation == events.c.conversation,
            before.c.seq < events.c.seq,
            before.c.state.in_(OPEN),
        )

        def work(connection: Any) -> Event | None:
            now = self._clock()
            free = sa.or_(
                events.c.state == WAITING,
                sa.and_(events.c.state == CLAIMED, events.c.claimed_until < now),
            )
            query = (
                sa.select(events)
                .where(events.c.channel == channel, events.c.state.in_(OPEN), free, ~earlier)
                .order_by(events.c.seq)
                .limit(1)
            )
            row = connection.execute(query).first()
            if row is None:
                return None
            take = (
                events.update()
                .where(events.c.seq == row.seq, free)
                .values(state=CLAIMED, owner=self.owner, claimed_until=now + LEASE, attempts=row.attempts + 1)
            )
            if connection.execute(take).rowcount != 1:
                return None  # another process was first; the next call looks again
            return Event(row.seq, row.event_id, row.conversation, json.loads(row.payload), row.attempts + 1)

        return await self._run(work)

    async def renew(self) -> None:
        """Hold what this process has claimed for another LEASE."""
        mine = events.update().where(events.c.owner == self.owner, events.c.state == CLAIMED)
        await self._run(lambda connection: connection.execute(mine.values(claimed_until=self._clock() + LEASE)))

    async def take_over(self, channel: str) -> int:
        """At the start: free what a process that is gone had claimed; how many events.

        With SQLite at once, since no other process uses the file; elsewhere another process may be at work on it, and
        its claims end by themselves LEASE seconds after its death.
        """
        if self._engine.dialect.name != "sqlite":
            return 0
        gone = events.update().where(
            events.c.channel == channel, events.c.state == CLAIMED, events.c.owner != self.owner
        )
        return int(await self._run(lambda connection: connection.execute(gone.values(state=WAITING)).rowcount))

    # --- out

    async def plan(self, event: Event, requests: list[dict[str, Any]]) -> list[Reply]:
        """Write down what is to be sent for an event, before anything is. Later plans for the event change nothing."""
        rows = [
            {"seq": event.seq, "position": n, "key": uuid.uuid4().hex, "request": json.dumps(r), "state": PLANNED}
            for n, r in enumerate(requests)
        ]

        def work(connection: Any) -> None:
            if rows:
                connection.execute(replies.insert(), rows)

        await self._run(work)
        return await self.planned(event)

    async def planned(self, event: Event) -> list[Reply]:
        """What an earlier process wrote down for this event and has not marked as sent or dead, in order."""
        query = sa.select(replies).where(replies.c.seq == event.seq).order_by(replies.c.position)
        rows = await self._run(lambda connection: connection.execute(query).all())
        return [Reply(r.seq, r.position, r.key, json.loads(r.request or "{}"), r.state) for r in rows]

    async def mark(self, reply: Reply, state: str) -> None:
        """Mark a reply SENDING, SENT or DEAD; the last two remove its text."""
        values = {"state": state} if state == SENDING else {"state": state, "request": None}
        row = replies.update().where(replies.c.seq == reply.seq, replies.c.position == reply.position)
        await self._run(lambda connection: connection.execute(row.values(**values)))

    async def done(self, event: Event) -> None:
        """The event is finished: its text goes, its id stays."""

        def work(connection: Any) -> None:
            row = events.update().where(events.c.seq == event.seq)
            connection.execute(row.values(state=DONE, payload=None, owner=None, claimed_until=None))
            connection.execute(replies.delete().where(replies.c.seq == event.seq))

        await self._run(work)
        if self._engine.dialect.name == "sqlite" and not await self.open_events():
            # The write-ahead log still holds the text; with nothing to do, it is emptied.
            await asyncio.get_running_loop().run_in_executor(self._thread, self._empty_log)

    def _empty_log(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))

    async def feedback(self, conversation: str, turn: str, good: bool) -> None:
        """Note what a reader thought of an answer. It can be changed: the last word counts."""

        def work(connection: Any) -> None:
            same = sa.and_(feedback.c.conversation == conversation, feedback.c.turn == turn)
            values = {"good": good, "given_at": self._clock()}
            if not connection.execute(feedback.update().where(same).values(**values)).rowcount:
                connection.execute(feedback.insert().values(conversation=conversation, turn=turn, **values))

        await self._run(work)

    # --- upkeep

    async def purge(self) -> None:
        """Remove ids and threads that are older than they need be."""
        now = self._clock()

        def work(connection: Any) -> None:
            old = sa.and_(events.c.state == DONE, events.c.received_at < now - KEEP_IDS)
            connection.execute(events.delete().where(old))
            connection.execute(conversations.delete().where(conversations.c.seen_at < now - KEEP_THREADS))

        await self._run(work)

    async def open_events(self) -> int:
        """How many events are not done."""
        count = sa.select(sa.func.count()).select_from(events).where(events.c.state.in_(OPEN))
        return int(await self._run(lambda connection: connection.execute(count).scalar_one()))

    def close(self) -> None:
        """Close the database; what is claimed is taken over at the next start."""
        self._thread.submit(self._engine.dispose).result()
        self._thread.shutdown()


def _durable(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # on disk before the platform is told that we have it
    cursor.execute("PRAGMA secure_delete=ON")  # removed text is overwritten
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.close()
