"""Where every option stands for a case: the rules of the table applied, nothing more.

Drug rules come first and always win: a drug that the case rules out, or that was tried, is in no offered option.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.guidance.conditions import expand
from bot.guidance.model import Case
from bot.guidance.placement_rows import EFFECTS, OFFERED, STANCES, DrugRule, OptionRow, Place, PlacementRules, Text

EXCLUDES = ("avoid", "contraindicated")


@dataclass(frozen=True, slots=True)
class Placed:
    """An option with its stance for a case.

    ``drugs`` are those it would give now; ``because`` names table rows; ``reasons`` say why it is held back or ruled
    out, ``cautions`` what to heed if it is used. ``open`` marks an option that hangs on a fact nobody has stated.
    """

    row: OptionRow
    drugs: tuple[str, ...]
    stance: str
    because: tuple[str, ...]
    reasons: tuple[Text, ...]
    cautions: tuple[Text, ...]
    support: tuple[str, ...]
    open: bool = False

    @property
    def offered(self) -> bool:
        return self.stance in OFFERED


@dataclass(frozen=True, slots=True)
class Placement:
    """All options for a case in the order they are put forward, ruled-out ones last."""

    options: tuple[Placed, ...]

    def at(self, *stances: str) -> tuple[Placed, ...]:
        return tuple(o for o in self.options if o.stance in stances)

    @property
    def offered(self) -> tuple[Placed, ...]:
        return tuple(o for o in self.options if o.offered)

    def offered_drugs(self) -> frozenset[str]:
        return frozenset(d for o in self.offered for d in o.drugs)

    def find(self, option: str) -> Placed | None:
        return next((o for o in self.options if o.row.option == option), None)


Triggered = Mapping[str, tuple[DrugRule, ...]]
"""Per drug, the rules that a case triggers, strongest first."""


def triggered_rules(case: Case, table: PlacementRules) -> Triggered:
    """The rules that the case triggers, by drug, strongest first.

    A tried drug has the rule "tried", one that is ruled out by word the rule "excluded".
    """
    found: dict[str, list[DrugRule]] = {}
    for rule in table.rules:
        if rule.when.holds(case) is True:
            for drug in rule.drugs:
                found.setdefault(drug, []).append(rule)
    for drug in sorted(expand(case.drugs_tried)):
        found.setdefault(drug, []).append(table.tried)
    for drug in sorted(expand(case.drugs_excluded)):
        found.setdefault(drug, []).append(table.excluded)
    return {drug: tuple(sorted(rules, key=lambda r: -EFFECTS.index(r.effect))) for drug, rules in found.items()}


def ruled_out(triggered: Triggered) -> dict[str, DrugRule]:
    """The drugs that the case excludes (avoid or contraindicated), with the strongest rule that does so."""
    return {drug: rules[0] for drug, rules in triggered.items() if rules[0].effect in EXCLUDES}


def place(case: Case, table: PlacementRules) -> Placement:
    """Every option that has a place for the case, in order. Total and deterministic."""
    triggered = triggered_rules(case, table)
    excluded = ruled_out(triggered)
    placed = [p for row in table.options if (p := _place(row, case, triggered, excluded)) is not None]
    placed.sort(key=lambda p: STANCES.index(p.stance))
    return Placement(tuple(placed))


def _place(row: OptionRow, case: Case, triggered: Triggered, excluded: dict[str, DrugRule]) -> Placed | None:
    tried = expand(case.drugs_tried)
    needed = [d for d in row.gives if not (d in row.background and d in tried)]
    choice = [d for d in row.one_of if d not in excluded]
    out = [excluded[d] for d in needed if d in excluded]
    if row.one_of and not choice:
        out += [excluded[d] for d in row.one_of]
    if out:
        return _excluded(row, out)
    found = _standing(row, case, excluded)
    if found is None:
        return None
    standing, is_open = found
    # A drug that is only held back drops out of a choice with a free one.
    free = [d for d in choice if not any(r.effect == "reserve" for r in triggered.get(d, ()))]
    drugs = (*needed, *(free or choice))
    return _restrained(row, drugs, standing, is_open, [r for d in drugs for r in triggered.get(d, ())])


def _excluded(row: OptionRow, rules: list[DrugRule]) -> Placed:
    strongest = max(rules, key=lambda r: EFFECTS.index(r.effect))
    because = _unique(b for r in rules for b in r.because)
    reasons = _texts([strongest.text, *(r.text for r in rules)])
    drugs = (*row.gives, *row.one_of)
    return Placed(row, drugs, strongest.effect, because, reasons, (), because)


def _standing(row: OptionRow, case: Case, excluded: dict[str, DrugRule]) -> tuple[Place, bool] | None:
    """The place whose condition holds; (place, True) when a missing fact decides."""
    undecided = False
    for place_ in row.places:
        value = place_.when.holds(case, excluded)
        if value:
            return place_, False
        undecided = undecided or value is None
    if undecided and row.if_unknown and row.if_unknown.when.holds(case, excluded) is not False:
        return row.if_unknown, True
    last = row.otherwise
    if last is None or last.when.holds(case, excluded) is False or (last.unless and last.unless.holds(case, excluded)):
        return None
    return last, False


def _restrained(
    row: OptionRow, drugs: tuple[str, ...], standing: Place, is_open: bool, rules: list[DrugRule]
) -> Placed:
    """The standing after cautions: demoted from preferred, or held back, as the triggered rules say."""
    stance = standing.stance
    reasons: list[Text] = [standing.text] if standing.text else []
    because: list[str] = list(standing.because)
    holding = [r for r in rules if r.effect == "reserve"]
    if holding and stance not in EXCLUDES:
        reasons = [r.text for r in holding] + reasons
        because += [b for r in holding for b in r.because]
    if stance in OFFERED:
        if holding:
            stance = "reserve"
        elif stance == "preferred" and any(r.demotes for r in rules):
            stance = "consider"
    cautions = _texts([r.text for r in rules if r.effect in ("caution", "reserve")])
    support = _unique([*because, *(b for r in rules for b in r.because)])
    return Placed(row, drugs, stance, _unique(because), tuple(reasons), cautions, support, is_open)


def _unique(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _texts(texts: list[Text]) -> tuple[Text, ...]:
    seen: dict[str, Text] = {}
    for text in texts:
        seen.setdefault(text["clinician"], text)
    return tuple(seen.values())
