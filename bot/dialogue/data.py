"""Reads the dialogue's own data files, once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.guidance.knowledge import DEFAULT_REGISTER
from bot.guidance.model import AUDIENCES, INTENTS, ONE_OF, SLOTS, SOME_OF, TRUE_OR_FALSE

HERE = Path(__file__).parent
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SENTENCE = re.compile(r"(?<=[.;!?\n])\s+")
"""Where one sentence of a message ends and the next begins; the mark stays with the first."""
FEW_WORDS = 6


class DialogueDataError(ValueError):
    """A data file of the dialogue is not usable; the message says which entry and what is wrong."""


@dataclass(frozen=True)
class FactRules:
    """One row of facts.yml: the words for a fact, and what a second value of it does to the first."""

    slot: str
    label: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    worse: tuple[str, ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    vague: tuple[str, ...] = ()
    cautious: tuple[str, ...] = ()
    if_yes: Any = None
    if_no: Any = None


@lru_cache(maxsize=1)
def fact_rules() -> Mapping[str, FactRules]:
    """The rows of facts.yml by slot. Raises DialogueDataError when a slot is missing or a value is not its own."""
    rows = read("facts.yml")
    if set(rows) != set(SLOTS):
        raise DialogueDataError(f"facts.yml: rows for {sorted(set(rows) ^ set(SLOTS))} are missing or too many")
    return {slot: _fact_row(slot, row) for slot, row in rows.items()}


def _fact_row(slot: str, row: Mapping[str, Any]) -> FactRules:
    unknown = set(row) - set(FactRules.__dataclass_fields__)
    if unknown:
        raise DialogueDataError(f"facts.yml: {slot}: unknown keys {sorted(unknown)}")
    own = {"true", "false"} if slot in TRUE_OR_FALSE else {*ONE_OF.get(slot, ()), *SOME_OF.get(slot, ())}
    words = {key(value): text for value, text in row.get("values", {}).items()}
    moves = tuple((key(a), key(b)) for a, b in row.get("moves", ()))
    named = {
        *words,
        *row.get("worse", ()),
        *row.get("vague", ()),
        *row.get("cautious", ()),
        *(v for m in moves for v in m),
    }
    if not named <= own:
        raise DialogueDataError(f"facts.yml: {slot}: {sorted(named - own)} are no values of it")
    return FactRules(
        slot=slot,
        label=both_registers(f"facts.yml: {slot}", row["label"]),
        values={value: both_registers(f"facts.yml: {slot}: {value}", text) for value, text in words.items()},
        worse=tuple(row.get("worse", ())),
        moves=moves,
        vague=tuple(row.get("vague", ())),
        cautious=tuple(row.get("cautious", ())),
        if_yes=row.get("if_yes"),
        if_no=row.get("if_no"),
    )


@dataclass(frozen=True)
class Light:
    """One row of in_the_light.yml: what an aspect, or a turn of phrase, means after a question of the kind ``after``.

    ``words``: the name of a list of cues.yml, instead of ``aspect``. ``never``: kinds that keep their own meaning.
    """

    after: str
    means: str
    aspect: str = ""
    words: str = ""
    never: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def in_the_light() -> tuple[Light, ...]:
    """The rows of in_the_light.yml. Raises DialogueDataError for kinds that do not exist."""
    rows = tuple(Light(**{**row, "never": tuple(row.get("never", ()))}) for row in read("in_the_light.yml"))
    unknown = {kind for row in rows for kind in (row.after, *row.never)} - set(INTENTS)
    if unknown:
        raise DialogueDataError(f"in_the_light.yml: unknown kinds of question {sorted(unknown)}")
    return rows


@lru_cache(maxsize=1)
def _cues() -> Mapping[str, re.Pattern[str]]:
    return {name: _pattern(phrases) for name, phrases in read("cues.yml").items()}


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w)(?:{phrase})(?!\w)" for phrase in phrases), re.IGNORECASE)


def has_cue(name: str, text: str) -> bool:
    """Does the text hold one of the turns of phrase that cues.yml lists under ``name``?"""
    return bool(_cues()[name].search(text.replace("\u2019", "'")))


def asks_of_the_whole_case(text: str) -> bool:
    """ "What is safe then?", "and what is forbidden": what can be had, or not, by the case, and no single drug."""
    return has_cue("what_is_open", text.strip()) or has_cue("what_is_ruled_out", text)


def without_lead_in(text: str) -> str:
    """The text without the words before it that say nothing ("ok, so just tell me")."""
    found = _cues()["lead_in"].match(text.strip())
    return text.strip()[found.end() :].lstrip() if found else text.strip()


def key(value: Any) -> str:
    """The name of a value in the data files: ``true`` and ``false`` for yes-or-no facts."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def words(slot: str, value: Any, audience: str | None) -> str:
    """A value of a fact in the words of the audience (a clinician's when nobody has said)."""
    texts = fact_rules()[slot].values.get(key(value))
    if texts is None:
        return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")
    return texts[register(audience)]


def register(audience: str | None) -> str:
    """The register that answers for this audience are written in; who has not said gets the article's own."""
    return audience or DEFAULT_REGISTER


def both_registers(where: str, text: Any) -> Mapping[str, str]:
    """The text in both registers. Raises DialogueDataError when one is missing or another is there."""
    if (
        not isinstance(text, Mapping)
        or set(text) != set(AUDIENCES)
        or not all(isinstance(t, str) for t in text.values())
    ):
        raise DialogueDataError(f"{where}: needs a text for each of {', '.join(AUDIENCES)}")
    return text


def read(name: str) -> Any:
    """One data file of this folder, parsed."""
    data: Any = yaml.load((HERE / name).read_text(encoding="utf-8"), Loader=_LOADER)
    return data


def is_short(text: str) -> bool:
    """A few words, not counting those that only lead in ("ok, then just tell me how it is dosed")."""
    return len(without_lead_in(text).split()) <= FEW_WORDS
