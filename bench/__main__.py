"""make bench: medians of install size, training, start, memory and time a message; report in reports/benchmark.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
import uuid
from pathlib import Path

from bench.contestants import ROOT, STOCK_EXAMPLES, WORK, Contestant, Ours, Stock
from bench.processes import post

STARTS = 3
OPENINGS = ("", "ok, ", "so, ", "well, ", "right, ", "now, ")
"""One for each round of the messages, so that none is the same text twice: what was encoded once is remembered."""
FIGURES = {
    "installed MB": ("installed, MB", 700.0),
    "train s": ("training, s", 30.0),
    "train peak MB": ("training, largest memory, MB", None),
    "start s": ("second start to first answer, s", 12.0),
    "resident MB": ("resident after the messages, MB", None),
    "resident less encoder MB": ("the same without the sentence encoder, MB", 350.0),
    "p50 ms": ("a message at one client, p50, ms", 30.0),
    "p95 ms": ("a message at one client, p95, ms", None),
    "install s": ("installation with what is cached, s", None),
}
"""Each figure: what it is, and the most it may be for the assistant (None: shown only)."""


def measure(contestant: Contestant, messages: list[str]) -> dict[str, float]:
    """All figures of one contestant."""
    contestant.folder.mkdir(parents=True, exist_ok=True)
    _say(f"{contestant.name}: installing")
    seconds, size = contestant.install()
    _say(f"{contestant.name}: training")
    trained = contestant.train()
    starts, resident, times = [], [], []
    for number in range(STARTS + 1):
        server = contestant.server()
        taken = server.start()
        try:
            if number == 0:  # the first start compiles and fills caches: not counted
                continue
            starts.append(taken)
            times += _talk(server.base, messages)
            resident.append(server.resident_mb())
            _say(f"{contestant.name}: start {number} took {taken:.1f} s")
        finally:
            server.stop()
    return {
        "installed MB": size,
        "train s": trained.seconds,
        "train peak MB": trained.peak_mb,
        "start s": statistics.median(starts),
        "resident MB": statistics.median(resident),
        "resident less encoder MB": statistics.median(resident) - contestant.encoder_mb(),
        "p50 ms": statistics.median(times),
        "p95 ms": statistics.quantiles(times, n=20)[-1],
        "install s": seconds,
    }


def _talk(base: str, messages: list[str]) -> list[float]:
    """Milliseconds of each message, one client, a new conversation a round; the first round warms up."""
    times: list[float] = []
    for opening in OPENINGS:
        sender = uuid.uuid4().hex
        for message in messages:
            started = time.perf_counter()
            post(base, sender, opening + message)
            if opening:
                times.append((time.perf_counter() - started) * 1000)
    return times


def _say(text: str) -> None:
    print(f"==> {text}", flush=True)


def report(results: dict[str, dict[str, float]]) -> str:
    """The report as Markdown."""
    lines = ["# Benchmark", "", f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; "]
    lines[-1] += f"medians of {STARTS} starts; the same messages, rules and actions for both. "
    lines[-1] += f"Stock Rasa is trained on {STOCK_EXAMPLES} messages an intent: all of them take it hours."
    if max(os.getloadavg()) > 1.5:
        lines.append(f"The machine was busy (load {os.getloadavg()[0]:.1f}): read the ratios.")
    names = list(results)
    lines += ["", f"| | {' | '.join(names)} | at most |", f"|---|{'---|' * (len(names) + 1)}"]
    for key, (title, most) in FIGURES.items():
        values = " | ".join(
            f"{results[name][key]:.0f}" if results[name][key] >= 20 else f"{results[name][key]:.1f}" for name in names
        )
        limit = "" if most is None else f"{most:.0f}{'' if results['assistant'][key] <= most else ' (missed)'}"
        lines.append(f"| {title} | {values} | {limit} |")
    return "\n".join([*lines, ""])


def main() -> int:
    """Measure and report; 1 if the assistant misses a limit."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--ours", action="store_true", help="leave stock Rasa out (no large download)")
    only_ours = parser.parse_args().ours
    messages = (Path(__file__).parent / "messages.txt").read_text().splitlines()
    contestants: list[Contestant] = [Ours("assistant", WORK / "ours")]
    if not only_ours:
        contestants.append(Stock("stock Rasa", WORK / "stock"))
    results = {contestant.name: measure(contestant, messages) for contestant in contestants}
    text = report(results)
    reports = ROOT / "reports"
    reports.mkdir(exist_ok=True)
    (reports / "benchmark.md").write_text(text)
    (reports / "benchmark.json").write_text(json.dumps(results, indent=1))
    print(text)
    missed = [key for key, (_, most) in FIGURES.items() if most is not None and results["assistant"][key] > most]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
