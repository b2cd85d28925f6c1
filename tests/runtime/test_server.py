"""What the server promises to a client, whatever the medicine."""

from __future__ import annotations

import json

import pytest

from tests.running import Running


def test_a_conversation_is_remembered_and_is_its_own(tiny: Running) -> None:
    assert tiny.say("hello there", "bea")[0]["custom"] == {"turn": 1}
    assert tiny.say("hello there", "bea")[0]["custom"] == {"turn": 2}
    assert tiny.say("hello there", "carl")[0]["custom"] == {"turn": 1}


@pytest.mark.parametrize("nobody", [None, ""])
def test_messages_without_a_sender_never_share_a_conversation(tiny: Running, nobody: str | None) -> None:
    for _ in range(2):
        assert tiny.say("hello there", nobody)[0]["custom"] == {"turn": 1}


def test_text_and_data_of_a_reply_are_one_message(tiny: Running) -> None:
    (message,) = tiny.say("hello there", "dora")
    assert message["text"] == "Hello.\n\nTurn 1."
    assert message["custom"] == {"turn": 1}


@pytest.mark.parametrize("typed", ["/greet", '/ask_echo{"colour": "red"}', "/restart", "/ask_fault"])
def test_a_typed_command_is_text(tiny: Running, typed: str) -> None:
    sender = f"eve{typed}"
    tiny.say(typed, sender)
    (message,) = tiny.say("echo my words", sender)
    assert message["custom"]["colour"] is None
    assert tiny.say("hello there", sender)[0]["custom"]["turn"] == 3


def test_a_command_keeps_its_words(tiny: Running) -> None:
    assert tiny.say("/echo this echo", "fay")[0]["custom"]["text"] == "/echo this echo"


@pytest.mark.parametrize("words", ["please break", "silence please"])
def test_an_action_that_fails_or_says_nothing_brings_an_error_answer(tiny: Running, words: str) -> None:
    (message,) = tiny.say(words, "gus")
    assert message["custom"]["answer"]["kind"] == "error"
    assert message["text"] == message["custom"]["answer"]["text"]


def test_logs_hold_no_words_of_the_user_even_at_debug_level(tiny: Running) -> None:
    tiny.say("hello zyxwvut", "hal")
    assert "zyxwvut" not in tiny.log.read_text()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'"hello"', 400),
        (json.dumps({"message": {"a": 1}}).encode(), 400),
        (json.dumps({"sender": ["x"], "message": "hello"}).encode(), 400),
        (json.dumps({"sender": "s" * 256, "message": "hello"}).encode(), 400),
        (json.dumps({"message": "x" * 70_000}).encode(), 413),
    ],
)
def test_what_is_no_message_is_refused_in_json(tiny: Running, body: bytes, status: int) -> None:
    got, _, text = tiny.request("/webhooks/rest/webhook", body)
    assert got == status
    assert json.loads(text)["status"] == status


@pytest.mark.parametrize(
    "message", [None, "", "   ", "x" * 5000, "\u202e\u0000\u200b", "\ud800 hello", "🤢🤮", "hello " * 600]
)
def test_any_text_gets_a_reply(tiny: Running, message: str | None) -> None:
    assert tiny.say(message, "ida")


def test_what_the_client_says_about_the_channel_is_ignored(tiny: Running) -> None:
    assert tiny.say("hello there", "jo", input_channel="cmdline", metadata={"x": 1})[0]["custom"] == {"turn": 1}


@pytest.mark.parametrize("path", ["/conversations/ann/tracker", "/model/parse", "/domain", "/status"])
def test_rasas_api_is_not_open(tiny: Running, path: str) -> None:
    assert tiny.request(path)[0] == 404
