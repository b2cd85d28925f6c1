"""Slack: signed HTTP requests at /webhooks/slack/webhook, Socket Mode, or both.

Everything that Slack sends is acknowledged once it is safe in the inbox, and answered from there.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse
from slack_sdk.errors import SlackApiError

from bot.channels.inbox import Inbox
from bot.channels.slack_api import OF_THE_TOKEN, SlackApi
from bot.channels.slack_door import SlackDoor, read_feedback
from bot.channels.slack_events import CHANNEL, Entry, Left, id_at, read_click, read_command, read_event
from bot.channels.slack_settings import HELP, SlackSettings, read_settings
from bot.channels.slack_signature import Signatures
from bot.channels.slack_socket import SlackSocket
from bot.channels.worker import Worker

logger = logging.getLogger(__name__)
# At its debug level slack_sdk writes whole requests, and with them messages.
logging.getLogger("slack_sdk").setLevel(logging.WARNING)

LARGEST_BODY = 512 * 1024
"""Bytes. An event holds a message's text twice, and Slack writes other scripts as six bytes a letter."""


class SlackChannel(InputChannel):
    """Made by bot.runtime.channels when Slack's credentials are found."""

    def __init__(self, settings: SlackSettings) -> None:
        self._settings = settings
        self._signatures = Signatures(settings.signing_secret) if settings.signing_secret else None
        self._on_new_message: Callable[[UserMessage], Awaitable[Any]] | None = None
        self._inbox: Inbox | None = None
        self._worker: Worker | None = None
        self._socket: SlackSocket | None = None
        self._own_user: str | None = None
        self._greeting: asyncio.Task[None] | None = None

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    @classmethod
    def from_settings(cls, section: Mapping[str, Any] | None, environment: Mapping[str, str]) -> SlackChannel | None:
        """The channel as credentials.yml and the environment describe it; None when they say nothing of it.

        Raises:
            CredentialsError: see slack_settings.
        """
        settings = read_settings(section, environment)
        return cls(settings) if settings is not None else None

    # --- life

    async def start(self, inbox: Inbox, conversation: Callable[[str], Awaitable[DialogueStateTracker | None]]) -> None:
        """Answer what is in the inbox, and open the doors. Slack itself is not waited for."""
        assert self._on_new_message is not None, "the blueprint is made before the server starts"
        api = SlackApi(self._settings)
        self._inbox = inbox
        self._worker = Worker(SlackDoor(api), inbox, self._on_new_message, conversation)
        self._worker.start()
        self._greeting = asyncio.ensure_future(self._who_am_i(api))
        if self._settings.app_token:
            self._socket = SlackSocket(self._settings, self._receive)
            self._socket.start()

    async def stop(self) -> None:
        """Take nothing in any more; what is unfinished stays in the inbox."""
        if self._socket is not None:
            await self._socket.stop()
        if self._greeting is not None:
            self._greeting.cancel()
        if self._worker is not None:
            await self._worker.stop()

    async def _who_am_i(self, api: SlackApi) -> None:
        """Our user id, to know our mention by; and a word at the start when the token is wrong."""
        try:
            self._own_user = id_at((await api.web.auth_test()).data, "user_id") or None
        except SlackApiError as error:
            code = error.response.get("error") if isinstance(error.response.data, dict) else None
            if code in OF_THE_TOKEN:
                logger.error("Slack refuses SLACK_BOT_TOKEN (%s): no answer will reach Slack; %s.", code, HELP)
            else:
                logger.warning("Slack did not say who we are (%s).", code)
        except Exception as error:
            logger.warning("Slack cannot be reached at the moment (%s).", type(error).__name__)

    # --- in

    async def _receive(self, kind: str, body: Mapping[str, Any]) -> None:
        """Keep what came, durably. Raises SQLAlchemyError when it cannot be kept."""
        if kind == "events_api":
            entry = read_event(body, self._own_user)
        elif kind == "slash_commands":
            entry = read_command(body)
        elif kind == "interactive":
            entry = read_click(body)
        else:
            entry = Left("a kind of request that is not ours")
        if isinstance(entry, Left):
            logger.debug("slack: left: %s", entry.why)
            return
        await self._keep(entry)

    async def _keep(self, entry: Entry) -> None:
        assert self._inbox is not None
        assert self._worker is not None
        if entry.only_if_known and not await self._inbox.knows(entry.conversation):
            return
        feedback = read_feedback(entry.payload)
        if feedback is not None:
            await self._inbox.feedback(entry.conversation, *feedback)
        await self._worker.put(entry.event_id, entry.conversation, entry.payload)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The route for events, clicks and commands. Without a signing secret it refuses everything."""
        self._on_new_message = on_new_message
        webhook = Blueprint("slack_webhook")

        @webhook.route("/", methods=["GET"])
        async def health(_request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @webhook.route("/webhook", methods=["POST"], stream=True)
        async def receive(request: Request) -> HTTPResponse:
            return await self._answer(request)

        return webhook

    async def _answer(self, request: Request) -> HTTPResponse:
        body = await _read(request)
        if body is None:
            return _refused(413, "This is larger than anything Slack sends.")
        if self._signatures is None:
            return _refused(403, "HTTP is closed: SLACK_SIGNING_SECRET is not set.")
        problem = self._signatures.problem(body, request.headers)
        if problem is not None:
            logger.warning("slack: a request was refused: %s.", problem)
            return _refused(401, f"The request is {problem}.")
        kind, data = _parse(body, request.headers.get("content-type", ""))
        if data is None:
            return _refused(400, "This is no request of Slack.")
        if kind == "url_verification":
            return response.text(str(data.get("challenge") or "")[:1000])
        if self._worker is None:
            return _refused(503, "The assistant is starting, or its inbox cannot be used.")
        try:
            await self._receive(kind, data)
        except Exception as error:
            logger.error("slack: an event could not be kept (%s); Slack will repeat it.", type(error).__name__)
            return _refused(503, "The inbox cannot be used at the moment.")
        self._signatures.take(request.headers)
        return response.empty(200)


async def _read(request: Request) -> bytes | None:
    """The body, or None when it is too large to be Slack's."""
    body = b""
    while True:
        piece = await request.stream.read()
        if piece is None:
            return body
        body += piece
        if len(body) > LARGEST_BODY:
            return None


def _parse(body: bytes, content_type: str) -> tuple[str, dict[str, Any] | None]:
    """What kind of request it is, and its data; None when it is no request of Slack."""
    text = body.decode("utf-8")
    try:
        if content_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
            form: dict[str, Any] = {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
            if "payload" not in form:
                return ("slash_commands", form) if form else ("", None)
            kind, data = "interactive", json.loads(form["payload"])
        else:
            kind, data = "events_api", json.loads(text)
    except (ValueError, RecursionError):
        return "", None
    if not isinstance(data, dict):
        return "", None
    return ("url_verification" if data.get("type") == "url_verification" else kind), data


def _refused(status: int, why: str) -> HTTPResponse:
    return response.json({"error": why}, status=status)
