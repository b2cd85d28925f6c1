"""What the conversation is at: what can be "mild" when nothing is named, and what "those two" or "the other" mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue.data import has_cue
from bot.dialogue.kinds import A_GUESS, ABOUT_A_DRUG, ABOUT_THE_CASE
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Asked, Mention, Reading
from bot.dialogue.results import supposed_positive, supposed_result
from bot.dialogue.withdraw import effects_named
from bot.guidance.model import RESPONSES

LUNGS, SIDE_EFFECT = "lungs", "side_effect"
OF_A_TOPIC: Mapping[str, str] = {LUNGS: "ild_severity", SIDE_EFFECT: "side_effect_severity"}
"""The fact that a severity without a noun is, by what was last spoken of."""
TOPIC_OF: Mapping[str, str] = {
    "lung": LUNGS,
    "ild": LUNGS,
    "low_dlco": LUNGS,
    "side_effect": SIDE_EFFECT,
    "effect_noun": SIDE_EFFECT,
}
TOPIC_OF_SLOT: Mapping[str, str] = {
    "ild_severity": LUNGS,
    "ild_course": LUNGS,
    "low_dlco": LUNGS,
    "side_effect": SIDE_EFFECT,
    "side_effect_severity": SIDE_EFFECT,
}
WORSE: Mapping[str, Mapping[str, Any]] = {
    LUNGS: {"ild_course": "progressive"},
    SIDE_EFFECT: {"side_effect_severity": "severe"},
}
"""What "if it got worse" supposes."""
DEGREES = ("mild", "moderate", "severe")
LEFT_OPEN = frozenset(("mmf_response", "side_effect_persistent"))
"""What a supposed failure sounds like when it is taken for a fact."""
SET_APART = ("other", "mentioned")
OF_AN_ORDER = ("ask_evidence", "compare_drugs")
"""Kinds of question in which "tacrolimus before rituximab" is an order and tells of no trial of either."""
NUMBERS = {"two": 2, "2": 2, "three": 3, "3": 3, "four": 4, "4": 4}
_A_NUMBER = re.compile(r"(?:[\w']+[,. ]+){0,8}([3-9]\d|1\d\d)(?:\.\d)?[ .!]*$")
_NOT_THAT_NUMBER = re.compile(r"\b(\d{2,3}(?:\.\d)?) ?(?:kg|cm)?,? (?:and )?not (\d{2,3}(?:\.\d)?)\b", re.IGNORECASE)
_A_CLAUSE = re.compile(r"[^.,;!?\n]+[.,;!?\n]")
_ANOTHER_NUMBER = re.compile(
    r"(?:and|or|what about|how about|if)(?: for| at)? ([3-9]\d|1\d\d)(?: ?kg)?[ ?.]*$", re.IGNORECASE
)
_SOME_OF_THEM = re.compile(r"(?<!\w)(first|last|other) (two|three|[23])(?!\w)", re.IGNORECASE)


def topic_of(reading: Reading) -> str | None:
    """What the message last speaks of that can be mild or severe; None when it names nothing of the kind."""
    spoken = [m for m in reading.mentions if m.concept in TOPIC_OF and not set(m.context) & set(SET_APART)]
    if _degree_stands_apart(reading):
        spoken = []
    if spoken:
        return TOPIC_OF[max(spoken, key=lambda m: m.end).concept]
    told = [TOPIC_OF_SLOT[slot] for slot in reading.facts if slot in TOPIC_OF_SLOT]
    return told[-1] if len(set(told)) == 1 else None


def _degree_stands_apart(reading: Reading) -> bool:
    """A degree alone in its clause ("mild. and my lungs love it") is not of what a later one speaks of."""
    degrees = [m for m in reading.mentions if m.concept == "severity" and not set(m.context) & set(SET_APART)]
    if len(degrees) != 1 or "mmf_response" not in reading.facts:
        return False
    end = next((c.end() for c in _A_CLAUSE.finditer(reading.text) if c.end() >= degrees[0].end), len(reading.text))
    named = any(m.concept in TOPIC_OF and m.start < end for m in reading.mentions)
    return end < len(reading.text.rstrip()) and not named


def with_own_severity(memory: Memory, reading: Reading) -> Reading:
    """The reading without a degree that is of something else ("severe asthma") or of somebody else."""
    if reading.severity is None:
        return reading
    of_another = reading.person in ("relative", "other") and memory.person not in (None, reading.person)
    degrees = [m for m in reading.mentions if m.concept == "severity" and m.value == reading.severity]
    bound = bool(degrees) and all(_is_no_degree(reading.text, m) for m in degrees)
    return replace(reading, severity=None) if of_another or bound else reading


def _is_no_degree(text: str, mention: Mention) -> bool:
    """ "How early is early" and "so significant" tell no degree; "severe asthma" tells it of something else."""
    return has_cue("no_degree", text[mention.start : mention.end]) or _is_of_a_noun(text[mention.end :])


def _is_of_a_noun(rest: str) -> bool:
    """Does a word follow that the degree may belong to?"""
    following = re.match(r" +([^\W\d_]+)", rest)
    return following is not None and not has_cue("after_a_degree", following[1])


def severity_slot(memory: Memory, reading: Reading) -> str | None:
    """The fact that a bare severity is: the one whose value it corrects, else that of the topic."""
    denied = [slot for slot in OF_A_TOPIC.values() if getattr(memory.case, slot) in reading.retracted.get(slot, ())]
    if len(denied) == 1:
        return denied[0]
    told = [slot for slot in OF_A_TOPIC.values() if getattr(memory.case, slot) in DEGREES]
    if len(told) == 1 and topic_of(reading) is None and has_cue("change", reading.text):
        return told[0]  # what is corrected was told before
    topic = topic_of(reading) or memory.topic
    return OF_A_TOPIC.get(topic or "")


def back_to_the_case(memory: Memory, reading: Reading) -> tuple[Memory, Reading]:
    """ "Ok, back to her: options?" ends what was supposed; a message that says no more asks for the options."""
    if not memory.scenario or reading.hypothetical or not has_cue("back_to_the_case", reading.text):
        return memory, reading
    memory = memory.without_scenario()
    asks = any(a.intent in (*ABOUT_A_DRUG, *ABOUT_THE_CASE) and a.confidence >= A_GUESS for a in reading.asked)
    told = set(reading.facts) - {"audience"} or reading.retracted
    if asks or told:
        return memory, reading
    options = replace(reading.asked[0] if reading.asked else Asked("ask_alternatives"), intent="ask_alternatives")
    return memory, replace(reading, asked=(options,), act=None)


def likely_topic(memory: Memory) -> str | None:
    """What "if it becomes severe" is about when nothing of the kind was spoken of: what the case or the talk holds."""
    if memory.topic is not None:
        return memory.topic
    kinds = {question.kind for question in memory.questions}
    lungs = memory.case.ild_severity not in (None, "none") or memory.case.ild_course is not None
    if memory.case.side_effect or kinds & {"report_side_effect", "ask_side_effect_management"}:
        return LUNGS if lungs and not memory.case.side_effect else SIDE_EFFECT
    return LUNGS if lungs or "ask_ild_treatment" in kinds else None


def with_supposed(memory: Memory, reading: Reading) -> Reading:
    """The reading with what it supposes by leaning on the conversation ("if it were severe after all")."""
    told = {slot: value for slot, value in reading.facts.items() if slot != "audience"}
    responses = [m.value for m in reading.mentions if m.concept == "response" and m.value in RESPONSES]
    if memory.scenario and responses and has_cue("goes_on_with", reading.text.strip()):
        scenario = {**memory.scenario, **reading.scenario, "mmf_response": responses[-1]}
        asked = tuple(replace(a, intent="ask_alternatives", aspects=()) for a in reading.asked[:1])
        return replace(reading, facts=_without(reading.facts, told), scenario=scenario, hypothetical=True, asked=asked)
    if told and has_cue("opens_a_supposition", reading.text.strip()):
        return replace(
            reading, facts=_without(reading.facts, told), scenario={**reading.scenario, **told}, hypothetical=True
        )
    if memory.questions and told and set(told) <= LEFT_OPEN and _is_a_failure_supposed(reading.text):
        return replace(reading, facts=_without(reading.facts, told), hypothetical=True)
    if memory.questions and set(told) == {"pregnancy"} and has_cue("names_a_topic", reading.text.strip()):
        return replace(reading, facts=_without(reading.facts, told), scenario={**reading.scenario, **told})
    only_tried = reading.intent in OF_AN_ORDER and set(reading.scenario) == {"drugs_tried"}
    if only_tried and has_cue("order_of_drugs", reading.text):
        return replace(reading, scenario={}, hypothetical=False)
    if not memory.questions or told:
        return reading
    supposed = {
        **_bare_severity(memory, reading),
        **_another_effect(reading),
        **_worse(memory, reading),
        **_lasting(memory, reading),
        **_another_weight(memory, reading.text),
        **_were_so(memory, reading),
        **supposed_result(memory, reading),
    }
    positive = supposed_positive(memory, reading)
    supposed = {slot: value for slot, value in {**supposed, **positive}.items() if slot not in reading.scenario}
    if not supposed:
        return reading
    of_a_test = "contraindications" in supposed and bool(memory.drugs) and bool(reading.asked)
    if of_a_test:  # "and if it comes back low" asks of the drug of that test
        of_it = replace(reading.asked[0], intent="ask_contraindication", drugs=memory.drugs[:1])
        reading = replace(reading, asked=(of_it,))
    if "pregnancy" in positive and reading.asked:
        reading = replace(reading, asked=(replace(reading.asked[0], intent="ask_pregnancy"),))
    return replace(reading, scenario={**reading.scenario, **supposed}, hypothetical=True)


def _is_a_failure_supposed(text: str) -> bool:
    """ "If that does not work either" tells of no drug that does not work."""
    return has_cue("it_fails", text) and (has_cue("supposing", text) or has_cue("conditional", text))


def _without(facts: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    return {slot: value for slot, value in facts.items() if slot not in told}


def _another_weight(memory: Memory, text: str) -> dict[str, Any]:
    """ "And 80?" after a dose by weight: what it would be at that weight."""
    found = _ANOTHER_NUMBER.match(text.strip())
    of_a_dose = bool(memory.questions) and memory.questions[-1].kind == "ask_dose"
    return {"weight_kg": float(found[1])} if found and of_a_dose and memory.case.weight_kg is not None else {}


def _lasting(memory: Memory, reading: Reading) -> dict[str, Any]:
    """ "Suppose the counts stay down": the side effect that was told goes on."""
    supposed = has_cue("supposing", reading.text) and has_cue("stays_bad", reading.text)
    plain = not reading.scenario and topic_of(reading) in (None, SIDE_EFFECT)
    return {"side_effect_persistent": True} if supposed and plain and memory.case.side_effect else {}


def _bare_severity(memory: Memory, reading: Reading) -> dict[str, Any]:
    degrees = [m for m in reading.mentions if m.concept == "severity" and "scenario" in m.context]
    if not degrees or topic_of(reading) is not None or set(OF_A_TOPIC.values()) & set(reading.scenario):
        return {}
    slot = severity_slot(memory, reading) or OF_A_TOPIC.get(likely_topic(memory) or "")
    return {slot: degrees[-1].value} if slot else {}


def _another_effect(reading: Reading) -> dict[str, Any]:
    if not has_cue("supposing", reading.text) or reading.ild:
        return {}
    named = reading.side_effect or effects_named(reading.text)
    return {"side_effect": list(named)} if named and has_cue("were_it", reading.text) else {}


def _were_so(memory: Memory, reading: Reading) -> dict[str, Any]:
    """ "And if I were?" after a pregnancy was denied."""
    denied = memory.case.pregnancy == "not_pregnant" and not reading.scenario
    return {"pregnancy": "pregnant"} if denied and has_cue("if_it_were_so", reading.text.strip()) else {}


def _worse(memory: Memory, reading: Reading) -> Mapping[str, Any]:
    plain = not reading.scenario and has_cue("supposing", reading.text) and has_cue("gets_worse", reading.text)
    topic = likely_topic(memory)
    return WORSE.get(topic or "", {}) if plain and topic_of(reading) in (None, topic) else {}


def measured_again(memory: Memory, text: str) -> dict[str, float]:
    """ "Sorry, 75": a bare number that corrects the weight of a dose; a height told beside it makes it unclear."""
    found, case = _A_NUMBER.match(text.strip()), memory.case
    for swapped in _NOT_THAT_NUMBER.finditer(text):  # "46, not 64"
        for slot in ("weight_kg", "height_cm"):
            if getattr(case, slot) == float(swapped[2]):
                return {slot: float(swapped[1])}
    of_a_dose = bool(memory.questions) and memory.questions[-1].kind == "ask_dose"
    if found is None or not of_a_dose or case.weight_kg is None or case.height_cm is not None:
        return {}
    return {"weight_kg": float(found[1])} if has_cue("change", text) else {}


def some_of_them(text: str, memory: Memory) -> tuple[str, ...]:
    """The drugs that "the first two", "those two", "all of them", "the other one" mean; none when nothing fits."""
    listed = memory.named or memory.recent
    if found := _SOME_OF_THEM.search(text):
        count = NUMBERS[found[2].lower()]
        if len(listed) < count:
            return ()
        return listed[:count] if found[1].lower() == "first" else listed[-count:]
    if has_cue("of_each", text) and not memory.named and len(memory.option_drugs) > 1:
        return _of_the_first_two(memory)
    if has_cue("all_of_them", text) and len(listed) > 1:
        return listed
    if has_cue("those_two", text) and len(memory.recent) > 1:
        return memory.drugs if len(memory.drugs) == NUMBERS["two"] else memory.recent[-2:]
    if has_cue("the_other_one", text):
        others = tuple(d for d in listed if d not in memory.drugs) or _beside_it(memory)
        return others[-1:]
    return ()


def _of_the_first_two(memory: Memory) -> tuple[str, ...]:
    """The drugs of the two options put first ("what dose of each")."""
    first = list(memory.option_drugs.values())[: NUMBERS["two"]]
    return tuple(dict.fromkeys(d for drugs in first for d in drugs))


def _beside_it(memory: Memory) -> tuple[str, ...]:
    """The other drug of the two that head the list, when the one spoken of is one of them ("and the other one")."""
    listed = tuple(dict.fromkeys(d for drugs in memory.option_drugs.values() for d in drugs))[: NUMBERS["two"]]
    others = tuple(d for d in listed if d not in memory.drugs)
    return others if len(others) < len(listed) else ()
