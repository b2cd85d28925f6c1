"""Keys that roll over, fail and come back; the token that the bot's messages carry; who may be answered."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import pytest

from bot.channels.teams_keys import BETWEEN_FETCHES, FRESH, KeysUnavailableError, SigningKeys, read_keys
from bot.channels.teams_settings import MANAGED_IDENTITY, TeamsSettings
from bot.channels.teams_token import BotToken, TokenError, TokenRequest
from bot.channels.teams_verification import RefusedError, Verifier, may_answer_at
from tests.channels.teams.double import APP_ID, ISSUER, TENANT, Key, Microsoft
from tests.channels.teams.speaking import activity_of

SETTINGS = TeamsSettings(APP_ID, TENANT, "secret", tenants=frozenset({TENANT}), token_url="https://login.example/t")


class Platform:
    """Metadata and keys without a network, with a clock to turn."""

    def __init__(self, *keys: Key) -> None:
        self.keys = list(keys)
        self.calls = 0
        self.down = False
        self.now = 0.0

    async def fetch(self, url: str) -> Any:
        self.calls += url == "meta"
        await asyncio.sleep(0)
        if self.down:
            raise aiohttp.ClientError
        return {"jwks_uri": "keys"} if url == "meta" else {"keys": [key.public() for key in self.keys]}

    def signing_keys(self) -> SigningKeys:
        return SigningKeys("meta", self.fetch, lambda: self.now)


KEYS = {name: Key(name) for name in ("a", "b")}


def test_keys_are_fetched_when_first_needed_and_once_for_many() -> None:
    async def run() -> None:
        platform = Platform(KEYS["a"])
        keys = platform.signing_keys()
        assert platform.calls == 0
        found = await asyncio.gather(*(keys.get("a") for _ in range(50)))
        assert all(found) and platform.calls == 1

    asyncio.run(run())


def test_an_unknown_key_is_looked_for_but_not_at_every_request() -> None:
    async def run() -> None:
        platform = Platform(KEYS["a"])
        keys = platform.signing_keys()
        await keys.get("a")
        platform.keys.append(KEYS["b"])
        assert await keys.get("b") is None and platform.calls == 1
        platform.now += BETWEEN_FETCHES
        assert await keys.get("b") is not None and platform.calls == 2
        for _ in range(100):
            await keys.get("forged")
        assert platform.calls == 2

    asyncio.run(run())


def test_old_keys_are_renewed_and_kept_when_the_platform_is_down() -> None:
    async def run() -> None:
        platform = Platform(KEYS["a"])
        keys = platform.signing_keys()
        await keys.get("a")
        platform.now, platform.down = FRESH + 1.0, True
        assert await keys.get("a") is not None
        platform.now, platform.down, platform.keys = 2.0 * FRESH, False, [KEYS["b"]]
        assert await keys.get("a") is None and await keys.get("b") is not None

    asyncio.run(run())


def test_without_any_key_nothing_can_be_said_and_it_is_tried_again() -> None:
    async def run() -> None:
        platform = Platform(KEYS["a"])
        platform.down = True
        keys = platform.signing_keys()
        for _ in range(3):
            with pytest.raises(KeysUnavailableError):
                await keys.get("a")
        assert platform.calls == 1
        platform.down, platform.now = False, BETWEEN_FETCHES
        assert await keys.get("a") is not None

    asyncio.run(run())


def test_only_long_rsa_keys_for_signatures_are_read() -> None:
    good = KEYS["a"].public()
    weak = Key("weak", bits=1024).public()
    others = [
        {**good, "kid": "e", "use": "enc"},
        {**good, "kid": "k", "kty": "oct", "k": "AAAA"},
        {"kid": "x"},
        7,
        weak,
    ]
    assert set(read_keys({"keys": [good, *others]})) == {"a"}
    for wrong in (None, [], {"keys": 7}, {}):
        with pytest.raises(ValueError):
            read_keys(wrong)


def test_a_key_for_another_channel_does_not_speak_for_teams(microsoft: Microsoft) -> None:
    async def run() -> None:
        platform = Platform(Key("web", endorsements=["webchat"]))
        settings = TeamsSettings(
            APP_ID, TENANT, "s", tenants=frozenset({TENANT}), service_hosts=frozenset({f"127.0.0.1:{microsoft.port}"})
        )
        bearer = microsoft.bearer(kid="web", key=platform.keys[0].private)
        with pytest.raises(RefusedError, match="not endorsed") as refused:
            await Verifier(settings, platform.signing_keys()).check(bearer, activity_of(microsoft))
        assert refused.value.status == 403

    asyncio.run(run())


@pytest.mark.parametrize(("claim", "at"), [("exp", -290), ("nbf", 290)])
def test_clocks_may_differ_by_five_minutes(microsoft: Microsoft, claim: str, at: int) -> None:
    async def run() -> None:
        platform = Platform(KEYS["a"])
        hosts = frozenset({f"127.0.0.1:{microsoft.port}"})
        settings = TeamsSettings(APP_ID, TENANT, "s", tenants=frozenset({TENANT}), service_hosts=hosts, issuer=ISSUER)
        bearer = microsoft.bearer(kid="a", key=KEYS["a"].private, **{claim: int(time.time()) + at})
        await Verifier(settings, platform.signing_keys()).check(bearer, activity_of(microsoft))

    asyncio.run(run())


PUBLIC = frozenset({"smba.trafficmanager.net"})


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/amer/",
        "https://smba.trafficmanager.net:443/emea/aaaa/",
        "https://SMBA.trafficmanager.net/teams",
    ],
)
def test_the_connectors_host_is_answered(url: str) -> None:
    assert may_answer_at(url, PUBLIC)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.trafficmanager.net/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://evil.example/smba.trafficmanager.net",
        "https://smba.trafficmanager.net\\@evil.example/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://user:pass@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net/?x=1",
        "https://smba.trafficmanager.net/#x",
        "https://smba.trafficmanager.net/../x",
        "https://smba.trafficmanager.net:99999/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net\n.evil.example/",
        "https://ѕmba.trafficmanager.net/",
        "http://smba.trafficmanager.net/",
        "//smba.trafficmanager.net/",
        "https://[::1",
        "javascript:alert(1)",
        "",
    ],
)
def test_no_other_host_is_answered(url: str) -> None:
    assert not may_answer_at(url, PUBLIC)


class Endpoint:
    """A token endpoint without a network."""

    def __init__(self, *replies: tuple[int, Any, str | None] | Exception) -> None:
        self.replies = list(replies)
        self.asked: list[TokenRequest] = []

    async def call(self, request: TokenRequest) -> tuple[int, Any, str | None]:
        self.asked.append(request)
        await asyncio.sleep(0)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


def good(token: str, lifetime: Any = 3600) -> tuple[int, Any, None]:
    return 200, {"access_token": token, "expires_in": lifetime}, None


def test_a_token_is_fetched_once_and_renewed_before_its_end() -> None:
    async def run() -> None:
        now = [0.0]
        endpoint = Endpoint(good("one"), good("two"))
        token = BotToken(SETTINGS, endpoint.call, lambda: now[0], {})
        assert set(await asyncio.gather(*(token.get() for _ in range(20)))) == {"one"}
        now[0] = 3299.0
        assert await token.get() == "one"
        now[0] = 3301.0
        assert await token.get() == "two"
        form = dict(endpoint.asked[0].data)
        assert form == {
            "grant_type": "client_credentials",
            "client_id": APP_ID,
            "client_secret": "secret",
            "scope": "https://api.botframework.com/.default",
        }

    asyncio.run(run())


def test_a_token_that_was_not_taken_is_forgotten() -> None:
    async def run() -> None:
        token = BotToken(SETTINGS, Endpoint(good("one"), good("two")).call, environment={})
        token.forget(await token.get())
        assert await token.get() == "two"
        token.forget("one")
        assert await token.get() == "two"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("reply", "lasting", "wait"),
    [
        ((401, {"error": "invalid_client", "error_description": "AADSTS7000215: bad secret hush"}, None), True, None),
        ((400, {"error": "x"}, None), True, None),
        ((429, None, "7"), False, 7.0),
        ((503, None, None), False, None),
        ((200, {"token": "x"}, None), False, None),
        ((200, {"access_token": "a\nb", "expires_in": 5}, None), False, None),
        (aiohttp.ClientError("hush"), False, None),
        (asyncio.TimeoutError(), False, None),
    ],
)
def test_a_token_that_cannot_be_had_says_whether_waiting_helps(reply: Any, lasting: bool, wait: float | None) -> None:
    token = BotToken(SETTINGS, Endpoint(reply).call, environment={})
    with pytest.raises(TokenError) as error:
        asyncio.run(token.get())
    assert (error.value.lasting, error.value.wait) == (lasting, wait)
    assert "hush" not in str(error.value)


def test_a_managed_identity_asks_the_machine_it_runs_on() -> None:
    async def run() -> None:
        settings = TeamsSettings(APP_ID, TENANT, None, kind=MANAGED_IDENTITY)
        service = {"IDENTITY_ENDPOINT": "http://127.0.0.1:41741/msi/token", "IDENTITY_HEADER": "header"}
        for environment, url, header in (
            (service, "http://127.0.0.1:41741/msi/token", {"X-IDENTITY-HEADER": "header"}),
            ({}, "http://169.254.169.254/metadata/identity/oauth2/token", {"Metadata": "true"}),
        ):
            endpoint = Endpoint(good("mine", "86399"))
            assert await BotToken(settings, endpoint.call, environment=environment).get() == "mine"
            (asked,) = endpoint.asked
            assert (asked.method, asked.url, asked.headers) == ("GET", url, header)
            assert asked.data["resource"] == "https://api.botframework.com"
            assert asked.data["client_id"] == APP_ID

    asyncio.run(run())
