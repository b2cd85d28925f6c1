"""A red flag in the light of the case: fever alone is for the same day, fever with low counts is for now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.dialogue.data import DialogueDataError, has_cue, read
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Reading
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import CONTRAINDICATIONS, DRUGS, SOME_OF, Case, Question

PREGNANT = "pregnant"
LATE_PERIOD = "RF-pregnancy-mmf"
"""Its row names the missed period as well (ACR 2020, EMA)."""


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


@dataclass(frozen=True)
class Pair:
    """One row of together.yml: a drug spoken of, a fact, and the red flag that taking both is."""

    drug: str
    fact: str
    raises: str


@lru_cache(maxsize=1)
def pairs() -> tuple[Pair, ...]:
    """The rows of together.yml. Raises DialogueDataError for drugs, facts or red flags that do not exist."""
    rows = tuple(Pair(row["drug"], row["fact"], row["raise"]) for row in read("together.yml"))
    for row in rows:
        known = (
            row.drug in DRUGS
            and row.fact in (*CONTRAINDICATIONS, PREGNANT)
            and row.raises in load_knowledge().table.red_flags
        )
        if not known:
            raise DialogueDataError(f"together.yml: {row.drug}, {row.fact}, {row.raises}: one of them is unknown")
    return rows


def red_flag_question(rule: str | None) -> Question:
    """The question that a red flag is; without one, that of an emergency nobody has named."""
    return Question(kind="emergency", rows=(rule,) if rule else ())


def taken_together(memory: Memory, reading: Reading) -> str | None:
    """The red flag of a drug told to be taken beside the one last spoken of ("allopurinol with it", "I'm on it")."""
    if rule := _with_child(memory, reading):
        return rule
    told = reading.facts.get("contraindications", ())
    if not told or not (has_cue("together", reading.text) or has_cue("takes_it", reading.text)):
        return None
    return next((row.raises for row in pairs() if row.fact in told and row.drug in memory.drugs), None)


def late_period(reading: Reading) -> str | None:
    """The red flag of a period that did not come: what holds for a pregnancy, until a test denies it."""
    told = has_cue("period_is_late", reading.text) and not reading.hypothetical
    return LATE_PERIOD if told and reading.facts.get("pregnancy") in (None, "not_pregnant") else None


def _with_child(memory: Memory, reading: Reading) -> str | None:
    """The red flag of a drug that harms the unborn, taken by a patient who is told to be pregnant."""
    pregnant = reading.facts.get("pregnancy", memory.case.pregnancy) == PREGNANT
    if not pregnant or reading.hypothetical or "?" in reading.text:
        return None
    taken = {
        m.value
        for m in reading.mentions
        if m.concept == "drug" and not m.context and has_cue("takes", reading.text[: m.start].rstrip())
    }
    return next((row.raises for row in pairs() if row.fact == PREGNANT and row.drug in taken), None)


def graver_since(memory: Memory, reading: Reading) -> str | None:
    """The red flag that a fact told now makes of a sign shown before (fever yesterday, low counts now)."""
    for row in graver_rows():
        told = any(v in reading.facts.get(slot, ()) for slot, values in row.held.items() for v in values)
        if told and row.sign in memory.told and row.raises not in memory.told:
            return row.raises
    return None


def gravest(rule: str, case: Case) -> str:
    """The red flag to raise for a sign on this case: its own, or the graver one that both together are."""
    for row in graver_rows():
        told = any(value in getattr(case, slot) for slot, values in row.held.items() for value in values)
        if row.sign == rule and told:
            return row.raises
    return rule
