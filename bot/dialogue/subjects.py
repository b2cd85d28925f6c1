"""A noun alone that names a harm of the drug just spoken of ("liver?", "gut tolerability of it")."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.data import has_cue
from bot.dialogue.kinds import ABOUT_A_DRUG, REPLACED
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Reading

TAKEN_FOR = ("report_side_effect", "provide_patient_info", "ask_side_effect_management")


def with_subject_of_the_drug(memory: Memory, reading: Reading) -> Reading:
    """The reading in which an effect that is only named is asked of the drug just spoken of, and is no fact.

    Nobody reports an effect in one word while another drug than mycophenolate is talked over, unless we asked for it.
    """
    last = memory.questions[-1] if memory.questions else None
    of_another = last is not None and last.kind in ABOUT_A_DRUG and bool(set(last.drugs) - REPLACED)
    told = set(reading.facts) - {"audience"}
    asked_for = memory.pending is not None and memory.pending.turn == memory.turns
    if not of_another or told != {"side_effect"} or asked_for or reading.drugs or len(reading.asked) != 1:
        return reading
    text = reading.text.strip()
    if not has_cue("names_an_effect", text) or has_cue("tells_of_oneself", text):
        return reading
    facts = {slot: value for slot, value in reading.facts.items() if slot == "audience"}
    asked = reading.asked[0]
    if asked.intent in TAKEN_FOR:
        asked = replace(asked, intent="ask_drug_risk", confidence=1.0)
    return replace(reading, facts=facts, asked=(asked,))
