"""The keys that the Bot Connector signs with: fetched when first needed, kept, and fetched anew when unknown."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from bot.channels.teams_settings import is_safe

logger = logging.getLogger(__name__)

FRESH = 24 * 3600
"""Seconds after which keys are fetched anew; the platform rolls them over within a few days."""
BETWEEN_FETCHES = 60
"""Seconds between two attempts, so that forged key ids cannot make this server call out at will."""
SHORTEST_KEY = 2048
LARGEST_DOCUMENT = 512 * 1024
TIMEOUT = aiohttp.ClientTimeout(total=10)

Fetch = Callable[[str], Awaitable[Any]]


class KeysUnavailableError(Exception):
    """There are no keys at all: they could not be fetched yet. The caller should be told to try later."""


@dataclass(frozen=True)
class SigningKey:
    """A public key, and the channels it may speak for."""

    key: RSAPublicKey
    endorsements: frozenset[str]


async def fetch_json(url: str) -> Any:
    """A JSON document of a modest size, without following redirects.

    Raises:
        aiohttp.ClientError, asyncio.TimeoutError, ValueError: when it cannot be had.
    """
    if not is_safe(url):
        raise ValueError("a document of keys must come over https")
    async with (
        aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True) as session,
        session.get(url, allow_redirects=False) as response,
    ):
        if response.status != 200:
            raise aiohttp.ClientError(f"status {response.status}")
        body = await response.content.read(LARGEST_DOCUMENT + 1)
        while len(body) <= LARGEST_DOCUMENT and (more := await response.content.read(LARGEST_DOCUMENT)):
            body += more
        if len(body) > LARGEST_DOCUMENT:
            raise ValueError("the document of keys is too large")
        return json.loads(body)


class SigningKeys:
    """The keys of one OpenID metadata document, by key id. Safe for many tasks of one loop."""

    def __init__(
        self, metadata_url: str, fetch: Fetch = fetch_json, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._metadata_url = metadata_url
        self._fetch = fetch
        self._clock = clock
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._lock = asyncio.Lock()

    async def get(self, key_id: str) -> SigningKey | None:
        """The key with this id, or None when the platform does not know it.

        Raises:
            KeysUnavailableError: when no keys could be fetched yet.
        """
        if key_id not in self._keys or self._stale():
            async with self._lock:
                if (key_id not in self._keys or self._stale()) and self._may_try():
                    await self._refresh()
        if self._fetched is None:
            raise KeysUnavailableError
        return self._keys.get(key_id)

    def _stale(self) -> bool:
        return self._fetched is None or self._clock() - self._fetched > FRESH

    def _may_try(self) -> bool:
        return self._tried is None or self._clock() - self._tried >= BETWEEN_FETCHES

    async def _refresh(self) -> None:
        self._tried = self._clock()
        try:
            metadata = await self._fetch(self._metadata_url)
            address = metadata["jwks_uri"]
            if not isinstance(address, str):
                raise ValueError("jwks_uri is no address")
            keys = read_keys(await self._fetch(address))
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
            logger.error(
                "The keys of the Bot Connector could not be fetched (%s). Trying again in %d s at the earliest.",
                type(error).__name__,
                BETWEEN_FETCHES,
            )
            return
        if not keys:
            logger.error("The Bot Connector's list of keys holds no usable key; the keys known so far are kept.")
            return
        self._keys, self._fetched = keys, self._clock()


def read_keys(document: Any) -> dict[str, SigningKey]:
    """The usable keys of a JSON Web Key Set: RSA, long enough, with an id, not meant for encryption.

    Raises:
        ValueError: when it is no key set.
    """
    listed = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        raise ValueError("this is no key set")
    keys: dict[str, SigningKey] = {}
    for entry in listed:
        if not isinstance(entry, Mapping) or entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
            continue
        key_id, endorsements = entry.get("kid"), entry.get("endorsements") or []
        try:
            key = jwt.PyJWK(dict(entry), algorithm="RS256").key
        except (jwt.PyJWTError, ValueError, TypeError, KeyError):
            continue
        if isinstance(key_id, str) and isinstance(key, RSAPublicKey) and key.key_size >= SHORTEST_KEY:
            named = endorsements if isinstance(endorsements, list) else []
            keys[key_id] = SigningKey(key, frozenset(name for name in named if isinstance(name, str)))
    return keys
