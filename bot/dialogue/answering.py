"""Does a message answer the question that was put to the person, and with what?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.dialogue.data import fact_rules, has_cue
from bot.dialogue.focus import LUNGS, OF_A_TOPIC, severity_slot, topic_of
from bot.dialogue.kinds import ABOUT_A_DRUG, ABOUT_THE_CASE
from bot.dialogue.memory import Memory, Pending
from bot.dialogue.reading import Facts, Reading
from bot.guidance.model import ILD_COURSES

SEVERITY_OF = {
    "side_effect_severity": "side_effect_severity",
    "ild_severity": "ild_severity",
    "ild_course": "ild_severity",
}
"""Questions that a bare severity ("it's mild") answers, and the fact it then is."""
WHICH_DRUG = "drug"
DENIED = ("absent", "negated", "other", "mentioned")
_SENTENCE_END = re.compile(r"[.;!\n]+(?=\s|$)")
_CLAUSE_END = re.compile(r"(?<=[,.;!?\n])(?=\s|$)")
_HAS_DEGREES = ("side_effect", "effect_noun", "lung", "ild", "response")
A_BARE_QUESTION = 3
A_FEW_WORDS = 3
"""Words up to which a message that opens with yes or no is taken for that alone."""
A_CORRECTION = 10
"""Words at most of a message whose one degree corrects what was told."""
OF_A_SIDE_EFFECT = ("report_side_effect", "ask_side_effect_management")
"""A message that reports how a drug is borne ("she can't stand it") says nothing of how bad the lungs are."""
LUNG_KINDS = ("ask_ild_treatment",)


@dataclass(frozen=True)
class Reply:
    """What the message says to our question.

    ``facts`` are to be stored and win over what was held; empty: nothing to store (does not know, none of them).
    ``choice`` is the place of the choice taken. ``unclear``: a "yes" that does not say which of several it means, or an
    "ok" that may only mean that our words were read.
    """

    slot: str
    facts: Facts = field(default_factory=dict)
    choice: int | None = None
    unclear: bool = False


def reply_to(memory: Memory, reading: Reading) -> Reply | None:
    """The person's reply to the pending question; None when the message is no reply to it."""
    pending = memory.pending
    if pending is None or pending.slot == WHICH_DRUG:
        return None  # a drug that is named is no fact of the case; see bot.dialogue.tasks
    slot = pending.slot
    place = _chosen(memory, pending, reading)
    if place is not None:
        return Reply(slot, pending.means[place] if place < len(pending.means) else {}, choice=place)
    if slot in reading.facts:
        return Reply(slot, {slot: reading.facts[slot]})
    of_the_drug = slot != "side_effect_severity" and _about_the_drug(memory, reading)
    at_once = pending.turn == memory.turns
    degree = reading.severity or ((_degree_said(reading) or _opening(reading)) if at_once else None)
    if degree is None and at_once and slot == "side_effect_severity":
        degree = _in_a_clause_of_its_own(reading)
    if degree and slot in SEVERITY_OF and not of_the_drug and not _corrects_another(SEVERITY_OF[slot], memory, reading):
        return Reply(slot, {SEVERITY_OF[slot]: degree})
    another = _corrects_another(slot, memory, reading)
    if slot == "side_effect_severity" and at_once and not another and (said := _in_other_words(reading)):
        return Reply(slot, {slot: said})
    if reading.reply == "unknown":
        return Reply(slot)
    if slot == "fever_or_infection" and has_cue("no_fever", reading.text) and "?" not in reading.text:
        return Reply(slot)
    if has_cue("only_heard", reading.text.strip()) and pending.turn == memory.turns:
        return Reply(slot, unclear=True)
    if reading.reply in ("yes", "no") and pending.turn == memory.turns and _says_nothing_else(reading):
        return _yes_or_no(pending, reading.reply)
    return None


def bare_severity(memory: Memory, reading: Reading) -> Facts:
    """The fact that a severity without a noun is, when none of our questions was open: of what was last spoken of."""
    severity = reading.severity or _left_over(memory, reading) or _opening(reading)
    if severity is None and (degree := _in_a_clause_of_its_own(reading)) is not None:
        ungraded = bool(memory.case.side_effect) and memory.case.side_effect_severity is None
        if "side_effect" in reading.facts or (ungraded and "mmf_response" in reading.facts):
            return {"side_effect_severity": degree}  # "nausea every day. moderate I guess?", "mild, and it works"
    asks = has_cue("opens_a_question", reading.text.strip()) and len(reading.text.split()) <= A_BARE_QUESTION
    if severity is None or asks:  # "why early" tells no degree
        return {}
    if (denied := _slot_of_the_degree_denied(memory, reading)) is not None:
        return {denied: severity}
    if _about_the_drug(memory, reading) and "ild_severity" not in reading.retracted:
        return {"side_effect_severity": severity}
    slot = severity_slot(memory, reading)
    if slot is not None:
        return {slot: severity}
    stated = {**memory.case.known(), **reading.facts}
    lungs = "ild_severity" in stated or "ild_course" in stated
    effect = "side_effect" in stated
    if lungs and (not effect or any(q.kind in LUNG_KINDS for q in memory.questions)):
        return {"ild_severity": severity}
    if memory.questions and memory.questions[-1].kind in LUNG_KINDS:
        return {"ild_severity": severity}
    effect = effect or (bool(memory.questions) and memory.questions[-1].kind in OF_A_SIDE_EFFECT)
    return {"side_effect_severity": severity} if effect else {}


def _slot_of_the_degree_denied(memory: Memory, reading: Reading) -> str | None:
    """ "It is mild, not severe" is about what is held as severe, where one thing is; "put mild for moderate" too."""
    degrees = [m for m in reading.mentions if m.concept == "severity"]
    denied = {m.value for m in degrees if set(m.context) & set(DENIED)}
    if not denied and len({m.value for m in degrees}) > 1 and has_cue("change", reading.text):
        denied = {m.value for m in degrees[:-1]}
    slots = [slot for slot in OF_A_TOPIC.values() if getattr(memory.case, slot) in denied]
    return slots[0] if len(slots) == 1 else None


def bare_course(memory: Memory, reading: Reading) -> Facts:
    """How the lungs do, where a correction names no lung ("radiology says stable, not progressive")."""
    told = {"ild_course", "ild_severity"} & {*reading.facts, *reading.scenario, *reading.retracted}
    if told or memory.case.ild_course is None or not has_cue("change", reading.text) or "?" in reading.text:
        return {}
    stated = [m.value for m in reading.mentions if m.concept == "course" and m.value in ILD_COURSES and not m.context]
    return {"ild_course": stated[0]} if len(set(stated)) == 1 else {}


def _corrects_another(slot: str, memory: Memory, reading: Reading) -> bool:
    """ "Sorry, not severe, moderate" corrects the degree that was told, whatever we asked for meanwhile."""
    denied = [s for s in OF_A_TOPIC.values() if getattr(memory.case, s) in reading.retracted.get(s, ())]
    meant = denied[0] if len(denied) == 1 else _slot_of_the_degree_denied(memory, reading)
    return meant is not None and meant != slot


def _opening(reading: Reading) -> str | None:
    """The degree that a message of several sentences begins with ("moderate, I'd say. CK is down")."""
    if set(OF_A_TOPIC.values()) & {*reading.facts, *reading.scenario, *reading.retracted}:
        return None
    first = _SENTENCE_END.split(reading.text.strip(), maxsplit=1)[0]
    degrees = {str(m.value) for m in reading.mentions if m.concept == "severity" and m.end <= len(first)}
    alone = len(degrees) == 1 and has_cue("a_degree_alone", first)
    return degrees.pop() if alone else None


def _in_a_clause_of_its_own(reading: Reading) -> str | None:
    """The one degree in clauses that name nothing that has degrees ("4 times a day, mild. Breathing is better")."""
    if set(OF_A_TOPIC.values()) & {*reading.facts, *reading.scenario, *reading.retracted}:
        return None
    if has_cue("asks", reading.text.strip()):
        return None
    degrees, start = set(), 0
    for clause in _CLAUSE_END.split(reading.text):
        within = [m for m in reading.mentions if start <= m.start < start + len(clause)]
        if not any(m.concept in _HAS_DEGREES for m in within):
            degrees |= {str(m.value) for m in within if m.concept == "severity" and set(m.context) <= {"asserted"}}
        start += len(clause)
    return degrees.pop() if len(degrees) == 1 else None


def _left_over(memory: Memory, reading: Reading) -> str | None:
    """The degree in a short correction that was tied to no fact ("actually the lung doctor says moderate")."""
    if len(reading.text.split()) > A_CORRECTION or not has_cue("change", reading.text) or "?" in reading.text:
        return None
    if set(OF_A_TOPIC.values()) & {*reading.facts, *reading.scenario, *reading.retracted}:
        return None
    degrees = [m.value for m in reading.mentions if m.concept == "severity" and not m.context]
    if len(degrees) > 1 and _slot_of_the_degree_denied(memory, reading) is not None:
        return degrees[-1]  # "moderate was too much, put mild"
    return degrees[0] if len(degrees) == 1 else None


def _about_the_drug(memory: Memory, reading: Reading) -> bool:
    """Does the message speak of how the drug is borne ("mild really, and it works"), not of the lungs?"""
    if topic_of(reading) == LUNGS:
        return False
    told = "side_effect" in reading.facts or ("mmf_response" in reading.facts and bool(memory.case.side_effect))
    return told or reading.intent in OF_A_SIDE_EFFECT


def _degree_said(reading: Reading) -> str | None:
    """The degree in a short reply that is worded as a guess ("moderate I would say")."""
    short = len(reading.text.split()) <= A_CORRECTION and "?" not in reading.text
    if not short or has_cue("conditional", reading.text) or set(OF_A_TOPIC.values()) & {*reading.facts}:
        return None
    degrees = [m.value for m in reading.mentions if m.concept == "severity" and not set(m.context) & set(DENIED)]
    return degrees[0] if len(degrees) == 1 else None


def _in_other_words(reading: Reading) -> str | None:
    """The degree in a short reply that names none ("not bad, just annoying")."""
    if len(reading.text.split()) > A_CORRECTION or "?" in reading.text or has_cue("conditional", reading.text):
        return None
    if has_cue("mild_in_other_words", reading.text):
        return "mild"
    return "severe" if has_cue("severe_in_other_words", reading.text) else None


def _chosen(memory: Memory, pending: Pending, reading: Reading) -> int | None:
    """The place of the choice that the message takes: by its words or its number.

    "The second one" is a choice only where no drugs were listed that it could mean as well.
    """
    said = _bare(reading.text)
    named = [place for place, choice in enumerate(pending.choices) if said == _bare(choice)]
    if named:
        return named[0]
    number = int(said) if said.isdecimal() else None
    if number is None and not (memory.options or memory.drugs):
        number = reading.ordinal
    if number is not None and 1 <= number <= len(pending.choices) and not reading.drugs:
        return number - 1
    return None


def _yes_or_no(pending: Pending, reply: str) -> Reply:
    """A bare yes or no: the fact's own rule, else the only choice that says something (yes) or nothing (no)."""
    slot = pending.slot
    rules = fact_rules().get(slot)
    value = None if rules is None else rules.if_yes if reply == "yes" else rules.if_no
    if value is not None:
        return Reply(slot, {slot: value})
    telling = [place for place, means in enumerate(pending.means) if means]
    empty = [place for place, means in enumerate(pending.means) if not means]
    places = telling if reply == "yes" else empty
    if (reply == "no" and places) or len(places) == 1:
        return Reply(slot, pending.means[places[0]], choice=places[0])
    return Reply(slot, unclear=True)


def _says_nothing_else(reading: Reading) -> bool:
    """Only a yes or no alone is taken for the reply: "no, it is mild", "no fever" may answer what was not asked."""
    told = set(reading.facts) - {"audience"} or reading.severity or reading.retracted or reading.absent
    asked = any(a.aspects or a.drugs or a.terms for a in reading.asked) and not has_cue("yes_or_no", reading.text)
    beside = len(reading.text.split()) > A_FEW_WORDS and reading.language == "en"
    asks = any(a.intent in (*ABOUT_A_DRUG, *ABOUT_THE_CASE) for a in reading.asked)
    # "no I'm safe, just fed up" answers something else
    more = beside and not asks and not has_cue("nothing_beside_yes_or_no", reading.text.strip())
    return not (told or asked or more or reading.scenario or reading.hypothetical)


def _bare(text: str) -> str:
    return re.sub(r"[^\w ]", "", text).casefold().strip()
