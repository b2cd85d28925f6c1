"""Memories and readings written shortly, as the language part would send them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.dialogue.memory import Memory, Parked, Pending
from bot.dialogue.reading import Reading
from bot.guidance.model import Case, Question

OF_A_QUESTION = ("drugs", "options", "aspects", "terms", "citation")
HERE = Path(__file__).parent


def reading(intent: str | list[str], text: str = "", **said: Any) -> Reading:
    """A message of one question (or several intents); what it says goes both to the question and to the message."""
    intents = [intent] if isinstance(intent, str) else intent
    narrowed = {name: said[name] for name in OF_A_QUESTION if name in said}
    how_sure = {"confidence": said.pop("confidence", 0.9), "ranking": said.pop("ranking", [])}
    questions = [{"intent": name, "text": text, **how_sure, **narrowed} for name in intents]
    return Reading.from_json({"text": text, "questions": questions, **said})


def memory(given: Mapping[str, Any]) -> Memory:
    """The memory that a test case gives."""
    values: dict[str, Any] = {**given, "case": Case.from_mapping(given.get("case", {}))}
    for name in ("drugs", "asked", "rows", "recent", "told", "named"):
        values[name] = tuple(given.get(name, ()))
    for name in ("questions", "case_questions"):
        values[name] = tuple(Question.from_mapping(q) for q in given.get(name, ()))
    if last := given.get("last"):
        values["last"] = Question.from_mapping(last)
    values["undo"] = tuple(Case.from_mapping(c) for c in given.get("undo", ()))
    for name in ("option_drugs", "case_options"):
        values[name] = {option: tuple(drugs) for option, drugs in given.get(name, {}).items()}
    if pending := given.get("pending"):
        means = tuple(pending.get("means", ()))
        values["pending"] = Pending(pending["slot"], tuple(pending.get("choices", ())), means, pending.get("turn", 0))
    for name in ("parked", "shelved"):
        if name in given:
            questions = tuple(Question.from_mapping(q) for q in given[name].get("questions", ()))
            values[name] = Parked(given[name].get("facts", {}), given[name].get("person"), questions)
    return Memory(**values)


def load_cases(name: str) -> list[dict[str, Any]]:
    """The rows of a YAML file beside the tests."""
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return rows
