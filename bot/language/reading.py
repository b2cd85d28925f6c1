"""What one message says: the plain data that the language part hands to the dialogue.

A Reading goes as JSON into Rasa's parse data under ``reading``; nothing here knows how it was found.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Mention:
    """One concept found in the message.

    ``context`` holds the ConText modifiers that apply: negated, historical, hypothetical, asked, generic, other,
    uncertain, reason. Empty means: asserted about this patient. ``start`` and ``end`` are characters of
    ``Reading.text``.
    ``drug`` is the drug that an effect is laid to, where the message says so.
    """

    concept: str
    value: str
    text: str
    start: int
    end: int
    context: tuple[str, ...] = ()
    drug: str | None = None


@dataclass(frozen=True)
class QuestionPart:
    """One of the one to three questions in a message; intents are filled in by the classifier."""

    text: str
    intent: str = ""
    confidence: float = 0.0
    ranking: tuple[tuple[str, float], ...] = ()
    drugs: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    side_effect: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    citation: int | None = None
    ordinal: int | None = None

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> QuestionPart:
        """The part that ``dataclasses.asdict`` made into ``data``; unknown keys raise TypeError."""
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
        }
        values["ranking"] = tuple((str(name), float(score)) for name, score in data.get("ranking", ()))
        return cls(**values)


@dataclass(frozen=True)
class Reading:
    """Everything read from one message.

    The first block is what the message is about (asked and hypothetical values included, negated ones not). ``facts``
    is asserted of this patient and may be stored. ``scenario`` holds for this answer only. ``absent`` and ``retracted``
    are negated values by slot and are never stored. ``severity`` is a severity word that belongs to nothing named.
    ``kin`` is the member of the family who is the patient (mother, son ...), where the message names one.
    ``canonical`` is the text with drug names and spelling made regular, in English as far as the glossary goes.
    """

    text: str
    language: str = "en"
    canonical: str = ""
    questions: tuple[QuestionPart, ...] = ()
    drugs: tuple[str, ...] = ()
    side_effect: tuple[str, ...] = ()
    ild: tuple[str, ...] = ()
    pregnancy: str | None = None
    audience: str | None = None
    absent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hypothetical: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    scenario: Mapping[str, Any] = field(default_factory=dict)
    retracted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    severity: str | None = None
    reply: str | None = None
    act: str | None = None
    ordinal: int | None = None
    person: str | None = None
    kin: str | None = None
    emergency: Mapping[str, str] | None = None
    asked_emergency: Mapping[str, str] | None = None
    problem: str | None = None
    mentions: tuple[Mention, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The reading as JSON types (tuples become lists)."""
        plain: dict[str, Any] = _as_json(dataclasses.asdict(self))
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Reading:
        """The reading that ``to_dict`` made into ``data``; unknown keys raise TypeError."""
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
        }
        values["questions"] = tuple(QuestionPart.from_dict(part) for part in data.get("questions", ()))
        values["mentions"] = tuple(
            Mention(**{**row, "context": tuple(row.get("context", ()))}) for row in data.get("mentions", ())
        )
        for key in ("absent", "retracted"):
            values[key] = {slot: tuple(listed) for slot, listed in data.get(key, {}).items()}
        return cls(**values)


def _as_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    return value
