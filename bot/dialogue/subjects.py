"""Harms that are asked of the drug just spoken of ("liver?", "does it hit the counts")."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.data import has_cue
from bot.dialogue.kinds import ABOUT_A_DRUG, REPLACED
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Reading

TAKEN_FOR = ("report_side_effect", "provide_patient_info", "ask_side_effect_management")
A_NAME = 2
"""Words at most of a harm that is named with a question mark ("liver?")."""
MAY_ASK_OF_A_HARM = (*TAKEN_FOR, "ask_drug_risk", "ask_monitoring")


def with_subject_of_the_drug(memory: Memory, reading: Reading) -> Reading:
    """The reading in which an effect that is only named is asked of the drug just spoken of, and is no fact.

    Nobody reports an effect in one word while another drug than mycophenolate is talked over, unless we asked for it.
    """
    last = memory.questions[-1] if memory.questions else None
    of_another = last is not None and last.kind in ABOUT_A_DRUG and bool(set(last.drugs) - REPLACED)
    told = set(reading.facts) - {"audience"}
    if of_another and not told and _asks_of_it(reading):
        asked = replace(reading.asked[0], intent="ask_drug_risk", confidence=1.0, side_effect=())
        return replace(reading, scenario={}, hypothetical=False, side_effect=(), asked=(asked,))
    if of_another and told == {"contraindications"} and has_cue("a_hazard_alone", reading.text.strip()):
        asked = replace(reading.asked[0], intent="ask_drug_risk", confidence=1.0)  # "hep B reactivation"
        return replace(reading, facts={s: v for s, v in reading.facts.items() if s == "audience"}, asked=(asked,))
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


def _asks_of_it(reading: Reading) -> bool:
    """Is an effect asked of "it" ("gut problems with it?") and not supposed of the patient ("if it came back")?"""
    named = set(reading.scenario) == {"side_effect"} and not reading.drugs and len(reading.asked) == 1
    text = reading.text
    may_ask = named and reading.asked[0].intent in MAY_ASK_OF_A_HARM
    bare = "?" in text and len(text.split()) <= A_NAME
    return may_ask and (bare or has_cue("of_the_one_spoken_of", text)) and not has_cue("supposing", text)
