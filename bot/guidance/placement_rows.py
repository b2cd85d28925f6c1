"""The rows that place options: what stands where, by which rule, and what is asked when a fact is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.guidance.conditions import Condition

STANCES = ("preferred", "consider", "adjunct", "reserve", "disputed", "avoid", "contraindicated")
OFFERED = frozenset(("preferred", "consider", "adjunct"))
EFFECTS = ("caution", "reserve", "avoid", "contraindicated")
ALSO_ASKED = ("drug", "fever_or_infection", "which_person")

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an option stands while ``when`` holds (and ``unless`` does not); ``because`` names table rows."""

    stance: str
    when: Condition
    unless: Condition
    because: tuple[str, ...]
    text: Text | None


@dataclass(frozen=True, slots=True)
class OptionRow:
    """One option of the contract: what it gives and where it stands."""

    option: str
    label: Text
    gives: tuple[str, ...]
    one_of: tuple[str, ...]
    background: tuple[str, ...]
    lead: str | None
    places: tuple[Place, ...]
    if_unknown: Place | None
    otherwise: Place | None


@dataclass(frozen=True, slots=True)
class DrugRule:
    """What a fact of the case does to a drug, whatever option gives it; ``silent``: what the article leaves out."""

    id: str
    drugs: tuple[str, ...]
    effect: str
    demotes: bool
    when: Condition
    because: tuple[str, ...]
    text: Text
    silent: Text | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """A headline for the cases in which ``when`` holds, and the rows it rests on."""

    id: str
    when: Condition
    rows: tuple[str, ...]
    headline: Text


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to a question: what is shown, and the facts it means."""

    say: str
    means: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question that may be asked, when it matters, and what is assumed as long as it is open."""

    slot: str
    when: Condition
    unless: Condition
    offers: tuple[str, ...]
    stays: bool
    question: Text
    choices: tuple[Choice, ...]
    assumption: Text | None


@dataclass(frozen=True, slots=True)
class Escalation:
    """A red flag that the case itself raises."""

    rule: str
    when: Condition


@dataclass(frozen=True, slots=True)
class PlacementRules:
    """All rows that decide where options stand and what is asked."""

    options: tuple[OptionRow, ...]
    rules: tuple[DrugRule, ...]
    tried: DrugRule
    excluded: DrugRule
    situations: tuple[Situation, ...]
    escalations: tuple[Escalation, ...]
    questions: tuple[QuestionRow, ...]

    def row_ids(self) -> frozenset[str]:
        """Every table row that these rules refer to; a test holds them against the loaded table."""
        ids: set[str] = set()
        for option in self.options:
            places = [*option.places, option.if_unknown, option.otherwise]
            ids.update(*(p.because for p in places if p), {option.lead} if option.lead else set())
        ids.update(*(rule.because for rule in self.rules), *(s.rows for s in self.situations))
        return frozenset(ids)

    def option(self, name: str) -> OptionRow:
        """The option of that name. Raises KeyError."""
        return next(o for o in self.options if o.option == name)
