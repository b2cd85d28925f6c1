"""The pieces that Adaptive Cards for Teams are made of. Version 1.5, the last that Teams shows everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.rendering.parts import Table
from bot.rendering.teams_markdown import escape

CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
VERSION = "1.5"
MOST_ACTIONS = 6
"""Teams shows no more in one set."""
Element = dict[str, Any]


def card(body: list[Element], wide: bool = False) -> Element:
    """The card as an attachment. `wide`: as wide as the conversation, for tables."""
    content: Element = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "lang": "en",
        "body": body,
    }
    if wide:
        content["msteams"] = {"width": "Full"}
    return {"contentType": CONTENT_TYPE, "content": content}


def text_block(text: str, **style: Any) -> Element:
    """Words, as they are written."""
    return {"type": "TextBlock", "text": escape(text), "wrap": True, **style}


def actions(buttons: Iterable[Element]) -> list[Element]:
    """Buttons in sets of as many as Teams shows."""
    listed = list(buttons)
    groups = (listed[n : n + MOST_ACTIONS] for n in range(0, len(listed), MOST_ACTIONS))
    return [{"type": "ActionSet", "actions": group} for group in groups]


def say(title: str, message: str) -> Element:
    """A button that says something."""
    return click(title, "say", {"say": message})


def click(title: str, verb: str, data: dict[str, Any]) -> Element:
    """A button of ours. Older clients know only Action.Submit: it carries the same."""
    carried = {"assistant": data}
    return {
        "type": "Action.Execute",
        "title": title,
        "verb": verb,
        "data": carried,
        "fallback": {"type": "Action.Submit", "title": title, "data": carried},
    }


def table_element(table: Table) -> Element:
    """A table whose first row is its header."""
    header = [{**_cell(name), "items": [text_block(name, weight="Bolder")]} for name in table.header]
    rows = [{"type": "TableRow", "cells": header}]
    rows += [{"type": "TableRow", "cells": [_cell(text) for text in row]} for row in table.rows]
    widths = _widths(table.rows)
    return {
        "type": "Table",
        "firstRowAsHeaders": True,
        "showGridLines": True,
        "columns": [{"width": width} for width in widths],
        "rows": rows,
    }


def _cell(text: str) -> Element:
    return {"type": "TableCell", "items": [text_block(text or "–")]}


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """A column that holds sentences is twice as wide as one that holds names."""
    longest = [max((len(row[n]) for row in rows), default=0) for n in range(len(rows[0]) if rows else 0)]
    return [2 if length > 60 else 1 for length in longest]
