"""A red flag in the light of the case: fever alone is for the same day, fever with low counts is for now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.dialogue.data import DialogueDataError, read
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import SOME_OF, Case


@dataclass(frozen=True)
class Graver:
    """One row of graver.yml."""

    sign: str
    held: Mapping[str, tuple[str, ...]]
    raises: str


@lru_cache(maxsize=1)
def graver_rows() -> tuple[Graver, ...]:
    """The rows of graver.yml. Raises DialogueDataError for red flags or facts that do not exist."""
    rows = []
    for row in read("graver.yml"):
        held = {slot: tuple(values) for slot, values in row["held"].items()}
        unknown = {row["sign"], row["raise"]} - set(load_knowledge().table.red_flags)
        unknown |= {value for slot, values in held.items() for value in values if value not in SOME_OF.get(slot, ())}
        if unknown:
            raise DialogueDataError(f"graver.yml: {row['sign']}: unknown {sorted(unknown)}")
        rows.append(Graver(row["sign"], held, row["raise"]))
    return tuple(rows)


def gravest(rule: str, case: Case) -> str:
    """The red flag to raise for a sign on this case: its own, or the graver one that both together are."""
    for row in graver_rows():
        told = any(value in getattr(case, slot) for slot, values in row.held.items() for value in values)
        if row.sign == rule and told:
            return row.raises
    return rule
