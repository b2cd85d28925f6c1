"""How well questions are understood, by cross-validation on the training data: ``python -m bot.language.report``.

Folds keep neighbouring examples of one writer together, so that the figures are about other ways of asking, not about
the next line of the same list. Prints accuracy and macro-F1, each intent's recall and precision, the pairs that are
confused, the scope's AUROC, calibration, and the emergency gate alone; ``--errors FILE`` writes every mistake;
``--scope tests/language/scope.yml`` counts refusals on messages that no training sentence resembles.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from bot.language.embedding_cache import encode_cached
from bot.language.encoder import shared_encoder
from bot.language.encoder_files import known_words
from bot.language.gate import Gate
from bot.language.intents import Example, train
from bot.language.scope import keep_to_subject
from bot.language.tie_breaks import OUT_OF_SCOPE, Ranking, settle
from bot.language.understanding import EMERGENCY_INTENT, Understanding, example_of, shared_reader

DATA: Final = Path("data") / "nlu"
_RUN_LENGTH: Final = 10
_BINS: Final = 10
_PAIRS: Final = 30


@dataclass(frozen=True)
class Line:
    """One training sentence: its intent and the run of neighbouring lines to which it belongs."""

    text: str
    intent: str
    run: str


@dataclass(frozen=True)
class Outcome:
    """What the classifier said of a sentence that it had not seen."""

    line: Line
    ranking: Ranking

    @property
    def right(self) -> bool:
        """Whether the likeliest intent is the sentence's."""
        return self.ranking[0][0] == self.line.intent


def read_lines(folder: Path = DATA) -> list[Line]:
    """Every intent example under the folder."""
    lines = []
    for file in sorted(folder.rglob("*.yml")):
        for number, block in enumerate(yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]):
            if "intent" not in block:
                continue
            texts = [row[2:].strip() for row in block["examples"].splitlines() if row.startswith("- ")]
            lines += [
                Line(text, block["intent"], f"{file}:{number}:{index // _RUN_LENGTH}")
                for index, text in enumerate(texts)
            ]
    return lines


def cross_validate(lines: Sequence[Line], folds: int) -> list[Outcome]:
    """Classify each fold with a model trained on the others."""
    reader = shared_reader()
    examples = [example_of(reader.read(line.text), line.intent) for line in lines]
    states = encode_cached(shared_encoder(quick=True), [example.text for example in examples])
    runs = sorted({line.run for line in lines})
    fold_of = dict(zip(runs, np.random.default_rng(0).integers(folds, size=len(runs)), strict=True))
    outcomes = []
    for fold in range(folds):
        held = [index for index, line in enumerate(lines) if fold_of[line.run] == fold]
        kept = [index for index, line in enumerate(lines) if fold_of[line.run] != fold]
        model = train([examples[index] for index in kept], states[kept])
        for index in held:
            example: Example = examples[index]
            ranking, nearness = model.rank(states[index], example.reading, example.part)
            kept_to = keep_to_subject(ranking, nearness)
            outcomes.append(Outcome(lines[index], settle(example.reading, example.part, kept_to)))
    return outcomes


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Accuracy, macro-F1, the scope's AUROC, and calibration error (0 is perfect)."""
    from sklearn.metrics import f1_score, roc_auc_score

    truth = [outcome.line.intent for outcome in outcomes]
    said = [outcome.ranking[0][0] for outcome in outcomes]
    outside = [dict(outcome.ranking).get(OUT_OF_SCOPE, 0.0) for outcome in outcomes]
    return {
        "sentences": len(outcomes),
        "accuracy": float(np.mean([outcome.right for outcome in outcomes])),
        "macro F1": float(f1_score(truth, said, average="macro")),
        "scope AUROC": float(roc_auc_score([intent == OUT_OF_SCOPE for intent in truth], outside)),
        "calibration error": _calibration_error(outcomes),
    }


def _calibration_error(outcomes: Sequence[Outcome]) -> float:
    confidence = np.array([outcome.ranking[0][1] for outcome in outcomes])
    right = np.array([outcome.right for outcome in outcomes], dtype=float)
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = [abs(confidence[bins == step].mean() - right[bins == step].mean()) * (bins == step).mean()
            for step in range(_BINS) if (bins == step).any()]  # fmt: skip
    return float(sum(gaps))


def _print_intents(outcomes: Sequence[Outcome]) -> None:
    truth = Counter(outcome.line.intent for outcome in outcomes)
    said = Counter(outcome.ranking[0][0] for outcome in outcomes)
    right = Counter(outcome.line.intent for outcome in outcomes if outcome.right)
    print(f"\n{'intent':28} {'lines':>6} {'recall':>7} {'precision':>10}")
    for intent in sorted(truth):
        precision = right[intent] / said[intent] if said[intent] else 0.0
        print(f"{intent:28} {truth[intent]:6} {right[intent] / truth[intent]:7.3f} {precision:10.3f}")
    pairs = Counter((outcome.line.intent, outcome.ranking[0][0]) for outcome in outcomes if not outcome.right)
    print("\nmost confused (meant -> said)")
    for (meant, heard), count in pairs.most_common(_PAIRS):
        print(f"{count:4}  {meant} -> {heard}")


def _print_gate(lines: Sequence[Line]) -> None:
    gate = Gate(known_words())
    started = time.perf_counter()
    alarms = [line for line in lines if (verdict := gate.judge(line.text)) is not None and verdict.sets_intent]
    spent = (time.perf_counter() - started) / len(lines)
    caught = sum(line.intent == EMERGENCY_INTENT for line in alarms)
    wanted = sum(line.intent == EMERGENCY_INTENT for line in lines)
    print(f"\ngate alone: {caught} of {wanted} emergencies, {len(alarms) - caught} false alarms, {spent * 1e3:.2f} ms")


def _print_scope(lines: Sequence[Line], file: Path) -> None:
    """Refusals on messages by their key in a file, in_scope or out_of_scope, by a classifier trained on all lines."""
    reader, encoder = shared_reader(), shared_encoder()
    examples = [example_of(reader.read(line.text), line.intent) for line in lines]
    states = encode_cached(shared_encoder(quick=True), [example.text for example in examples])
    understanding = Understanding.fit(encoder, Gate(known_words()), examples, states)
    for name, texts in yaml.safe_load(file.read_text(encoding="utf-8")).items():
        said = [understanding.complete(reader.read(text)).questions[0].intent for text in texts]
        print(f"{name}: {said.count(OUT_OF_SCOPE)} of {len(texts)} refused")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--errors", type=Path, help="file for every mistake: meant, said, confidence, sentence")
    parser.add_argument("--scope", type=Path, help="file of messages inside and outside the subject, to refuse or not")
    options = parser.parse_args()
    lines = read_lines()
    outcomes = cross_validate(lines, options.folds)
    for name, value in figures(outcomes).items():
        print(f"{name:20} {value:.4f}" if isinstance(value, float) else f"{name:20} {value}")
    _print_intents(outcomes)
    _print_gate(lines)
    if options.scope:
        _print_scope(lines, options.scope)
    if options.errors:
        rows = [
            f"{outcome.line.intent}\t{outcome.ranking[0][0]}\t{outcome.ranking[0][1]:.2f}\t{outcome.line.text}"
            for outcome in outcomes
            if not outcome.right
        ]
        options.errors.write_text("\n".join(sorted(rows)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
