"""What happens when the store or the process is taken away."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from bot.runtime import failure
from tests.running import ROOT, Running, environment
from tests.runtime.conftest import start_tiny

SCHEMA = json.loads((ROOT / "tests" / "contract" / "answer.schema.json").read_text())


@pytest.mark.parametrize("text", [failure.LOAD, failure.ACTION, failure.SAVE])
def test_an_error_answer_keeps_the_contract(text: str) -> None:
    answer = failure.error_answer(text)
    jsonschema.validate(answer, SCHEMA)
    assert answer["kind"] == "error"
    assert text.startswith(answer["headline"])


def change(store: Path, statement: str) -> None:
    with sqlite3.connect(store) as database:
        database.execute(statement)


def test_a_store_that_fails_is_said_and_nothing_is_answered_from_a_blank_case(own_tiny: Running) -> None:
    store = own_tiny.var / "conversations.db"
    assert own_tiny.say("hello there")[0]["custom"] == {"turn": 1}

    change(store, "ALTER TABLE events RENAME TO gone")
    (message,) = own_tiny.say("hello there")
    assert message["custom"]["answer"]["kind"] == "error"
    assert message["text"] == failure.LOAD

    change(store, "ALTER TABLE gone RENAME TO events")
    change(store, "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'disk full'); END")
    answered, warned = own_tiny.say("hello there")
    assert answered["custom"] == {"turn": 2}
    assert warned["text"] == failure.SAVE

    store.rename(store.with_suffix(".elsewhere"))
    (message,) = own_tiny.say("hello there")
    assert message["text"] == failure.LOAD


def test_conversations_are_private_and_outlive_a_server_that_ends_cleanly(tiny_model: Path, tmp_path: Path) -> None:
    first = start_tiny(tiny_model, tmp_path)
    first.say("hello there")
    assert (first.var / "conversations.db").stat().st_mode & 0o077 == 0
    assert first.stop() == 0
    log = first.log.read_text()
    assert "Traceback" not in log
    assert log.rstrip().endswith("Stopped.")

    second = start_tiny(tiny_model, tmp_path)
    assert second.say("hello there")[0]["custom"] == {"turn": 2}
    assert second.stop() == 0


def test_a_taken_port_is_explained(tiny: Running, tiny_model: Path, tmp_path: Path) -> None:
    port = tiny.base.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "bot.runtime", "serve", "--model", str(tiny_model), "--port", port]
    done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 1
    assert "PORT=" in done.stderr
    assert "Traceback" not in done.stderr
