"""What Teams is answered when it asks ("invoke") rather than tells: it waits for the reply's exact shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CARD_ACTION, FEEDBACK = "adaptiveCard/action", "message/submitAction"
HARMLESS = frozenset({"message/fetchTask", "signin/verifyState", "signin/tokenExchange", "signin/failure"})
"""Asked of any bot at times, and of no use to this one: an empty reply ends them. Others are "not implemented"."""

Reply = tuple[int, dict[str, Any] | None]
"""HTTP status and body."""


def card_taken(shown: str) -> Reply:
    """A click on a card was taken; `shown` is said to the one who clicked. The answer comes as a message."""
    return 200, {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": shown}


def card_refused(message: str) -> Reply:
    """A click that is none of ours. The HTTP request itself was fine."""
    error = {"code": "BadRequest", "message": message}
    return 200, {"statusCode": 400, "type": "application/vnd.microsoft.error", "value": error}


def feedback_taken() -> Reply:
    """The thumbs were taken: an empty object and nothing else, or Teams shows an error."""
    return 200, {}


def is_good(value: Any) -> bool | None:
    """Which thumb a feedback is: up or down; None when it is neither."""
    given = value.get("actionValue") if isinstance(value, Mapping) else None
    reaction = given.get("reaction") if isinstance(given, Mapping) else None
    return {"like": True, "dislike": False}.get(reaction) if isinstance(reaction, str) else None


def other(name: str) -> Reply:
    """Any other invoke."""
    return (200, {}) if name in HARMLESS else (501, None)
