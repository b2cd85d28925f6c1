"""The reply when the assistant itself fails: an Answer of kind `error`, never silence and never a guess."""

from __future__ import annotations

import logging
from typing import Any

logger = logging.getLogger(__name__)

LOAD = (
    "I could not load our conversation, so I cannot give an answer that fits your case. Nothing was changed. Please "
    "try again in a minute. If this is urgent, contact your care team; in an emergency, call your emergency number."
)
ACTION = (
    "Something went wrong on my side while I worked on that, so I give no answer rather than a wrong one. Please ask "
    "again or in other words. If this is urgent, contact your care team; in an emergency, call your emergency number."
)
SAVE = (
    "I could not save this part of our conversation: please do not rely on me to remember it. The facts of the case "
    "may have to be given again."
)
"""Every text begins with the one sentence that is its headline."""
_NOTICE = "Information only, not medical advice; no clinician has signed the table yet."
_EMPTY_CASE: dict[str, Any] = {
    "side_effect": [],
    "side_effect_severity": None,
    "side_effect_persistent": None,
    "mmf_response": None,
    "ild_severity": None,
    "ild_course": None,
    "low_dlco": None,
    "pregnancy": None,
    "drugs_tried": [],
    "contraindications": [],
    "weight_kg": None,
    "height_cm": None,
    "audience": None,
    "drugs_excluded": [],
}


def _review() -> dict[str, str]:
    """The review status, from the table unless it is the table that fails."""
    try:
        from bot.guidance.loader import load_table

        review = load_table().review
        return {
            name: str(getattr(review, name))
            for name in ("article_status", "article_updated", "table_version", "table_review")
        }
    except Exception:
        logger.exception("The review status could not be read.")
        return dict.fromkeys(("article_status", "article_updated", "table_version", "table_review"), "unknown")


def error_answer(text: str) -> dict[str, Any]:
    """An Answer of kind `error` (tests/contract/answer.schema.json) that says `text` and states nothing else.

    Its case is empty because no case could be read or trusted; nothing is stored from it.
    """
    return {
        "version": 1,
        "kind": "error",
        "understood": {
            "intent": "out_of_scope",
            "confidence": 0.0,
            "drugs": [],
            "side_effect": [],
            "ild": [],
            "pregnancy": None,
            "audience": None,
            "absent": {},
            "hypothetical": False,
        },
        "case": {name: list(value) if isinstance(value, list) else value for name, value in _EMPTY_CASE.items()},
        "escalation": None,
        "headline": text.split(". ")[0].rstrip(".") + ".",
        "statements": [],
        "options": [],
        "unknown": [],
        "ask": None,
        "follow_ups": [],
        "citations": [],
        "assumptions": [],
        "review": _review(),
        "notice": _NOTICE,
        "text": text,
    }


def error_message(text: str) -> dict[str, Any]:
    """The same as a bot message, in the shape of an action's responses."""
    return {"text": text, "custom": {"answer": error_answer(text)}}
