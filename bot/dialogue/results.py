"""A result told in a word or two after its test was spoken of ("TPMT?" ... "heterozygous")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue.data import has_cue
from bot.dialogue.escalate import LATE_PERIOD
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Reading
from bot.guidance.knowledge import load_knowledge

MEANS: Mapping[str, Mapping[str, str]] = {
    "tpmt": {
        "result_is_low": "tpmt_deficiency",
        "result_is_intermediate": "tpmt_intermediate",
        "result_is_unknown": "tpmt_unknown",
    },
    "nudt15": {"result_is_low": "nudt15_deficiency"},
}
"""Per test, the list of cues.yml that tells a result and the fact that it is; a normal result is no fact."""
FEW_WORDS = 8


def result_of_the_test_spoken_of(memory: Memory, reading: Reading) -> list[str]:
    """The contraindications with the one that the message tells; empty when it tells none."""
    tests = _spoken_of(memory)
    few = len(reading.text.split()) <= FEW_WORDS and "?" not in reading.text
    if len(tests) != 1 or not few or reading.facts.keys() - {"audience"} or reading.hypothetical:
        return []
    found = [fact for cue, fact in MEANS[tests[0]].items() if has_cue(cue, reading.text.strip())]
    return [*memory.case.contraindications, *found] if found else []


def supposed_result(memory: Memory, reading: Reading) -> dict[str, Any]:
    """What "and if it comes back low" supposes of the test that was spoken of; empty when it supposes none."""
    tests = _spoken_of(memory)
    if len(tests) != 1 or not has_cue("result_supposed_low", reading.text.strip()):
        return {}
    return {"contraindications": [*memory.case.contraindications, MEANS[tests[0]]["result_is_low"]]}


def supposed_positive(memory: Memory, reading: Reading) -> dict[str, Any]:
    """ "And had it been positive?", after a test for pregnancy or hepatitis B was spoken of, supposes what it shows."""
    last = memory.questions[-1] if memory.questions else None
    if last is None or not has_cue("test_supposed_positive", reading.text.strip()):
        return {}
    if "hepatitis_b" in last.aspects:
        return {"contraindications": [*memory.case.contraindications, "hepatitis_b"]}
    of_pregnancy = "pregnancy_test" in last.aspects or last.kind == "ask_pregnancy" or memory.today == LATE_PERIOD
    return {"pregnancy": "pregnant"} if of_pregnancy else {}


def _spoken_of(memory: Memory) -> list[str]:
    aspects = memory.questions[-1].aspects if memory.questions else ()
    return [test for test in MEANS if test in aspects] or _named_in_the_answer(memory)


def _named_in_the_answer(memory: Memory) -> list[str]:
    """The test that the last answer asked for first, though the question did not name it."""
    table = load_knowledge().table
    of_tests = {
        row: test for test in reversed(tuple(MEANS)) if test in table.aspects for row in table.aspects[test].rows
    }
    return [of_tests[row] for row in memory.rows if row in of_tests][:1]
