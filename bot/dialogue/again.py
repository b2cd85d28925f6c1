"""What a question takes over from the one before it: its kind, its finer subject, or its drug ("and azathioprine?")."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.data import has_cue, in_the_light, is_short, without_lead_in
from bot.dialogue.kinds import ABOUT_A_DRUG, ABOUT_THE_CASE, ATTRIBUTES, OF_A_SIDE_EFFECT, REPLACED, SURE_OF_IT
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Asked, Reading
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import DRUGS, Question

CARRIED = frozenset(("risk", "monitoring", "contraindication", "evidence", "pregnancy", "lactation", "fertility"))
"""Topics whose finer subjects a comparison goes on with; a dose or a place of one drug is none."""


OF_THE_OPTIONS = ("ask_alternatives", "ask_ild_treatment", "ask_treatment_failure", "ask_citation")
"""What "would you avoid it in ILD", "any guideline that puts it first" are taken for when they are of one drug."""

A_CORRECTION = 9
"""Words at most of a message that only puts a drug's name right ("sorry, autocorrect, I wanted to write tac")."""


def another_drug(asked: Asked, reading: Reading, memory: Memory) -> tuple[Question, ...]:
    """The last questions for the drug that was meant ("sorry, meant cyclosporine"), or for one more ("same for aza").

    Empty when the message is neither.
    """
    if not asked.drugs or not memory.questions or reading.facts.keys() - {"audience"} or reading.retracted:
        return ()
    again = has_cue("all_again", reading.text)
    few = len(reading.text.split()) <= A_CORRECTION and "?" not in reading.text
    corrected = (few or is_short(reading.text)) and has_cue("other_drug_meant", reading.text)
    if not again and not corrected:
        return ()
    of_drugs = [q for q in memory.questions if q.drugs or q.kind in ATTRIBUTES]
    if not of_drugs or (corrected and asked.intent in ATTRIBUTES):
        return ()
    return tuple(_for_drugs(q, asked, memory) for q in of_drugs)


def _for_drugs(question: Question, asked: Asked, memory: Memory) -> Question:
    drugs = asked.drugs
    if question.kind == "compare_drugs" and len(drugs) == 1:
        drugs = tuple(dict.fromkeys((*question.drugs[:-1], *drugs)))
    return replace(question, drugs=drugs, options=(), aspects=question.aspects or asked.aspects, not_asking=())


def kind_again(question: Question, asked: Asked, memory: Memory) -> Question:
    """ "And the third?" after a question of an attribute asks the same of the third."""
    last = memory.questions[-1] if memory.questions else None
    if last is None or not has_cue("same_question", asked.text.strip()):
        return question
    if last.kind not in ATTRIBUTES:
        return question if asked.confidence >= SURE_OF_IT else replace(question, kind="ask_drug_info")
    return replace(question, kind=last.kind, aspects=question.aspects or last.aspects)


def same_again(question: Question, asked: Asked, memory: Memory) -> Question:
    """A bare name of another drug asks the attribute that was asked of the last one ("and azathioprine?")."""
    last = memory.questions[-1] if memory.questions else None
    bare = question.kind == "ask_drug_info" or (question.kind == "ask_alternatives" and not question.aspects)
    if last is None or not bare or not question.drugs or question.act:
        return question
    if last.kind in ATTRIBUTES and has_cue("same_question", asked.text.strip()):
        of_any_drug = tuple(aspect for aspect in last.aspects if aspect not in DRUGS)
        return replace(question, kind=last.kind, aspects=question.aspects or of_any_drug)
    return question


def in_that_light(question: Question, asked: Asked, memory: Memory) -> Question:
    """What a finer subject means after the last question: how long, after a wish for a child, is how long before it."""
    last = memory.questions[-1] if memory.questions else None
    if last is None or set(question.drugs) - REPLACED:
        return question
    heard = max(asked.ranking, key=lambda row: row[1])[0] if asked.ranking else asked.intent
    for row in in_the_light():
        said = row.aspect in question.aspects if row.aspect else has_cue(row.words, asked.text)
        before = row.after in (last.kind, heard) or (
            row.aspect != "interval" and _still_planned(row.after, last, memory)
        )
        own = question.kind in row.never and asked.confidence >= SURE_OF_IT
        if not (said and before) or own:
            continue
        if row.means != row.aspect:
            return replace(question, kind=row.after, drugs=(), aspects=(row.means,))
        others = tuple(a for a in question.aspects if a != row.aspect)
        of_drugs = (*others, row.means) if last.drugs else others or last.aspects
        return replace(question, kind=row.after, aspects=of_drugs)
    return question


def _still_planned(after: str, last: Question, memory: Memory) -> bool:
    """A wish for a child that was told stays what "how long before?" is about, while the options are talked over.

    So does a side effect that was told, while its tests or the other drugs are.
    """
    if after in OF_A_SIDE_EFFECT and memory.case.side_effect:
        return last.kind not in ABOUT_A_DRUG or not last.drugs
    return after == "ask_pregnancy" and memory.case.pregnancy == "planning" and last.kind in ABOUT_THE_CASE


def of_it(question: Question, asked: Asked, memory: Memory) -> Question:
    """ "Would it replace the others?" after one drug was asked about is about that drug, not about all options."""
    last = memory.questions[-1] if memory.questions else None
    drugs = tuple(d for d in last.drugs if d not in REPLACED) if last is not None else ()
    leaves_it_out = question.kind in OF_THE_OPTIONS and not question.drugs and not question.options
    if question.kind == "ask_citation" and not question.aspects:
        return question  # "is that dose cited" is of what was said
    if len(drugs) != 1 or not leaves_it_out or not has_cue("asks_of_it", without_lead_in(asked.text)):
        return question
    return replace(question, kind="ask_evidence" if question.aspects else "ask_drug_info", drugs=drugs)


def on_the_same_subject(question: Question, asked: Asked, memory: Memory) -> Question:
    """The finer subject of the last question, when this one asks on about it ("would csa be gentler?")."""
    last = memory.questions[-1] if memory.questions else None
    if last is None or question.aspects or not last.aspects or len(question.drugs) > 1:
        return question
    beside = question.kind == "compare_drugs" and last.kind in ABOUT_A_DRUG and bool(last.drugs)
    on_it = question.kind == last.kind == "ask_evidence" and not question.drugs and has_cue("it", asked.text)
    if not (beside or on_it):
        return question
    table = load_knowledge().table.aspects
    kept = tuple(a for a in last.aspects if a in table and CARRIED & set(table[a].topics))
    return replace(question, aspects=kept)
