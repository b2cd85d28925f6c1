"""The measures measure: known answers for small sets, and damage that is damage and no more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evaluation import measures
from tests.evaluation.measures import Read
from tests.evaluation.perturb import KINDS, perturb

MESSAGE = "could azathioprine replace it, she isn't pregnant?"


def row(intent: str = "ask_dose", said: str = "ask_dose", outside: float = 0.0, **more: Any) -> Read:
    """A message and what was read; concepts, absent and facts by concept."""
    example = {"intent": intent, **more.pop("labels", {})}
    sets = {name: {k: frozenset(v) for k, v in more.get(name, {}).items()} for name in ("concepts", "absent", "facts")}
    return Read(example, said, 0.9, outside, **sets)


def test_concepts_are_counted_by_value_and_optional_ones_are_free() -> None:
    labels = {"concepts": {"drugs": ["mycophenolate mofetil", "tacrolimus"], "pregnancy": "planning"}}
    labels["optional"] = {"drugs": ["rituximab"]}
    rows = [
        row(labels=labels, concepts={"drugs": ["tacrolimus", "rituximab", "azathioprine"], "pregnancy": ["planning"]})
    ]
    found = measures.concept_figures(rows)
    assert found["drugs"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert found["pregnancy"]["f1"] == 1.0


def test_a_secondary_intent_is_right_too() -> None:
    rows = [row(said="ask_evidence", labels={"secondary_intents": ["ask_evidence"]}), row(said="thank")]
    assert measures.accuracy(rows) == 0.5


def test_a_denied_or_supposed_value_held_as_a_fact_is_counted() -> None:
    denied = row(labels={"absent": {"side_effect": ["infection"]}}, facts={"side_effect": ["infection"]})
    supposed = row(
        labels={"concepts": {"pregnancy": "pregnant"}, "tags": ["hypothetical"]}, facts={"pregnancy": ["pregnant"]}
    )
    assert measures.context_figures([denied, supposed])["held as a fact"] == 2
    found = row(labels={"absent": {"side_effect": ["infection"]}}, absent={"side_effect": ["infection"]})
    assert measures.context_figures([found])["negated values found"] == 1.0


def test_scope_knows_recall_false_refusals_and_order() -> None:
    inside = [row(outside=score) for score in (0.1, 0.2, 0.3)]
    outside = [row("out_of_scope", "out_of_scope", 0.9), row("out_of_scope", "ask_dose", 0.25)]
    found = measures.scope_figures(inside + outside)
    assert found["recall"] == 0.5 and found["false refusals"] == 0.0
    assert found["AUROC"] == pytest.approx(5 / 6)


def test_calibration_is_perfect_when_confidence_is_the_share_right() -> None:
    bins = measures.calibration([(0.75, True), (0.75, True), (0.75, True), (0.75, False)])
    assert bins == [(0.75, 0.75, 4)]
    assert measures.calibration_error(bins) == 0.0


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_damage_is_the_same_for_the_same_seed_and_differs_between_seeds(kind: str) -> None:
    assert perturb(MESSAGE, kind, 1) == perturb(MESSAGE, kind, 1)
    assert len({perturb(MESSAGE, kind, seed) for seed in range(30)}) > 1


@pytest.mark.parametrize("seed", range(40))
def test_a_typo_is_one_slip_inside_one_word(seed: int) -> None:
    damaged = perturb(MESSAGE, "typo", seed)
    assert abs(len(damaged) - len(MESSAGE)) <= 1
    changed = [a for a, b in zip(MESSAGE.split(), damaged.split(), strict=True) if a != b]
    assert len(changed) <= 1 and all(len(word) >= 5 for word in changed)


@pytest.mark.parametrize("kind", ["filler", "politeness"])
def test_what_is_said_around_a_message_leaves_it_whole(kind: str) -> None:
    assert MESSAGE in perturb(MESSAGE, kind, 3)
