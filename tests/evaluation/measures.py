"""Figures of understanding from labelled messages and what was read in them. Pure; plots are drawn in run.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tests.evaluation.score import drug

CONCEPTS: Final = ("drugs", "side_effect", "ild", "pregnancy")
OUT_OF_SCOPE: Final = "out_of_scope"
NEVER_SCORED: Final = {
    "drugs": frozenset(("allopurinol", "ibuprofen", "loperamide")),
    "ild": frozenset(("present_unspecified",)),
}
"""As in score.py: values that the labels do not settle."""
FALSE_REFUSALS: Final = 0.03
BINS: Final = 10


@dataclass(frozen=True)
class Read:
    """One labelled message with what was read: its first intent, how sure, and how likely it is out of scope."""

    example: Mapping[str, Any]
    intent: str
    confidence: float
    outside: float
    concepts: Mapping[str, frozenset[str]]
    absent: Mapping[str, frozenset[str]]
    facts: Mapping[str, frozenset[str]]

    @property
    def right(self) -> bool:
        """Whether the intent is one of those that count as right."""
        return self.intent in {self.example["intent"], *self.example.get("secondary_intents", [])}


def labelled(example: Mapping[str, Any], part: str, concept: str) -> frozenset[str]:
    """The values that a part of the labels (concepts, optional, absent) gives a concept, as canonical ids."""
    values = (example.get(part) or {}).get(concept) or []
    listed = [values] if isinstance(values, str) else values
    return frozenset(drug(v) if concept == "drugs" else v for v in listed)


def accuracy(rows: Sequence[Read]) -> float:
    """Share of messages with the right intent."""
    return float(np.mean([row.right for row in rows]))


def concept_figures(rows: Sequence[Read]) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of each concept, counted over values."""
    figures = {}
    for concept in CONCEPTS:
        right = wrong = missed = 0
        for row in rows:
            free = labelled(row.example, "optional", concept) | NEVER_SCORED.get(concept, frozenset())
            want = labelled(row.example, "concepts", concept) - free
            have = row.concepts.get(concept, frozenset()) - free
            right, wrong, missed = right + len(want & have), wrong + len(have - want), missed + len(want - have)
        figures[concept] = {
            "precision": _share(right, right + wrong),
            "recall": _share(right, right + missed),
            "f1": _share(2 * right, 2 * right + wrong + missed),
        }
    return figures


def context_figures(rows: Sequence[Read]) -> dict[str, float]:
    """How negated values and scenarios are treated: found as absent, and never held as facts (must be 0)."""
    found = of = held = 0
    for row in rows:
        scenario = "hypothetical" in row.example.get("tags", [])
        for concept in CONCEPTS:
            denied = labelled(row.example, "absent", concept) - {"not_pregnant", "none"}
            of += len(denied)
            found += len(denied & row.absent.get(concept, frozenset()))
            supposed = (
                labelled(row.example, "concepts", concept) if scenario and concept == "pregnancy" else frozenset()
            )
            held += len((denied | supposed) & row.facts.get(concept, frozenset()))
    return {"negated values found": _share(found, of), "held as a fact": float(held), "negated values": float(of)}


def scope_figures(rows: Sequence[Read]) -> dict[str, float]:
    """Messages outside the subject: recall as it decides, recall at 3 % false refusals, AUROC of the probability."""
    from sklearn.metrics import roc_auc_score

    outside = np.array([row.example["intent"] == OUT_OF_SCOPE for row in rows])
    refused = np.array([row.intent == OUT_OF_SCOPE for row in rows])
    score = np.array([row.outside for row in rows])
    if not outside.any() or outside.all():
        return {}
    threshold = np.quantile(score[~outside], 1 - FALSE_REFUSALS)
    return {
        "recall": float(refused[outside].mean()),
        "false refusals": float(refused[~outside].mean()),
        "recall at 3 % false refusals": float((score[outside] > threshold).mean()),
        "AUROC": float(roc_auc_score(outside, score)),
    }


def calibration(rows: Iterable[tuple[float, bool]]) -> list[tuple[float, float, int]]:
    """Mean confidence, share right and number of messages in each tenth of confidence that occurs."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in rows:
        bins.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, right))
    return [
        (float(np.mean([c for c, _ in inside])), float(np.mean([r for _, r in inside])), len(inside))
        for _, inside in sorted(bins.items())
    ]


def calibration_error(bins: Sequence[tuple[float, float, int]]) -> float:
    """Mean distance of confidence from accuracy, weighted by messages."""
    total = sum(count for _, _, count in bins)
    return sum(abs(confidence - right) * count for confidence, right, count in bins) / total


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0
