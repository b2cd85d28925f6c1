"""python -m bench.understanding: intents by this assistant and by Rasa's default DIET pipeline, on the same messages.

Both are trained on the same part of the training messages (all of them take DIET hours) and asked the labelled messages
of tests/evaluation. Neither has seen those. The report is reports/beside_diet.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bench.contestants import ROOT, WORK, Stock, environment, write_examples
from bench.processes import run
from bot.language.encoder import shared_encoder
from bot.language.encoder_files import known_words
from bot.language.gate import Gate
from bot.language.preparation import prepare
from bot.language.understanding import Understanding, shared_reader

FOLDER = WORK / "understanding"
SETS = {"visible sample": "dev_nlu.yml", "own set": "held_nlu.yml"}
EXAMPLES = 60
PARSE = """
import asyncio, json, sys
from rasa.core.agent import Agent
agent = Agent.load(sys.argv[1])
async def parse(texts):
    return [(await agent.parse_message(text))["intent"]["name"] for text in texts]
json.dump(asyncio.run(parse(json.load(sys.stdin))), open(sys.argv[2], "w"))
"""


def ours(training: Path, texts: Sequence[str]) -> list[str]:
    """The intents that this assistant's language part, trained on that file, gives the texts."""
    labelled = [
        (line[2:].strip(), block["intent"])
        for block in yaml.safe_load(training.read_text(encoding="utf-8"))["nlu"]
        for line in block["examples"].splitlines()
        if line.startswith("- ")
    ]
    examples, states = prepare(labelled, file=FOLDER / "embeddings.npz")
    understanding = Understanding.fit(shared_encoder(), Gate(known_words()), examples, states)
    return [understanding.complete(shared_reader().read(text)).questions[0].intent for text in texts]


def diet(stock: Stock, training: Path, texts: Sequence[str]) -> list[str]:
    """The same from Rasa's default pipeline, in its own environment."""
    command = [stock.rasa, "train", "nlu", "--config", str(ROOT / "bench/stock/config.yml"), "--nlu", str(training)]
    command += ["--out", str(FOLDER), "--fixed-model-name", "diet"]
    run(command, ROOT, environment(FOLDER), FOLDER / "train.log")
    answers = FOLDER / "diet.json"
    python = str(stock.folder / "venv" / "bin" / "python")
    subprocess.run(
        [python, "-c", PARSE, str(FOLDER / "diet.tar.gz"), str(answers)],
        input=json.dumps(list(texts)),
        text=True,
        check=True,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    intents: list[str] = json.loads(answers.read_text())
    return intents


def score(examples: Sequence[Mapping[str, Any]], said: Sequence[str]) -> tuple[float, float]:
    """Accuracy (a second intent that is labelled as right counts) and macro-F1 over the first intents."""
    from sklearn.metrics import f1_score

    right = [
        intent in {example["intent"], *example.get("secondary_intents", [])}
        for example, intent in zip(examples, said, strict=True)
    ]
    truth = [example["intent"] for example in examples]
    settled = [want if good else intent for want, intent, good in zip(truth, said, right, strict=True)]
    labels = sorted(set(truth))
    return sum(right) / len(right), float(f1_score(truth, settled, labels=labels, average="macro", zero_division=0))


def main() -> int:
    """Train both, ask both, report."""
    parser = argparse.ArgumentParser(prog="python -m bench.understanding", description=__doc__)
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="training messages an intent, for both")
    most = parser.parse_args().examples
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    training = FOLDER / "nlu.yml"
    write_examples(training, most)
    stock = Stock("stock Rasa", WORK / "stock")
    if not Path(stock.rasa).exists():
        stock.folder.mkdir(parents=True, exist_ok=True)
        print("==> installing stock Rasa", flush=True)
        stock.install()
    sets = {
        name: yaml.safe_load((ROOT / "tests" / "evaluation" / file).read_text(encoding="utf-8"))["examples"]
        for name, file in SETS.items()
    }
    texts = [example["text"] for examples in sets.values() for example in examples]
    print("==> this assistant", flush=True)
    said = {"this assistant": ours(training, texts)}
    print("==> DIET (minutes)", flush=True)
    said["Rasa's default DIET"] = diet(stock, training, texts)
    lines = [
        "# Intents beside Rasa's default DIET pipeline",
        "",
        f"Both trained on the same {most} messages an intent.",
        "",
    ]
    lines += ["| messages | " + " | ".join(f"{name}: accuracy, macro-F1" for name in said) + " |", "|---|---|---|"]
    start = 0
    for name, examples in sets.items():
        stop = start + len(examples)
        scores = [score(examples, intents[start:stop]) for intents in said.values()]
        lines.append(f"| {name} ({len(examples)}) | " + " | ".join(f"{a:.3f}, {f:.3f}" for a, f in scores) + " |")
        start = stop
    text = "\n".join([*lines, ""])
    reports = ROOT / "reports"
    reports.mkdir(exist_ok=True)
    (reports / "beside_diet.md").write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
