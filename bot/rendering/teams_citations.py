"""The citations of a message as Teams links them: one claim for each number that stands in the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.rendering.parts import SENTENCE, Answer
from bot.rendering.words import register_of, word

MOST = 20
LONGEST_NAME = 80
LONGEST_ABSTRACT = 160


def message_entity(answers: Sequence[Answer], text: str) -> dict[str, Any] | None:
    """The message entity, of which there may be one; None when the text cites nothing.

    It carries no label that the text was generated, since nothing is.
    """
    claims: dict[int, dict[str, Any]] = {}
    for answer in answers:
        for citation in answer["citations"]:
            number = citation["number"]
            if f"[{number}]" in text and len(claims) < MOST:
                claims.setdefault(number, _claim(citation, register_of(answer)))
    if not claims:
        return None
    return {
        "type": "https://schema.org/Message",
        "@type": "Message",
        "@context": "https://schema.org",
        "citation": [claims[number] for number in sorted(claims)],
    }


def _claim(citation: Mapping[str, Any], register: str) -> dict[str, Any]:
    status = word("references", citation["status"], register)
    shown = {
        "@type": "DigitalDocument",
        "name": fitting(citation["label"], LONGEST_NAME),
        "abstract": fitting(f"{status[:1].upper()}{status[1:]}. {citation['label']}", LONGEST_ABSTRACT),
        "keywords": [fitting(status, 28)],
    }
    if citation.get("url"):
        shown["url"] = citation["url"]
    return {"@type": "Claim", "position": citation["number"], "appearance": shown}


def fitting(text: str, longest: int) -> str:
    """As many whole sentences as fit; else parts of the first one, whole; else words with a mark that more follows."""
    if len(text) <= longest:
        return text
    kept = ""
    for sentence in SENTENCE.split(text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > longest:
            break
        kept = longer
    if kept:
        return kept
    head = text[:longest]
    for mark in (";", " (", ","):
        if mark in head:
            return head[: head.rindex(mark)]
    return head[: longest - 1].rsplit(" ", 1)[0] + "…"
