"""Sends activities to the Connector: one attempt at a time, the token only to hosts that are allowed by name."""

from __future__ import annotations

import asyncio
import email.utils
import json
import time
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.channels.delivery import RefusedError, TryAgainError
from bot.channels.teams_settings import TeamsSettings
from bot.channels.teams_token import BotToken, TokenError
from bot.channels.teams_verification import may_answer_at, playground_may_answer_at

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
PASSING = (408, 412, 425, 429)
"""Statuses below 500 that pass with time."""


class Connector:
    """Posts activities. Holds one connection pool, made when first needed."""

    def __init__(self, settings: TeamsSettings, token: BotToken) -> None:
        self._settings = settings
        self._token = token
        self._session: aiohttp.ClientSession | None = None

    async def post(self, service_url: str, conversation: str, activity: dict[str, Any]) -> None:
        """Send an activity into a conversation, as one attempt.

        Raises:
            TryAgainError: when it may work later.
            RefusedError: when it never will.
        """
        if not self._may_send_to(service_url):
            raise RefusedError("service URL not allowed")
        # As characters, not as escapes: the platform counts what it is sent.
        body = json.dumps(activity, ensure_ascii=False).encode("utf-8", "replace")
        url = f"{service_url.rstrip('/')}/v3/conversations/{quote(conversation, safe='')}/activities"
        token = await self._get_token()
        status, after = await self._post(url, body, token)
        if status == 401 and token:
            # The token may have been withdrawn; if a new one is not taken either, the bot is not allowed to speak.
            self._token.forget(token)
            status, after = await self._post(url, body, await self._get_token())
        if status < 300:
            return
        if status in PASSING or status >= 500:
            raise TryAgainError(f"status {status}", after, uncertain=status >= 500)
        raise RefusedError(f"status {status}")

    async def wrong_credentials(self) -> str | None:
        """Why no token will ever be had with these credentials; None when one was, or when that cannot be told now."""
        try:
            await self._get_token()
        except RefusedError as error:
            return str(error)
        except TryAgainError:
            return None
        return None

    async def _post(self, url: str, body: bytes, token: str) -> tuple[int, float | None]:
        """Status of one request, and the seconds that the platform asks to wait."""
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True)
        try:
            async with self._session.post(
                URL(url, encoded=True), data=body, headers=headers, allow_redirects=False
            ) as response:
                return response.status, _seconds(response.headers.get("Retry-After"))
        except asyncio.TimeoutError as error:
            raise TryAgainError("no answer in time", uncertain=True) from error
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise TryAgainError(f"no connection ({type(error).__name__})") from error
        except (aiohttp.ClientError, OSError) as error:
            raise TryAgainError(f"connection lost ({type(error).__name__})", uncertain=True) from error

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _may_send_to(self, service_url: str) -> bool:
        if self._settings.playground:
            return playground_may_answer_at(service_url)
        return may_answer_at(service_url, self._settings.service_hosts)

    async def _get_token(self) -> str:
        """The bot's token; the playground takes none."""
        if self._settings.playground:
            return ""
        try:
            return await self._token.get()
        except TokenError as error:
            if error.lasting:
                raise RefusedError(str(error)) from error
            raise TryAgainError(str(error), error.wait) from error


def _seconds(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After, which is a number or a date."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        try:
            return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
        except (TypeError, ValueError):
            return None
