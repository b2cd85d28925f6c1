"""Which drugs are meant when none is named: "the third one", "those two", "it", "TPMT"."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.again import kind_again
from bot.dialogue.data import has_cue, is_short
from bot.dialogue.kinds import (
    ABOUT_A_DRUG,
    ABOUT_THE_CASE,
    ALSO_NAMED,
    ATTRIBUTES,
    IS_IT_SAFE,
    MOST_DRUGS,
    NOT_OF_A_DRUG,
    OF_A_SIDE_EFFECT,
    REPLACED,
)
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Asked, Reading
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import IN_ARTICLE, Question

TWO = 2
CNI = "calcineurin_inhibitor"
TWO_CNIS = ("tacrolimus", "cyclosporine")
ON_ATTRIBUTES = ("ask_monitoring", "ask_dose", "ask_drug_risk", "ask_evidence", "ask_pregnancy")
_ON = re.compile(r"\b(?:on|by|for|regarding|as to|in) (?:the |their |terms of )*(\w+(?: \w+)?)[ ?.!]*$", re.IGNORECASE)
_COMPARE = re.compile(r"\bcompare (?:the )?(monitoring|doses?|dosing|side effects|risks?|evidence)\b", re.IGNORECASE)
CLASS_NAMES = frozenset(("antifibrotic",))
"""Aspects by which people name a drug."""
INFUSIONS = ("rituximab", "cyclophosphamide")
"""Alternatives of the article that are given by infusion."""
CYCLO = ("cyclosporine", "cyclophosphamide")
OF_THE_DISEASE = frozenset(("pft", "hrct", "response", "ck_enzymes", "inflammatory_markers", "strength"))
"""Aspects of monitoring that watch the disease, whatever drug was spoken of."""


class NoSuchOptionError(LookupError):
    """The person points at an option ("the fourth one") that was not there."""


def drugs_of_aspects(aspects: tuple[str, ...]) -> tuple[str, ...]:
    """The one drug that all rows on the finer subjects are about ("TPMT" is of azathioprine); none when they differ."""
    table = load_knowledge().table
    rows = [table.rows[r] for a in aspects if a in table.aspects for r in table.aspects[a].rows]
    spoken_of = [(row, tuple(d for d in row.drugs if d in IN_ARTICLE)) for row in rows]
    drugs = {ours for row, ours in spoken_of if ours or not row.drugs}
    if len(drugs) != 1 and len(aspects) > 1:  # "apixaban and the antifibrotic": one of them names its drug
        drugs = {drugs_of_aspects((aspect,)) for aspect in aspects if aspect in CLASS_NAMES}
    only = drugs.pop() if len(drugs) == 1 else ()
    return only if len(only) == 1 else ()


def of_several(question: Question, drugs: tuple[str, ...], asked: Asked, memory: Memory) -> Question:
    """A question of "those two": what it asks, else what was asked last; between them is a comparison."""
    attribute = question.kind in ATTRIBUTES and question.kind != "ask_evidence"
    other = question.kind not in (*ABOUT_A_DRUG, "ask_pregnancy")
    if len(drugs) > 1 and not attribute and (has_cue("between", asked.text) or other):
        last = memory.questions[-1].kind if memory.questions else ""
        kind = last if last in ATTRIBUTES and not has_cue("between", asked.text) else "compare_drugs"
        return replace(question, kind=kind, drugs=drugs[:MOST_DRUGS])
    question = one_attribute(kind_again(question, asked, memory), asked)
    kind = question.kind if question.kind in (*ABOUT_A_DRUG, "ask_pregnancy", "ask_citation") else "ask_drug_info"
    return replace(question, kind=kind, drugs=drugs[:MOST_DRUGS])


def pointed_at(question: Question, ordinal: int, memory: Memory) -> Question:
    """The question of the drug or option at that place of the list last seen. Raises NoSuchOptionError."""
    askable = (*ABOUT_A_DRUG, *ABOUT_THE_CASE, "ask_citation")
    kind = question.kind if question.kind in askable else "ask_drug_info"
    kind = "ask_drug_info" if kind in NOT_OF_A_DRUG else kind
    listed = memory.named or memory.options or memory.drugs
    place = ordinal - 1 if ordinal > 0 else len(listed) + ordinal
    if not 0 <= place < len(listed):
        raise NoSuchOptionError(str(ordinal))
    if memory.options and not memory.named:
        return replace(question, kind=kind, options=(listed[place],), drugs=memory.option_drugs.get(listed[place], ()))
    return replace(question, kind=kind, drugs=(listed[place],))


def the_other_by_route(memory: Memory, text: str) -> tuple[str, ...]:
    """ "And the other drip": of the drugs given by infusion the one that was not just spoken of; none when unclear."""
    if not has_cue("the_other_by_route", text.strip()) or not set(INFUSIONS) & set(memory.drugs):
        return ()
    left = tuple(drug for drug in INFUSIONS if drug not in memory.drugs)
    return left if len(left) == 1 else ()


def with_the_other_inhibitor(memory: Memory, reading: Reading) -> Reading:
    """The reading in which "the other CNI" is the one of the two that was not just spoken of."""
    left = tuple(d for d in TWO_CNIS if d not in memory.drugs)
    if len(left) != 1 or not has_cue("the_other_of_the_class", reading.text):
        return reading
    asked = tuple(replace(a, drugs=left, aspects=()) if a.drugs == (CNI,) else a for a in reading.asked)
    return replace(reading, asked=asked, drugs=tuple(left[0] if d == CNI else d for d in reading.drugs))


def compared(question: Question, asked: Asked, memory: Memory) -> Question:
    """Two drugs at least: those named, and those last spoken of; "which of the two" are the last two asked about."""
    if len(question.drugs) > 1:
        return question
    spoken_of = memory.drugs
    if len(memory.recent) > 1 and (len(spoken_of) < TWO - len(question.drugs) or has_cue("of_the_two", asked.text)):
        spoken_of = memory.recent[-TWO:]
    others = [d for d in spoken_of if d not in question.drugs]
    if question.drugs and not question.aspects and memory.questions and set(memory.questions[-1].drugs) & set(others):
        question = replace(question, aspects=memory.questions[-1].aspects)  # "would ciclosporin be gentler" on that
    return replace(question, drugs=(*others[: MOST_DRUGS - len(question.drugs)], *question.drugs))


def one_attribute(question: Question, asked: Asked) -> Question:
    """ "Doses side by side" asks the one attribute of each drug, nothing else of them."""
    few = is_short(asked.text) and not asked.drugs
    if question.kind == "compare_drugs" and (compared_on := _compared_on(asked.text)):
        return replace(question, kind=compared_on)
    if question.kind != "compare_drugs" or not few or has_cue("between", asked.text):
        return question
    named = next((kind for kind in ATTRIBUTES if kind in ALSO_NAMED and has_cue(f"also:{kind}", asked.text)), None)
    return replace(question, kind=named) if named else question


def _compared_on(text: str) -> str | None:
    """The attribute that a comparison is asked for ("on monitoring"), if it names one."""
    found = _ON.search(text) or _COMPARE.search(text)
    return next((kind for kind in ON_ATTRIBUTES if has_cue(kind, found[1])), None) if found else None


def suspect(asked: Asked, memory: Memory) -> tuple[str, ...]:
    """ "Is it dangerous?" after a side effect was told is about the drug that causes it, not about those offered."""
    last = memory.questions[-1] if memory.questions else None
    of_a_pregnancy = last is not None and last.kind == "ask_pregnancy" and set(last.drugs) <= REPLACED
    if last is not None and of_a_pregnancy and has_cue("cannot_have_it", asked.text):
        return last.drugs
    if (
        last is None
        or last.kind not in OF_A_SIDE_EFFECT
        or asked.intent not in IS_IT_SAFE
        or not has_cue("it", asked.text)
    ):
        return ()
    return last.drugs


def stays(aspect: str) -> bool:
    """Is the finer subject about staying on mycophenolate, whatever drug was spoken of last?"""
    row = load_knowledge().table.aspects.get(aspect)
    return row is not None and row.topics == ("management",)


def _of_mycophenolate_alone(aspects: tuple[str, ...]) -> bool:
    """Does the table hold the finer subjects of no other drug ("contraception needed?")?"""
    table = load_knowledge().table
    rows = [table.rows[r] for a in aspects if a in table.aspects for r in table.aspects[a].rows]
    return bool(rows) and all(row.drugs and set(row.drugs) <= REPLACED for row in rows)


def _watches_the_counts(memory: Memory) -> bool:
    """Were low counts talked over last that may let the patient stay? Their checks are meant, not another drug's."""
    last, case = memory.questions[-1] if memory.questions else None, memory.case
    staying = case.side_effect_severity != "severe" and not case.side_effect_persistent and not memory.scenario
    return last is not None and last.kind in OF_A_SIDE_EFFECT and "hematologic" in case.side_effect and staying


def shortened_drugs(asked: Asked, memory: Memory) -> tuple[str, ...]:
    """What "cyclo" stands for: the one of its two drugs that was spoken of; when neither or both were, the two."""
    if not has_cue("cyclo", asked.text):
        return ()
    spoken_of = {*memory.drugs, *memory.recent}
    return tuple(d for d in CYCLO if d in spoken_of) or CYCLO


def leaves_out_its_drug(question: Question, asked: Asked, memory: Memory) -> bool:
    """Is it a question about a drug that names none, so that those just spoken of are meant?"""
    if question.drugs or question.options or not memory.drugs:
        return False
    if question.aspects and all(stays(aspect) for aspect in question.aspects):
        return False
    if question.kind == "ask_monitoring" and _watches_the_counts(memory):
        return False
    if question.aspects and has_cue("of_all_of_them", asked.text):
        return False
    if question.aspects and question.kind != "ask_drug_risk" and _of_mycophenolate_alone(question.aspects):
        return False
    if question.kind == "ask_pregnancy":
        last = memory.questions[-1] if memory.questions else None
        if last is None or not is_short(asked.text):
            return False
        return last.kind in ABOUT_A_DRUG or (bool(last.drugs) and has_cue("it", asked.text))
    if question.kind == "ask_monitoring" and set(question.aspects) & OF_THE_DISEASE:
        return False
    return question.kind in ABOUT_A_DRUG
