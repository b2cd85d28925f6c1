"""Renew the Answers and the golden payloads: python -m tests.rendering.renew [answers]

Without an argument only the golden payloads are drawn anew from the Answers that are stored; look at what changed with
`git diff tests/rendering/golden` before it is committed. `answers` first asks the running assistant for an Answer of
every kind (tests/rendering/messages.yml), which is needed when the contract or the answers' shape changes.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tests.rendering.support import ANSWERS, DRAWINGS, GOLDEN, load_answers
from tests.running import start

MESSAGES = Path(__file__).parent / "messages.yml"


def _write(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def renew_answers() -> None:
    """Ask the assistant, and store what it answers to the last message of each conversation."""
    from bot.runtime import failure

    wanted = yaml.safe_load(MESSAGES.read_text(encoding="utf-8"))
    for old in ANSWERS.glob("*.json"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        running = start(Path(folder))
        try:
            for name, row in wanted.items():
                answers: list[dict[str, Any]] = []
                for message in row["messages"]:
                    answers = running.answers(message, sender=name)
                kinds = [answer["kind"] for answer in answers]
                if row["kind"] not in kinds:
                    raise SystemExit(f"{name}: the answers are of the kinds {kinds}, not {row['kind']}")
                _write(ANSWERS / f"{name}.json", answers[kinds.index(row["kind"])])
        finally:
            running.stop()
    _write(ANSWERS / "error.json", failure.error_answer(failure.ACTION))


def renew_golden() -> None:
    """Draw every Answer for every channel."""
    for channel, draw in DRAWINGS.items():
        for name, answer in load_answers().items():
            _write(GOLDEN / channel / f"{name}.json", draw(answer))


if __name__ == "__main__":
    if sys.argv[1:] == ["answers"]:
        renew_answers()
    renew_golden()
