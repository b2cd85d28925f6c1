"""Slack's pages around the conversation: the home tab, and the welcome in the assistant panel."""

from __future__ import annotations

from typing import Any

from bot.guidance.knowledge import load_knowledge
from bot.rendering.slack_text import escaped
from bot.rendering.words import phrase, word

REGISTER = "clinician"
"""Before anybody has said who reads."""
PROMPTS = ("stomach", "alternatives", "compare", "dose")


def home_view() -> dict[str, Any]:
    """The home tab: what the assistant does, how to ask, and how far it has been reviewed."""
    review = load_knowledge().table.review
    status = phrase(
        "home_status",
        REGISTER,
        article_status=review.article_status,
        article_updated=review.article_updated,
        table_version=review.table_version,
        table_review=review.table_review,
    )
    blocks = [
        _header(phrase("home_title", REGISTER)),
        _section(f"*{phrase('home_does', REGISTER)}*\n{escaped(phrase('welcome', REGISTER))}"),
        _section(f"*{phrase('home_how', REGISTER)}*\n{escaped(phrase('home_steps', REGISTER))}"),
        _section(escaped(phrase("home_limits", REGISTER))),
        {"type": "divider"},
        _section(f"*{phrase('home_review', REGISTER)}*\n{escaped(status)}"),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": escaped(review.notice[REGISTER])}]},
    ]
    return {"type": "home", "blocks": blocks}


def prompts() -> list[dict[str, str]]:
    """The suggested prompts of the panel; at most four."""
    texts = [word("prompts", name, REGISTER) for name in PROMPTS]
    return [{"title": text, "message": text} for text in texts]


def _header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
