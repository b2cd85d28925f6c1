"""Who may: the page's origin, the session's token, and how often."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable

from bot.channels.web import origins
from bot.channels.web.history import Conversations
from bot.channels.web.limits import Limit
from bot.channels.web.records import Records
from bot.channels.web.refusals import RefusedError
from bot.channels.web.sessions import Session, Sessions
from bot.channels.web.settings import Settings
from bot.channels.web.turns import Turns

logger = logging.getLogger(__name__)

REQUESTS_A_MESSAGE = 6
"""Requests of any kind that a conversation may make for each message it may send; a person comes nowhere near it."""


class Gate:
    """Lets in what is allowed. Every refusal is a RefusedError."""

    def __init__(self, settings: Settings, sessions: Sessions, records: Records) -> None:
        self._settings = settings
        self._sessions = sessions
        self._records = records
        self._new = Limit(settings.sessions_a_minute)
        self._requests = Limit(REQUESTS_A_MESSAGE * settings.messages_a_minute)
        self._closing: set[str] = set()

    def check_origin(self, origin: str | None, host: str | None) -> None:
        """Refuse a page that is not our own and of no site that may embed us."""
        if not origins.allowed(origin, host, self._settings.origins):
            raise RefusedError("origin")

    def new_session(self, address: str) -> tuple[str, Session]:
        """A new conversation for whoever asks from this address: its token and session."""
        wait = self._new.wait(address)
        if wait is not None:
            raise RefusedError("too_many_sessions", wait)
        return self._sessions.issue()

    def session(self, token: object) -> Session:
        """The session of a token; refused when it is not ours, over, or forgotten."""
        session = self._sessions.read(token)
        self.check_open(session)
        return session

    def check_open(self, session: Session) -> None:
        """Refuse a session that is over, that was forgotten, or that asks too often. For sockets: at each event."""
        if session.ended():
            raise RefusedError("expired")
        if session.sender in self._closing or self._records.is_forgotten(session.sender):
            raise RefusedError("no_session")
        wait = self._requests.wait(session.sender)
        if wait is not None:
            raise RefusedError("too_many", wait)

    async def forget(
        self,
        session: Session,
        turns: Turns,
        conversations: Conversations,
        disconnect: Callable[[Session], Awaitable[None]],
    ) -> None:
        """End a conversation for good: nothing new comes in, what is at work ends, then it is deleted.

        When the store fails the session stays open, so that its owner can try again.
        """
        self._closing.add(session.sender)
        try:
            await turns.end(session)
            await conversations.forget(session)
            self._records.forget(session.sender, session.expires)
        except sqlite3.Error as error:
            logger.error("The record of ended sessions failed: %s", type(error).__name__)
            raise RefusedError("store") from None
        finally:
            self._closing.discard(session.sender)
        await disconnect(session)
