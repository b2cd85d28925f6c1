"""Bodies that somebody made up, correctly signed: never a 500, never a hang, and nothing sent.

FUZZ_EXAMPLES says how many of each kind; the long run is 2,500, 5,000 together, and takes about 40 s.
"""

from __future__ import annotations

import copy
import http.client
import json
import os
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.slack_events import Entry, Left, read_click, read_command, read_event
from tests.channels.slack.double import BOT, SECRET, SlackDouble
from tests.channels.slack.support import Door, click, mention, message, sign

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES") or 400)
FUZZ = settings(
    max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SLOWEST = 5.0
"""Seconds for one request, on a busy machine."""

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NO_ID = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.lists(SCALARS, max_size=2)
    | st.dictionaries(st.text(max_size=5), SCALARS, max_size=2)
    | st.sampled_from(["", " ", "U 1", "D1\n", "../../x", "ü", "x" * 61, "\ud800", "\x00"])
)
"""What is no id of Slack's. A message needs three: without one of them it is nobody's, and gets no answer."""


@pytest.fixture(scope="module")
def connection(slack_server: Any) -> Iterator[http.client.HTTPConnection]:
    """One connection for all requests."""
    address = urllib.parse.urlsplit(slack_server.base)
    opened = http.client.HTTPConnection(str(address.hostname), address.port, timeout=20)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def sent_before(_double: SlackDouble) -> int:
    """How many messages there were before anything of this file was sent."""
    return len(_double.ever)


def send(connection: http.client.HTTPConnection, body: bytes, content_type: str = "application/json") -> int:
    """The status of one signed request, in time."""
    began = time.monotonic()
    headers = {"Content-Type": content_type, **sign(SECRET, body)}
    try:
        connection.request("POST", "/webhooks/slack/webhook", body, headers)
        answer = connection.getresponse()
    except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
        # A connection that rested for some seconds was closed by the server, as servers do.
        connection.close()
        connection.request("POST", "/webhooks/slack/webhook", body, headers)
        answer = connection.getresponse()
    answer.read()
    assert time.monotonic() - began < SLOWEST
    return answer.status


@FUZZ
@given(data=ANYTHING, raw=st.binary(max_size=60), how=st.sampled_from(["json", "raw", "form", "payload"]))
def test_anything_is_refused_or_left(
    door: Door, sent_before: int, connection: http.client.HTTPConnection, data: Any, raw: bytes, how: str
) -> None:
    text = json.dumps(data)
    form = "application/x-www-form-urlencoded"
    if how == "json":
        status = send(connection, text.encode())
    elif how == "raw":
        status = send(connection, raw, form if len(raw) % 2 else "text/plain")
    elif how == "form":
        pairs = data if isinstance(data, dict) else {"text": text}
        quoted = {k.encode("utf-8", "replace"): str(v).encode("utf-8", "replace") for k, v in pairs.items()}
        status = send(connection, urllib.parse.urlencode(quoted).encode(), form)
    else:
        status = send(connection, urllib.parse.urlencode({"payload": text}).encode(), form)
    # 401: not UTF-8, or the same body within the same second, which is a replay.
    assert status in (200, 400, 401)


@FUZZ
@given(
    which=st.sampled_from(["user", "channel", "ts", "type"]),
    junk=NO_ID,
    where=st.sampled_from(["message", "mention", "click"]),
    more=st.dictionaries(st.sampled_from(["text", "subtype", "files", "thread_ts", "bot_id", "blocks"]), ANYTHING),
)
def test_an_event_that_is_nobodys_is_left(
    door: Door, connection: http.client.HTTPConnection, which: str, junk: Any, where: str, more: dict[str, Any]
) -> None:
    if where == "click":
        posted = {"ts": "1.1", "channel": "DFUZZ", "blocks": [{"elements": [{"action_id": "x"}]}]}
        posted["blocks"] = [{"elements": [{"type": "button", "action_id": "case", "value": "t"}]}]
        body = click(posted, "case")
        places = {"user": ("user", "id"), "channel": ("container", "channel_id"), "ts": ("container", "message_ts")}
        first, second = places.get(which, ("container", "channel_id"))
        body[first] = {**body[first], second: junk}
        body["channel"] = {"id": junk} if which == "channel" else body["channel"]
        if which == "type":
            body["type"] = junk
        encoded = urllib.parse.urlencode({"payload": json.dumps(body)}).encode()
        assert send(connection, encoded, "application/x-www-form-urlencoded") in (200, 401)
        return
    event = (message if where == "message" else mention)("dose?", "DFUZZ")
    event["event"] = {**event["event"], **more, which: junk}
    assert send(connection, json.dumps(event).encode()) in (200, 401)


def test_nothing_was_sent(door: Door, sent_before: int) -> None:
    """Runs after the others of this file; everything they brought in has been worked on by then."""
    answered = door.ask(message("tacrolimus dose?", "DAFTERFUZZ"))
    assert len(answered) == 1
    assert door.double.ever[sent_before:] == ["DAFTERFUZZ"]


@given(data=ANYTHING)
def test_reading_never_fails(data: Any) -> None:
    for read in (lambda d: read_event(d, BOT), read_command, read_click):
        assert isinstance(read(data), (Entry, Left))  # type: ignore[no-untyped-call]


@given(path=st.integers(0, 30), junk=ANYTHING)
def test_reading_survives_any_damage_to_an_event(path: int, junk: Any) -> None:
    body = copy.deepcopy(message("dose?", "D1", files=[{"id": "F"}], thread_ts="1.1"))
    places = [(body, key) for key in body] + [(body["event"], key) for key in body["event"]]
    target, key = places[path % len(places)]
    target[key] = junk
    assert isinstance(read_event(body, BOT), (Entry, Left))
