"""An Answer drawn for Microsoft Teams: a text that says it all, and a card with the choices. Pure functions."""

from __future__ import annotations

from typing import Any

from bot.rendering.teams_markdown import paragraphs


def message(answer: dict[str, Any], turn: str, number: int) -> dict[str, Any]:
    return _text(answer["text"])


def section(answers: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [_text(answer["text"]) for answer in answers]


def welcome(personal: bool) -> dict[str, Any]:
    return _text("Hello.")


def gone() -> dict[str, Any]:
    return _text("I no longer have that answer. Please ask again.")


def no_files() -> dict[str, Any]:
    return _text("I cannot open files or pictures. Please write what you want to know.")


def sorry() -> dict[str, Any]:
    return _text("Something went wrong on my side.")


def _text(text: str) -> dict[str, Any]:
    return {"type": "message", "textFormat": "markdown", "text": paragraphs(text)}
