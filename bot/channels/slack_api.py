"""Slack's Web API, with its failures told apart: try again, or never."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.channels.delivery import RefusedError, TryAgainError
from bot.channels.slack_settings import API_URL, SlackSettings

TIMEOUT = 10
"""Seconds for one call."""
PASSING = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org")
"""Slack's codes for its own troubles."""
RATE_LIMITED = ("ratelimited", "rate_limited")
BLOCKS_REFUSED = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments")
OF_THE_TOKEN = ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission")
RESPONSE_HOST = "hooks.slack.com"
REPLY = "asys_reply"
LOOK_BACK = 100
"""Messages in which a reply of unknown outcome is looked for."""


class SlackApi:
    """Sends requests as JSON data: {"method", "args", "since"?}, or {"url", "args"} for a response_url.

    `args` may hold `without_tables`, the blocks for a workspace that knows no data_table. `since`: when what is
    answered was said, by Slack's clock.
    """

    def __init__(self, settings: SlackSettings) -> None:
        self._hosts = {RESPONSE_HOST} if settings.api_url == API_URL else {urlsplit(settings.api_url).hostname}
        # The delivery repeats by itself; a repeat below it would not know what a repeat may double.
        self.web = AsyncWebClient(
            token=settings.bot_token, base_url=settings.api_url, timeout=TIMEOUT, retry_handlers=[]
        )

    async def send(self, request: dict[str, Any], key: str) -> None:
        """One attempt. Blocks that this workspace does not know are sent in simpler ones, in the end as text.

        Raises:
            TryAgainError, RefusedError: see bot.channels.delivery.
        """
        args = dict(request["args"])
        simpler = [args.pop("without_tables", None), None]
        while True:
            try:
                await self._call(request, args, key)
                return
            except RefusedError as refused:
                if refused.reason not in BLOCKS_REFUSED or "blocks" not in args:
                    raise
                args.pop("blocks")
                blocks = simpler.pop(0)
                if blocks is not None:
                    args["blocks"] = blocks

    async def _call(self, request: dict[str, Any], args: dict[str, Any], key: str) -> None:
        try:
            if "url" in request:
                await self._respond(request["url"], args)
                return
            if request["method"] == "chat.postMessage":
                args["metadata"] = {"event_type": REPLY, "event_payload": {"key": key}}
            await self.web.api_call(request["method"], json=args)
        except SlackApiError as error:
            raise _told_apart(error) from None
        except (aiohttp.ClientConnectorError, aiohttp.ClientConnectorDNSError) as error:
            raise TryAgainError(type(error).__name__) from None
        except (asyncio.TimeoutError, aiohttp.ClientError, SlackClientError, OSError) as error:
            raise TryAgainError(type(error).__name__, uncertain=True) from None

    async def _respond(self, url: str, args: dict[str, Any]) -> None:
        parts = urlsplit(url)
        if parts.hostname not in self._hosts:
            raise RefusedError("response_url_elsewhere")
        answer = await AsyncWebhookClient(url, timeout=TIMEOUT, retry_handlers=[]).send_dict(args)
        if answer.status_code == 429:
            raise TryAgainError("429", after=_seconds(answer.headers))
        if answer.status_code >= 500:
            raise TryAgainError(str(answer.status_code), uncertain=True)
        if answer.status_code != 200:
            raise RefusedError(answer.body if answer.body in BLOCKS_REFUSED else str(answer.status_code))

    async def already_sent(self, request: dict[str, Any], key: str) -> bool:
        """Is the reply with this key in its channel or thread? Needs the scopes *:history; without them False."""
        if request.get("method") != "chat.postMessage":
            return False
        place = {"channel": request["args"]["channel"], "limit": LOOK_BACK, "include_all_metadata": True}
        if request.get("since"):
            place["oldest"] = request["since"]
        thread = request["args"].get("thread_ts")
        method = "conversations.replies" if thread else "conversations.history"
        if thread:
            place["ts"] = thread
        found = await self.web.api_call(method, params=place)
        return any(
            ((message.get("metadata") or {}).get("event_payload") or {}).get("key") == key
            for message in found.get("messages") or []
        )


def _told_apart(error: SlackApiError) -> TryAgainError | RefusedError:
    # What is no JSON comes as aiohttp's response, anything else as slack_sdk's.
    status = getattr(error.response, "status_code", None) or getattr(error.response, "status", None) or 0
    code = error.response.get("error") if isinstance(getattr(error.response, "data", None), dict) else None
    code = code or str(status)
    if status == 429 or code in RATE_LIMITED:
        return TryAgainError(code, after=_seconds(error.response.headers))
    if status >= 500 or code in PASSING:
        return TryAgainError(code, uncertain=True)
    return RefusedError(code)


def _seconds(headers: Any) -> float | None:
    for name, value in dict(headers or {}).items():
        if name.lower() == "retry-after":
            value = value[0] if isinstance(value, list) else value
            try:
                return max(0.0, float(value))
            except ValueError:
                return None
    return None
