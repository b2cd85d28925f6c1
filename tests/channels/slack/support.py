"""Requests as Slack makes them, to a server that a test started."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from tests.channels.slack.double import BOT, SECRET, TEAM, SlackDouble

_number = itertools.count(1)


def sign(signing_secret: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """The headers with which Slack sends a body."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(signing_secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def new_ts() -> str:
    """A time of a message that no other message has."""
    return f"{int(time.time())}.{next(_number) + 500_000:06d}"


def message(text: str, channel: str = "D1", user: str = "U1", **more: Any) -> dict[str, Any]:
    """The delivery of a message; in a private chat unless the channel's id says otherwise."""
    direct = channel.startswith("D")
    event = {"type": "message", "channel": channel, "user": user, "text": text, "ts": new_ts(), "team": TEAM}
    event["channel_type"] = "im" if direct else "channel"
    return envelope({**event, **more})


def mention(text: str, channel: str = "C1", user: str = "U1", **more: Any) -> dict[str, Any]:
    """The delivery of a message that mentions us in a channel."""
    return message(f"<@{BOT}> {text}", channel, user, type="app_mention", **more)


def envelope(event: dict[str, Any]) -> dict[str, Any]:
    """The envelope of the Events API."""
    return {
        "type": "event_callback",
        "team_id": TEAM,
        "api_app_id": "A1",
        "event_id": f"Ev{next(_number):08d}",
        "event_time": int(time.time()),
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        "event": event,
    }


def click(
    posted: dict[str, Any], action_id: str, user: str = "U1", value: str | None = None, nth: int = 0
) -> dict[str, Any]:
    """A click on an element of a message that the double was sent. `nth`: which option of a menu."""
    elements = [e for b in posted["blocks"] for e in [*b.get("elements", []), b.get("accessory") or {}]]
    element = next(e for e in elements if e.get("action_id") == action_id)
    action: dict[str, Any] = {"type": element["type"], "action_id": action_id, "action_ts": new_ts(), "block_id": "b"}
    if element["type"] == "static_select":
        options = element["options"]
        chosen = options[nth] if value is None else next(o for o in options if o["value"] == value)
        action["selected_option"] = chosen
    else:
        action |= {"text": element.get("text"), "value": value or element["value"]}
    thread = {"thread_ts": posted["thread_ts"]} if posted.get("thread_ts") else {}
    container = {"type": "message", "message_ts": posted["ts"], "channel_id": posted["channel"], "is_ephemeral": False}
    return {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": user, "team_id": TEAM},
        "channel": {"id": posted["channel"]},
        "container": {**container, **thread},
        "message": {"ts": posted["ts"], **thread},
        "trigger_id": f"{next(_number)}.trigger",
        "response_url": "https://hooks.slack.com/actions/x",
        "actions": [action],
    }


class Door:
    """Slack's door of a server that runs."""

    def __init__(self, base: str, double: SlackDouble) -> None:
        self.url = f"{base}/webhooks/slack/webhook"
        self.double = double

    def post(self, body: bytes, headers: dict[str, str], timeout: float = 30) -> tuple[int, str]:
        """Status and body of one request."""
        request = urllib.request.Request(self.url, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def signed(self, body: bytes, content_type: str = "application/json", ago: float = 0) -> tuple[int, str]:
        """The same for a request with Slack's signature, made some seconds ago."""
        return self.post(body, {"Content-Type": content_type, **sign(SECRET, body, time.time() - ago)})

    def deliver(self, body: dict[str, Any], ago: float = 0) -> None:
        """One event, which is acknowledged. Slack signs each delivery anew, with the time in seconds."""
        status, text = self.signed(json.dumps(body).encode(), ago=ago)
        assert status == 200, text

    def click(self, body: dict[str, Any]) -> None:
        """One click, which is acknowledged."""
        form = urllib.parse.urlencode({"payload": json.dumps(body)}).encode()
        status, text = self.signed(form, "application/x-www-form-urlencoded")
        assert status == 200, text

    def command(self, text: str, channel: str = "C1", user: str = "U1") -> None:
        """/asys with a text."""
        form = {
            "command": "/asys",
            "text": text,
            "team_id": TEAM,
            "channel_id": channel,
            "user_id": user,
            "trigger_id": f"{next(_number)}.trigger",
            "response_url": f"{self.double.base}/respond/abc",
        }
        status, answer = self.signed(urllib.parse.urlencode(form).encode(), "application/x-www-form-urlencoded")
        assert (status, answer) == (200, "")

    def ask(self, body: dict[str, Any], replies: int = 1) -> list[dict[str, Any]]:
        """Deliver an event and wait for its replies in the same channel."""
        here = body["event"]["channel"]
        before = len([m for m in self.double.posted if m["channel"] == here])
        self.deliver(body)
        self.double.wait(lambda: len([m for m in self.double.posted if m["channel"] == here]) >= before + replies)
        return [m for m in self.double.posted if m["channel"] == here][before:]
