"""A stand-in for Microsoft's side: OpenID metadata, keys, the token endpoint, and a strict Connector.

It listens on this machine, records what it is sent, and fails on demand.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.channels.teams.strict import problems_of

APP_ID = "11111111-2222-3333-4444-555555555555"
TENANT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
SECRET = "a secret that never shows up anywhere"
ISSUER = "https://api.botframework.com"
BOT = "28:" + APP_ID


@dataclass
class Key:
    """A key pair, as the platform would list it."""

    kid: str
    endorsements: list[str] = field(default_factory=lambda: ["msteams"])
    listed: bool = True
    bits: int = 2048

    def __post_init__(self) -> None:
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=self.bits)

    def public(self) -> dict[str, Any]:
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key()))
        return {**jwk, "kid": self.kid, "use": "sig", "endorsements": self.endorsements}


@dataclass
class Sent:
    """One request that reached the Connector."""

    at: float
    path: str
    token: str | None
    activity: dict[str, Any]
    status: int


class Microsoft:
    """Start it, point a server at it, look at what it was sent."""

    def __init__(self) -> None:
        self.keys = {name: Key(name) for name in ("key-1",)}
        self.sent: list[Sent] = []
        self.fetched: list[str] = []
        self.tokens = 0
        self.token_forms: list[dict[str, str]] = []
        self.token_status = 200
        self.failures: deque[tuple[int, dict[str, str], float]] = deque()
        """(status, headers, seconds to wait first) for the next messages; status 0 closes the connection."""
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(20)

    # --- what tests use

    @property
    def service_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/teams/"

    def environment(self) -> dict[str, str]:
        """What points a server's Teams channel here."""
        base = f"http://127.0.0.1:{self.port}"
        return {
            "TEAMS_APP_ID": APP_ID,
            "TEAMS_TENANT_ID": TENANT,
            "TEAMS_APP_PASSWORD": SECRET,
            "TEAMS_SERVICE_HOSTS": f"127.0.0.1:{self.port}",
            "TEAMS_METADATA_URL": f"{base}/openid",
            "TEAMS_TOKEN_URL": f"{base}/{{tenant}}/token",
        }

    def bearer(self, kid: str = "key-1", algorithm: str = "RS256", key: Any = None, **claims: Any) -> str:
        """An Authorization header; a claim given as None is left out."""
        now = int(time.time())
        all_claims = {
            "iss": ISSUER,
            "aud": APP_ID,
            "nbf": now - 5,
            "exp": now + 3600,
            "serviceurl": self.service_url,
            **claims,
        }
        kept = {name: value for name, value in all_claims.items() if value is not None}
        signer = key if key is not None else self.keys[kid].private
        return "Bearer " + jwt.encode(kept, signer, algorithm=algorithm, headers={"kid": kid})

    def messages(self, conversation: str | None = None) -> list[dict[str, Any]]:
        """The messages that were taken, in order, of one conversation or all; signs of typing left out."""
        taken = [s.activity for s in self.sent if s.status < 300 and s.activity.get("type") == "message"]
        return [a for a in taken if conversation in (None, a["conversation"]["id"])]

    def wait_for(self, count: int, conversation: str | None = None, seconds: float = 30) -> list[dict[str, Any]]:
        """The messages, once there are this many."""
        until = time.monotonic() + seconds
        while len(self.messages(conversation)) < count and time.monotonic() < until:
            time.sleep(0.02)
        found = self.messages(conversation)
        assert len(found) >= count, f"{len(found)} of {count} messages after {seconds} s: {self.sent[-3:]}"
        return found

    def forget(self) -> None:
        self.sent.clear()
        self.failures.clear()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    # --- the servers

    def _run(self) -> None:
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._runner.cleanup())

    async def _open(self) -> None:
        app = web.Application(client_max_size=2**22)
        app.router.add_get("/openid", self._openid)
        app.router.add_get("/keys", self._list_keys)
        app.router.add_post("/{tenant}/token", self._token)
        app.router.add_route("*", "/teams/{rest:.*}", self._connector)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = self._runner.addresses[0][1]

    async def _openid(self, request: web.Request) -> web.Response:
        self.fetched.append(request.path)
        uri = f"http://127.0.0.1:{self.port}/keys"
        return web.json_response(
            {"issuer": ISSUER, "jwks_uri": uri, "id_token_signing_alg_values_supported": ["RS256"]}
        )

    async def _list_keys(self, request: web.Request) -> web.Response:
        self.fetched.append(request.path)
        return web.json_response({"keys": [key.public() for key in self.keys.values() if key.listed]})

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.token_forms.append({**form, "tenant": request.match_info["tenant"]})
        wanted = {
            "grant_type": "client_credentials",
            "client_id": APP_ID,
            "client_secret": SECRET,
            "scope": "https://api.botframework.com/.default",
        }
        if self.token_status != 200:
            return web.json_response({"error": "server_error"}, status=self.token_status)
        if form != wanted or request.match_info["tenant"] != TENANT:
            error = {"error": "invalid_client", "error_description": f"AADSTS7000215: Invalid secret {form}"}
            return web.json_response(error, status=401)
        self.tokens += 1
        return web.json_response(
            {"token_type": "Bearer", "expires_in": 3599, "access_token": f"bot-token-{self.tokens}"}
        )

    async def _connector(self, request: web.Request) -> web.Response:
        raw = await request.text()
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            activity = json.loads(raw)
        except ValueError:
            activity = {}
        status, headers, problems = 201, {}, problems_of(request.method, request.path, raw, activity)
        if self.failures and activity.get("type") == "message":
            status, headers, wait = self.failures.popleft()
            await asyncio.sleep(wait)
        elif scheme != "Bearer" or not token.startswith("bot-token-"):
            status = 401
        elif problems:
            status = 413 if "too large" in problems[0] else 400
        self.sent.append(Sent(time.monotonic(), request.path, token or None, activity, status))
        if status == 0:
            assert request.transport is not None
            request.transport.close()
        body = {"id": f"1:{len(self.sent)}"} if status < 300 else {"error": {"code": "BadRequest", "message": problems}}
        return web.json_response(body, status=status or 500, headers=headers)
