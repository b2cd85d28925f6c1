"""What the words of a question make of it, whatever it was taken for: "which is safer", "instead or with it"."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.data import has_cue
from bot.dialogue.kinds import A_GUESS, ABOUT_A_DRUG, MOST_DRUGS, NO_ALTERNATIVE, OF_A_SIDE_EFFECT, REPLACED
from bot.dialogue.memory import Memory
from bot.dialogue.pointing import compared, stays
from bot.dialogue.reading import Asked
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import Question

NAMED_ATTRIBUTES = ("ask_monitoring", "ask_dose", "ask_evidence", "ask_drug_risk", "ask_contraindication")
"""Kinds of question with a list of words of their own in cues.yml."""
HARMS = frozenset(("risk", "monitoring", "contraindication", "pregnancy", "lactation", "fertility"))


def by_its_words(question: Question, asked: Asked, memory: Memory) -> Question:
    """What the words themselves make of the question, whatever it was taken for."""
    if question.kind == "compare_drugs" and has_cue("which_is_safer", asked.text) and not _of_one_harm(memory):
        named = compared(question, asked, memory).drugs
        several = "ranking_safety" not in question.aspects and len(named) > 1
        return replace(question, kind="ask_drug_risk", drugs=named) if several else question
    if question.kind == "ask_dose" and set(question.drugs) >= REPLACED:
        return replace(question, aspects=tuple(dict.fromkeys(("equivalent_dose", *question.aspects))))
    if question.kind == "ask_dose" and not question.drugs and any(stays(a) for a in question.aspects):
        return replace(question, aspects=tuple(a for a in question.aspects if stays(a)))  # "restart at what dose"
    if (
        question.drugs
        and question.kind in ("ask_drug_info", "ask_alternatives")
        and has_cue("at_that_weight", asked.text)
    ):
        return replace(question, kind="ask_dose")
    if question.kind == "ask_monitoring" and not question.drugs and has_cue("follows_the_disease", asked.text.strip()):
        return replace(question, aspects=("pft", "hrct", "ck_enzymes"))
    if memory.questions and has_cue("is_it_the_drug", asked.text.strip()) and _tells_an_effect(memory):
        return replace(question, kind="ask_drug_risk", drugs=("mycophenolate_mofetil",))
    last = memory.questions[-1] if memory.questions else None
    compared_before = last is not None and last.kind == "compare_drugs" and not question.drugs
    if compared_before and last and question.kind == "ask_ild_treatment" and has_cue("between", asked.text):
        return replace(question, kind="compare_drugs", drugs=last.drugs)  # "better in the lungs?"
    if compared_before and last and has_cue("which_alone", asked.text.strip()):
        return replace(question, kind="compare_drugs", drugs=last.drugs, aspects=last.aspects)
    of_its_dose = question.kind == "ask_side_effect_management" and has_cue("of_a_dose", asked.text)
    if of_its_dose and _of_another_drug(question, memory):
        return replace(question, kind="ask_dose", drugs=memory.drugs[:MOST_DRUGS])
    if not question.drugs and has_cue("of_all_of_them", asked.text) and (kept := _of_evidence(question.aspects)):
        return replace(question, kind="ask_evidence", aspects=kept, drugs=_in_the_rows(kept))  # "the fastest of them"
    if has_cue("beside_or_instead", asked.text) and (added := _added(memory) or _alone_spoken_of(memory)):
        return replace(question, kind="ask_drug_info", drugs=added, aspects=())
    one_other = set(question.drugs) - REPLACED
    a_guess = asked.confidence < A_GUESS and question.kind in NAMED_ATTRIBUTES and len(one_other) == 1
    if a_guess and has_cue("switch_to", asked.text) and not has_cue(question.kind, asked.text):
        return replace(question, kind="ask_drug_info")
    if question.kind == "ask_alternatives" and asked.confidence < A_GUESS and len(one_other) == 1:
        kind = next((kind for kind in NAMED_ATTRIBUTES if has_cue(kind, asked.text)), "ask_drug_info")
        return replace(question, kind=kind, drugs=tuple(d for d in question.drugs if d in one_other))
    return question


def _of_another_drug(question: Question, memory: Memory) -> bool:
    """Is "dose change?" asked while another drug than mycophenolate is talked over, and no side effect was told?"""
    last = memory.questions[-1] if memory.questions else None
    other = last is not None and last.kind in ABOUT_A_DRUG and bool(set(last.drugs) - NO_ALTERNATIVE)
    return other and not question.drugs and not question.aspects and not memory.case.side_effect and bool(memory.drugs)


def _alone_spoken_of(memory: Memory) -> tuple[str, ...]:
    last = memory.questions[-1] if memory.questions else None
    drugs = memory.drugs if last is not None and last.kind in ABOUT_A_DRUG else ()
    return drugs if len(drugs) == 1 else ()


def _of_evidence(aspects: tuple[str, ...]) -> tuple[str, ...]:
    table = load_knowledge().table.aspects
    return tuple(a for a in aspects if a in table and table[a].topics == ("evidence",))


def _in_the_rows(aspects: tuple[str, ...]) -> tuple[str, ...]:
    """The drugs of which the article says something on the finer subjects."""
    table = load_knowledge().table
    rows = [table.rows[r] for a in aspects for r in table.aspects[a].rows]
    drugs = (d for row in rows if row.support != "beyond_article" for d in row.drugs if d not in REPLACED)
    return tuple(dict.fromkeys(drugs))[:MOST_DRUGS]


def _of_one_harm(memory: Memory) -> bool:
    """Was one harm asked about last ("does it raise blood pressure"), so that "gentler" is about that?"""
    table = load_knowledge().table.aspects
    last = memory.questions[-1] if memory.questions else None
    return last is not None and any(HARMS & set(table[a].topics) for a in last.aspects if a in table)


def _tells_an_effect(memory: Memory) -> bool:
    return bool(memory.case.side_effect) and memory.questions[-1].kind in (*OF_A_SIDE_EFFECT, "ask_alternatives")


def _added(memory: Memory) -> tuple[str, ...]:
    """The drug that the list last seen only adds to the others."""
    rows = load_knowledge().rules.options
    adjuncts = {row.option for row in rows if any(place.stance == "adjunct" for place in row.places)}
    return next((memory.option_drugs[option] for option in memory.options if option in adjuncts), ())
