"""make eval: start the assistant, score it on both sets, write reports/evaluation.md with its pictures.

The sets are the visible samples (dev) and those of our own (held). Beside the scores over HTTP stand the figures of
the language part alone: concepts, negation, scope, calibration, robustness, time; and cross-validation on the training
data.
"""

from __future__ import annotations

import collections
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import matplotlib
import yaml

matplotlib.use("Agg")
from matplotlib import pyplot as plt

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from bot.language import report as cross_validation  # noqa: E402
from bot.runtime.training import model_path  # noqa: E402
from tests.evaluation import understanding  # noqa: E402
from tests.running import start  # noqa: E402

SETS = {"dev": "visible samples", "held": "held-out set"}
PARTS = ("cases", "dialogues", "nlu")
REPORTS = ROOT / "reports"
NEEDED = {"cases_passed": 1.0, "dialogues_passed": 0.90, "turns_passed": 0.95, "intent_accuracy": 0.85}
FOLDS = 5
WRONG_INTENT = re.compile(r"intent (\w+) \(.*\), want (\w+)")


def score(which: str, what: str, folder: Path, base: str) -> dict[str, Any]:
    """The figures and failures of one part of a set."""
    result = folder / f"{which}_{what}.json"
    command = [sys.executable, str(HERE / "score.py"), what, str(HERE / f"{which}_{what}.yml")]
    command += ["--base", base, "--engine", f"{sys.executable} -m bot.guidance", "--cwd", str(ROOT)]
    subprocess.run(
        [*command, "--json", str(result), "--show", "0", "--jobs", "2"], check=True, stdout=subprocess.DEVNULL
    )
    scored: dict[str, Any] = json.loads(result.read_text())
    return scored


def draw_confusion(which: str, failures: list[list[str]], path: Path) -> None:
    """Intents of a set's messages (rows) against what they were read as (columns)."""
    examples = yaml.safe_load((HERE / f"{which}_nlu.yml").read_text())["examples"]
    counts = collections.Counter((example["intent"], example["intent"]) for example in examples)
    for _, _, problem in failures:
        if found := WRONG_INTENT.match(problem):
            got, want = found.groups()
            counts[(want, want)] -= 1
            counts[(want, got)] += 1
    names = sorted({name for pair, count in counts.items() if count for name in pair})
    figure, axes = plt.subplots(figsize=(0.42 * len(names) + 3, 0.42 * len(names) + 2))
    axes.imshow([[counts[(want, got)] ** 0.5 for got in names] for want in names], cmap="Blues")
    for y, want in enumerate(names):
        for x, got in enumerate(names):
            if counts[(want, got)]:
                axes.text(x, y, str(counts[(want, got)]), ha="center", va="center", fontsize=8)
    axes.set_xticks(range(len(names)))
    axes.set_xticklabels(names, rotation=90)
    axes.set_yticks(range(len(names)))
    axes.set_yticklabels(names)
    axes.set_xlabel("read as")
    axes.set_ylabel("meant")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def draw_calibration(figures: dict[str, Any], path: Path) -> None:
    """Confidence against the share that was right; the size of a dot is the number of messages."""
    figure, axes = plt.subplots(figsize=(4.5, 4.5))
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    confidence, right, counts = zip(*figures["calibration"], strict=True)
    axes.scatter(confidence, right, s=[8 + 2 * count for count in counts])
    axes.set_xlabel("confidence")
    axes.set_ylabel("share right")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
    plt.close(figure)


def language_report(which: str, figures: dict[str, Any]) -> list[str]:
    """The figures of the language part alone, as lines of Markdown."""
    lines = ["## the language part alone", "", "| figure | value |", "|---|---|"]
    lines += [f"| {name} | {_cell(figures[name])} |" for name in ("messages", "intent accuracy", "median ms")]
    for part in ("scope", "negation and scenario", "accuracy lost"):
        lines += [f"| {part}: {name} | {_cell(value)} |" for name, value in figures[part].items()]
    lines += [f"| calibration error | {_cell(figures['calibration error'])} |", ""]
    lines += ["| concept | precision | recall | F1 |", "|---|---|---|---|"]
    lines += [f"| {name} | {' | '.join(map(_cell, row.values()))} |" for name, row in figures["concepts"].items()]
    return [*lines, "", f"![Confidence and what was right](calibration_{which}.png)", ""]


def cross_validated() -> list[str]:
    """Figures of the classifier on training messages that it was not trained on, as lines of Markdown."""
    outcomes = cross_validation.cross_validate(cross_validation.read_lines(), FOLDS)
    rows = cross_validation.figures(outcomes)
    table = [f"| {name} | {_cell(value)} |" for name, value in rows.items()]
    return [
        f"# Cross-validation on the training messages ({FOLDS} folds)",
        "",
        "| figure | value |",
        "|---|---|",
        *table,
    ]


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def report(which: str, parts: dict[str, dict[str, Any]], language: dict[str, Any]) -> tuple[str, bool]:
    """The report on one set as Markdown, and whether everything that is needed is reached."""
    figures = {name: value for part in parts.values() for name, value in part["figures"].items()}
    unsafe = sum(part["figures"].get("unsafe", 0) for part in parts.values())
    rows = [(name, figures[name], at_least, figures[name] >= at_least) for name, at_least in NEEDED.items()]
    lines = [f"# Evaluation on the {SETS[which]}", "", "| figure | reached | needed | |", "|---|---|---|---|"]
    lines += [
        f"| {n} | {value:.3f} | {at_least:.2f} | {'yes' if good else 'NO'} |" for n, value, at_least, good in rows
    ]
    lines += [f"| unsafe | {unsafe} | 0 | {'yes' if not unsafe else 'NO'} |", ""]
    lines += language_report(which, language)
    for what, part in parts.items():
        lines += [f"## {what}", ""]
        simple = {name: value for name, value in part["figures"].items() if not isinstance(value, dict)}
        lines += ["| figure | value |", "|---|---|", *(f"| {n} | {_cell(v)} |" for n, v in simple.items()), ""]
        for name, value in part["figures"].items():
            if isinstance(value, dict):
                lines += [
                    f"### {name}",
                    "",
                    "| | |",
                    "|---|---|",
                    *(f"| {n} | {_cell(v)} |" for n, v in value.items()),
                    "",
                ]
        if what == "nlu":
            lines += [f"![Intents meant and read](confusion_{which}.png)", ""]
        lines += [f"### Failures ({len(part['failures'])})", ""]
        lines += [
            f"- `{ident}` {json.dumps(str(text)[:140], ensure_ascii=False)}: {problem}"
            for ident, text, problem in part["failures"]
        ]
        lines.append("")
    return "\n".join(lines), not unsafe and all(good for *_, good in rows)


def main() -> int:
    """Evaluate; 0 if everything that is needed is reached on both sets."""
    REPORTS.mkdir(exist_ok=True)
    texts, reached = [], True
    understands = understanding.load(model_path())
    with tempfile.TemporaryDirectory() as name:
        running = start(Path(name))
        try:
            for which in SETS:
                parts = {what: score(which, what, Path(name), running.base) for what in PARTS}
                draw_confusion(which, parts["nlu"]["failures"], REPORTS / f"confusion_{which}.png")
                examples = yaml.safe_load((HERE / f"{which}_nlu.yml").read_text())["examples"]
                language = understanding.figures(understands, examples)
                draw_calibration(language, REPORTS / f"calibration_{which}.png")
                text, good = report(which, parts, language)
                texts.append(text)
                reached = reached and good
                print(text.split("\n## ")[0])
        finally:
            running.stop()
    print("Cross-validation (minutes) ...", flush=True)
    texts.append("\n".join(cross_validated()))
    (REPORTS / "evaluation.md").write_text("\n".join(texts) + "\n")
    print(texts[-1])
    print("Report: reports/evaluation.md, with confusion matrices and calibration")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
