"""What stays and what goes: restart, forgetting, a store that fails, feedback."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import jsonschema

from tests.channels.web.client import Client
from tests.channels.web.test_api import SCHEMA
from tests.running import Running

SECRET = "quokka"
"""Said in this file alone: the tests of one run share an assistant and its files."""
DB = "conversations.db"
OTHER = "someone on another channel"


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


def rows(running: Running, statement: str, file: str = "web.db") -> list[tuple[object, ...]]:
    with sqlite3.connect(running.var / file) as database:
        return database.execute(statement).fetchall()


def test_forgetting_deletes_every_byte_and_the_token_is_dead(web: Running, ann: Client, bob: Client) -> None:
    bob.say("I am pregnant")
    ann.say(f"{SECRET} cellcept upsets my stomach and I am planning a pregnancy")
    ann.call("POST", "feedback", {"turn": "message-0001", "rating": "down", "comment": f"{SECRET} was not read"})
    assert SECRET.encode() in bytes_of(web.var)
    assert ann.call("DELETE", "conversation")[::2] == (204, None)
    assert SECRET.encode() not in bytes_of(web.var)
    for method, path, body in (("GET", "conversation", None), ("DELETE", "conversation", None)):
        assert ann.call(method, path, body)[0] == 401
    assert ann.call("POST", "messages", {"id": "after-all-1", "text": "my case?"})[0] == 401
    assert len(bob.conversation()["turns"]) == 2


def test_forgetting_waits_for_what_is_at_work_and_leaves_nothing_of_it(web: Running, ann: Client) -> None:
    found: list[int] = []
    body = {"id": "at-work-01", "text": f"slowly {SECRET}: cellcept upsets my stomach"}
    talking = threading.Thread(target=lambda: found.append(ann.call("POST", "messages", body)[0]))
    talking.start()
    time.sleep(0.4)
    assert ann.call("DELETE", "conversation")[0] == 204
    talking.join()
    assert found == [200]
    assert SECRET.encode() not in bytes_of(web.var)


def test_a_restart_keeps_what_was_said_and_what_was_forgotten_and_deletes_what_has_ended(
    own_web: Callable[..., Running],
) -> None:
    running = own_web()
    ann, bob, old = (Client(running.base).begin() for _ in range(3))
    first = ann.say("cellcept upsets my stomach, I am pregnant", "before-it-1")
    assert bob.call("DELETE", "conversation")[0] == 204
    old.say(f"{SECRET}: I am pregnant")
    running.say("I am pregnant", OTHER)
    (sender,) = {row[0] for row in rows(running, "SELECT sender_id, data FROM events", DB) if SECRET in str(row[1])}
    assert running.stop() == 0
    assert "Traceback" not in running.log.read_text()
    a_day_ago = f"UPDATE events SET timestamp = timestamp - 90000 WHERE sender_id IN ('{sender}', '{OTHER}')"
    rows(running, a_day_ago, DB)

    again = own_web()
    senders = {str(sender) for (sender,) in rows(again, "SELECT DISTINCT sender_id FROM events", DB)}
    assert len(senders) == 2 and OTHER in senders and sender not in senders
    assert SECRET.encode() not in bytes_of(again.var)
    ann.base = bob.base = again.base
    assert ann.conversation()["case"]["pregnancy"] == "pregnant"
    repeat = ann.say("cellcept upsets my stomach, I am pregnant", "before-it-1")
    assert repeat["duplicate"] is True and repeat["answers"] == first["answers"]
    assert ann.call("POST", "messages", {"id": "before-it-1", "text": "hello"})[0] == 409
    assert len(ann.conversation()["turns"]) == 2
    assert bob.call("GET", "conversation")[0] == 401


def test_a_store_that_fails_says_so_and_nothing_is_answered_from_a_blank_case(own_web: Callable[..., Running]) -> None:
    running = own_web()
    ann, new = Client(running.base).begin(), Client(running.base).begin()
    ann.say("cellcept upsets my stomach, I am pregnant")
    rows(running, "ALTER TABLE events RENAME TO gone", DB)

    status, _, data = ann.call("POST", "messages", {"id": "failing-01", "text": "what are the options?"})
    assert status == 200
    jsonschema.validate(data["answers"][0], SCHEMA)
    assert data["answers"][0]["kind"] == "error" and data["answers"][0]["options"] == []
    for client, method, path, body in (
        (ann, "GET", "conversation", None),
        (ann, "DELETE", "conversation", None),
        (ann, "POST", "feedback", {"turn": "message-0001", "rating": "up"}),
        (new, "POST", "messages", {"id": "failing-02", "text": "hello"}),
    ):
        status, _, data = client.call(method, path, body)
        assert (status, data["error"]["code"]) == (503, "store"), (method, path)

    rows(running, "ALTER TABLE gone RENAME TO events", DB)
    answer = ann.say("what are the options?", "failing-01")
    assert answer["duplicate"] is False and answer["answers"][0]["case"]["pregnancy"] == "pregnant"
    assert ann.call("DELETE", "conversation")[0] == 204, "the session was left open, to try again"
    assert "pregnant" not in running.log.read_text()


def test_an_answer_that_could_not_be_saved_says_so_and_is_worked_on_again(own_web: Callable[..., Running]) -> None:
    running = own_web()
    ann = Client(running.base).begin()
    ann.say("hello")
    full = "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'disk full'); END"
    rows(running, full, DB)
    unsaved = ann.say("I am pregnant", "unsaved-01")
    assert unsaved["answers"][-1]["kind"] == "error"
    rows(running, "DROP TRIGGER full", DB)
    saved = ann.say("I am pregnant", "unsaved-01")
    assert saved["duplicate"] is False and saved["answers"][-1]["kind"] != "error"
    assert ann.conversation()["case"]["pregnancy"] == "pregnant"


def test_a_long_pause_empties_the_case_and_is_told(web: Running, ann: Client) -> None:
    ann.say("I am pregnant")
    with sqlite3.connect(web.var / "conversations.db") as database:
        found = database.execute("SELECT id, data FROM events").fetchall()
        for row_id, data in found:
            event = json.loads(data)
            database.execute(
                "UPDATE events SET data = ? WHERE id = ?",
                (json.dumps({**event, "timestamp": event["timestamp"] - 2 * 3600}), row_id),
            )
    shown = ann.conversation()
    assert shown["lapsed"] is True and shown["case"]["pregnancy"] is None
    assert len(shown["turns"]) == 2
    assert ann.say("what do you know about the case?")["answers"][0]["case"]["pregnancy"] is None
    assert ann.conversation()["lapsed"] is False


def test_feedback_is_kept_without_message_or_case(web: Running, ann: Client) -> None:
    ann.say(f"{SECRET} tacrolimus dose? and what monitoring does rituximab need?")
    assert ann.call("POST", "feedback", {"turn": "message-0001", "rating": "down"})[0] == 204
    body = {"turn": "message-0001.1", "rating": "up", "comment": "clear"}
    assert ann.call("POST", "feedback", body)[0] == 204
    assert ann.call("POST", "feedback", {**body, "turn": "message-0001"})[0] == 204, "a second word replaces the first"
    kept = rows(web, "SELECT turn, kind, rows, rating, comment FROM feedback WHERE comment = 'clear' ORDER BY turn")
    assert [(turn, kind, rating) for turn, kind, _, rating, _ in kept] == [
        ("message-0001", "dose", "up"),
        ("message-0001.1", "monitoring", "up"),
    ]
    assert "C05" in str(kept[0][2]).split(",")
    assert SECRET.encode() not in (web.var / "web.db").read_bytes()


def test_feedback_needs_an_answer_and_a_thumb(ann: Client, bob: Client) -> None:
    ann.say("hello")
    for body, status in (
        ({"turn": "message-0002", "rating": "up"}, 404),
        ({"turn": "message-0001.7", "rating": "up"}, 404),
        ({"turn": "message-0001.x", "rating": "up"}, 404),
        ({"turn": "message-0001", "rating": "sideways"}, 400),
        ({"turn": "message-0001", "rating": "up", "comment": "x" * 501}, 400),
        ({"turn": 7, "rating": "up"}, 400),
        ({"turn": "message-0001"}, 400),
    ):
        assert ann.call("POST", "feedback", body)[0] == status, body
    assert bob.call("POST", "feedback", {"turn": "message-0001", "rating": "up"})[0] == 404
