"""Forged requests, over HTTP to a running assistant: each is refused, and nobody is called or told anything."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from tests.channels.teams.double import APP_ID, Key, Microsoft
from tests.channels.teams.speaking import Teams, activity_of

OTHER = "99999999-9999-9999-9999-999999999999"


def unsigned(microsoft: Microsoft, header: dict[str, Any]) -> str:
    claims = jwt.decode(microsoft.bearer().split()[1], options={"verify_signature": False})
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims))
    return "Bearer " + ".".join(parts) + "."


def public_pem(microsoft: Microsoft) -> bytes:
    public = microsoft.keys["key-1"].private.public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def hs256_with_the_public_key(microsoft: Microsoft) -> str:
    """The classic confusion: the public key taken as a shared secret. PyJWT refuses to sign so; by hand then."""
    import hashlib
    import hmac

    body = unsigned(microsoft, {"alg": "HS256", "typ": "JWT", "kid": "key-1"}).split()[1].rstrip(".")
    mac = hmac.new(public_pem(microsoft), body.encode(), hashlib.sha256).digest()
    return f"Bearer {body}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


FORGED: dict[str, Callable[[Microsoft], str | None]] = {
    "no token": lambda m: None,
    "another scheme": lambda m: m.bearer().replace("Bearer", "Basic"),
    "nonsense": lambda m: "Bearer x.y.z",
    "nothing after the scheme": lambda m: "Bearer ",
    "issuer of another": lambda m: m.bearer(iss="https://sts.windows.net/" + OTHER),
    "issuer with a tail": lambda m: m.bearer(iss="https://api.botframework.com.evil.example"),
    "no issuer": lambda m: m.bearer(iss=None),
    "audience of another": lambda m: m.bearer(aud=OTHER),
    "audience among others": lambda m: m.bearer(aud=[OTHER, APP_ID]),
    "no audience": lambda m: m.bearer(aud=None),
    "expired": lambda m: m.bearer(exp=int(time.time()) - 301),
    "no expiry": lambda m: m.bearer(exp=None),
    "expiry that is no number": lambda m: m.bearer(exp="tomorrow"),
    "not valid yet": lambda m: m.bearer(nbf=int(time.time()) + 600),
    "no beginning": lambda m: m.bearer(nbf=None),
    "no service URL": lambda m: m.bearer(serviceurl=None),
    "RS512": lambda m: m.bearer(algorithm="RS512"),
    "PS256": lambda m: m.bearer(algorithm="PS256"),
    "HS256": hs256_with_the_public_key,
    "none": lambda m: unsigned(m, {"alg": "none", "typ": "JWT", "kid": "key-1"}),
    "no key id": lambda m: unsigned(m, {"alg": "RS256", "typ": "JWT"}),
    "a key of their own under a known id": lambda m: m.bearer(key=Key("key-1").private),
    "an unknown key": lambda m: m.bearer(key=Key("key-x").private, kid="key-x"),
    "a changed token": lambda m: m.bearer()[:-6] + "AAAAAA",
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_token_is_refused(teams: Teams, how: str) -> None:
    status, body = teams.post(activity_of(teams.microsoft), FORGED[how](teams.microsoft))
    assert (status, body) == (401, {"error": "not authorized"})
    assert not teams.microsoft.sent


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/teams/",
        "https://anyone.trafficmanager.net/teams/",
        "https://smba.trafficmanager.net.evil.example/teams/",
        "https://smba.trafficmanager.net@evil.example/teams/",
        "http://smba.trafficmanager.net/teams/",
        "https://smba.trafficmanager.net:8443/teams/",
        "http://127.0.0.1:1/teams/",
        "http://localhost/teams/",
        "file:///etc/passwd",
        "",
    ],
)
def test_an_address_that_is_not_allowed_is_refused_although_it_is_signed(teams: Teams, url: str) -> None:
    body = activity_of(teams.microsoft, serviceUrl=url)
    assert teams.post(body, teams.microsoft.bearer(serviceurl=url))[0] == 403
    assert not teams.microsoft.sent


def test_an_address_other_than_the_signed_one_is_refused(teams: Teams) -> None:
    body = activity_of(teams.microsoft, serviceUrl=teams.microsoft.service_url + "elsewhere/")
    assert teams.post(body)[0] == 403


@pytest.mark.parametrize(
    "more",
    [
        {"channelData": {"tenant": {"id": OTHER}}},
        {"conversation": {"conversationType": "personal", "tenantId": OTHER, "id": "a:x"}},
        {"conversation": {"id": "a:x"}, "channelData": {}},
        {"channelData": {"tenant": {"id": 7}}},
        {"channelId": "webchat"},
        {"channelId": None},
    ],
)
def test_another_tenant_or_channel_is_refused(teams: Teams, more: dict[str, Any]) -> None:
    assert teams.post(activity_of(teams.microsoft, **more))[0] == 403
    assert not teams.microsoft.sent


def test_a_key_that_is_not_endorsed_for_teams_is_refused(teams: Teams) -> None:
    teams.microsoft.keys["webchat"] = Key("webchat", endorsements=["webchat"])
    # Whether or not the key is fetched already: unknown (401) or not endorsed (403).
    assert teams.post(activity_of(teams.microsoft), teams.microsoft.bearer("webchat"))[0] in (401, 403)
    assert not teams.microsoft.sent


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null", b"[" * 50_000, b"\xff\xfe"])
@pytest.mark.parametrize("signed", [True, False])
def test_what_is_no_activity_is_refused(teams: Teams, body: bytes, signed: bool) -> None:
    assert teams.post(body, teams.microsoft.bearer() if signed else None)[0] == (403 if signed else 401)


def test_refusals_are_logged_without_tokens_or_text(teams: Teams) -> None:
    bearer = teams.microsoft.bearer(aud=OTHER)
    teams.post(activity_of(teams.microsoft, "my zyxwvut secret"), bearer)
    log = teams.running.log.read_text()
    assert "a request was refused (401)" in log
    for hidden in (bearer.split()[1], bearer.split()[1].split(".")[2], "zyxwvut", "bot-token"):
        assert hidden not in log
