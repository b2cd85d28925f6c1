"""What the language part understands, measured on labelled messages with the trained model, without a server."""

from __future__ import annotations

import statistics
import tarfile
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bot.language.encoder import shared_encoder
from bot.language.encoder_files import known_words
from bot.language.gate import Gate
from bot.language.reading import Reading
from bot.language.understanding import Understanding, shared_reader
from tests.evaluation import measures
from tests.evaluation.measures import CONCEPTS, OUT_OF_SCOPE, Read
from tests.evaluation.perturb import KINDS, perturb

SEEDS: Final = (1, 2)
Understands = Callable[[str], Reading]


def load(archive: Path) -> Understands:
    """The understanding of a trained model: reader, classifier and gate."""
    with tempfile.TemporaryDirectory() as name:
        with tarfile.open(archive) as packed:
            packed.extractall(name, filter="data")
        trained = next(Path(name).rglob("intents.json")).parent
        understanding = Understanding.load(shared_encoder(), Gate(known_words()), trained)
    reader = shared_reader()
    return lambda text: understanding.complete(reader.read(text))


def read(understands: Understands, example: Mapping[str, Any], text: str | None = None) -> Read:
    """One labelled message as it is understood; ``text`` instead of its own, if given."""
    reading = understands(example["text"] if text is None else text)
    first = reading.questions[0]
    return Read(
        example,
        first.intent,
        first.confidence,
        dict(first.ranking).get(OUT_OF_SCOPE, 0.0),
        {
            "drugs": frozenset(reading.drugs),
            "side_effect": frozenset(reading.side_effect),
            "ild": frozenset(reading.ild),
            "pregnancy": frozenset([reading.pregnancy] if reading.pregnancy else ()),
        },
        {concept: _of_slots(reading.absent, concept) for concept in CONCEPTS},
        {concept: _of_slots(reading.facts, concept) for concept in CONCEPTS},
    )


def _of_slots(values: Mapping[str, Any], concept: str) -> frozenset[str]:
    slots = ("ild_severity", "ild_course") if concept == "ild" else (concept,)
    listed = (values.get(slot) or () for slot in slots)
    return frozenset(v for row in listed for v in ([row] if isinstance(row, str) else row))


def figures(understands: Understands, examples: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everything that is measured on one set of messages."""
    started, rows = [], []
    for example in examples:
        before = time.perf_counter()
        rows.append(read(understands, example))
        started.append((time.perf_counter() - before) * 1e3)
    bins = measures.calibration((row.confidence, row.right) for row in rows)
    return {
        "messages": len(rows),
        "intent accuracy": measures.accuracy(rows),
        "concepts": measures.concept_figures(rows),
        "negation and scenario": measures.context_figures(rows),
        "scope": measures.scope_figures(rows),
        "calibration": bins,
        "calibration error": measures.calibration_error(bins),
        "accuracy lost": robustness(understands, examples, measures.accuracy(rows)),
        "median ms": statistics.median(started),
    }


def robustness(understands: Understands, examples: Sequence[Mapping[str, Any]], undamaged: float) -> dict[str, float]:
    """How much intent accuracy each kind of damage costs, as a share of all messages; and their mean."""
    lost = {}
    for kind in KINDS:
        rows = [
            read(understands, example, perturb(example["text"], kind, seed)) for seed in SEEDS for example in examples
        ]
        lost[kind] = undamaged - measures.accuracy(rows)
    return {**lost, "mean": statistics.mean(lost.values())}
