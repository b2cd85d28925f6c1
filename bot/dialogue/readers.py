"""For whom an answer is meant when it is handed on: "now for my doctor" asks for a clinician's register."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.data import has_cue
from bot.dialogue.reading import Asked, Reading


def for_its_reader(reading: Reading) -> Reading:
    """The reading as a choice of register, when the whole message names nothing but the reader."""
    if not has_cue("for_a_doctor", reading.text.strip()):
        return reading
    asked = replace(reading.asked[0] if reading.asked else Asked("set_audience"), intent="set_audience", confidence=1.0)
    return replace(reading, audience="clinician", asked=(asked,), act=None)
