"""Signs in a message and the conversation that speak for an intent; expectations.yml names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.dialogue.data import has_cue
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Asked, Reading

SIGNS: Mapping[str, Callable[[Asked, Reading, Memory], bool]] = {
    "act": lambda asked, reading, memory: reading.act is not None,
    "terms": lambda asked, reading, memory: (
        bool(asked.terms) and (not asked.aspects or has_cue("defining", asked.text))
    ),
    "reply": lambda asked, reading, memory: reading.reply is not None,
    "facts": lambda asked, reading, memory: bool(set(reading.facts) - {"audience"}),
    "severity": lambda asked, reading, memory: reading.severity is not None,
    "retracted": lambda asked, reading, memory: bool(reading.retracted),
    "change": lambda asked, reading, memory: has_cue("change", reading.text),
    "audience": lambda asked, reading, memory: reading.audience is not None,
    "citation": lambda asked, reading, memory: asked.citation is not None,
    "two_drugs": lambda asked, reading, memory: len(_set_side_by_side(asked, memory)) > 1,
    "lungs": lambda asked, reading, memory: bool(reading.ild),
    "pregnancy": lambda asked, reading, memory: reading.pregnancy is not None or "pregnancy" in reading.absent,
    "side_effect": lambda asked, reading, memory: bool(reading.side_effect or asked.side_effect),
    "pending": lambda asked, reading, memory: memory.pending is not None,
}


def _set_side_by_side(asked: Asked, memory: Memory) -> set[str]:
    if asked.drugs and has_cue("a_comparative", asked.text):  # "would ciclosporin be gentler" than the last one
        return {*asked.drugs, *memory.drugs}
    return set(asked.drugs or memory.drugs)
