"""The Answer: what every reply carries, in the shape of the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.guidance.model import Case

VERSION = 1

NOTHING_UNDERSTOOD: Mapping[str, Any] = {
    "intent": "ask_alternatives",
    "confidence": 1.0,
    "drugs": [],
    "side_effect": [],
    "ild": [],
    "pregnancy": None,
    "audience": None,
    "absent": {},
    "hypothetical": False,
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One row of the table as it stands in an answer (or one computed from rows)."""

    id: str
    text: str
    support: str
    citations: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    verdict: str | None = None
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        check = None
        if self.verdict:
            check = {"verdict": self.verdict, "note": self.note or "", "sources": list(self.sources)}
        return {
            "id": self.id,
            "text": self.text,
            "support": self.support,
            "citations": list(self.citations),
            "sources": list(self.sources),
            "check": check,
        }


@dataclass(frozen=True, slots=True)
class OptionEntry:
    """An option with its stance for the case; ``label`` and ``reason`` serve the text, the contract has the rest."""

    option: str
    drugs: tuple[str, ...]
    stance: str
    because: tuple[str, ...]
    caution: str | None
    label: str
    reason: str | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "option": self.option,
            "drugs": list(self.drugs),
            "stance": self.stance,
            "because": list(self.because),
            "caution": self.caution,
            "label": self.label,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Ask:
    """The one question whose answer would change the reply most. ``means``: the facts each choice stands for."""

    slot: str
    question: str
    choices: tuple[str, ...]
    means: tuple[Mapping[str, Any], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {"slot": self.slot, "question": self.question, "choices": list(self.choices)}


@dataclass(frozen=True, slots=True)
class Raised:
    """What must not wait: level, words, and the red flag it comes from."""

    level: str
    text: str
    rule: str

    def as_dict(self) -> dict[str, Any]:
        return {"level": self.level, "text": self.text, "rule": self.rule}


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply to one question. ``as_dict`` gives the contract's JSON."""

    kind: str
    case: Case
    headline: str
    review: Mapping[str, str]
    notice: str
    text: str
    escalation: Raised | None = None
    statements: tuple[Statement, ...] = ()
    options: tuple[OptionEntry, ...] = ()
    unknown: tuple[str, ...] = ()
    ask: Ask | None = None
    follow_ups: tuple[tuple[str, str], ...] = ()
    citations: tuple[Mapping[str, Any], ...] = ()
    assumptions: tuple[str, ...] = ()
    understood: Mapping[str, Any] = field(default_factory=lambda: dict(NOTHING_UNDERSTOOD))

    def as_dict(self) -> dict[str, Any]:
        """The Answer as JSON data (tests/contract/answer.schema.json)."""
        return {
            "version": VERSION,
            "kind": self.kind,
            "understood": dict(self.understood),
            "case": self.case.as_dict(),
            "escalation": self.escalation.as_dict() if self.escalation else None,
            "headline": self.headline,
            "statements": [s.as_dict() for s in self.statements],
            "options": [o.as_dict() for o in self.options],
            "unknown": list(self.unknown),
            "ask": self.ask.as_dict() if self.ask else None,
            "follow_ups": [{"title": title, "message": message} for title, message in self.follow_ups],
            "citations": [dict(c) for c in self.citations],
            "assumptions": list(self.assumptions),
            "review": dict(self.review),
            "notice": self.notice,
            "text": self.text,
        }


def marks(citations: Iterable[int]) -> str:
    """Citation numbers as they stand in a text: " [1][4]", or "" without any."""
    shown = "".join(f"[{n}]" for n in sorted(set(citations)))
    return f" {shown}" if shown else ""
