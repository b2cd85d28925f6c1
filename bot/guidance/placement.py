"""Where every option stands for a case: the rules of the table applied, nothing more.

Drug rules come first and always win: a drug that the case rules out, or that was tried, is in no offered option.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.guidance.conditions import expand, holds
from bot.guidance.model import Case
from bot.guidance.placement_rules import (
    EFFECTS,
    OFFERED,
    STANCES,
    DrugRule,
    OptionRow,
    Place,
    PlacementRules,
    Text,
)

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


def rules_on(drug: str, case: Case, table: PlacementRules) -> tuple[DrugRule, ...]:
    """The rules that the case triggers for a drug, strongest first. A tried drug has the rule "tried"."""
    found = [r for r in table.rules if drug in r.drugs and holds(r.when, case) is True]
    if drug in expand(case.drugs_tried):
        found.append(table.tried)
    return tuple(sorted(found, key=lambda r: -EFFECTS.index(r.effect)))


def ruled_out(case: Case, table: PlacementRules) -> dict[str, DrugRule]:
    """The drugs that the case excludes (avoid or contraindicated), with the strongest rule that does so."""
    drugs = {d for r in table.rules for d in r.drugs} | expand(case.drugs_tried)
    out: dict[str, DrugRule] = {}
    for drug in sorted(drugs):
        rules = rules_on(drug, case, table)
        if rules and rules[0].effect in EXCLUDES:
            out[drug] = rules[0]
    return out


def place(case: Case, table: PlacementRules) -> Placement:
    """Every option that has a place for the case, in order. Total and deterministic."""
    excluded = ruled_out(case, table)
    placed = [p for row in table.options if (p := _place(row, case, table, excluded)) is not None]
    placed.sort(key=lambda p: STANCES.index(p.stance))
    return Placement(tuple(placed))


def _place(row: OptionRow, case: Case, table: PlacementRules, excluded: dict[str, DrugRule]) -> Placed | None:
    tried = expand(case.drugs_tried)
    needed = [d for d in row.gives if not (d in row.background and d in tried)]
    choice = [d for d in row.one_of if d not in excluded]
    out = [excluded[d] for d in needed if d in excluded]
    if row.one_of and not choice:
        out += [excluded[d] for d in row.one_of]
    if out:
        return _excluded(row, out)
    drugs = tuple(needed + choice)
    found = _standing(row, case, excluded)
    if found is None:
        return None
    standing, is_open = found
    rules = [r for d in drugs for r in rules_on(d, case, table)]
    if row.one_of:
        held = {d: [r for r in rules_on(d, case, table) if r.effect == "reserve"] for d in choice}
        if any(not h for h in held.values()):  # a drug that is only held back drops out of a choice with a free one
            drugs = tuple(d for d in drugs if not held.get(d))
            rules = [r for d in drugs for r in rules_on(d, case, table)]
    return _restrained(row, drugs, standing, is_open, rules)


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
        value = holds(place_.when, case, excluded)
        if value:
            return place_, False
        undecided = undecided or value is None
    if undecided and row.if_unknown:
        return row.if_unknown, True
    last = row.otherwise
    if last is None or holds(last.when, case, excluded) is False or (last.unless and holds(last.unless, case, excluded)):
        return None
    return last, False


def _restrained(row: OptionRow, drugs: tuple[str, ...], standing: Place, is_open: bool, rules: list[DrugRule]) -> Placed:
    """The standing after cautions: demoted from preferred, or held back, as the triggered rules say."""
    stance = standing.stance
    reasons: list[Text] = [standing.text] if standing.text else []
    because: list[str] = list(standing.because)
    if stance in OFFERED:
        holding = [r for r in rules if r.effect == "reserve"]
        if holding:
            stance = "reserve"
            reasons = [r.text for r in holding] + reasons
            because += [b for r in holding for b in r.because]
        elif stance == "preferred" and any(r.demotes for r in rules):
            stance = "consider"
    cautions = _texts([r.text for r in rules if r.effect in ("caution", "reserve")])
    support = _unique([*because, *(b for r in rules for b in r.because)])
    return Placed(row, drugs, stance, _unique(because), tuple(reasons), cautions, support, is_open)


def _unique(ids: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))  # type: ignore[call-overload]


def _texts(texts: list[Text]) -> tuple[Text, ...]:
    seen: dict[str, Text] = {}
    for text in texts:
        seen.setdefault(text["clinician"], text)
    return tuple(seen.values())
