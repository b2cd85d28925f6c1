"""The pieces of a Slack message as Block Kit wants them, within Slack's limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.rendering import parts
from bot.rendering.parts import Line, Table
from bot.rendering.slack_text import escaped, shortened
from bot.rendering.words import phrase

Block = dict[str, Any]

SECTION = 3000
LABEL = 75
HEADER = 150
ACTIONS = 25
VALUE = 2000
CELLS = 10_000
FEEDBACK = "feedback"
"""The action_id of the two buttons by which an answer is judged."""


def mrkdwn(line: Line) -> str:
    """A line of the answer in Slack's markup."""
    if line.kind in (parts.HEADLINE, parts.ESCALATION):
        return f"*{escaped(line.text)}*"
    if line.lead:
        return f"*{escaped(line.lead)}:* {escaped(line.text[len(line.lead) + 2 :])}"
    return escaped(line.text)


def section(text: str) -> Block:
    """A section with text in Slack's markup."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def sections(texts: Sequence[str]) -> list[Block]:
    """Texts in as few sections as Slack's limit allows."""
    return [section(piece) for piece in parts.fold(texts, SECTION)]


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": {"type": "plain_text", "text": shortened(text, HEADER), "emoji": False}}


def context(texts: Iterable[str]) -> Block:
    """Small print."""
    pieces = parts.fold([escaped(text) for text in texts], SECTION)
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": t, "verbatim": True} for t in pieces[:10]]}


def table(table: Table) -> list[Block]:
    """A table, or its lines where it is too large for Slack."""
    rows = [table.header, *table.rows]
    if sum(len(cell) for row in rows for cell in row) > CELLS:
        return sections([f"• {escaped(line)}" for line in table.as_lines()])
    cells = [[{"type": "raw_text", "text": cell or "–"} for cell in row] for row in rows]
    size = max(1, min(100, len(table.rows)))
    return [
        {
            "type": "data_table",
            "caption": shortened(table.caption, HEADER),
            "row_header_column_index": 0,
            "page_size": size,
            "rows": cells,
        }
    ]


def button(action: str, label: str, value: str) -> Block:
    """A button that sends its value."""
    text = {"type": "plain_text", "text": shortened(label, LABEL), "emoji": False}
    return {"type": "button", "action_id": action, "text": text, "value": value[:VALUE]}


def buttons(action: str, labelled: Sequence[tuple[str, str]], first: int = 0) -> list[Block]:
    """A row of buttons, numbered from ``first``; none when there is nothing to press."""
    elements = [button(f"{action}:{first + n}", label, value) for n, (label, value) in enumerate(labelled[:ACTIONS])]
    return [{"type": "actions", "elements": elements}] if elements else []


def option(label: str, value: str) -> Block:
    """An entry of a menu."""
    return {"text": {"type": "plain_text", "text": shortened(label, LABEL)}, "value": value}


def menu(action: str, placeholder: str, options: list[Block]) -> Block:
    """A menu."""
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": {"type": "plain_text", "text": shortened(placeholder, LABEL), "emoji": False},
        "options": options,
    }


def feedback(turn: str, register: str) -> Block:
    """The two buttons by which an answer is judged."""

    def button(name: str, value: str) -> dict[str, Any]:
        text = phrase(name, register)
        return {"text": {"type": "plain_text", "text": text}, "accessibility_label": text, "value": f"{value}|{turn}"}

    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": FEEDBACK,
                "positive_button": button("good_answer", "good"),
                "negative_button": button("bad_answer", "bad"),
            }
        ],
    }
