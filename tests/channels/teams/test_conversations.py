"""Conversations through the door of Teams, over HTTP."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.channels.teams.double import BOT, SECRET, TENANT
from tests.channels.teams.speaking import MENTION, Teams, activity_of, in_channel, in_group, mentioned


def settled(teams: Teams, seconds: float = 1.0) -> list[dict[str, Any]]:
    """The messages after a while in which more could have come."""
    time.sleep(seconds)
    return teams.microsoft.messages()


def buttons(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The buttons of a message's card by their titles."""
    found: dict[str, dict[str, Any]] = {}

    def walk(part: Any) -> None:
        if isinstance(part, dict) and part.get("type") == "Action.Execute":
            found[part["title"]] = part
        elif isinstance(part, dict):
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(message.get("attachments", []))
    return found


def click(teams: Teams, button: dict[str, Any], messages: int = 1, **more: Any) -> tuple[Any, list[dict[str, Any]]]:
    """The reply to a click on a button, and the messages that follow."""
    value = {"action": {key: button[key] for key in ("type", "title", "verb", "data")}, "trigger": "manual"}
    invoke = activity_of(teams.microsoft, type="invoke", name="adaptiveCard/action", value=value, **more)
    del invoke["text"]
    place = invoke["conversation"]["id"]
    before = len(teams.microsoft.messages(place))
    status, body = teams.post(invoke)
    assert status == 200
    return body, teams.microsoft.wait_for(before + messages, place)[before:]


def case_of(teams: Teams, **more: Any) -> str:
    """What the assistant holds of the case, in its words."""
    (answer,) = teams.say("what do you know about the case", **more)
    return str(answer["text"].split("\n\n")[0])


def test_a_message_is_answered_where_it_was_asked_with_the_bots_token(teams: Teams) -> None:
    activity = activity_of(teams.microsoft, "tac dose?", user="bea")
    assert teams.post(activity) == (200, {})
    (answer,) = teams.microsoft.wait_for(1)
    assert "mg/kg" in answer["text"]
    assert answer["conversation"] == {"id": "a:private-bea"}
    assert (answer["recipient"], answer["from"]) == ({"id": "29:bea"}, {"id": BOT})
    assert answer["replyToId"] == activity["id"]
    assert answer["channelData"] == {"feedbackLoop": {"type": "default"}}
    kinds = [sent.activity["type"] for sent in teams.microsoft.sent]
    assert kinds == ["typing", "message"]
    assert all(sent.token and sent.token.startswith("bot-token-") for sent in teams.microsoft.sent)
    assert teams.microsoft.sent[-1].path == "/teams/v3/conversations/a:private-bea/activities"


def test_four_deliveries_bring_one_answer(teams: Teams) -> None:
    activity = activity_of(teams.microsoft, "hello", user="carl")
    assert [teams.post(activity)[0] for _ in range(4)] == [200] * 4
    assert len(settled(teams)) == 1


def test_an_answer_comes_after_the_acknowledgement(teams: Teams) -> None:
    teams.microsoft.failures.append((201, {}, 2.0))
    started = time.monotonic()
    assert teams.post(activity_of(teams.microsoft, "tac dose?", user="slow"))[0] == 200
    assert time.monotonic() - started < 1.0
    teams.microsoft.wait_for(1)


# --- whose case it is


def test_private_chats_channels_and_groups_do_not_leak_into_each_other(teams: Teams) -> None:
    fact = "she is pregnant and azathioprine failed"
    teams.say(fact, user="dora")
    for more in (
        {"user": "emil"},
        {"user": "dora", "conversation": in_group(), **mentioned("what do you know about the case")},
        {"user": "dora", "conversation": in_channel("1"), **mentioned("what do you know about the case")},
    ):
        (answer,) = teams.say(**{"text": "what do you know about the case", **more})
        assert "no facts" in answer["text"], more
    assert "pregnant" in case_of(teams, user="dora")


def test_a_thread_has_its_own_case_which_it_shares(teams: Teams) -> None:
    one, two = in_channel("t-1"), in_channel("t-2")
    teams.say(conversation=one, user="ann", **mentioned("she is pregnant"))
    # A follow-up of another person in the thread needs no mention, where Teams hands it on at all.
    assert "pregnant" in case_of(teams, conversation=one, user="bob")
    (other,) = teams.say(conversation=two, user="ann", **mentioned("what do you know about the case"))
    assert "no facts" in other["text"]


def test_in_a_group_chat_each_has_a_case_of_their_own(teams: Teams) -> None:
    group = in_group("19:ward@thread.v2")
    teams.say(conversation=group, user="ann", **mentioned("azathioprine failed"))
    (other,) = teams.say(conversation=group, user="bob", **mentioned("what do you know about the case"))
    assert "no facts" in other["text"]


def test_what_does_not_name_the_bot_is_left_alone_in_a_group_and_a_new_thread(teams: Teams) -> None:
    for conversation in (in_group("19:quiet@thread.v2"), in_channel("t-quiet")):
        assert teams.post(activity_of(teams.microsoft, "lunch?", conversation=conversation))[0] == 200
    assert settled(teams) == []


def test_the_name_of_the_bot_and_markup_are_not_part_of_the_words(teams: Teams) -> None:
    plain = teams.say("tac dose?", user="fay")[0]["text"]
    dressed = mentioned("<div>tac&nbsp;dose?</div>")
    assert teams.say(conversation=in_channel("t-html"), user="gus", **dressed)[0]["text"] == plain


# --- clicks


def test_a_choice_is_taken_and_answered_as_a_message(teams: Teams) -> None:
    (question,) = teams.say("mycophenolate upsets the stomach, what else is there", user="hal")
    button = buttons(question)["Mild"]
    body, (answer,) = click(teams, button, user="hal")
    assert body == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.activity.message",
        "value": "You chose: Mild",
    }
    assert answer["text"].startswith("*You chose: Mild*")
    assert "mild" in case_of(teams, user="hal")


def test_an_older_client_submits_the_same(teams: Teams) -> None:
    (question,) = teams.say("mycophenolate upsets the stomach, what else is there", user="ida")
    data = buttons(question)["Mild"]["fallback"]["data"]
    activity = activity_of(teams.microsoft, user="ida", value=data)
    del activity["text"]
    before = len(teams.microsoft.messages())
    assert teams.post(activity)[0] == 200
    teams.microsoft.wait_for(before + 1)
    assert "mild" in case_of(teams, user="ida")


@pytest.mark.parametrize("title", ["Show all", "Sources"])
def test_more_of_an_answer_unfolds(teams: Teams, title: str) -> None:
    user = f"jo-{title[:4]}"
    (answer,) = teams.say("azathioprine failed and her kidneys are poor, what else is there", user=user)
    teams.say("hello", user=user)
    _, (more, *_) = click(teams, buttons(answer)[title], user=user)
    assert more["text"].startswith("**")
    why = buttons(answer)["Tell me why"]
    chosen = {**why, "data": {**why["data"], "chosen": "0:why:azathioprine"}}
    click(teams, chosen, user=user)
    # The section before may come in several messages.
    until = time.monotonic() + 30
    while "already tried" not in teams.microsoft.messages()[-1]["text"] and time.monotonic() < until:
        time.sleep(0.05)
    assert "already tried" in teams.microsoft.messages()[-1]["text"]


def test_what_somebody_else_was_answered_does_not_unfold(teams: Teams) -> None:
    (answer,) = teams.say("azathioprine failed, what else is there", user="kim")
    _, (other,) = click(teams, buttons(answer)["Show all"], user="lou")
    assert other["text"] == "I do not have that answer any more. Please ask again."


def test_the_case_is_changed_by_a_chip_a_form_and_undo(teams: Teams) -> None:
    (answer,) = teams.say("she is pregnant and azathioprine failed, what else is there", user="mia")
    body, (changed,) = click(teams, buttons(answer)["✕ azathioprine"], user="mia")
    assert body["statusCode"] == 200
    assert "azathioprine" not in case_of(teams, user="mia").lower()
    _, (form,) = click(teams, buttons(changed)["Change the case"], user="mia")
    save = buttons(form)["Save and ask again"]
    fields = {
        item["id"]: item.get("value", "")
        for item in form["attachments"][0]["content"]["body"]
        if item["type"].startswith("Input.")
    }
    filled = {**save, "data": {**save["data"], **fields, "case.side_effect": "infection", "case.pregnancy": ""}}
    _, (after,) = click(teams, filled, user="mia")
    held = case_of(teams, user="mia").lower()
    assert "infection" in held and "pregnant" not in held
    click(teams, buttons(after)["Undo"], user="mia")
    assert "pregnant" in case_of(teams, user="mia").lower()
    _, (cleared,) = click(teams, buttons(after)["New patient"], user="mia")
    assert cleared["text"]
    body, _ = click(teams, {**save, "data": {**save["data"], **fields}}, messages=0, user="mia")
    assert body["value"] == "Nothing was changed."


@pytest.mark.parametrize("data", [None, {}, "x", {"assistant": {"say": 7}}, {"assistant": {"edit": {"changes": 1}}}, 5])
def test_a_button_that_is_none_of_ours_is_refused_in_the_shape_teams_expects(teams: Teams, data: Any) -> None:
    button = {"type": "Action.Execute", "title": "x", "verb": "x", "data": data}
    body, _ = click(teams, button, messages=0, user="nell")
    assert (body["statusCode"], body["type"]) == (400, "application/vnd.microsoft.error")
    assert set(body["value"]) == {"code", "message"}
    assert settled(teams, 0.3) == []


def test_thumbs_are_taken(teams: Teams) -> None:
    value = {"actionName": "feedback", "actionValue": {"reaction": "like", "feedback": '{"feedbackText":"zyxwvut"}'}}
    invoke = activity_of(teams.microsoft, type="invoke", name="message/submitAction", value=value, replyToId="170")
    assert teams.post(invoke) == (200, {})
    assert "zyxwvut" not in teams.running.log.read_text()
    assert settled(teams, 0.3) == []


@pytest.mark.parametrize(
    ("name", "status"),
    [("composeExtension/query", 501), ("task/fetch", 501), ("signin/verifyState", 200), (None, 501), ({"a": 1}, 501)],
)
def test_other_invokes_are_answered_and_do_nothing(teams: Teams, name: Any, status: int) -> None:
    assert teams.post(activity_of(teams.microsoft, type="invoke", name=name, value={}))[0] == status
    assert settled(teams, 0.2) == []


# --- what else Teams sends


def test_one_welcome_although_an_installation_is_told_twice(teams: Teams) -> None:
    members = [{"id": BOT}, {"id": "29:new"}]
    told = (
        {"type": "installationUpdate", "action": "add"},
        {"type": "conversationUpdate", "membersAdded": members},
        {"type": "conversationUpdate", "membersAdded": members},
    )
    for more in told:
        assert teams.post(activity_of(teams.microsoft, user="new", **more))[0] == 200
    (welcome,) = settled(teams)
    assert "pending human review" in welcome["text"]
    assert "Azathioprine dose for 58 kg?" in buttons(welcome)


@pytest.mark.parametrize(
    "more",
    [
        {"type": "messageDelete", "channelData": {"eventType": "softDeleteMessage", "tenant": {"id": TENANT}}},
        {"type": "messageUpdate", "channelData": {"eventType": "undeleteMessage", "tenant": {"id": TENANT}}},
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
        {"type": "conversationUpdate", "membersAdded": [{"id": "29:someone"}]},
        {"type": "conversationUpdate", "membersRemoved": [{"id": BOT}]},
        {"type": "installationUpdate", "action": "remove"},
        {"type": "typing"},
        {"type": "event", "name": "application/vnd.microsoft.readReceipt"},
        {"type": "endOfConversation"},
        {"type": "somethingNew"},
        {"type": 7},
        {"from": {"id": "28:another-bot", "role": "bot"}},
    ],
)
def test_what_wants_no_answer_gets_none(teams: Teams, more: dict[str, Any]) -> None:
    assert teams.post(activity_of(teams.microsoft, **{"user": "otto", **more})) == (200, {})
    assert settled(teams, 0.3) == []


def test_a_message_that_was_written_anew_is_not_read_again_and_that_is_said_once(teams: Teams) -> None:
    (_,) = teams.say("she is pregnant", user="uma")
    data = {"eventType": "editMessage", "tenant": {"id": TENANT}}
    changed = activity_of(teams.microsoft, "she is not pregnant", type="messageUpdate", user="uma", channelData=data)
    assert [teams.post(changed) for _ in range(2)] == [(200, {})] * 2
    (_, said) = settled(teams)
    assert "as a new message" in said["text"]
    assert "pregnant" in case_of(teams, user="uma")


def test_a_file_is_said_not_to_be_read_and_the_words_beside_it_are_answered(teams: Teams) -> None:
    file = {"contentType": "application/vnd.microsoft.teams.file.download.info", "name": "scan.pdf"}
    quoted = {"contentType": "text/html", "content": "<div>tac dose?</div>"}
    (alone,) = teams.say("", user="pia", attachments=[file])
    assert "cannot read files" in alone["text"]
    note, answer = teams.say("tac dose?", messages=2, user="pia", attachments=[file])
    assert "cannot read files" in note["text"] and "mg/kg" in answer["text"]
    (answer,) = teams.say("tac dose?", user="pia", attachments=[quoted])
    assert "mg/kg" in answer["text"]


# --- sending


def test_a_busy_connector_is_waited_for_and_a_new_token_fetched(teams: Teams) -> None:
    tokens = teams.microsoft.tokens
    teams.microsoft.failures.extend([(429, {"Retry-After": "1"}, 0), (503, {}, 0), (401, {}, 0)])
    started = time.monotonic()
    (answer,) = teams.say("tac dose?", user="quin")
    assert time.monotonic() - started > 1.0
    assert "mg/kg" in answer["text"]
    tried = [sent.status for sent in teams.microsoft.sent if sent.activity["type"] == "message"]
    assert tried == [429, 503, 401, 201]
    assert teams.microsoft.tokens == tokens + 1


def test_what_is_refused_for_good_is_given_up_with_a_clear_line(teams: Teams) -> None:
    teams.microsoft.failures.extend([(403, {}, 0), (401, {}, 0), (401, {}, 0)])
    for text in ("hello", "hello again"):
        assert teams.post(activity_of(teams.microsoft, text, user="rob"))[0] == 200
        time.sleep(1.5)
    tried = [(sent.status, sent.token) for sent in teams.microsoft.sent if sent.activity["type"] == "message"]
    assert [status for status, _ in tried] == [403, 401, 401]
    assert tried[1][1] != tried[2][1], "with a new token, once"
    for status in (403, 401):
        assert f"was not delivered after 1 attempts: status {status}" in teams.running.log.read_text()
    assert teams.say("hello", user="rob")


def test_the_order_of_a_conversation_is_kept(teams: Teams) -> None:
    teams.microsoft.failures.append((503, {}, 0.5))
    for text in ("tac dose?", "hello", "rituximab dose?"):
        teams.post(activity_of(teams.microsoft, text, user="sam"))
    first, second, third = teams.microsoft.wait_for(3)
    assert "acrolimus" in first["text"] and "ituximab" in third["text"]
    assert "acrolimus" not in second["text"]


def test_nothing_that_was_written_and_no_secret_is_logged(teams: Teams) -> None:
    teams.say("my zyxwvut is a secret word", user="zyx-sender")
    log = teams.running.log.read_text()
    for hidden in ("zyxwvut", SECRET, "bot-token", MENTION, "eyJ"):
        assert hidden not in log
