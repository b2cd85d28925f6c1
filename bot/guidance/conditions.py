"""Conditions on a case, written as data: true, false, or unknown when a fact that decides is not known.

A condition is a mapping; all its entries must hold. Entries are

- ``slot: [values]``: the fact is one of the values (for lists: at least one of them is there);
- ``all: [conditions]``, ``any: [conditions]``, ``not: condition``;
- ``unknown: [slots]``: these facts are not set;
- ``alternatives_failed: n``: at least n drugs other than mycophenolate and steroids have been tried;
- ``exhausted: [drugs or classes]``: each was tried or is ruled out (of a class: one tried, or all ruled out).

Three values (Kleene's logic) keep "we do not know" apart from "no": an unset fact never reads as "no".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from bot.guidance.model import LISTS_OF_DRUGS, ONE_OF, RECOGNISED_ONLY, SOME_OF, TRUE_OR_FALSE, Case

MEMBERS: Mapping[str, tuple[str, ...]] = {
    "calcineurin_inhibitor": ("tacrolimus", "cyclosporine"),
    "jak_inhibitor": ("tofacitinib",),
}
"""Classes and the drugs they hold. A class that was tried counts as each of its drugs."""

INDEX_DRUG = ("mycophenolate_mofetil", "mycophenolate_sodium")
NOT_AN_ALTERNATIVE = frozenset((*INDEX_DRUG, "corticosteroid", *RECOGNISED_ONLY))
SPECIAL = ("all", "any", "not", "unknown", "alternatives_failed", "exhausted")
# An empty list of tried or excluded drugs or of contraindications is taken as "none named so far": rules are triggered
# by what was said, and nothing is offered *because* such a list is empty.
EMPTY_IS_NONE = (*LISTS_OF_DRUGS, "contraindications")


@lru_cache(maxsize=1024)
def _expanded(drugs: frozenset[str]) -> frozenset[str]:
    return drugs.union(*(MEMBERS.get(d, ()) for d in drugs))


def expand(drugs: Collection[str]) -> frozenset[str]:
    """The drugs with every class replaced by its members (the class stays too)."""
    return _expanded(frozenset(drugs))


def alternatives_failed(case: Case) -> int:
    """How many different alternatives to mycophenolate were tried; a class beside its member counts once."""
    tried = set(case.drugs_tried) - NOT_AN_ALTERNATIVE
    return sum(1 for drug in tried if not tried & set(MEMBERS.get(drug, ())))


class Condition:
    """A condition of the table, remembering what it found for the few facts it looks at.

    The placing rules ask the same conditions for every message; a look-up takes the place of the walk.
    """

    __slots__ = ("_found", "_slots", "_uses_exhausted", "entries")
    AT_MOST = 4096

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self.entries = entries
        self._slots = tuple(sorted(_slots_of(entries)))
        self._uses_exhausted = _names(entries, "exhausted")
        self._found: dict[tuple[Any, ...], bool | None] = {}

    def __bool__(self) -> bool:
        return bool(self.entries)

    def holds(self, case: Case, ruled_out: Collection[str] = ()) -> bool | None:
        """As the function ``holds``."""
        key = tuple([getattr(case, slot) for slot in self._slots])
        if self._uses_exhausted:
            key = (*key, frozenset(ruled_out))
        try:
            return self._found[key]
        except KeyError:
            if len(self._found) >= self.AT_MOST:
                self._found.clear()
            value = self._found[key] = holds(self.entries, case, ruled_out)
            return value


def _parts(condition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The conditions inside a condition."""
    inner = [*condition.get("all", ()), *condition.get("any", ())]
    return [*inner, condition["not"]] if "not" in condition else inner


def _slots_of(condition: Mapping[str, Any]) -> set[str]:
    slots = {name for name in condition if name not in SPECIAL} | set(condition.get("unknown", ()))
    if "alternatives_failed" in condition or "exhausted" in condition:
        slots.add("drugs_tried")
    return slots.union(*(_slots_of(part) for part in _parts(condition)))


def _names(condition: Mapping[str, Any], entry: str) -> bool:
    return entry in condition or any(_names(part, entry) for part in _parts(condition))


def holds(condition: Mapping[str, Any], case: Case, ruled_out: Collection[str] = ()) -> bool | None:
    """Does the condition hold? None when a missing fact decides. ``ruled_out``: drugs the case's rules exclude."""
    result: bool | None = True
    for name, wanted in condition.items():
        value = _entry(name, wanted, case, ruled_out)
        if value is False:
            return False
        if value is None:
            result = None
    return result


def _entry(name: str, wanted: Any, case: Case, ruled_out: Collection[str]) -> bool | None:
    if name == "all":
        return _both([holds(c, case, ruled_out) for c in wanted])
    if name == "any":
        return _negated(_both([_negated(holds(c, case, ruled_out)) for c in wanted]))
    if name == "not":
        return _negated(holds(wanted, case, ruled_out))
    if name == "unknown":
        return all(getattr(case, slot) in (None, ()) for slot in wanted)
    if name == "alternatives_failed":
        return alternatives_failed(case) >= int(wanted)
    if name == "exhausted":
        return all(_exhausted(drug, expand(case.drugs_tried), ruled_out) for drug in wanted)
    value = getattr(case, name)
    if isinstance(value, tuple):
        have = expand(value) if name in LISTS_OF_DRUGS else value
        if any(v in have for v in wanted):
            return True
        return None if not value and name not in EMPTY_IS_NONE else False
    return None if value is None else value in wanted


def _exhausted(drug: str, tried: Collection[str], ruled_out: Collection[str]) -> bool:
    members = MEMBERS.get(drug, (drug,))
    return any(m in tried for m in members) or all(m in ruled_out for m in members)


def _both(values: list[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def _negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def condition_problems(condition: Any, monotone: bool = False) -> list[str]:
    """What is wrong with a condition as written in the table; empty when it can be read.

    ``monotone`` conditions are for rules that exclude a drug: they may only name facts that are present, so that
    learning more never lifts an exclusion.
    """
    if not isinstance(condition, Mapping):
        return [f"a condition is a mapping of facts, not {condition!r}"]
    problems: list[str] = []
    for name, wanted in condition.items():
        if name in ("all", "any"):
            for part in wanted if isinstance(wanted, list) else [wanted]:
                problems += condition_problems(part, monotone)
        elif monotone and name in SPECIAL:
            problems.append(f"{name!r} may not stand in a rule that excludes: it could be lifted by a new fact")
        elif name == "not":
            problems += condition_problems(wanted)
        elif name in ("unknown", "exhausted", "alternatives_failed"):
            problems += _special_problems(name, wanted)
        else:
            problems += _slot_problems(name, wanted)
    return problems


def _special_problems(name: str, wanted: Any) -> list[str]:
    if name == "alternatives_failed":
        return [] if isinstance(wanted, int) else [f"alternatives_failed: a number is needed, not {wanted!r}"]
    known = (*ONE_OF, *SOME_OF, *TRUE_OR_FALSE) if name == "unknown" else SOME_OF["drugs_tried"]
    return [f"{name}: {w!r} is unknown; possible are {', '.join(known)}" for w in wanted if w not in known]


def _slot_problems(name: str, wanted: Any) -> list[str]:
    possible: tuple[Any, ...]
    if name in TRUE_OR_FALSE:
        possible = (True, False)
    elif name in ONE_OF or name in SOME_OF:
        possible = ONE_OF.get(name) or SOME_OF[name]
    else:
        return [f"{name!r} is neither a fact of a case nor one of {', '.join(SPECIAL)}"]
    if not isinstance(wanted, list):
        return [f"{name}: a list of values is needed, not {wanted!r}"]
    return [
        f"{name}: {w!r} is unknown; possible are {', '.join(map(str, possible))}" for w in wanted if w not in possible
    ]
