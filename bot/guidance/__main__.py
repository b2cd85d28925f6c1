"""``python -m bot.guidance``: one JSON object a line in, one Answer a line out.

Input: ``{"case": {...}, "question": {...}}``; without a question, the options for the case. A line that cannot be read
gets ``{"error": "..."}`` and the run goes on.
"""

from __future__ import annotations

import json
import sys
from typing import IO, Any

from bot.guidance.engine import answer
from bot.guidance.model import Case, InvalidInputError, Question


def answer_line(line: str) -> str:
    """One line of JSON for one line of JSON; what is wrong with the input is said, never raised."""
    try:
        data = json.loads(line)
        if not isinstance(data, dict) or set(data) - {"case", "question"}:
            raise InvalidInputError(['an object with "case" and, if wanted, "question" is needed'])
        case = Case.from_mapping(_given(data, "case"))
        question = Question.from_mapping(_given(data, "question"))
    except (ValueError, RecursionError) as error:
        return json.dumps({"error": str(error)})
    return json.dumps(answer(case, question).as_dict(), ensure_ascii=False)


def _given(data: dict[str, Any], part: str) -> Any:
    return {} if data.get(part) is None else data[part]


def main(source: IO[str] = sys.stdin, target: IO[str] = sys.stdout) -> None:
    """Answer every line of the source that is not blank."""
    for line in source:
        if line.strip():
            target.write(answer_line(line) + "\n")
            target.flush()


if __name__ == "__main__":
    main()
