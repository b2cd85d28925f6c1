"""The stored Answers of every kind, and the drawings that are kept as golden payloads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.rendering import slack, teams

HERE = Path(__file__).parent
ANSWERS = HERE / "answers"
GOLDEN = HERE / "golden"


def load_answers() -> dict[str, dict[str, Any]]:
    """The stored Answers by name."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(ANSWERS.glob("*.json"))}


DRAWINGS: Mapping[str, Callable[[dict[str, Any]], Any]] = {
    "slack": lambda answer: [message.as_dict() for message in slack.draw([answer], "T0TEAM:D1:1700000000.000100")],
    "teams": lambda answer: teams.messages([answer], "turn-1"),
}
"""Channel -> what it draws of an Answer, as JSON data. A channel's golden payloads lie in golden/<channel>."""
