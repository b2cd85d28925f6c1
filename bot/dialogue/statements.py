"""Does a message only tell something, whatever intent it sounds like?"""

from __future__ import annotations

from bot.dialogue.data import has_cue
from bot.dialogue.intake import Intake
from bot.dialogue.kinds import ABOUT_A_DRUG, ABOUT_THE_CASE, REPLACED
from bot.dialogue.reading import Asked, Reading

QUESTIONS = frozenset((*ABOUT_A_DRUG, *ABOUT_THE_CASE)) - {"report_side_effect"}
"""Intents that ask something of the guidance outright."""
DECISIVE = frozenset(
    (
        "ild_severity",
        "ild_course",
        "side_effect_severity",
        "side_effect_persistent",
        "mmf_response",
        "pregnancy",
        "drugs_tried",
    )
)
"""Facts that the order of the options hangs on."""
VAGUE_LUNGS = ("ild_severity", "present_unspecified")
SURE = 0.8
"""From this confidence on a question of a finer subject is one, whatever facts stand beside it."""


def only_denies_a_pregnancy(asked: Asked, reading: Reading) -> bool:
    """ "I'm not pregnant" asks nothing of pregnancy; what else the message asks is about the case."""
    denied = reading.facts.get("pregnancy") == "not_pregnant" and not reading.scenario
    return denied and asked.intent == "ask_pregnancy" and not asked.aspects and not asked.drugs


def only_news(asked: Asked, reading: Reading, intake: Intake) -> bool:
    """A message that changes what the choice hangs on and puts no question is a statement, whatever it sounds like."""
    decisive = bool(DECISIVE & (set(intake.changed) | {clash.slot for clash in intake.clashes})) or bool(
        reading.withdrawn
    )
    if asked.intent in QUESTIONS and set(intake.changed.items()) == {VAGUE_LUNGS} and not intake.clashes:
        return False  # "pick one for myositis-ILD" only names the disease in passing
    if asked.intent in ABOUT_A_DRUG and asked.aspects and asked.confidence >= SURE:
        return False  # "once or twice a day" after a dose asks on, whatever it sounds like besides
    of_a_drug = bool(set(asked.drugs) - set(intake.memory.case.drugs_tried) - REPLACED)
    putting = "?" in reading.text or has_cue("asks", reading.text) or of_a_drug or asked.ordinal is not None
    return decisive and not putting and bool(intake.memory.questions) and asked.intent not in ABOUT_THE_CASE


def tells_the_dose_taken(asked: Asked, reading: Reading, intake: Intake) -> bool:
    """ "Mycophenolate 1 g twice daily for Jo-1" beside a case tells what is taken; nothing in it asks."""
    of_the_drug = bool(asked.drugs) and set(asked.drugs) <= REPLACED and has_cue("an_amount", asked.text)
    asks = "?" in reading.text or has_cue("ask_dose", asked.text) or has_cue("asking", asked.text)
    begun = bool(intake.memory.questions) and bool(intake.memory.case.side_effect)
    return begun and of_the_drug and not asks and asked.intent == "ask_dose"
