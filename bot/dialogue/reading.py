"""What one message says, as the dialogue uses it.

The language part sends plain JSON. Nothing in it is trusted: a value outside the vocabulary is dropped here, so that no
later part can store it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.guidance.model import DRUGS, INTENTS, SLOTS, Case, InvalidInputError
from bot.guidance.vocabulary import LEVELS

Facts = Mapping[str, Any]
"""Values by slot of the case: a string, a bool, a number, or a list of strings."""

PERSONS = ("self", "relative", "patient", "other")
MOST_QUESTIONS = 3


@dataclass(frozen=True)
class RedFlag:
    """A sign in the message that must not wait: its level, and the row of the table that says what to do."""

    level: str
    rule: str


@dataclass(frozen=True)
class Mention:
    """A concept where it stands in the message: from ``start`` up to ``end``, both characters of the text.

    ``context`` says how it is meant (scenario, negated, other, ...); empty: asserted of this patient.
    """

    concept: str
    value: str
    start: int
    end: int
    context: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """One question of the message, before it meets the conversation."""

    intent: str
    confidence: float = 0.0
    ranking: tuple[tuple[str, float], ...] = ()
    text: str = ""
    drugs: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    side_effect: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    citation: int | None = None
    ordinal: int | None = None


@dataclass(frozen=True)
class Reading:
    """One message: what it asks, what it states of this patient, what it supposes and what it takes back.

    ``withdrawn`` is what it takes back by its subject alone; only the conversation can tell (bot.dialogue.withdraw).
    ``red_flag`` is a sign that is there, ``asked_flag`` one that is only asked about ("what if she cannot breathe").
    """

    text: str = ""
    language: str = "en"
    asked: tuple[Asked, ...] = ()
    drugs: tuple[str, ...] = ()
    side_effect: tuple[str, ...] = ()
    ild: tuple[str, ...] = ()
    pregnancy: str | None = None
    audience: str | None = None
    absent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hypothetical: bool = False
    facts: Facts = field(default_factory=dict)
    scenario: Facts = field(default_factory=dict)
    retracted: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    severity: str | None = None
    reply: str | None = None
    act: str | None = None
    ordinal: int | None = None
    person: str | None = None
    kin: str | None = None
    red_flag: RedFlag | None = None
    asked_flag: RedFlag | None = None
    problem: str | None = None
    mentions: tuple[Mention, ...] = ()
    withdrawn: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def emergency(self) -> bool:
        """Does the message show something that needs care now?"""
        return self.red_flag is not None and self.red_flag.level == "emergency"

    @property
    def intent(self) -> str:
        """The intent of the first question; out_of_scope when nothing was made of the message."""
        return self.asked[0].intent if self.asked else "out_of_scope"

    def understood(self, asked: Asked | None = None) -> dict[str, Any]:
        """The contract's ``understood`` of this message, for one of its questions (the first by default)."""
        one = asked or (self.asked[0] if self.asked else Asked(self.intent))
        return {
            "intent": one.intent,
            "confidence": one.confidence,
            "drugs": list(self.drugs),
            "side_effect": list(self.side_effect),
            "ild": list(self.ild),
            "pregnancy": self.pregnancy,
            "audience": self.audience,
            "absent": {slot: [str(v) for v in values] for slot, values in self.absent.items()},
            "hypothetical": self.hypothetical,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Reading:
        """The reading in the language part's JSON; what is not of the vocabulary is left out."""
        return cls(
            text=str(data.get("text") or ""),
            language=str(data.get("language") or "en"),
            asked=tuple(_asked(q) for q in _list(data.get("questions")) if isinstance(q, Mapping))[:MOST_QUESTIONS],
            drugs=_drugs(data.get("drugs")),
            side_effect=_strings(data.get("side_effect")),
            ild=_strings(data.get("ild")),
            pregnancy=_text(data.get("pregnancy")),
            audience=_text(data.get("audience")),
            absent={str(k): tuple(_list(v)) for k, v in _mapping(data.get("absent")).items()},
            hypothetical=bool(data.get("hypothetical")),
            facts=valid_facts(_mapping(data.get("facts"))),
            scenario=valid_facts(_mapping(data.get("scenario"))),
            retracted={str(k): tuple(_list(v)) for k, v in _mapping(data.get("retracted")).items() if k in SLOTS},
            severity=_text(data.get("severity")),
            reply=_text(data.get("reply")),
            act=_text(data.get("act")),
            ordinal=_number(data.get("ordinal")),
            person=p if (p := _text(data.get("person"))) in PERSONS else None,
            kin=_text(data.get("kin")),
            red_flag=_red_flag(data.get("emergency")),
            asked_flag=_red_flag(data.get("asked_emergency")),
            problem=_text(data.get("problem")),
            mentions=tuple(m for row in _list(data.get("mentions")) if (m := _mention(row)) is not None),
        )


def valid_facts(facts: Facts) -> dict[str, Any]:
    """Those facts that a Case accepts; the rest is dropped, value by value for lists."""
    kept: dict[str, Any] = {}
    for slot, value in facts.items():
        values = [v for v in value if _accepted(slot, [v])] if isinstance(value, list | tuple) else value
        if values not in (None, []) and _accepted(slot, values):
            kept[slot] = values
    return kept


def _accepted(slot: str, value: Any) -> bool:
    try:
        Case.from_mapping({slot: value})
    except InvalidInputError:
        return False
    return True


def _asked(data: Mapping[str, Any]) -> Asked:
    intent = data.get("intent")
    confidence = data.get("confidence")
    return Asked(
        intent=intent if intent in INTENTS else "out_of_scope",
        confidence=min(1.0, max(0.0, float(confidence))) if isinstance(confidence, int | float) else 0.0,
        ranking=tuple(_ranked(row) for row in _list(data.get("ranking")) if _list(row)[:1] and row[0] in INTENTS),
        text=str(data.get("text") or ""),
        drugs=_drugs(data.get("drugs")),
        options=_strings(data.get("options")),
        aspects=_strings(data.get("aspects")),
        side_effect=_strings(data.get("side_effect")),
        terms=_strings(data.get("terms")),
        citation=_number(data.get("citation")),
        ordinal=_number(data.get("ordinal")),
    )


def _ranked(row: Sequence[Any]) -> tuple[str, float]:
    score = row[1] if len(row) > 1 else 0.0
    return row[0], float(score) if isinstance(score, int | float) else 0.0


def _red_flag(data: Any) -> RedFlag | None:
    if not isinstance(data, Mapping) or data.get("level") not in LEVELS or not _text(data.get("rule")):
        return None
    return RedFlag(data["level"], data["rule"])


def _mention(data: Any) -> Mention | None:
    if not isinstance(data, Mapping) or not (_text(data.get("concept")) and _text(data.get("value"))):
        return None
    start, end = _number(data.get("start")), _number(data.get("end"))
    if start is None or end is None:
        return None
    return Mention(data["concept"], data["value"], start, end, _strings(data.get("context")))


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(v for v in _list(value) if isinstance(v, str)))


def _drugs(value: Any) -> tuple[str, ...]:
    return tuple(d for d in _strings(value) if d in DRUGS)
