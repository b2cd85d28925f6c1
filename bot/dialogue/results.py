"""A result told in a word or two after its test was spoken of ("TPMT?" ... "heterozygous")."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.data import has_cue
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Reading

MEANS: Mapping[str, Mapping[str, str]] = {
    "tpmt": {
        "result_is_low": "tpmt_deficiency",
        "result_is_intermediate": "tpmt_intermediate",
        "result_is_unknown": "tpmt_unknown",
    },
    "nudt15": {"result_is_low": "nudt15_deficiency"},
}
"""Per test, the list of cues.yml that tells a result and the fact that it is; a normal result is no fact."""
FEW_WORDS = 4


def result_of_the_test_spoken_of(memory: Memory, reading: Reading) -> list[str]:
    """The contraindications with the one that the message tells; empty when it tells none."""
    aspects = memory.questions[-1].aspects if memory.questions else ()
    tests = [test for test in MEANS if test in aspects]
    few = len(reading.text.split()) <= FEW_WORDS and "?" not in reading.text
    if len(tests) != 1 or not few or reading.facts.keys() - {"audience"} or reading.hypothetical:
        return []
    found = [fact for cue, fact in MEANS[tests[0]].items() if has_cue(cue, reading.text.strip())]
    return [*memory.case.contraindications, *found] if found else []
