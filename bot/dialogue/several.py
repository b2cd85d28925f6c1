"""Several subjects asked about in one breath: "tacrolimus dose, monitoring and evidence" are three questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.dialogue.data import has_cue
from bot.dialogue.reading import MOST_QUESTIONS, Asked, Reading

LISTED = ("ask_alternatives", "ask_dose", "ask_monitoring", "ask_evidence", "ask_drug_risk", "ask_pregnancy")
"""What is asked about by its mere name in a list; cues.yml has the names under ``also:`` and the intent."""
REPLACED = ("mycophenolate_mofetil", "mycophenolate_sodium")
"""What the alternatives are to: the dose asked about beside them is theirs."""
AS_MUCH = 0.5
"""A second intent that the classifier puts at least so high is one that the part may be as well."""
MOST_WORDS = 5
"""A longer stretch between two commas is a clause with a subject of its own, not an entry of a list."""
_PIECES = re.compile(r"\s*(?:[,;+&/\n.!?]+(?=\s|$)|\b(?:and|plus|und|et|y|e)\b|[+&])\s*", re.IGNORECASE)


def told_apart(reading: Reading) -> Reading:
    """The reading with a question of its own for every subject that a question lists, in their order."""
    questions: list[Asked] = []
    for asked in _each_its_own(reading.asked):
        questions += [asked] if len(reading.asked) >= MOST_QUESTIONS else _listed(asked, reading)
    return replace(reading, asked=tuple(questions[:MOST_QUESTIONS]))


def _each_its_own(questions: tuple[Asked, ...]) -> Iterator[Asked]:
    """No two parts of a message ask the same: the one that is as much something else is that."""
    intents = [asked.intent for asked in questions]
    for asked in questions:
        others = [intent for intent, score in asked.ranking if score >= AS_MUCH and intent not in intents]
        if intents.count(asked.intent) > 1 and others:
            intents[intents.index(asked.intent)] = others[0]
            yield replace(asked, intent=others[0])
        else:
            yield asked


def _listed(asked: Asked, reading: Reading) -> list[Asked]:
    named = [_named(piece) for piece in _PIECES.split(asked.text)]
    subjects = list(dict.fromkeys(intent for intent in named if intent))
    others = {other.intent for other in reading.asked if other is not asked}
    added = [intent for intent in subjects if intent != asked.intent and intent not in others]
    denied = asked.intent == "ask_pregnancy" and reading.facts.get("pregnancy") == "not_pregnant"
    heard = asked.intent in LISTED and not denied
    if not added or (not heard and len(subjects) < 2):
        return [asked]
    if "ask_alternatives" in subjects:
        asked = replace(asked, drugs=tuple(d for d in asked.drugs if d not in REPLACED))
    wanted = subjects if asked.intent in subjects or not heard else [asked.intent, *subjects]
    return [asked if intent == asked.intent else _about(asked, intent) for intent in wanted if intent not in others]


def _named(piece: str) -> str | None:
    if not 0 < len(piece.split()) <= MOST_WORDS:
        return None
    return next((intent for intent in LISTED if has_cue(f"also:{intent}", piece)), None)


def _about(asked: Asked, intent: str) -> Asked:
    return replace(asked, intent=intent, ranking=(), aspects=(), terms=())
