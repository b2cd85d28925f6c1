"""One row of the table as a reader sees it who asks what stands behind a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from bot.guidance.knowledge import load_knowledge
from bot.guidance.numbers import Number
from bot.guidance.placement_rows import DrugRule
from bot.guidance.rows import RedFlag, Row


def row_of(row_id: str) -> dict[str, Any] | None:
    """A statement, a rule or a red flag by the id that Answers name; None when it has none (as arithmetic)."""
    knowledge = load_knowledge()
    table = knowledge.table
    if row_id in table.rows:
        return _statement(table.rows[row_id])
    if row_id in table.red_flags:
        return _red_flag(table.red_flags[row_id])
    rules = {rule.id: rule for rule in (*knowledge.rules.rules, knowledge.rules.tried, knowledge.rules.excluded)}
    return _rule(rules[row_id]) if row_id in rules else None


def _statement(row: Row) -> dict[str, Any]:
    check = {"verdict": row.check.verdict, "note": dict(row.check.note)} if row.check else None
    return {
        **_shape(row.id, "statement", row.topic, row.drugs, row.text, row.sources),
        "support": row.support,
        "citations": _citations(row.citations),
        "check": check,
        "numbers": {name: _number(number) for name, number in row.numbers.items()},
        "see": list(row.see),
        "review": {"reviewed_by": row.reviewed_by, "reviewed_on": row.reviewed_on},
    }


def _red_flag(flag: RedFlag) -> dict[str, Any]:
    return {
        **_shape(flag.id, "red_flag", "risk", flag.drugs, flag.text, flag.sources),
        "support": "beyond_article",
        "judgement": flag.judgement,
        "review": {"reviewed_by": flag.reviewed_by, "reviewed_on": flag.reviewed_on},
    }


def _rule(rule: DrugRule) -> dict[str, Any]:
    """A rule states nothing by itself: it rests on the rows that it names, and is reviewed with them."""
    return {**_shape(rule.id, "rule", "contraindication", rule.drugs, rule.text, ()), "see": list(rule.because)}


def _shape(
    row_id: str, kind: str, topic: str, drugs: Iterable[str], text: Any, sources: Iterable[str]
) -> dict[str, Any]:
    """What every row has; the keys that a kind leaves out say "nothing of that"."""
    return {
        "id": row_id,
        "kind": kind,
        "topic": topic,
        "drugs": list(drugs),
        "text": dict(text),
        "support": None,
        "citations": [],
        "check": None,
        "sources": [_source(s) for s in sources],
        "numbers": {},
        "see": [],
        "judgement": False,
        "review": {"reviewed_by": None, "reviewed_on": None},
    }


def _citations(numbers: Iterable[int]) -> list[dict[str, Any]]:
    """The article's own numbers; one that nobody could resolve is said to be so, and carries no link."""
    references = load_knowledge().table.references
    found = [references[n] for n in numbers if n in references]
    return [
        {"number": r.number, "label": r.label, "status": r.status, "url": r.url, "note": dict(r.note)} for r in found
    ]


def _source(source_id: str) -> dict[str, Any]:
    source = load_knowledge().table.sources[source_id]
    names = ("id", "title", "authors", "publisher", "year", "kind", "seen", "url")
    return {name: getattr(source, name) for name in names}


def _number(number: Number) -> dict[str, Any]:
    values = {f.name: getattr(number, f.name) for f in fields(number)}
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str) else str(value)
