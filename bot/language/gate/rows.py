"""Reads the gate's files: what names which red flag, and what around a sign makes it no emergency."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bot.language.gate.text import compile_phrases, expanded

_FOLDER: Final = Path(__file__).parent
LEVELS: Final = ("emergency", "same_day", "contact_team")
_NEAR: Final = 12


class GateError(ValueError):
    """The gate's files contradict each other; the message names file and entry."""


@dataclass(frozen=True)
class Verdict:
    """A red flag (id of the red flag table), how urgent it is, and whether the whole message is about it."""

    rule: str
    level: str
    sets_intent: bool


@dataclass(frozen=True)
class Rule:
    verdict: Verdict
    groups: tuple[tuple[str, ...], ...]
    near: int
    even_asked: bool


@dataclass(frozen=True)
class Context:
    settings: frozenset[str]
    idioms: re.Pattern[str]
    negation: re.Pattern[str]
    pseudo: re.Pattern[str]
    negated_after: re.Pattern[str]
    terminators: re.Pattern[str]
    reach: int
    fine_after: re.Pattern[str]
    hypothetical: re.Pattern[str]
    question: re.Pattern[str]
    turns: re.Pattern[str]
    told: re.Pattern[str]
    general: re.Pattern[str]
    topic_after: re.Pattern[str]
    past: re.Pattern[str]
    over: re.Pattern[str]
    dated: re.Pattern[str]
    clause: re.Pattern[str]
    present: re.Pattern[str]
    reassuring: re.Pattern[str]
    others: re.Pattern[str]


def load(name: str) -> Any:
    return yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))


def phrases(name: str) -> Any:
    """A file of phrases with the word classes in them written out."""
    classes: Mapping[str, str] = load("classes.yml")

    def written(rows: Any) -> Any:
        if isinstance(rows, Mapping):
            return {key: written(value) for key, value in rows.items()}
        if isinstance(rows, list):
            return [written(row) for row in rows]
        return expanded(rows, classes) if isinstance(rows, str) else rows

    return written(load(name))


def vital_concepts(rows: Mapping[str, Any]) -> set[str]:
    fixed = {
        "temperature_high",
        "temperature_very_high",
        "temperature_extreme",
        "oxygen_rise",
        "systolic_low",
        "systolic_very_high",
    }
    return fixed | {row["concept"] for row in rows["readings"]}


def read_rules(rows: Sequence[Mapping[str, Any]], concepts: set[str]) -> list[Rule]:
    rules = []
    for row in rows:
        unknown = set(row) - {"rule", "level", "intent", "when", "near", "even_asked"}
        missing = {concept for group in row["when"] for concept in group} - concepts
        if unknown or missing or row["level"] not in LEVELS:
            raise GateError(f"rules.yml, {row['rule']}: cannot use {sorted(unknown | missing) or row['level']}.")
        groups = tuple(tuple(group) for group in row["when"])
        verdict = Verdict(row["rule"], row["level"], bool(row["intent"]))
        rules.append(Rule(verdict, groups, int(row.get("near", _NEAR)), bool(row.get("even_asked"))))
    return rules


def read_context(rows: Mapping[str, Any]) -> Context:
    negation = rows["negation"]
    return Context(
        settings=frozenset(rows["settings"]),
        idioms=compile_phrases(rows["idioms"]),
        negation=compile_phrases(negation["before"]),
        pseudo=compile_phrases(negation["pseudo"]),
        negated_after=compile_phrases(negation["after"]),
        terminators=compile_phrases(negation["terminators"]),
        reach=int(negation["reach"]),
        fine_after=compile_phrases(negation["fine"]),
        hypothetical=compile_phrases(rows["hypothetical"]),
        question=compile_phrases(rows["question"]),
        turns=compile_phrases(rows["turns"]),
        told=compile_phrases(rows["told"]),
        general=compile_phrases(rows["general"]),
        topic_after=compile_phrases(rows["topic_after"]),
        past=compile_phrases(rows["past"]),
        over=compile_phrases(rows["over"]),
        dated=compile_phrases(rows["dated"]),
        clause=compile_phrases(rows["clause"]),
        present=compile_phrases(rows["present"]),
        reassuring=compile_phrases(rows["reassuring"]),
        others=compile_phrases(rows["others"]),
    )
