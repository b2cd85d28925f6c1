"""Socket Mode: Slack's messages over a connection that we open, for places that nobody may call from outside."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack_api import OF_THE_TOKEN
from bot.channels.slack_settings import HELP, SlackSettings

logger = logging.getLogger(__name__)

LONGEST_WAIT = 60.0
"""Seconds between attempts to connect."""


class SlackSocket:
    """Keeps the connection. `receive(kind, payload)` takes what came; it is acknowledged when that returns."""

    def __init__(self, settings: SlackSettings, receive: Callable[[str, Mapping[str, Any]], Awaitable[None]]) -> None:
        self._receive = receive
        web = AsyncWebClient(base_url=settings.api_url)
        self._client: Any = SocketModeClient(  # its methods carry no types
            app_token=str(settings.app_token), web_client=web
        )
        self._client.socket_mode_request_listeners.append(self._take)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connect, in the background: the rest of the assistant does not wait for Slack."""
        self._task = asyncio.ensure_future(self._connect())

    async def stop(self) -> None:
        """Disconnect. What was not acknowledged is sent again by Slack."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._client.close()

    async def _connect(self) -> None:
        wait = 1.0
        while True:
            try:
                await self._client.connect()
                return  # from here on the client keeps the connection up by itself
            except SlackApiError as error:
                code = error.response.get("error") if isinstance(error.response.data, dict) else None
                if code in OF_THE_TOKEN:
                    logger.error("Slack refuses SLACK_APP_TOKEN (%s): Socket Mode stays closed; %s.", code, HELP)
                    return
                logger.warning("Slack's Socket Mode cannot be reached (%s); trying again in %d s.", code, wait)
            except Exception as error:
                logger.warning(
                    "Slack's Socket Mode cannot be reached (%s); trying again in %d s.", type(error).__name__, wait
                )
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        try:
            await self._receive(request.type, request.payload if isinstance(request.payload, Mapping) else {})
        except Exception as error:
            logger.error("slack: what came over the socket could not be kept (%s).", type(error).__name__)
            return  # not acknowledged: Slack sends it again
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
