"""An Answer drawn for a terminal: pure functions from JSON to lines of text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

BOLD, RED, PLAIN = "\033[1m", "\033[1;31m", "\033[0m"


def _wrap(text: str, width: int, indent: str = "") -> Iterator[str]:
    for line in _printable(text).split("\n"):
        yield from textwrap.wrap(line, width, initial_indent=indent, subsequent_indent=indent) or [""]


def _printable(text: str) -> str:
    """The text without control characters, which could move the cursor or change the terminal."""
    return "".join(char for char in text if char.isprintable() or char == "\n")


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], width: int) -> list[str]:
    """A table of at most `width` columns of characters; the last column is wrapped into what is left."""
    sizes = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head) - 1)]
    left = max(width - sum(sizes) - 2 * len(sizes), 16)
    lines = []
    for row in [head, tuple("-" * len(name) for name in head), *rows]:
        start = "".join(cell.ljust(size) + "  " for cell, size in zip(row[:-1], sizes, strict=True))
        for number, part in enumerate(textwrap.wrap(row[-1], left) or [""]):
            lines.append((start if number == 0 else " " * len(start)) + part)
    return lines


def choices(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """What can be said next by its number: title and message, the choices of a question before the suggestions."""
    asked = [(choice, choice) for choice in (answer["ask"] or {}).get("choices", [])]
    return asked + [(item["title"], item["message"]) for item in answer["follow_ups"]]


def draw(answer: dict[str, Any], width: int = 80, colour: bool = True) -> str:
    """The answer's text, its options as a table, what its citation marks mean, and numbered replies."""
    bold, red, plain = (BOLD, RED, PLAIN) if colour else ("", "", "")
    lines: list[str] = []
    text = answer["text"]
    if answer["escalation"]:
        warning = answer["escalation"]["text"]
        lines += [f"{red}{line}{plain}" for line in _wrap("! " + warning, width)]
        text = text.removeprefix(warning).lstrip()
    lines += _wrap(text, width)
    if answer["options"]:
        rows = [
            (option["stance"], option["option"].replace("_", " "), ", ".join(option["because"]))
            for option in answer["options"]
        ]
        lines += ["", *table(("stance", "option", "because"), rows, width)]
    for citation in answer["citations"]:
        link = f" {citation['url']}" if citation.get("url") else ""
        lines += _wrap(f"[{citation['number']}] {citation['label']} ({citation['status']}){link}", width)
    for number, (title, _) in enumerate(choices(answer), 1):
        lines.append(f"{bold}{number}{plain} {_printable(title)}")
    return "\n".join(lines)


def details(answer: dict[str, Any], width: int = 80) -> str:
    """Every statement with its row, support, citations and sources."""
    lines: list[str] = []
    for statement in answer["statements"]:
        marks = "".join(f"[{number}]" for number in statement["citations"])
        support = statement["support"].replace("_", " ")
        sources = f"; sources {', '.join(statement['sources'])}" if statement["sources"] else ""
        lines += _wrap(f"{statement['id']} ({support}{sources}) {marks}".rstrip(), width)
        lines += _wrap(statement["text"], width, "    ")
        if statement.get("check"):
            lines += _wrap(f"check: {statement['check']['verdict'].replace('_', ' ')}", width, "    ")
    return "\n".join(lines or ["This answer states nothing from the table."])
