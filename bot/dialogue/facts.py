"""What a message does to the case: facts are added, taken back and corrected; contradictions are found, not settled."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.dialogue.data import fact_rules, key
from bot.dialogue.reading import Facts
from bot.guidance.model import SLOTS, SOME_OF, Case


@dataclass(frozen=True)
class Clash:
    """Two values of one fact that cannot both hold; the case keeps ``old`` until the person has chosen."""

    slot: str
    old: Any
    new: Any

    @property
    def cautious(self) -> Any:
        """The value that is safer to assume until it is settled."""
        order = fact_rules()[self.slot].cautious
        return max((self.old, self.new), key=lambda v: order.index(key(v)) if key(v) in order else -1)


@dataclass(frozen=True)
class Merged:
    """The case after a message, the contradictions left open, and the facts that were replaced or taken back."""

    case: Case
    clashes: tuple[Clash, ...] = ()
    replaced: tuple[str, ...] = ()


def merge(
    case: Case,
    facts: Facts,
    retracted: Mapping[str, Collection[Any]] | None = None,
    *,
    correcting: bool = False,
    settled: Collection[str] = (),
) -> Merged:
    """The case with the asserted facts and without the retracted ones.

    ``correcting``: the message says that something changed or was wrong, so new values win. ``settled``: slots whose
    new value answers our own question, and wins too. Raises InvalidInputError for values outside the vocabulary.
    """
    after, replaced = _taken_back(case, facts, retracted or {})
    clashes: list[Clash] = []
    new: dict[str, Any] = {}
    for slot, value in facts.items():
        old = getattr(after, slot)
        if slot in SOME_OF or old is None or old == value:
            new[slot] = value
        elif key(value) in fact_rules()[slot].vague and not (correcting or slot in settled) and _definite(slot, old):
            continue
        elif correcting or slot in settled or slot == "audience" or _happens(slot, old, value):
            new[slot] = value
            replaced.append(slot)
        else:
            clashes.append(Clash(slot, old, value))
    after = after.with_facts(new)
    if after.ild_severity == "none":
        after = replace(after, ild_course=None)
    return Merged(after, tuple(clashes), tuple(dict.fromkeys(replaced)))


def differs(before: Case, after: Case) -> tuple[str, ...]:
    """The facts that are not the same in both cases, in the order of the vocabulary; the audience is none of them."""
    return tuple(s for s in SLOTS if s != "audience" and getattr(before, s) != getattr(after, s))


def _taken_back(case: Case, facts: Facts, retracted: Mapping[str, Collection[Any]]) -> tuple[Case, list[str]]:
    changes: dict[str, Any] = {}
    for slot, values in retracted.items():
        old = getattr(case, slot)
        if slot in SOME_OF:
            left = tuple(v for v in old if v not in values)
            if left != old:
                changes[slot] = left
        elif old is not None and old in values:
            changes[slot] = None
    if (
        "pregnant" in retracted.get("pregnancy", ())
        and "pregnancy" not in facts
        and case.pregnancy in (None, "pregnant")
    ):
        changes["pregnancy"] = "not_pregnant"  # "she is not pregnant" is a statement, not only a withdrawal
    return replace(case, **changes), [slot for slot in changes if getattr(case, slot) not in (None, ())]


def _definite(slot: str, old: Any) -> bool:
    """A value that a vague one adds nothing to; "none" and "stable" are contradicted by it."""
    order = fact_rules()[slot].worse
    rules = fact_rules()[slot]
    return key(old) in {*order, *(b for _, b in rules.moves)} and not _happens(slot, old, rules.vague[0])


def _happens(slot: str, old: Any, new: Any) -> bool:
    """Can the fact have moved from the old value to the new one without anyone having been wrong?"""
    rules = fact_rules()[slot]
    if (key(old), key(new)) in rules.moves:
        return True
    order = rules.worse
    return key(old) in order and key(new) in order and order.index(key(new)) > order.index(key(old))
