"""Messages, mentions, threads, commands and clicks through Slack's real door."""

from __future__ import annotations

import itertools
import time
from typing import Any

import pytest

from tests.channels.slack.double import BOT
from tests.channels.slack.support import Door, click, envelope, mention, message, new_ts

_names = itertools.count(1)


@pytest.fixture
def private() -> str:
    """A private chat of the test's own."""
    return f"DTEST{next(_names)}"


@pytest.fixture
def channel() -> str:
    """A channel of the test's own."""
    return f"CTEST{next(_names)}"


def quiet(door: Door, channel: str, than: int, seconds: float = 1.0) -> bool:
    """Is nothing more sent there within some time?"""
    time.sleep(seconds)
    return len([m for m in door.double.posted if m["channel"] == channel]) == than


def block_texts(posted: dict[str, Any]) -> str:
    texts = [b["text"]["text"] for b in posted["blocks"] if "text" in b]
    return "\n".join([*texts, *(e["text"] for b in posted["blocks"] if b["type"] == "context" for e in b["elements"])])


def action_ids(posted: dict[str, Any]) -> set[str]:
    elements = [e for b in posted["blocks"] for e in [*b.get("elements", []), b.get("accessory") or {}]]
    return {e["action_id"] for e in elements if "action_id" in e}


# --- messages


def test_a_message_is_answered_whole_and_in_blocks(door: Door, private: str) -> None:
    (reply,) = door.ask(message("tacrolimus dose?", private))
    assert "1-3 mg twice daily" in reply["text"]
    assert "pending human review" in reply["text"]
    assert "1-3 mg twice daily" in block_texts(reply)
    assert any(block["type"] == "data_table" for block in reply["blocks"])
    assert "thread_ts" not in reply
    assert not door.double.refused


def test_entities_are_read_and_written(door: Door, private: str) -> None:
    (reply,) = door.ask(message("my creatinine clearance is &lt; 30 &amp; I weigh 58 kg, azathioprine dose?", private))
    assert "weight (kg): 58" in block_texts(reply)
    assert not door.double.refused, "what is sent is escaped"


def test_four_deliveries_are_answered_once(door: Door, private: str) -> None:
    body = message("azathioprine dose?", private)
    door.ask(body)
    for ago in (12, 11, 10):  # each signed later than the one before, also where a second passes between two
        door.deliver(body, ago=ago)
    assert quiet(door, private, than=1)


def test_the_same_words_again_are_answered_again(door: Door, private: str) -> None:
    (first,) = door.ask(message("azathioprine dose?", private))
    (again,) = door.ask(message("azathioprine dose?", private))
    assert again["text"] == first["text"] and again["ts"] != first["ts"]


def test_a_list_stands_in_for_a_table_where_the_workspace_knows_none(door: Door, private: str) -> None:
    door.double.tables = False
    (reply,) = door.ask(message("tacrolimus dose?", private))
    assert all(block["type"] != "data_table" for block in reply["blocks"])
    assert "1-3 mg twice daily" in block_texts(reply)


def test_an_emergency_comes_first_and_alone(door: Door, private: str) -> None:
    (reply,) = door.ask(message("I cannot breathe and my lips are blue", private))
    assert reply["blocks"][0]["type"] == "header"
    assert "Emergency" in reply["blocks"][0]["text"]["text"]
    assert "emergency number now" in reply["text"].split("\n")[0]
    assert not any(name.startswith(("detail", "case")) for name in action_ids(reply))


def test_two_questions_bring_two_messages_in_order(door: Door, private: str) -> None:
    replies = door.ask(message("tacrolimus dose? and how do I monitor azathioprine?", private), replies=2)
    assert "1-3 mg" in replies[0]["text"]
    assert "zathioprine" in replies[1]["text"]


# --- whose case


def test_a_case_is_kept_in_its_own_conversation_alone(door: Door, private: str, channel: str) -> None:
    door.ask(message("pregnant, severe ILD, which alternative?", private))
    for body in (
        message("what do you know about the case?", private, user="U2"),
        message("what do you know about the case?", f"{private}X"),
        mention("what do you know about the case?", channel),
        message("what do you know about the case?", private, thread_ts="1700000000.000100"),
    ):
        (reply,) = door.ask(body)
        assert "pregnan" not in reply["text"], body["event"]
    (own,) = door.ask(message("what do you know about the case?", private))
    assert "pregnant" in own["text"]


def test_a_follow_up_in_a_thread_needs_no_mention(door: Door, channel: str) -> None:
    first = mention("pregnant, which alternative?", channel)
    (reply,) = door.ask(first)
    root = first["event"]["ts"]
    assert reply["thread_ts"] == root
    (follow_up,) = door.ask(message("what do you know about the case?", channel, user="U2", thread_ts=root))
    assert "pregnant" in follow_up["text"]
    assert follow_up["thread_ts"] == root


def test_other_threads_and_the_channel_itself_are_left_alone(door: Door, channel: str) -> None:
    door.deliver(message("lunch anyone?", channel))
    door.deliver(message("lunch anyone?", channel, thread_ts="1700000000.000200"))
    assert quiet(door, channel, than=0)


def test_a_mention_that_comes_as_two_events_is_answered_once(door: Door, channel: str) -> None:
    first = mention("tacrolimus dose?", channel)
    door.ask(first)
    twin = message(first["event"]["text"], channel, ts=first["event"]["ts"])
    door.deliver(twin)
    assert quiet(door, channel, than=1)


def test_the_order_of_a_conversation_is_kept(door: Door, private: str) -> None:
    texts = ["azathioprine dose for 40 kg?", "azathioprine dose for 60 kg?", "azathioprine dose for 80 kg?"]
    for text in texts:
        door.deliver(message(text, private))
    door.double.wait(lambda: len([m for m in door.double.posted if m["channel"] == private]) >= 3)
    said = [m["text"] for m in door.double.posted if m["channel"] == private]
    for text, weight in zip(said, ("80", "120", "160"), strict=True):
        assert weight in text


# --- what is handled on purpose


@pytest.mark.parametrize(
    "event",
    [
        {"bot_id": "B1"},
        {"subtype": "bot_message", "bot_id": "B1"},
        {"user": BOT},
        {"subtype": "message_deleted", "deleted_ts": "1700000000.000100"},
        {"subtype": "channel_join"},
        {"subtype": "unheard_of"},
    ],
)
def test_what_is_no_persons_words_is_left(door: Door, private: str, event: dict[str, Any]) -> None:
    door.deliver(message("hello", private, **event))
    assert quiet(door, private, than=0, seconds=0.5)


@pytest.mark.parametrize("kind", ["reaction_added", "team_join", "unheard_of", None, 3])
def test_other_events_are_acknowledged_and_left(door: Door, kind: Any) -> None:
    before = len(door.double.posted)
    door.deliver(envelope({"type": kind, "user": "U1", "item": {"channel": "D1", "ts": "1"}}))
    time.sleep(0.5)
    assert len(door.double.posted) == before


def test_an_edit_is_not_taken_back_in_silence(door: Door, private: str) -> None:
    first = message("not pregnant", private)
    door.ask(first)
    after = {"user": "U1", "text": "pregnant", "ts": first["event"]["ts"], "edited": {"user": "U1", "ts": new_ts()}}
    before = {"user": "U1", "text": "not pregnant", "ts": first["event"]["ts"]}
    edit = {"type": "message", "subtype": "message_changed", "channel": private, "ts": new_ts()}
    changed = envelope({**edit, "message": after, "previous_message": before})
    (reply,) = door.ask(changed)
    assert "new message" in reply["text"]
    unfurled = envelope({**edit, "message": {**after, "text": "not pregnant"}, "previous_message": before})
    door.deliver(unfurled)
    assert quiet(door, private, than=2, seconds=0.5)


def test_files_are_said_not_to_be_read(door: Door, private: str) -> None:
    files = [{"id": "F1", "name": "labs.pdf"}]
    (alone,) = door.ask(message("", private, subtype="file_share", files=files))
    assert "cannot read files" in alone["text"]
    answer, note = door.ask(message("tacrolimus dose?", private, subtype="file_share", files=files), replies=2)
    assert "1-3 mg" in answer["text"]
    assert "not read" in note["text"]


# --- commands, home, panel


def test_a_command_is_answered_to_its_user_alone(door: Door, channel: str) -> None:
    door.command("tacrolimus dose?", channel)
    door.double.wait(lambda: door.double.responded)
    (reply,) = door.double.responded
    assert reply["response_type"] == "ephemeral"
    assert "1-3 mg" in reply["text"]
    assert quiet(door, channel, than=0, seconds=0)


def test_a_command_without_words_says_what_it_can_do(door: Door, channel: str) -> None:
    door.command("", channel)
    door.double.wait(lambda: door.double.responded)
    assert "article" in door.double.responded[0]["text"]


def test_the_home_tab_says_what_it_does_and_how_far_it_is_reviewed(door: Door) -> None:
    door.deliver(envelope({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}))
    door.double.wait(lambda: door.double.published)
    text = str(door.double.published[0]["view"])
    assert "pending human review" in text
    assert "/asys" in text


def test_the_panel_greets_and_suggests(door: Door, private: str) -> None:
    thread = {"user_id": "U1", "channel_id": private, "thread_ts": "1700000000.000300", "context": {}}
    door.deliver(envelope({"type": "assistant_thread_started", "assistant_thread": thread}))
    door.double.wait(lambda: door.double.calls["assistant.threads.setSuggestedPrompts"])
    assert door.double.posted[0]["thread_ts"] == "1700000000.000300"
    (reply,) = door.ask(message("tacrolimus dose?", private, thread_ts="1700000000.000300"))
    assert "1-3 mg" in reply["text"]
    assert door.double.calls["assistant.threads.setStatus"]


# --- clicks


def test_choices_answer_the_question(door: Door, private: str) -> None:
    (first,) = door.ask(message("what are the alternatives to mycophenolate?", private))
    assert "say:0" in action_ids(first)
    label = next(e for b in first["blocks"] for e in b.get("elements", []) if e.get("action_id") == "say:0")
    before = len(door.double.posted)
    door.click(click(first, "say:0"))
    door.double.wait(lambda: len(door.double.posted) > before)
    reply = door.double.posted[-1]
    assert label["text"]["text"] in block_texts(reply), "the click leaves a trace"
    assert reply["text"] != first["text"]


@pytest.mark.parametrize("action", ["detail:all", "detail:sources", "detail"])
def test_details_unfold(door: Door, private: str, action: str) -> None:
    (first,) = door.ask(message("pregnant, severe ILD, which alternative?", private))
    before = len(door.double.posted)
    door.click(click(first, action))
    door.double.wait(lambda: len(door.double.posted) > before)
    time.sleep(0.3)
    text = "\n".join(m["text"] for m in door.double.posted[before:])
    if action == "detail:sources":
        assert "conjecture, not confirmed" in text
    assert not door.double.refused
    assert door.double.posted[before]["blocks"][0]["type"] == "header"


def test_a_detail_of_another_conversation_cannot_be_had(door: Door, private: str) -> None:
    (first,) = door.ask(message("pregnant, severe ILD, which alternative?", private))
    before = len(door.double.posted)
    door.click(click({**first, "channel": f"{private}X"}, "detail:all", user="U9"))
    door.double.wait(lambda: len(door.double.posted) > before)
    assert "do not have that answer" in door.double.posted[-1]["text"]


def test_a_chip_changes_a_fact_and_the_question_is_answered_again(door: Door, private: str) -> None:
    (first,) = door.ask(message("pregnant, moderate ILD, which alternative?", private))
    before = len(door.double.posted)
    door.click(click(first, "change:pregnancy", value='["pregnancy","not_pregnant","set"]'))
    door.double.wait(lambda: len(door.double.posted) > before)
    door.double.wait(lambda: quiet(door, private, than=len(door.double.posted), seconds=0.3))
    (known, *_) = door.ask(message("what do you know about the case?", private))
    assert "not pregnant" in known["text"]
    assert "moderate" in known["text"]


def test_the_case_can_be_changed_as_a_whole_and_forgotten(door: Door, private: str) -> None:
    (first,) = door.ask(message("diarrhoea on mycophenolate, pregnant", private))
    door.click(click(first, "case"))
    door.double.wait(lambda: len(door.double.posted) > 1)
    summary = door.double.posted[-1]
    assert "pregnant" in summary["text"]
    door.click(click(summary, "change:side_effect", value='["side_effect","hepatic","add"]'))
    door.double.wait(lambda: len(door.double.posted) > 2)
    (*_, known) = door.ask(message("what do you know about the case?", private))
    assert "gastrointestinal" in known["text"].lower()
    assert "hepatic" in known["text"].lower() or "liver" in known["text"].lower()
    door.click(click(summary, "edit:new_patient"))
    door.double.wait(lambda: len(door.double.posted) > 4)
    (*_, known) = door.ask(message("what do you know about the case?", private))
    assert "pregnant" not in known["text"]


def test_the_audience_can_be_changed(door: Door, private: str) -> None:
    (first,) = door.ask(message("tacrolimus dose?", private))
    before = len(door.double.posted)
    door.click(click(first, "change:audience"))
    door.double.wait(lambda: len(door.double.posted) > before)
    assert "Not medical advice" in door.double.posted[-1]["text"]


def test_feedback_is_taken_and_a_bad_one_answered(door: Door, private: str) -> None:
    (first,) = door.ask(message("tacrolimus dose?", private))
    element = next(b for b in first["blocks"] if b["type"] == "context_actions")["elements"][0]
    door.click(click(first, "feedback", value=element["positive_button"]["value"]))
    assert quiet(door, private, than=1, seconds=0.5)
    door.click(click(first, "feedback", value=element["negative_button"]["value"]))
    door.double.wait(lambda: len(door.double.posted) == 2)


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("change:pregnancy", '["pregnancy","maybe","set"]'),
        ("change:pregnancy", '["memory",{},"set"]'),
        ("change:pregnancy", "["),
        ("edit:x", "drop"),
        ("detail:all", "x|all|"),
        ("detail:all", "999999|all|turn"),
        ("change:audience", "admin"),
    ],
)
def test_a_forged_click_changes_nothing(door: Door, private: str, action: str, value: str) -> None:
    (first,) = door.ask(message("pregnant", private))
    body = click(first, "case")
    body["actions"][0] |= {"action_id": action, "value": value}
    door.click(body)
    time.sleep(0.3)
    (known, *_) = door.ask(message("what do you know about the case?", private))[-1:]
    assert "pregnant" in known["text"]
