"""The dialogues of tests/evaluation through the door of Teams: the same facts and the same citations as over REST."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from bot.rendering.facts import summary
from bot.rendering.parts import option_label
from bot.rendering.words import phrase, register_of, word
from tests.channels.teams.speaking import Teams

EVALUATION = Path(__file__).resolve().parents[2] / "evaluation"
DIALOGUES = {
    f"{which}-{dialogue['id']}": [turn["user"] for turn in dialogue["turns"]]
    for which in ("dev", "held")
    for dialogue in yaml.safe_load((EVALUATION / f"{which}_dialogues.yml").read_text(encoding="utf-8"))["dialogues"]
}
MARKDOWN = MarkdownIt("commonmark")


def shown(markdown: str) -> list[str]:
    """The paragraphs that a reader sees."""
    markup = MARKDOWN.render(markdown)
    return [html.unescape(re.sub(r"<[^>]+>", "", part)).strip() for part in markup.split("</p>") if part.strip()]


def texts_in(part: Any) -> list[str]:
    """Every text of a card, hidden ones too, as a reader sees it."""
    if isinstance(part, list):
        return [text for entry in part for text in texts_in(entry)]
    if not isinstance(part, dict):
        return []
    if part.get("type") == "TextBlock":
        return [" ".join(shown(part["text"]))]
    return [text for value in part.values() for text in texts_in(value)]


def same(message: dict[str, Any], answer: dict[str, Any]) -> None:
    """Does the message say what the Answer says, all of it and no more?"""
    paragraphs = shown(message["text"])
    level = (answer["escalation"] or {}).get("level")
    if level:
        assert paragraphs.pop(0) == word("levels", level, register_of(answer))
    assert [" ".join(p.split()) for p in paragraphs] == [" ".join(p.split()) for p in answer["text"].split("\n") if p]
    cited = {claim["position"] for entity in message.get("entities", []) for claim in entity["citation"]}
    assert cited == {int(number) for number in re.findall(r"\[(\d+)\]", answer["text"])}
    card = texts_in(message.get("attachments", []))
    for option in answer["options"]:
        assert f"{option_label(option)}: {word('stances', option['stance'], register_of(answer))}" in card
    if answer["kind"] != "error":
        register = register_of(answer)
        held = summary(answer["case"], register) or phrase("no_case", register)
        assert f"{phrase('case', register)}: {held}" in card


@pytest.mark.parametrize("name", DIALOGUES)
def test_a_dialogue_is_the_same_as_over_rest(teams: Teams, name: str) -> None:
    for text in DIALOGUES[name]:
        answers = teams.running.answers(text, sender=f"rest-{name}")
        for message, answer in zip(teams.say(text, len(answers), user=name), answers, strict=True):
            same(message, answer)
    assert all(sent.status == 201 for sent in teams.microsoft.sent)
