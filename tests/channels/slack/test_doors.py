"""Who is let in: signatures, sizes, shapes; and Socket Mode."""

from __future__ import annotations

import json
import time
import urllib.parse
import uuid
from typing import Any

import pytest

from bot.channels.slack_signature import Signatures
from tests.channels.slack.double import SECRET, SlackDouble
from tests.channels.slack.support import Door, click, message, sign

JSON = {"Content-Type": "application/json"}


def body_of(text: str = "tacrolimus dose?", **more: Any) -> bytes:
    return json.dumps(message(text, "DDOORS", **more)).encode()


def nothing_was_sent(door: Door) -> bool:
    time.sleep(0.5)
    return not door.double.posted


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Request-Timestamp": "now", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "99999999999999999999", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "²", "X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": ""},
        {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=" + "0" * 64},
    ],
)
def test_what_is_not_signed_is_refused(door: Door, headers: dict[str, str]) -> None:
    encoded = {name: value.encode("latin-1", "replace").decode("latin-1") for name, value in headers.items()}
    status, _ = door.post(body_of(), {**JSON, **encoded})
    assert status == 401
    assert nothing_was_sent(door)


def test_a_signature_of_another_secret_is_refused(door: Door) -> None:
    body = body_of()
    assert door.post(body, {**JSON, **sign("f" * 32, body)})[0] == 401
    assert nothing_was_sent(door)


def test_a_signature_of_another_body_is_refused(door: Door) -> None:
    assert door.post(body_of(), {**JSON, **sign(SECRET, body_of())})[0] == 401
    assert nothing_was_sent(door)


@pytest.mark.parametrize("at", [-301, -86400, 301])
def test_an_old_or_future_signature_is_refused(door: Door, at: float) -> None:
    body = body_of()
    assert door.post(body, {**JSON, **sign(SECRET, body, time.time() + at)})[0] == 401
    assert nothing_was_sent(door)


def test_a_replayed_request_is_refused(door: Door) -> None:
    body = body_of()
    headers = {**JSON, **sign(SECRET, body)}
    assert door.post(body, headers)[0] == 200
    status, text = door.post(body, headers)
    assert (status, "replay" in text) == (401, True)
    door.double.wait(lambda: door.double.posted)
    time.sleep(0.5)
    assert len(door.double.posted) == 1


def test_signatures_are_forgotten_when_they_are_too_old_to_be_used() -> None:
    class Turned:
        now_ = 1_700_000_000.0

        def now(self) -> float:
            return self.now_

    clock = Turned()
    signatures = Signatures(SECRET, clock)  # type: ignore[arg-type]
    for _ in range(100):
        body = uuid.uuid4().bytes.hex().encode()
        headers = {name.lower(): value for name, value in sign(SECRET, body, clock.now_).items()}
        assert signatures.problem(body, headers) is None
        signatures.take(headers)
        clock.now_ += 60
    assert len(signatures._taken) <= 12


def test_the_address_is_verified(door: Door) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    assert door.signed(body) == (200, "abc")
    assert door.post(body, JSON)[0] == 401


def test_a_content_type_with_a_charset_is_read(door: Door) -> None:
    assert door.signed(body_of(), "application/json; charset=utf-8")[0] == 200
    door.double.wait(lambda: door.double.posted)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff\xfe", 401),
        (b"{}", 200),
        (b"[" * 100_000, 400),
        (b'{"type": "event_callback", "event": {"type": "message", "text": "\\ud800"}}', 200),
    ],
)
def test_odd_bodies_are_no_trouble(door: Door, body: bytes, status: int) -> None:
    assert door.signed(body)[0] == status
    assert nothing_was_sent(door)


def test_half_a_surrogate_pair_is_answered(door: Door) -> None:
    assert door.signed(json.dumps(message("hello \ud83d", "DDOORS")).encode())[0] == 200
    door.double.wait(lambda: door.double.posted)


def test_a_long_message_in_another_script_is_taken_and_a_larger_body_is_not(door: Door) -> None:
    assert door.signed(body_of(text="ы" * 12_000, blocks=[{"text": "ы" * 12_000}]))[0] == 200
    door.double.wait(lambda: door.double.posted)
    assert door.signed(b" " * 600_000)[0] == 413


def test_a_click_of_another_app_is_left(door: Door) -> None:
    posted = {"blocks": [{"elements": [{"type": "button", "action_id": "foreign", "value": "x"}]}]}
    door.click(click({**posted, "ts": "1", "channel": "D1"}, "foreign"))
    for kind in ("view_submission", "shortcut", "message_action"):
        form = urllib.parse.urlencode({"payload": json.dumps({"type": kind})}).encode()
        assert door.signed(form, "application/x-www-form-urlencoded")[0] == 200
    assert nothing_was_sent(door)


def test_acknowledged_at_once_also_when_slack_is_slow(door: Door) -> None:
    door.double.delay = 3.0
    began = time.monotonic()
    assert door.signed(body_of())[0] == 200
    assert time.monotonic() - began < 1.0
    door.double.wait(lambda: door.double.posted)


# --- Socket Mode


def over_the_socket(double: SlackDouble, kind: str, payload: dict[str, Any]) -> str:
    """Send an envelope, and wait until it is acknowledged."""
    envelope_id = uuid.uuid4().hex
    double.push({"type": kind, "envelope_id": envelope_id, "payload": payload, "accepts_response_payload": False})
    double.wait(lambda: envelope_id in double.acknowledged)
    return envelope_id


def test_events_clicks_and_commands_come_over_the_socket(door: Door) -> None:
    double = door.double
    double.wait(lambda: double.socket_connections)
    over_the_socket(double, "events_api", message("tacrolimus dose?", "DSOCKET"))
    double.wait(lambda: double.posted)
    assert "1-3 mg" in double.posted[0]["text"]
    over_the_socket(double, "interactive", click(double.posted[0], "detail:sources"))
    double.wait(lambda: len(double.posted) > 1)
    command = {"team_id": "T0TEAM", "channel_id": "CSOCKET", "user_id": "U1", "trigger_id": "socket.1"}
    url = {"response_url": f"{double.base}/respond/socket", "text": "tacrolimus dose?"}
    over_the_socket(double, "slash_commands", {**command, **url})
    double.wait(lambda: double.responded)


def test_the_same_event_over_both_doors_is_answered_once(door: Door) -> None:
    body = message("tacrolimus dose?", "DBOTH")
    over_the_socket(door.double, "events_api", body)
    door.deliver(body)
    over_the_socket(door.double, "events_api", body)
    door.double.wait(lambda: door.double.posted)
    time.sleep(0.5)
    assert len(door.double.posted) == 1


def test_a_socket_that_ends_is_opened_again(door: Door) -> None:
    double = door.double
    double.wait(lambda: double.socket_connections)
    before = double.socket_connections
    double.hang_up()
    double.wait(lambda: double.socket_connections > before, seconds=40)
    over_the_socket(double, "events_api", message("tacrolimus dose?", "DAGAIN"))
    double.wait(lambda: double.posted)
    assert double.socket_connections > before
    assert "1-3 mg" in double.posted[-1]["text"]
