"""The web channel as Rasa knows it: for credentials.yml."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.web.files import Files
from bot.channels.web.gate import Gate
from bot.channels.web.history import Conversations
from bot.channels.web.http_api import BASE, HttpApi
from bot.channels.web.limits import Limit
from bot.channels.web.live import PATH, Live
from bot.channels.web.records import Records
from bot.channels.web.refusals import RefusedError
from bot.channels.web.sessions import Sessions, load_key
from bot.channels.web.settings import Settings
from bot.channels.web.turns import CHANNEL, Turns

SWEEP = 3600.0
"""Seconds between two looks for conversations that have ended."""


class WebChannel(InputChannel):
    """The widget, its socket and the API of one assistant."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> WebChannel:
        """The channel with the settings of credentials.yml. Raises ValueError that says which is wrong."""
        return cls(Settings.read(credentials))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's routes, from the root of the server."""
        return _WebBlueprint(self._settings, on_new_message)


class _WebBlueprint(Blueprint):
    """Puts itself at the root, wherever Rasa would put a channel, and its socket beside it."""

    def __init__(self, settings: Settings, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> None:
        super().__init__("web")
        self.ctx.settings = settings
        self.ctx.on_new_message = on_new_message

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Join the parts for this server."""
        settings: Settings = self.ctx.settings
        sessions = Sessions(settings.key.encode() or load_key(settings.var), settings.session_hours)
        records = Records(settings.var)
        gate = Gate(settings, sessions, records)
        conversations = Conversations(lambda: app.ctx.agent)
        turns = Turns(self.ctx.on_new_message, conversations, Limit(settings.messages_a_minute))
        live = Live(settings, gate, turns)
        api = HttpApi(settings, gate, turns, conversations, records, live)
        api.add_to(self)
        Files(settings.origins).add_to(self)
        live.server.attach(app, PATH)

        async def refuse(request: Request, error: SanicException) -> HTTPResponse:
            if request.path.startswith(f"{BASE}/"):
                return api.refuse(request, error)
            reply: HTTPResponse = app.error_handler.default(request, error)
            return reply

        app.exception(SanicException)(refuse)
        app.register_listener(partial(_forget_ended, conversations, settings.session_hours), "after_server_start")
        super().register(app, {**options, "url_prefix": ""})


async def _forget_ended(conversations: Conversations, hours: float, app: Sanic, _loop: object) -> None:
    """At the start and every hour: what no token opens any more is deleted."""

    async def sweep() -> None:
        while True:
            with contextlib.suppress(RefusedError):  # the log has it; the next hour may do better
                await conversations.forget_ended(hours * 3600)
            await asyncio.sleep(SWEEP)

    app.add_task(sweep(), name="forget ended conversations")
