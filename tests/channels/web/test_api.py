"""The API for programs: real requests to a running assistant."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from tests.channels.web.client import Client
from tests.running import ROOT, Running

SCHEMA = json.loads((ROOT / "tests" / "contract" / "answer.schema.json").read_text())
STOMACH = "the cellcept upsets my stomach, mild, and my lungs are doing well on it"


def test_a_message_brings_whole_answers(ann: Client) -> None:
    reply = ann.say("tacrolimus dose? and what monitoring does rituximab need?")
    assert len(reply["answers"]) == 2 and reply["duplicate"] is False
    for answer in reply["answers"]:
        jsonschema.validate(answer, SCHEMA)
    assert [answer["kind"] for answer in reply["answers"]] == ["dose", "monitoring"]
    assert "\n" in reply["answers"][0]["text"], "an answer is not split at its lines"


def test_conversations_do_not_see_each_other(ann: Client, bob: Client) -> None:
    ann.say("she is pregnant", "shared-id-1")
    reply = bob.say("what are the alternatives?", "shared-id-1")
    assert reply["duplicate"] is False
    assert reply["answers"][0]["case"]["pregnancy"] is None
    assert [turn["text"] for turn in bob.conversation()["turns"] if turn["role"] == "user"] == [
        "what are the alternatives?"
    ]


def test_a_repeat_is_answered_once_with_the_same_answers(ann: Client) -> None:
    first = ann.say(STOMACH, "repeated-1")
    again = ann.say(STOMACH, "repeated-1")
    assert again["duplicate"] is True
    assert again["answers"] == first["answers"]
    assert [turn["role"] for turn in ann.conversation()["turns"]] == ["user", "assistant"]


def test_an_id_is_for_one_message(ann: Client) -> None:
    ann.say(STOMACH, "taken-id-1")
    status, _, data = ann.call("POST", "messages", {"id": "taken-id-1", "text": "new patient"})
    assert (status, data["error"]["code"]) == (409, "other_message")
    assert ann.conversation()["case"]["side_effect"] == ["gastrointestinal"]


def test_the_conversation_is_shown_again_as_it_was(ann: Client) -> None:
    first = ann.say(STOMACH)
    ann.edit(mmf_response="poor")
    shown = ann.conversation()
    assert shown["lapsed"] is False
    assert shown["case"]["mmf_response"] == "poor"
    user, assistant, edit, changed = shown["turns"]
    assert user == {"id": first["id"], "role": "user", "text": STOMACH, "at": user["at"]}
    assert assistant["answer"] == first["answers"][0]
    assert assistant["id"] == f"{first['id']}.0" and assistant["to"] == first["id"]
    assert edit["text"] == "" and edit["edit"]["changes"] == {"mmf_response": "poor"}
    assert changed["answer"]["headline"].startswith("What changed")


def test_a_click_changes_the_case_answers_again_and_is_undone_by_word_and_click(ann: Client) -> None:
    ann.say(f"{STOMACH}. what are the options?")
    (answer,) = ann.edit(side_effect_severity="severe", pregnancy="pregnant")["answers"][:1]
    stances = {option["option"]: option["stance"] for option in answer["options"]}
    assert stances["split_mmf_dose"] == "contraindicated"
    assert answer["headline"].startswith("What changed: ")
    assert answer["escalation"] is not None
    undone = ann.say("undo that")["answers"][0]
    assert undone["case"]["pregnancy"] is None and undone["case"]["side_effect_severity"] == "mild"
    ann.edit(side_effect=[])
    status, _, data = ann.call("POST", "edits", {"id": ann.next_id(), "act": "undo"})
    assert status == 200 and data["answers"][0]["case"]["side_effect"] == ["gastrointestinal"]
    status, _, data = ann.call("POST", "edits", {"id": ann.next_id(), "act": "new_patient"})
    assert status == 200 and data["answers"][0]["case"]["side_effect"] == []


@pytest.mark.parametrize(
    "edit",
    [
        {"changes": [{"slot": "pregnancy", "value": "banana"}]},
        {"changes": [{"slot": "memory", "value": {}}]},
        {"changes": [{"slot": "weight_kg", "value": "60"}]},
        {"changes": [{"slot": "weight_kg", "value": 3}]},
        {"changes": [{"slot": "pregnancy"}]},
        {"changes": []},
        {"changes": "pregnancy"},
        {"act": "forget"},
        {"act": "undo", "changes": [{"slot": "pregnancy", "value": None}]},
        {"changes": [{"slot": "pregnancy", "value": None}], "repeat": "yes"},
        {},
    ],
)
def test_what_is_no_edit_is_refused_and_changes_nothing(ann: Client, edit: dict[str, Any]) -> None:
    status, _, data = ann.call("POST", "edits", {"id": ann.next_id(), **edit})
    assert (status, data["error"]["code"]) == (400, "bad_edit")
    assert ann.conversation()["turns"] == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_request"),
        (b"{", 400, "bad_request"),
        (b"[]", 400, "bad_request"),
        (b'{"id": "abcdefgh"}', 400, "bad_request"),
        (b'{"id": "abcdefgh", "text": 7}', 400, "bad_request"),
        (b'{"id": "short", "text": "hello"}', 400, "bad_id"),
        (b'{"id": "../../../etc", "text": "hello"}', 400, "bad_id"),
        (b'{"id": "abcdefgh", "text": "hello", "metadata": {"edit": {"act": "undo"}}}', 400, "bad_request"),
        (b'{"id": "abcdefgh", "text": "hello", "sender": "ann"}', 400, "bad_request"),
        (b"\xff\xfe", 400, "bad_request"),
        (b"x" * 70_000, 413, "too_large"),
    ],
)
def test_what_is_no_message_is_refused_in_words(ann: Client, body: bytes, status: int, code: str) -> None:
    found, headers, data = ann.call("POST", "messages", body)
    assert (found, data["error"]["code"]) == (status, code)
    assert data["error"]["message"]
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("depth", [900, 30_000])
def test_a_body_in_a_thousand_brackets_is_refused(ann: Client, depth: int) -> None:
    nested = "[" * depth + "]" * depth
    for path, rest in (
        ("messages", f'"text": {nested}'),
        ("edits", f'"changes": [{{"slot": "low_dlco", "value": {nested}}}]'),
    ):
        assert ann.call("POST", path, f'{{"id": "nested-one-1", {rest}}}'.encode())[0] == 400


def test_a_body_that_is_not_declared_as_json_is_refused(ann: Client) -> None:
    status, _, data = ann.call("POST", "messages", b"id=1", {"Content-Type": "application/x-www-form-urlencoded"})
    assert (status, data["error"]["code"]) == (415, "not_json")


def test_a_long_message_is_answered_and_not_kept_whole(ann: Client) -> None:
    (answer,) = ann.say("my stomach hurts on cellcept. " * 200)["answers"]
    assert answer["kind"] == "clarification" and "too long" in answer["headline"]
    assert answer["case"]["side_effect"] == []
    assert len(ann.conversation()["turns"][0]["text"]) <= 4001


def test_four_thousand_characters_of_any_script_fit(ann: Client) -> None:
    for sign in ("a", "薬", "😀", "\\u0001"):
        assert ann.say(sign * (4000 // len(sign)))["answers"]


@pytest.mark.parametrize("text", ["", "   ", "\x00", "\ud800", "<img src=x onerror=alert(1)>", "/restart"])
def test_anything_may_be_said(ann: Client, text: str) -> None:
    assert ann.say(text)["answers"][0]["kind"] in ("clarification", "out_of_scope", "error")
    assert len(ann.conversation()["turns"]) == 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "nothing", 404), ("PUT", "messages", 405), ("GET", "messages", 405), ("GET", "rows/Z99", 404)],
)
def test_an_address_that_is_not_there_is_said_in_the_api_s_own_shape(
    ann: Client, method: str, path: str, status: int
) -> None:
    found, _, data = ann.call(method, path)
    assert found == status
    assert data["error"]["status"] == status


def test_rows_show_what_stands_behind_a_sentence(ann: Client) -> None:
    answer = ann.say("tacrolimus dose?")["answers"][0]
    for statement in answer["statements"]:
        status, _, row = ann.call("GET", f"rows/{statement['id']}")
        if statement["support"] == "computed":
            assert status == 404
            continue
        assert row["id"] == statement["id"] and row["support"] == statement["support"]
        assert [c["number"] for c in row["citations"]] == statement["citations"]
        assert {s["id"] for s in row["sources"]} >= set(statement["sources"])
        assert row["review"] == {"reviewed_by": None, "reviewed_on": None}


def test_a_citation_says_how_sure_it_is_and_links_only_when_confirmed(ann: Client) -> None:
    seen = {}
    for row_id in ("C01", "C12", "C26", "C33", "C19", "C20", "C21", "C22"):
        status, _, row = ann.call("GET", f"rows/{row_id}")
        assert status == 200
        seen.update({citation["number"]: citation for citation in row["citations"]})
    assert {number: citation["status"] for number, citation in seen.items() if number < 4}[1] == "conjecture"
    assert all((citation["url"] is None) != (citation["status"] == "confirmed") for citation in seen.values())


def test_red_flags_and_rules_have_rows(ann: Client) -> None:
    assert ann.call("GET", "rows/RF-infection")[2]["kind"] == "red_flag"
    rule = ann.call("GET", "rows/R-mmf-pregnancy")[2]
    assert rule["kind"] == "rule" and "C35" in rule["see"]


def test_the_vocabulary_has_a_title_for_everything(ann: Client) -> None:
    for audience in ("patient", "clinician"):
        words = ann.call("GET", f"vocabulary?audience={audience}")[2]
        assert {slot["id"] for slot in words["slots"]} == set(ann.conversation()["case"])
        titles = [slot["title"] for slot in words["slots"]]
        titles += [value["title"] for slot in words["slots"] for value in slot["values"]]
        titles += [*words["drugs"].values(), *words["options"].values()]
        assert all(titles) and not any("_" in title for title in titles)
    assert ann.call("GET", "vocabulary?audience=nurse")[0] == 400


def test_nothing_of_a_patient_is_logged(ann: Client, web: Running) -> None:
    ann.say("zanzibar: my stomach hurts on cellcept and I am pregnant")
    ann.edit(contraindications=["bladder_cancer_history"])
    ann.call("POST", "feedback", {"turn": "message-0001", "rating": "down", "comment": "quagga"})
    log = web.log.read_text()
    assert len(log) > 1000, "the log is at debug level"
    for word in ("zanzibar", "bladder_cancer", "quagga", str(ann.token)):
        assert word not in log
