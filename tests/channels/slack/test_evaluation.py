"""The dialogues of tests/evaluation through Slack's door: the same facts, citations and verdicts as over REST."""

from __future__ import annotations

import copy
import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.rendering import facts, parts, slack
from bot.rendering.slack_text import escaped
from bot.rendering.words import register_of
from tests.channels.slack.support import Door, message
from tests.running import Running

EVALUATION = Path(__file__).resolve().parents[2] / "evaluation"
DIALOGUES = {
    f"{which}-{dialogue['id']}": dialogue["turns"]
    for which in ("dev", "held")
    for dialogue in yaml.safe_load((EVALUATION / f"{which}_dialogues.yml").read_text(encoding="utf-8"))["dialogues"]
}
CITED = re.compile(r"^\[(\d+)\] ", re.MULTILINE)


def _score() -> Any:
    spec = importlib.util.spec_from_file_location("score", EVALUATION / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCORE = _score()


def unescaped(text: str) -> str:
    """What a reader sees of an escaped text."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def blocks_text(posted: dict[str, Any]) -> str:
    """Everything that a reader sees of the blocks."""
    found = []
    for block in posted["blocks"]:
        if "text" in block:
            found.append(block["text"]["text"])
        found += [cell["text"] for row in block.get("rows", []) for cell in row]
        found += [e["text"] for e in block.get("elements", []) if block["type"] == "context"]
    return unescaped("\n".join(found)).replace("*", "")


def buttons(posted: dict[str, Any], first: int, last: int) -> list[str]:
    """The values of the buttons that say something."""
    elements = [e for block in posted["blocks"] for e in block.get("elements", [])]
    numbered = [e for e in elements if re.fullmatch(r"say:\d+", e.get("action_id", ""))]
    return [e["value"] for e in numbered if first <= int(e["action_id"][4:]) < last]


def seen(posted: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """The Answer as far as Slack's reader sees it: its text from the message, its citations from the context block."""
    found = copy.deepcopy(answer)
    found["text"] = unescaped(posted["text"])
    shown = {int(number) for number in CITED.findall(blocks_text(posted))}
    for statement in found["statements"]:
        statement["citations"] = [number for number in statement["citations"] if number in shown]
    return found


def same(posted: dict[str, Any], answer: dict[str, Any], last: bool) -> None:
    """Does the message say what the Answer says?"""
    shown = blocks_text(posted)
    for line in parts.lines(answer):
        words = line.text.removeprefix(f"{line.lead}: ") if line.lead else line.text
        alternatives = (words, slack.MARKS.sub("", words).removeprefix("• "))
        assert any(w.replace("*", "") in shown for w in alternatives), line.text
    assert {int(number) for number in CITED.findall(shown)} == {c["number"] for c in answer["citations"]}
    assert buttons(posted, 0, 100) == ((answer["ask"] or {}).get("choices") or [])
    assert buttons(posted, 100, 200) == [f["message"] for f in answer["follow_ups"]]
    if last and (answer["escalation"] or {}).get("level") != "emergency":
        assert facts.summary(answer["case"], register_of(answer)) in shown


@pytest.mark.parametrize("name", DIALOGUES)
def test_a_dialogue_is_the_same_as_over_rest(slack_server: Running, door: Door, name: str) -> None:
    channel = "D" + re.sub(r"[^A-Za-z0-9]", "", name)
    for turn in DIALOGUES[name]:
        answers = slack_server.answers(turn["user"], sender=f"rest-{name}")
        texts = [escaped(answer["text"]) for answer in answers]
        before = len(door.double.posted)
        door.deliver(message(turn["user"].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), channel))
        door.double.wait(lambda b=before, t=texts: [x for x in door.double.texts()[b:] if x in t] == t)  # type: ignore[misc]
        # An answer that fills more than one message goes on in the next: the first has its text.
        posted = [m for m in door.double.posted[before:] if m["text"] in texts]
        for number, (one, answer) in enumerate(zip(posted, answers, strict=True)):
            if len(door.double.posted) - before == len(answers):
                same(one, answer, number == len(answers) - 1)
        expect = turn.get("expect") or {}
        over_slack = [seen(one, answer) for one, answer in zip(posted, answers, strict=True)]
        assert SCORE.turn_failures(expect, over_slack) == SCORE.turn_failures(expect, answers)
    assert not door.double.refused
