"""Who may read and write a conversation: whoever holds its token, from a page that may ask, not too often."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from email.message import Message
from pathlib import Path
from typing import Any

import jwt
import pytest

from bot.channels.web.limits import Limit
from bot.channels.web.origins import allowed
from bot.channels.web.refusals import RefusedError
from bot.channels.web.sessions import Sessions, load_key
from bot.channels.web.settings import Settings
from tests.channels.web.client import Client
from tests.channels.web.conftest import SITE
from tests.running import Running

EVERY_CALL: list[tuple[str, str, Any]] = [
    ("POST", "messages", {"id": "abcdefgh", "text": "hello"}),
    ("POST", "edits", {"id": "abcdefgh", "changes": [{"slot": "pregnancy", "value": None}]}),
    ("GET", "conversation", None),
    ("DELETE", "conversation", None),
    ("POST", "feedback", {"turn": "abcdefgh", "rating": "up"}),
]


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"sub": "someone", "aud": "web", "iat": now, "exp": now + 60, **changes}


def key_of(running: Running) -> bytes:
    return bytes.fromhex((running.var / "web.key").read_text())


def unsigned(payload: Mapping[str, Any]) -> str:
    parts = (json.dumps({"alg": "none", "typ": "JWT"}), json.dumps(payload))
    return ".".join(base64.urlsafe_b64encode(p.encode()).decode().rstrip("=") for p in parts) + "."


def without(payload: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key != name}


FORGED: Mapping[str, Callable[[bytes], str | None]] = {
    "none": lambda key: None,
    "empty": lambda key: "",
    "made up": lambda key: "0f8fad5b-d9cb-469f-a165-70867728950e",
    "another key": lambda key: jwt.encode(claims(), b"k" * 32, "HS256"),
    "no signature": lambda key: unsigned(claims()),
    "expired": lambda key: jwt.encode(claims(exp=int(time.time()) - 1), key, "HS256"),
    "no end": lambda key: jwt.encode(without(claims(), "exp"), key, "HS256"),
    "no subject": lambda key: jwt.encode(without(claims(), "sub"), key, "HS256"),
    "for another use": lambda key: jwt.encode(claims(aud="slack"), key, "HS256"),
    "another algorithm": lambda key: jwt.encode(claims(), key + key, "HS512"),
    "huge": lambda key: jwt.encode(claims(sub="a" * 5000), key, "HS256"),
}


@pytest.mark.parametrize("kind", FORGED)
def test_a_token_that_is_not_ours_reads_and_changes_nothing(web: Running, ann: Client, kind: str) -> None:
    ann.say("I am pregnant")
    forger = Client(web.base, FORGED[kind](key_of(web)))
    for method, path, body in EVERY_CALL:
        status, headers, data = forger.call(method, path, body)
        assert status == 401, (method, path)
        assert data["error"]["code"] in ("no_session", "expired")
        assert headers["WWW-Authenticate"] == "Bearer"
        assert "pregnant" not in json.dumps(data)
    assert len(ann.conversation()["turns"]) == 2


def test_a_token_with_one_letter_changed_opens_nothing(ann: Client) -> None:
    token = ann.token or ""
    head, payload, signature = token.split(".")
    for forged in (f"{head}.{payload}.{signature[::-1]}", f"{head}.{payload[:-2]}AA.{signature}"):
        assert Client(ann.base, forged).call("GET", "conversation")[0] == 401


def test_the_token_goes_in_the_header_alone(ann: Client) -> None:
    stranger = Client(ann.base)
    assert stranger.call("GET", f"conversation?token={ann.token}")[0] == 401
    assert stranger.call("GET", "conversation", headers={"Cookie": f"token={ann.token}"})[0] == 401
    assert stranger.call("GET", "conversation", headers={"Authorization": f"Basic {ann.token}"})[0] == 401


def test_the_conversation_of_a_token_cannot_be_named_on_another_channel(web: Running, ann: Client) -> None:
    ann.say("I am pregnant and cellcept upsets my stomach")
    name = jwt.decode(ann.token or "", options={"verify_signature": False})["sub"]
    for sender in (name, f"web-{name}", f"web:{name}", ann.token):
        (answer,) = web.answers("what do you know about the case?", str(sender))
        assert answer["case"]["pregnancy"] is None


def test_what_the_store_calls_a_conversation_is_not_in_its_token() -> None:
    one, other = Sessions(b"a" * 32, 1), Sessions(b"b" * 32, 1)
    token, session = one.issue()
    assert one.read(token) == session
    assert session.sender.removeprefix("web-") not in token
    assert one.issue()[1].sender != session.sender
    with pytest.raises(RefusedError):
        other.read(token)


def test_a_session_ends_with_its_time() -> None:
    sessions = Sessions(b"a" * 32, hours=1 / 3600)
    token, session = sessions.issue()
    assert not session.ended()
    time.sleep(1.1)
    assert session.ended()
    with pytest.raises(RefusedError) as refused:
        sessions.read(token)
    assert refused.value.code == "expired"


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    key = load_key(tmp_path / "var")
    assert load_key(tmp_path / "var") == key and len(key) == 32
    assert (tmp_path / "var" / "web.key").stat().st_mode & 0o077 == 0
    (tmp_path / "var" / "web.key").write_text("abcd")
    with pytest.raises(ValueError, match="32 bytes"):
        load_key(tmp_path / "var")


def test_files_of_the_channel_are_private(web: Running, ann: Client) -> None:
    for name in ("web.key", "web.db", "conversations.db"):
        assert (web.var / name).stat().st_mode & 0o077 == 0


# --- origin


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://ward.example.evil.example", "file://", "x"]
)
def test_a_page_of_another_site_is_refused_and_may_not_read_why(web: Running, ann: Client, origin: str) -> None:
    for method, path, body in [*EVERY_CALL, ("POST", "sessions", {}), ("OPTIONS", "messages", None)]:
        status, headers, data = ann.call(method, path, body, {"Origin": origin})
        assert (status, data["error"]["code"]) == (403, "origin"), (method, path)
        assert headers["Access-Control-Allow-Origin"] is None
    assert ann.conversation()["turns"] == []


def test_an_allowed_site_may_ask_and_read(web: Running, ann: Client) -> None:
    status, headers, _ = ann.call("OPTIONS", "messages", None, {"Origin": SITE})
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == SITE
    assert "Authorization" in headers["Access-Control-Allow-Headers"]
    status, headers, _ = ann.call("GET", "conversation", None, {"Origin": SITE})
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == SITE and "Origin" in headers["Vary"]
    assert headers["Access-Control-Allow-Credentials"] is None


def test_our_own_page_may_ask(web: Running, ann: Client) -> None:
    status, headers, _ = ann.call("GET", "conversation", None, {"Origin": web.base})
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize(
    ("origin", "host", "right"),
    [
        (None, "ward:5005", True),
        ("http://ward:5005", "ward:5005", True),
        ("https://ward", "ward", True),
        ("https://ward:443", "ward", True),
        ("http://ward:5006", "ward:5005", False),
        ("http://other:5005", "ward:5005", False),
        ("https://site.example", "ward", True),
        ("https://SITE.example", "ward", True),
        ("http://site.example", "ward", False),
        ("http://[::1]:5005", "[::1]:5005", True),
        ("http://ward:port", "ward:port", False),
        ("null", "null", False),
        ("", "", False),
        ("ftp://ward", "ward", False),
        ("http://ward", None, False),
    ],
)
def test_which_origins_are_allowed(origin: str | None, host: str | None, right: bool) -> None:
    assert allowed(origin, host, ("https://site.example",)) is right


# --- limits


def too_many(client: Client) -> tuple[dict[str, str], Message, Any]:
    """Send until it is too much: the message that was refused, and the refusal. A slow machine needs more than 21."""
    for number in range(100):
        body = {"id": client.next_id(), "text": "hello"}
        status, headers, data = client.call("POST", "messages", body)
        if status == 429:
            assert number >= 20
            return body, headers, data
        assert status == 200
    raise AssertionError("nothing was too much")


def test_a_conversation_has_twenty_messages_a_minute_and_others_go_on(ann: Client, bob: Client) -> None:
    _, headers, data = too_many(ann)
    assert data["error"]["code"] == "too_many"
    assert 1 <= int(headers["Retry-After"]) <= 60
    assert "wait" in data["error"]["message"] and "emergency" in data["error"]["message"]
    assert ann.say("hello", "message-0001")["duplicate"] is True, "a repeat takes nothing of the limit"
    assert bob.say("hello")["answers"]


def test_a_message_that_was_too_many_is_answered_later(ann: Client) -> None:
    body, headers, _ = too_many(ann)
    time.sleep(int(headers["Retry-After"]) + 0.1)
    status, _, data = ann.call("POST", "messages", body)
    assert status == 200 and data["duplicate"] is False


def test_new_conversations_are_limited_by_address(own_web: Callable[..., Running]) -> None:
    running = own_web(WEB_SESSIONS_A_MINUTE="3")
    for _ in range(3):
        Client(running.base).begin()
    status, headers, data = Client(running.base).call("POST", "sessions")
    assert (status, data["error"]["code"]) == (429, "too_many_sessions")
    assert 1 <= int(headers["Retry-After"]) <= 60
    forwarded = {"X-Forwarded-For": "10.1.2.3", "Forwarded": "for=10.1.2.3"}
    assert Client(running.base).call("POST", "sessions", None, forwarded)[0] == 429, "an address is not what one says"


def test_a_limit_fills_up_again_and_forgets() -> None:
    now = [0.0]
    limit = Limit(2, 60, lambda: now[0])
    assert [limit.wait("a"), limit.wait("a"), limit.wait("b")] == [None, None, None]
    assert limit.wait("a") == 30
    now[0] = 29.0
    assert limit.wait("a") == 1
    now[0] = 30.0
    assert limit.wait("a") is None
    assert limit.wait("a") == 30
    now[0] = 1000.0
    assert [limit.wait("a") for _ in range(3)] == [None, None, 30]


# --- settings


def test_settings_come_from_the_file_and_the_environment_wins() -> None:
    given = {"origins": ["https://A.example/"], "messages_a_minute": 5}
    settings = Settings.read(given, {"WEB_MESSAGES_A_MINUTE": "7", "ASSISTANT_VAR": "/tmp/x"})
    assert settings.origins == ("https://a.example",)
    assert settings.messages_a_minute == 7
    assert settings.var == Path("/tmp/x")
    assert Settings.read(given, {"WEB_ORIGINS": "https://b.example, http://c.example:8080"}).origins == (
        "https://b.example",
        "http://c.example:8080",
    )


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"origins": ["*"]}, "origins"),
        ({"origins": ["ward.example"]}, "origins"),
        ({"origins": ["https://ward.example/page"]}, "origins"),
        ({"messages_a_minute": 0}, "messages_a_minute"),
        ({"session_hours": "long"}, "session_hours"),
        ({"key": "short"}, "key"),
        ({"orgins": []}, "orgins"),
    ],
)
def test_a_wrong_setting_is_named(given: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Settings.read(given, {})
