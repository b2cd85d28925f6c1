"""The widget's Socket.IO connection: bound to one session by its token, for as long as it lasts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from socketio import AsyncServer
from socketio.exceptions import ConnectionRefusedError as Refusal

from bot.channels.web import origins
from bot.channels.web.gate import Gate
from bot.channels.web.incoming import Incoming, read_edit, read_message
from bot.channels.web.refusals import RefusedError
from bot.channels.web.sessions import Session
from bot.channels.web.settings import Settings
from bot.channels.web.turns import Turns

logger = logging.getLogger(__name__)

PATH = "/web/socket.io"
LARGEST_PACKET = 64 * 1024
TIME_TO_SHOW_A_TOKEN = 10.0
"""Seconds that a connection may stay open without a session: the widget sends its token at once."""
MOST_CONNECTIONS = 8
"""Of one session: as many open tabs as a person may have, and a few that have not yet noticed that they are lost."""


class _Server(AsyncServer):
    """Closes connections that show no token: they would be kept for as long as they answer pings."""

    async def _handle_eio_connect(self, eio_sid: str, environ: Mapping[str, Any]) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        self.start_background_task(self._close_if_silent, eio_sid)

    async def _close_if_silent(self, eio_sid: str) -> None:
        await self.sleep(TIME_TO_SHOW_A_TOKEN)
        if eio_sid in self.environ and self.manager.sid_from_eio_sid(eio_sid, "/") is None:
            await self.eio.disconnect(eio_sid)


class Live:
    """The socket server. Events in: message, edit. Events out: typing, answers, failure."""

    def __init__(self, settings: Settings, gate: Gate, turns: Turns) -> None:
        def allow(origin: str | None, environ: Mapping[str, Any]) -> bool:
            return origins.allowed(origin, environ.get("HTTP_HOST"), settings.origins)

        self.server = _Server(
            async_mode="sanic", cors_allowed_origins=allow, max_http_buffer_size=LARGEST_PACKET, cors_credentials=False
        )
        self._gate = gate
        self._turns = turns
        self._sessions: dict[str, Session] = {}
        self.server.on("connect", self._connect)
        self.server.on("disconnect", self._disconnect)
        self.server.on("message", self._message)
        self.server.on("edit", self._edit)

    async def disconnect(self, session: Session) -> None:
        """Close every connection of a session."""
        for sid in [sid for sid, held in self._sessions.items() if held.sender == session.sender]:
            await self.server.disconnect(sid)

    async def _connect(self, sid: str, _environ: Mapping[str, Any], auth: object = None) -> None:
        try:
            session = self._gate.session(auth.get("token") if isinstance(auth, Mapping) else None)
            if sum(held.sender == session.sender for held in self._sessions.values()) >= MOST_CONNECTIONS:
                raise RefusedError("too_many", 10)
        except RefusedError as refused:
            raise Refusal(refused.message, refused.as_dict()) from None
        self._sessions[sid] = session

    async def _disconnect(self, sid: str, *_reason: object) -> None:
        self._sessions.pop(sid, None)

    async def _message(self, sid: str, data: object = None, *_more: object) -> dict[str, Any]:
        return await self._accept(sid, data, read_message)

    async def _edit(self, sid: str, data: object = None, *_more: object) -> dict[str, Any]:
        return await self._accept(sid, data, read_edit)

    async def _accept(self, sid: str, data: object, read: Callable[[object], Incoming]) -> dict[str, Any]:
        """Acknowledge at once; the answers follow as an event of their own."""
        given = data.get("id") if isinstance(data, Mapping) else None
        shown = given if isinstance(given, str) else None
        try:
            session = self._sessions.get(sid)
            if session is None:
                raise RefusedError("no_session")
            self._gate.check_open(session)
            incoming = read(data)
        except RefusedError as refused:
            await self._fail(sid, shown, refused)
            return {"id": shown, "error": refused.as_dict()}
        self.server.start_background_task(self._answer, sid, session, incoming)
        return {"id": incoming.id, "error": None}

    async def _answer(self, sid: str, session: Session, incoming: Incoming) -> None:
        try:
            await self.server.emit("typing", {"on": True}, to=sid)
            outcome = await self._turns.take(session, incoming)
            await self.server.emit("answers", outcome.as_reply(incoming.id), to=sid)
        except RefusedError as refused:
            await self._fail(sid, incoming.id, refused)
        except Exception as error:
            logger.error("A turn over Socket.IO failed: %s", type(error).__name__)
            await self._fail(sid, incoming.id, RefusedError("failed"))
        finally:
            await self.server.emit("typing", {"on": False}, to=sid)

    async def _fail(self, sid: str, message_id: str | None, refused: RefusedError) -> None:
        await self.server.emit("failure", {"id": message_id, "error": refused.as_dict()}, to=sid)
