"""An Answer drawn for Microsoft Teams: a text that says it all, and a card with the choices. Pure functions.

Every function gives activities without an address; the channel adds it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bot.rendering.parts import HEADLINE, Answer, Line, fold, lines, unfolded
from bot.rendering.teams_card import answer_card
from bot.rendering.teams_case import CASE, case_form
from bot.rendering.teams_citations import message_entity
from bot.rendering.teams_elements import actions, card, say, text_block
from bot.rendering.teams_markdown import escape, paragraphs
from bot.rendering.words import phrase, register_of, word

BUDGET = 38_000
"""UTF-16 units of a payload without its address. Teams counts so, and refuses beyond about 50,000."""
LONGEST_TEXT = 6_000
"""Characters of one message's text; escaped it may take twice as much."""
LESS: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset({"table"}),
    frozenset({"table", "options"}),
    frozenset({"table", "options", "case"}),
    frozenset({"table", "options", "case", "why"}),
)
"""What is left out of a card, step by step, until the message fits. "Show all" brings it."""
BULLET = "• "
Activity = dict[str, Any]


def messages(answers: Sequence[Answer], turn: str, clicked: str | None = None) -> list[Activity]:
    """The messages that bring the Answers of one turn.

    Args:
        turn: id of the turn, for the buttons.
        clicked: what was said by a button, which leaves no trace in the chat.
    """
    drawn: list[Activity] = []
    for number, answer in enumerate(answers):
        drawn += _answer(answer, turn, number, clicked if number == 0 else None)
    return drawn


def section(answers: Sequence[Answer], name: str) -> list[Activity]:
    """What unfolds of an earlier answer.

    Args:
        answers: of one turn, at least one.
        name: number of the Answer in its turn, and the detail ("0:sources"); or "case", for the form of the last one.
    """
    if name == CASE:
        return [_with_card(_message(""), card(case_form(answers[-1])))]
    number, _, detail = name.partition(":")
    try:
        answer = answers[int(number)]
        title, found = unfolded(answer, detail)
    except (ValueError, IndexError, KeyError):
        return [gone()]
    pieces = fold([line.text for line in found], LONGEST_TEXT)
    drawn = []
    for place, piece in enumerate(pieces):
        heading = f"**{escape(title)}**\n\n" if place == 0 else ""
        drawn.append(_cited(_message(heading + paragraphs(piece)), [answer]))
    return drawn or [gone()]


def welcome(personal: bool) -> Activity:
    """What is said when the assistant was added to a chat or a team."""
    register = register_of(None)
    where = "" if personal else "\n" + word("teams", "mention_me", register)
    starters = [word("teams", name, register) for name in ("starter_1", "starter_2", "starter_3")]
    body = [text_block(word("teams", "try", register)), *actions(say(text, text) for text in starters)]
    return _with_card(_message(paragraphs(word("teams", "welcome", register) + where)), card(body))


def gone() -> Activity:
    """An earlier answer is not stored any more."""
    return _message(paragraphs(phrase("gone", register_of(None))))


def no_files() -> Activity:
    """Files are not read."""
    return _message(paragraphs(phrase("no_files", register_of(None))))


def rewritten() -> Activity:
    """A message that was changed is not read again."""
    return _message(paragraphs(phrase("edited", register_of(None))))


def sorry() -> Activity:
    """Something broke."""
    return _message(paragraphs(phrase("sorry", register_of(None))))


def size(activity: Activity) -> int:
    """UTF-16 units of a payload, which is how Teams counts."""
    return len(json.dumps(activity, ensure_ascii=False).encode("utf-16-le", "surrogatepass")) // 2


def _answer(answer: Answer, turn: str, number: int, clicked: str | None) -> list[Activity]:
    register = register_of(answer)
    found = lines(answer)
    styles = {line.text: _styled(line) for line in found}
    pieces = fold([line.text for line in found], LONGEST_TEXT)
    texts = ("\n\n".join(styles.get(line) or escape(line) for line in piece.split("\n") if line) for piece in pieces)
    drawn = [_cited(_message(text), [answer]) for text in texts]
    level = (answer["escalation"] or {}).get("level")
    if level:
        drawn[0]["text"] = f"**{escape(word('levels', level, register))}**\n\n{drawn[0]['text']}"
    elif clicked:
        drawn[0]["text"] = f"*{escape(phrase('you_chose', register, choice=clicked))}*\n\n{drawn[0]['text']}"
    drawn[0]["summary"] = answer["headline"]
    if answer["statements"]:
        drawn[-1]["channelData"] = {"feedbackLoop": {"type": "default"}}
    for without in LESS:
        whole = _with_card(drawn[-1], answer_card(answer, turn, number, without))
        if size(whole) <= BUDGET:
            return [*drawn[:-1], whole]
    return drawn


def _styled(line: Line) -> str:
    """The headline and what introduces a line stand out."""
    if line.kind == HEADLINE and "[" not in line.text:
        return f"**{escape(line.text)}**"
    if line.lead:
        bullet = BULLET if line.text.startswith(BULLET) else ""
        lead = line.lead.removeprefix(BULLET)
        return f"{bullet}**{escape(lead)}:** {escape(line.text[len(line.lead) + 2 :])}"
    return escape(line.text)


def _message(text: str) -> Activity:
    activity: Activity = {"type": "message", "textFormat": "markdown"}
    return {**activity, "text": text} if text else activity


def _with_card(activity: Activity, attachment: dict[str, Any] | None) -> Activity:
    return {**activity, "attachments": [attachment]} if attachment is not None else activity


def _cited(activity: Activity, answers: Sequence[Answer]) -> Activity:
    entity = message_entity(answers, activity["text"])
    return {**activity, "entities": [entity]} if entity is not None else activity
