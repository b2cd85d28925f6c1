"""The token that the bot's messages carry: fetched from its own tenant, or from the machine's managed identity."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.channels.teams_settings import MANAGED_IDENTITY, RESOURCE, TeamsSettings

MARGIN = 300
"""Seconds before its end at which a token is no longer used."""
SHORTEST = 30
"""Seconds a token is used for at least, however short its life."""
TIMEOUT = aiohttp.ClientTimeout(total=15)
MACHINE_IDENTITY = "http://169.254.169.254/metadata/identity/oauth2/token"
"""Where Azure's virtual machines ask for theirs: a fixed address inside the machine's own network."""


class TokenError(Exception):
    """No token could be had. `lasting` when trying again will not help: id, tenant or secret are wrong."""

    def __init__(self, reason: str, lasting: bool, wait: float | None = None) -> None:
        super().__init__(reason)
        self.lasting = lasting
        self.wait = wait


@dataclass(frozen=True)
class TokenRequest:
    """One call to a token endpoint."""

    method: str
    url: str
    headers: Mapping[str, str]
    data: Mapping[str, str]
    """The form of a POST, or the query of a GET."""


Call = Callable[[TokenRequest], Awaitable[tuple[int, Any, str | None]]]
"""Makes a call: status, body, and what Retry-After says."""


async def call(request: TokenRequest) -> tuple[int, Any, str | None]:
    """Make the call over HTTP. Redirects are not followed: the secret goes to one address."""
    sent = {"data": request.data} if request.method == "POST" else {"params": request.data}
    # A managed identity answers on the machine's own network, which no proxy reaches.
    async with (
        aiohttp.ClientSession(timeout=TIMEOUT, trust_env=request.method == "POST") as session,
        session.request(
            request.method, request.url, headers=request.headers, allow_redirects=False, **sent
        ) as response,
    ):
        try:
            body = await response.json(content_type=None)
        except ValueError:
            body = None
        return response.status, body, response.headers.get("Retry-After")


def token_request(settings: TeamsSettings, environment: Mapping[str, str]) -> TokenRequest:
    """How this bot asks for its token.

    Args:
        environment: where Azure's app services say where their identity is to be asked for.
    """
    if settings.kind != MANAGED_IDENTITY:
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.app_id,
            "client_secret": settings.secret or "",
            "scope": settings.scope,
        }
        return TokenRequest("POST", settings.token_url, {}, form)
    query = {"resource": RESOURCE, "client_id": settings.app_id}
    endpoint, header = environment.get("IDENTITY_ENDPOINT"), environment.get("IDENTITY_HEADER")
    if endpoint and header:
        return TokenRequest("GET", endpoint, {"X-IDENTITY-HEADER": header}, {**query, "api-version": "2019-08-01"})
    return TokenRequest("GET", MACHINE_IDENTITY, {"Metadata": "true"}, {**query, "api-version": "2018-02-01"})


class BotToken:
    """The bot's token, fetched when needed and kept until shortly before its end. One fetch at a time."""

    def __init__(
        self,
        settings: TeamsSettings,
        make_call: Call = call,
        clock: Callable[[], float] = time.monotonic,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._request = token_request(settings, environment)
        self._call = make_call
        self._clock = clock
        self._token: str | None = None
        self._until = 0.0
        self._lock = asyncio.Lock()

    async def get(self) -> str:
        """A token that is good for some minutes.

        Raises:
            TokenError: when none can be had.
        """
        async with self._lock:
            if self._token is None or self._clock() >= self._until:
                self._token, lifetime = await self._fetch()
                self._until = self._clock() + max(lifetime - MARGIN, min(lifetime, SHORTEST))
            return self._token

    def forget(self, token: str) -> None:
        """Fetch a new one next time: the Connector did not take this one."""
        if token == self._token:
            self._token = None

    async def _fetch(self) -> tuple[str, float]:
        try:
            status, body, wait = await self._call(self._request)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise TokenError(f"the token endpoint does not answer ({type(error).__name__})", lasting=False) from error
        body = body if isinstance(body, Mapping) else {}
        token, lifetime = body.get("access_token"), body.get("expires_in")
        if status == 200 and isinstance(token, str) and token.isascii() and token.isprintable() and token:
            try:
                return token, float(lifetime or 0)
            except (TypeError, ValueError) as error:
                raise TokenError("the token endpoint names no lifetime", lasting=False) from error
        lasting = 400 <= status < 500 and status not in (408, 429)
        seconds = float(wait) if wait and wait.isdigit() else None
        raise TokenError(f"the token endpoint answered {status}{_code(body)}", lasting, seconds)


def _code(body: Mapping[str, Any]) -> str:
    """The endpoint's own error code, which says what is wrong with the credentials; its sentence may quote them."""
    found = re.search(r"AADSTS\d+", str(body.get("error_description", "")))
    return f" ({found.group()})" if found else ""
