"""Slack is busy, broken, slow or forgetful; and what is left in the log and in the files."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from tests.channels.slack.conftest import start_with_slack
from tests.channels.slack.double import APP_TOKEN, SECRET, TOKEN, SlackDouble
from tests.channels.slack.support import Door, message
from tests.running import Running, start

TEXT = "tacrolimus dose for Mrs Quillfeather?"


@pytest.fixture
def own(tmp_path: Path, double: SlackDouble, _trained: None) -> Iterator[Running]:
    """A server of the test's own, with a log of its own at the debug level."""
    with mock.patch.dict(os.environ, {"LOG_LEVEL": "DEBUG"}):
        running = start_with_slack(tmp_path, double)
    yield running
    running.stop()


def test_a_busy_slack_is_waited_for(door: Door) -> None:
    door.double.faults.extend([(429, {"Retry-After": "2"}, '{"ok":false,"error":"ratelimited"}')])
    began = time.monotonic()
    (reply,) = door.ask(message("tacrolimus dose?", "DBUSY"))
    assert 2.0 <= time.monotonic() - began < 6
    assert "1-3 mg" in reply["text"]
    assert door.double.calls["chat.postMessage"] == 2


@pytest.mark.parametrize("body", ["<html>bad gateway</html>", "", '{"ok":false,"error":"internal_error"}'])
def test_a_broken_slack_is_tried_again(door: Door, body: str) -> None:
    door.double.faults.extend([(502, {}, body), (503, {}, body)])
    door.ask(message("tacrolimus dose?", f"DBROKEN{len(body)}"))
    assert door.double.calls["chat.postMessage"] == 3


def test_order_is_kept_while_slack_is_busy(door: Door) -> None:
    door.double.faults.extend([(429, {"Retry-After": "1"}, '{"ok":false,"error":"ratelimited"}')] * 2)
    for weight in (40, 60, 80):
        door.deliver(message(f"azathioprine dose for {weight} kg?", "DORDER"))
    door.double.wait(lambda: len(door.double.posted) == 3)
    for text, weight in zip(door.double.texts(), ("80", "120", "160"), strict=True):
        assert weight in text


def test_a_message_that_arrived_without_our_hearing_of_it_is_not_sent_again(door: Door) -> None:
    door.double.lost_answers = 1
    door.ask(message("tacrolimus dose?", "DLOST"))
    door.double.wait(lambda: door.double.calls["conversations.history"])
    time.sleep(1.5)
    assert len(door.double.posted) == 1


def test_what_slack_never_takes_is_given_up_with_a_word_in_the_log(own: Running, double: SlackDouble) -> None:
    double.faults.append((200, {}, '{"ok":false,"error":"channel_not_found"}'))
    door = Door(own.base, double)
    door.deliver(message(TEXT, "DGONE"))
    double.wait(lambda: "It is given up" in own.log.read_text())
    assert "channel_not_found" in own.log.read_text()
    door.ask(message(TEXT, "DGONE"))


def test_no_text_and_no_token_in_the_log_and_no_text_in_the_inbox(own: Running, double: SlackDouble) -> None:
    door = Door(own.base, double)
    double.faults.append((503, {}, ""))
    door.ask(message(TEXT, "DQUIET"))
    door.command(TEXT)
    double.wait(lambda: double.responded)
    time.sleep(0.5)
    log = own.log.read_text()
    assert len(log) > 1000, "the debug level is on"
    for secret in (TOKEN, SECRET, "Quillfeather", "1-3 mg"):
        assert secret not in log
    kept = b"".join(path.read_bytes() for path in own.var.glob("inbox.db*"))
    assert kept
    assert b"Quillfeather" not in kept
    assert b"1-3 mg" not in kept


# --- credentials


@pytest.mark.parametrize(
    ("set_", "said"),
    [
        ({"SLACK_SIGNING_SECRET": SECRET}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": TOKEN}, "SLACK_SIGNING_SECRET"),
        ({"SLACK_BOT_TOKEN": "mine", "SLACK_SIGNING_SECRET": SECRET}, "begin with xoxb-"),
        ({"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": "short"}, "no signing secret"),
        ({"SLACK_BOT_TOKEN": TOKEN, "SLACK_APP_TOKEN": TOKEN}, "begin with xapp-"),
    ],
)
def test_wrong_credentials_are_said_and_the_rest_runs(
    tmp_path: Path, _trained: None, set_: dict[str, str], said: str
) -> None:
    with mock.patch.dict(os.environ, set_):
        running = start(tmp_path)
    try:
        log = running.log.read_text()
        assert "Slack is not opened" in log
        assert said in log
        assert not any(secret in log for secret in (TOKEN, SECRET, APP_TOKEN))
        assert running.answers("tacrolimus dose?")
        assert running.request("/webhooks/slack/webhook", b"{}")[0] == 404
    finally:
        running.stop()


def test_a_token_that_slack_refuses_is_said_at_the_start(tmp_path: Path, double: SlackDouble, _trained: None) -> None:
    double.token = "xoxb-another"
    try:
        running = start_with_slack(tmp_path, double)
        try:
            double.wait(lambda: "Slack refuses SLACK_BOT_TOKEN" in running.log.read_text())
            assert running.answers("tacrolimus dose?")
        finally:
            running.stop()
    finally:
        double.token = TOKEN
