"""What the Teams channel needs to know: who the bot is, whose messages it takes, where it may answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.channels.credentials import CredentialsError, settings

SINGLE_TENANT = "SingleTenant"
MANAGED_IDENTITY = "UserAssignedMSI"
"""The two kinds of bot that Azure still makes, in Azure's own words."""

SERVICE_HOSTS = ("smba.trafficmanager.net",)
"""Exact hosts of the Connector in the public cloud. Never a suffix: anyone can register below trafficmanager.net."""
METADATA_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
ISSUER = "https://api.botframework.com"
TOKEN_URL = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
SCOPE = "https://api.botframework.com/.default"
RESOURCE = "https://api.botframework.com"

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HOST = re.compile(r"(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


NAMES = {
    name.lower(): f"TEAMS_{name}"
    for name in (
        "APP_ID",
        "TENANT_ID",
        "APP_PASSWORD",
        "APP_PASSWORD_FILE",
        "APP_TYPE",
        "ALLOWED_TENANTS",
        "SERVICE_HOSTS",
        "METADATA_URL",
        "ISSUER",
        "TOKEN_URL",
        "SCOPE",
        "PLAYGROUND",
    )
}
"""Setting in credentials.yml -> environment variable."""
_WANTED = {"app_id", "tenant_id", "app_password", "app_password_file"}


@dataclass(frozen=True)
class TeamsSettings:
    """The channel's settings, checked. The secret is kept out of what is printed."""

    app_id: str
    tenant: str
    secret: str | None
    kind: str = SINGLE_TENANT
    tenants: frozenset[str] = frozenset()
    service_hosts: frozenset[str] = frozenset(SERVICE_HOSTS)
    metadata_url: str = METADATA_URL
    issuer: str = ISSUER
    token_url: str = TOKEN_URL
    scope: str = SCOPE
    playground: bool = False

    def __repr__(self) -> str:
        return f"TeamsSettings(app_id={self.app_id!r}, tenant={self.tenant!r}, kind={self.kind!r})"


def read_settings(section: Mapping[str, Any] | None, environment: Mapping[str, str]) -> TeamsSettings | None:
    """What credentials.yml and the environment say, or None when Teams is not wanted.

    Raises:
        CredentialsError: when Teams is wanted and something is missing or wrong; it names all of it at once.
    """
    given = settings(section, environment, NAMES)
    if given.get("playground", "").lower() in ("1", "true", "yes", "on"):
        return _playground(given)
    if not given.keys() & _WANTED:
        return None
    problems: list[str] = []
    app_id = _guid(given, "app_id", "the bot's application (client) id", problems)
    tenant = _guid(given, "tenant_id", "your directory (tenant) id", problems)
    kind = _kind(given, problems)
    secret = _secret(given, problems) if kind == SINGLE_TENANT else None
    tenants = _listed(given.get("allowed_tenants", tenant))
    if tenant:
        problems += [f"TEAMS_ALLOWED_TENANTS: {n!r} is not a tenant id" for n in tenants if not _GUID.fullmatch(n)]
    hosts = _listed(given.get("service_hosts", ""))
    problems += [f"TEAMS_SERVICE_HOSTS: {host!r} is not a host's name" for host in hosts if not _HOST.fullmatch(host)]
    problems += [
        f"{NAMES[name]} must begin with https://"
        for name in ("metadata_url", "token_url")
        if name in given and not is_safe(given[name])
    ]
    if problems:
        raise CredentialsError(f"Microsoft Teams: {'; '.join(problems)}. How to set it up: docs/teams.md")
    return TeamsSettings(
        app_id=app_id,
        tenant=tenant,
        secret=secret,
        kind=kind,
        tenants=frozenset(tenants),
        service_hosts=frozenset(hosts or SERVICE_HOSTS),
        metadata_url=given.get("metadata_url", METADATA_URL),
        issuer=given.get("issuer", ISSUER),
        token_url=given.get("token_url", TOKEN_URL).replace("{tenant}", tenant),
        scope=given.get("scope", SCOPE),
    )


def _listed(names: str) -> list[str]:
    return [name.strip().lower() for name in names.split(",") if name.strip()]


def is_safe(url: str) -> bool:
    """Is this an address that secrets may go to: encrypted, or on this very machine?"""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def is_loopback(host: str | None) -> bool:
    """Is this host this very machine?"""
    return host in _LOOPBACK


def _playground(given: Mapping[str, str]) -> TeamsSettings:
    real = sorted(NAMES[name] for name in given.keys() & _WANTED)
    if real:
        raise CredentialsError(
            f"Microsoft Teams: TEAMS_PLAYGROUND takes messages unsigned, so it does not go with {', '.join(real)}"
        )
    return TeamsSettings(app_id="playground", tenant="playground", secret=None, playground=True)


def _guid(given: Mapping[str, str], name: str, what: str, problems: list[str]) -> str:
    value = given.get(name, "").lower()
    if not value:
        problems.append(f"{NAMES[name]} ({what}) is missing")
    elif not _GUID.fullmatch(value):
        problems.append(f"{NAMES[name]} ({what}) is not an id like 00000000-0000-0000-0000-000000000000")
    return value


def _kind(given: Mapping[str, str], problems: list[str]) -> str:
    value = given.get("app_type", SINGLE_TENANT)
    for kind in (SINGLE_TENANT, MANAGED_IDENTITY):
        if value.lower() == kind.lower():
            return kind
    problems.append(
        f"TEAMS_APP_TYPE must be {SINGLE_TENANT} or {MANAGED_IDENTITY}; Azure makes no MultiTenant bots now"
    )
    return MANAGED_IDENTITY


def _secret(given: Mapping[str, str], problems: list[str]) -> str | None:
    file = given.get("app_password_file")
    if file:
        try:
            secret = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            problems.append(f"TEAMS_APP_PASSWORD_FILE cannot be read ({reason})")
            return None
        if not secret:
            problems.append("TEAMS_APP_PASSWORD_FILE is empty")
        return secret or None
    secret = given.get("app_password", "")
    if not secret:
        problems.append("TEAMS_APP_PASSWORD (the client secret's value) or TEAMS_APP_PASSWORD_FILE is missing")
    elif _GUID.fullmatch(secret):
        problems.append("TEAMS_APP_PASSWORD looks like the secret's id; its value is needed (shown once, when made)")
    return secret or None
