"""Is a request really from the Bot Connector, and may it be answered? Decided before anything else is done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt

from bot.channels.teams_keys import SigningKeys
from bot.channels.teams_settings import TeamsSettings, is_loopback

ALGORITHM = "RS256"
LEEWAY = 300
"""Seconds that clocks may differ by."""
CHANNEL = "msteams"
LONGEST_TOKEN = 8192
NEEDED_CLAIMS = ["exp", "nbf", "iss", "aud", "serviceurl"]


class RefusedError(Exception):
    """A request that is not taken. `reason` is for the log: it holds nothing of the request."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Verifier:
    """Checks requests against the settings and the Connector's keys."""

    def __init__(self, settings: TeamsSettings, keys: SigningKeys) -> None:
        self._settings = settings
        self._keys = keys

    async def check(self, authorization: str | None, activity: Mapping[str, Any]) -> None:
        """Pass, or refuse.

        Raises:
            RefusedError: 401 when the token is not a valid one of the Connector for this bot; 403 when it is, and does
                not fit the activity, its channel, its tenant or the hosts that may be answered.
            KeysUnavailableError: when keys could not be fetched, so that nothing can be said.
        """
        token = _bearer(authorization)
        key_id = self._plausible(token)
        key = await self._keys.get(key_id)
        if key is None:
            raise RefusedError(401, "the key is unknown")
        claims = self._decode(token, key.key)
        if activity.get("channelId") != CHANNEL:
            raise RefusedError(403, "the activity is not from Teams")
        if CHANNEL not in key.endorsements:
            raise RefusedError(403, "the key is not endorsed for Teams")
        service_url = activity.get("serviceUrl")
        if not isinstance(service_url, str) or not _same_address(claims.get("serviceurl"), service_url):
            raise RefusedError(403, "the service URL is not the signed one")
        if not may_answer_at(service_url, self._settings.service_hosts):
            raise RefusedError(403, "the service URL's host is not allowed")
        tenants = tenants_of(activity)
        if not tenants or not tenants <= self._settings.tenants:
            raise RefusedError(403, "the tenant is not allowed")

    def _plausible(self, token: str) -> str:
        """The id of the token's key. What is wrong on its face is refused here, before any key is fetched for it."""
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise RefusedError(401, "the token cannot be read") from error
        if header.get("alg") != ALGORITHM:
            raise RefusedError(401, "the algorithm is not RS256")
        key_id = header.get("kid")
        if not isinstance(key_id, str) or not key_id:
            raise RefusedError(401, "the token names no key")
        self._decode(token, None)
        return key_id

    def _decode(self, token: str, key: Any) -> dict[str, Any]:
        """The token's claims. Without a key the signature is not looked at, all else is."""
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._settings.app_id,
                issuer=self._settings.issuer,
                leeway=LEEWAY,
                options={
                    "require": NEEDED_CLAIMS,
                    "verify_signature": key is not None,
                    "verify_exp": True,
                    "verify_nbf": True,
                    "verify_iat": False,
                    "verify_aud": True,
                    "verify_iss": True,
                    "strict_aud": True,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise RefusedError(401, f"the token is not valid ({type(error).__name__})") from error
        return dict(claims)


def check_playground(address: str | None, forwarded: bool, activity: Mapping[str, Any]) -> None:
    """Pass an unsigned request of the playground, which runs on this very machine and is answered there.

    Raises:
        RefusedError: when the request came from elsewhere, through a proxy, or asks to be answered elsewhere.
    """
    if forwarded or not is_loopback(address):
        raise RefusedError(403, "the playground is for this machine only")
    if not playground_may_answer_at(activity.get("serviceUrl")):
        raise RefusedError(403, "the playground is answered on this machine only")


def playground_may_answer_at(service_url: object) -> bool:
    """Is it an address on this machine?"""
    try:
        parts = urlsplit(service_url) if isinstance(service_url, str) else None
        return parts is not None and parts.scheme == "http" and parts.username is None and is_loopback(parts.hostname)
    except ValueError:
        return False


def may_answer_at(service_url: str, hosts: frozenset[str]) -> bool:
    """Is this the address of a host that is allowed by name, so that the bot's token may go there?

    Encrypted, except for a host of this very machine that is on the list (a double in a test).
    """
    try:
        parts = urlsplit(service_url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    plain = set(service_url).isdisjoint("\\@#?\t\r\n ") and service_url.isascii()
    scheme = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    shown = f"[{host}]" if ":" in host else host
    named = shown if port is None or (parts.scheme, port) == ("https", 443) else f"{shown}:{port}"
    return plain and scheme and named in hosts and ".." not in parts.path


def tenants_of(activity: Mapping[str, Any]) -> set[str]:
    """The tenants that an activity names, in lower case; what is no text counts as a tenant that nobody allows."""
    conversation, data = activity.get("conversation"), activity.get("channelData")
    named: list[Any] = []
    if isinstance(conversation, Mapping):
        named.append(conversation.get("tenantId"))
    if isinstance(data, Mapping) and isinstance(tenant := data.get("tenant"), Mapping):
        named.append(tenant.get("id"))
    return {name.lower() if isinstance(name, str) else "?" for name in named if name is not None}


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
        raise RefusedError(401, "there is no bearer token")
    return token.strip()


def _same_address(claimed: Any, given: str) -> bool:
    return isinstance(claimed, str) and claimed.rstrip("/") == given.rstrip("/")
