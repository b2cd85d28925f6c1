"""Rasa's REST channel, hardened: /webhooks/rest/webhook answers as Rasa's does, with these differences.

- A message without a sender is a conversation of its own: never one that everybody shares.
- The client cannot choose the input channel or set metadata.
- A reply with text and data is one message, and its text is not cut at blank lines.
- What is not a message is refused with a JSON error that says how to mend it.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

LONGEST_SENDER = 255
"""Characters; the width of the store's column."""


class RestOutput(CollectingOutputChannel):
    """Collects the replies of one turn."""

    @classmethod
    def name(cls) -> str:
        return "rest"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep a reply with data as one message; anything else as Rasa does."""
        if message.get("custom"):
            kept = {key: message.get(key) or None for key in ("text", "buttons", "custom")}
            await self._persist_message(self._message(recipient_id, **kept))
        else:
            await super().send_response(recipient_id, message)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        await self._persist_message(self._message(recipient_id, text=text))


def read_sender(body: dict[str, Any]) -> str:
    """Whose conversation it is; a new one when the client does not say.

    Raises:
        InvalidUsage: when it is no short text or number.
    """
    sender = body.get("sender")
    if sender is None or sender == "":
        return uuid.uuid4().hex
    if isinstance(sender, bool) or not isinstance(sender, (str, int)) or len(str(sender)) > LONGEST_SENDER:
        raise InvalidUsage(f"`sender` must be a text of at most {LONGEST_SENDER} characters.")
    return str(sender)


def read_message(body: dict[str, Any]) -> str:
    """The message's text; empty when there is none, which gets a helpful reply like any other message.

    Raises:
        InvalidUsage: when it is something other than text.
    """
    message = body.get("message")
    if message is None:
        return ""
    if not isinstance(message, str):
        raise InvalidUsage("`message` must be a text.")
    # A lone half of a surrogate pair is valid in JSON and cannot be stored.
    return message.encode("utf-8", "replace").decode("utf-8")


class RestChannel(InputChannel):
    """For credentials.yml."""

    @classmethod
    def name(cls) -> str:
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's routes, below /webhooks/rest."""
        webhook = Blueprint("rest_webhook")

        @webhook.route("/", methods=["GET"])
        async def health(_request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @webhook.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            body = request.json
            if not isinstance(body, dict):
                raise InvalidUsage('The body must be a JSON object: {"sender": "...", "message": "..."}.')
            output = RestOutput()
            message = UserMessage(read_message(body), output, read_sender(body), input_channel=self.name())
            await on_new_message(message)
            return response.json(output.messages)

        return webhook
