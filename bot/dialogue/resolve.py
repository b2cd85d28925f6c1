"""From a question as it was put to the question that is meant: ellipsis, ordinals, "why not", "is that cited?"."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.again import in_that_light, kind_again, of_it, on_the_same_subject, same_again
from bot.dialogue.cited import numbered, of_last_statements
from bot.dialogue.data import has_cue, is_short
from bot.dialogue.focus import some_of_them
from bot.dialogue.kinds import A_GUESS, ABOUT_A_DRUG, ATTRIBUTES, IS_IT_SAFE, MOST_DRUGS, REPLACED
from bot.dialogue.memory import Memory
from bot.dialogue.pointing import (
    compared,
    drugs_of_aspects,
    leaves_out_its_drug,
    of_several,
    one_attribute,
    pointed_at,
    shortened_drugs,
    suspect,
    the_other_by_route,
)
from bot.dialogue.reading import Asked, Reading
from bot.dialogue.worded import NAMED_ATTRIBUTES, by_its_words
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import Question

EXAMINATIONS = frozenset(("pft", "hrct", "ck_enzymes", "inflammatory_markers", "strength"))
MISTAKEN_FOR_WATCHING = ("ask_ild_treatment", "ask_drug_info", "ask_alternatives")


def meant(asked: Asked, reading: Reading, memory: Memory) -> Question:
    """The question to put to the guidance. Raises NoSuchOptionError when an ordinal points at nothing."""
    question = _with_drugs_by_other_names(_as_put(asked, reading), asked, memory)
    if not question.drugs and (several := some_of_them(asked.text, memory)):
        return of_several(question, several, asked, memory)
    ordinal = asked.ordinal if asked.ordinal is not None else reading.ordinal
    if ordinal is not None and not question.drugs and question.citation is None:
        return pointed_at(_by_a_guess(question, asked, memory), ordinal, memory)
    told = set(reading.facts) - {"audience"}
    if question.kind in MISTAKEN_FOR_WATCHING and not told and _only_watches(question, asked):
        question = replace(question, kind="ask_monitoring", terms=())
    if question.kind == "ask_monitoring" and not question.drugs and has_cue("follows_the_lungs", asked.text):
        question = replace(question, aspects=("pft", "hrct", *question.aspects))  # "and how do I follow her lungs"
    if question.kind == "ask_citation" and question.citation is None:
        question = replace(question, citation=numbered(asked.text))
    question = _against_the_one_replaced(question, asked, memory)
    if not asked.drugs and (whole := _of_the_whole_case(question, asked, memory)):
        return whole
    question = by_its_words(_without_the_one_left(question, reading), asked, memory)
    question = in_that_light(same_again(question, asked, memory), asked, memory)
    question = on_the_same_subject(of_it(question, asked, memory), asked, memory)
    evidence = question.kind == "ask_evidence" and bool(asked.drugs)  # "the evidence for tacrolimus" is no reference
    if question.kind == "ask_citation" or (reading.act == "sources" and not evidence):
        return of_last_statements(question, memory)
    return _set_against_another(question, asked, memory) or _of_those_spoken_of(question, asked, memory)


def _against_the_one_replaced(question: Question, asked: Asked, memory: Memory) -> Question:
    """ "Does it hold the lungs as well as mycophenolate did" sets the drug just spoken of against that one."""
    other = next((d for d in reversed(memory.recent) if d not in REPLACED), None)
    replaced = bool(asked.drugs) and set(asked.drugs) <= set(REPLACED)
    if other is None or not replaced or not has_cue("it_against_another", asked.text.strip()):
        return question
    return replace(question, kind="compare_drugs", drugs=(other, *asked.drugs), aspects=())


def _as_put(asked: Asked, reading: Reading) -> Question:
    return Question(
        kind=asked.intent,
        drugs=asked.drugs,
        options=asked.options,
        aspects=asked.aspects,
        side_effect=asked.side_effect,
        terms=asked.terms,
        citation=asked.citation,
        act="why_not" if reading.act == "why_not" else None,
        scenario=reading.hypothetical,
    )


def _with_drugs_by_other_names(question: Question, asked: Asked, memory: Memory) -> Question:
    """The question with a drug named by its usual amount or shortened, or with the reference that its number means."""
    of_the_dose = question.kind == "ask_dose" and not question.drugs and not question.options
    last = memory.questions[-1] if memory.questions else None
    another = last is not None and last.kind in ABOUT_A_DRUG and bool(set(last.drugs) - REPLACED)
    if of_the_dose and not another and has_cue("an_amount_of_mycophenolate", asked.text):
        question = replace(question, drugs=("mycophenolate_mofetil",))  # "1.5 g twice daily, is that too high"
    if not question.drugs and (shortened := shortened_drugs(asked, memory)):
        question = replace(question, drugs=shortened)
    if not question.drugs and (other := the_other_by_route(memory, asked.text)):
        last_kind = last.kind if last is not None and last.kind in ATTRIBUTES else "ask_drug_info"
        question = replace(question, kind=last_kind, drugs=other)
    of_references = memory.last is not None and memory.last.kind == "ask_citation"
    if question.kind == "ask_citation" and question.citation is None and (of_references or not memory.option_drugs):
        question = replace(question, citation=numbered(asked.text))
    return question


def _by_a_guess(question: Question, asked: Asked, memory: Memory) -> Question:
    """What is asked of the one pointed at: its words decide where the classifier only guesses ("dose of the first")."""
    guessed = asked.confidence < A_GUESS
    named = next((kind for kind in NAMED_ATTRIBUTES if has_cue(kind, asked.text)), None) if guessed else None
    return kind_again(replace(question, kind=named or question.kind), asked, memory)


def _set_against_another(question: Question, asked: Asked, memory: Memory) -> Question | None:
    """The question as a comparison, or as what a comparison of one drug really asks; None when it is neither."""
    if question.kind == "compare_drugs" and len(question.drugs) == 1 and has_cue("or_not", asked.text):
        return replace(question, kind="ask_drug_info", aspects=())
    if question.kind == "ask_evidence" and question.drugs and has_cue("why_against", asked.text):
        return replace(question, kind="ask_contraindication")
    set_side_by_side = asked.drugs or memory.named or len(memory.recent) > 1
    if question.kind == "compare_drugs" and not set_side_by_side and has_cue("the_best", asked.text.strip()):
        return Question(kind="ask_alternatives")
    if question.kind == "compare_drugs":
        return one_attribute(compared(question, asked, memory), asked)
    if has_cue("against", asked.text) and len(question.drugs) == 1 and question.kind == "ask_evidence":
        return compared(question, asked, memory)
    if _is_set_against_the_last(question, asked, memory):
        of_what = memory.questions[-1].aspects if memory.questions else ()
        return compared(replace(question, kind="compare_drugs", aspects=of_what), asked, memory)
    return None


def _of_those_spoken_of(question: Question, asked: Asked, memory: Memory) -> Question:
    """The question with the drugs that it leaves out; as it is when it leaves out none."""
    if question.kind == "ask_evidence" and not question.drugs and _of_a_step(question):
        return question  # "is there proof that splitting works"
    if question.act == "why_not" and not question.drugs and (not_offered := _named_and_not_offered(memory)):
        return replace(question, drugs=not_offered)
    two = memory.recent[-2:] if len(memory.drugs) == 1 and memory.drugs[0] in memory.recent[-2:] else ()
    if len(two) > 1 and not question.drugs and question.kind in ATTRIBUTES and has_cue("which_of_two", asked.text):
        return replace(question, drugs=two)  # "which has better evidence" after one and then the other
    if leaves_out_its_drug(question, asked, memory):
        spoken_of = _first_instead(memory) or memory.drugs[:MOST_DRUGS]
        drugs = suspect(asked, memory) or drugs_of_aspects(question.aspects) or spoken_of
        return replace(question, drugs=drugs)
    return question


def _of_a_step(question: Question) -> bool:
    """Is the question about a way of staying on the drug (splitting, lowering, the coated form)?"""
    aspects = load_knowledge().table.aspects
    return any(aspects[a].topics[:1] == ("management",) for a in question.aspects if a in aspects)


def _without_the_one_left(question: Question, reading: Reading) -> Question:
    """ "Tacrolimus after MMF: what to check?" asks of tacrolimus alone."""
    told = bool(set(reading.facts) - {"audience"}) and "?" not in reading.text and not has_cue("asking", reading.text)
    if question.kind == "ask_pregnancy" and question.drugs == ("corticosteroid",) and told:
        return replace(question, drugs=())  # "32 weeks, pred 10 only, lungs worse": what she has is not asked about
    taken = {*REPLACED, "corticosteroid"}
    if question.kind == "ask_pregnancy" and len(question.drugs) > 1 and set(question.drugs) <= taken:
        stated = "pregnancy" in reading.facts and not has_cue("is_it_allowed", reading.text)
        return replace(question, drugs=()) if stated else question  # "on MMF and pred 5, wants to conceive. Plan?"
    others = tuple(d for d in question.drugs if d not in REPLACED)
    if others and question.kind == "ask_contraindication":
        return replace(question, drugs=others)  # "MMF intolerant, would you still go for tac"
    if not others or len(others) == len(question.drugs) or question.kind not in ATTRIBUTES:
        return question
    left = [m for m in reading.mentions if m.concept == "drug" and m.value in REPLACED]
    behind = left and all(has_cue("leaves_behind", reading.text[: m.start].rstrip()) for m in left)
    return replace(question, drugs=others) if behind else question


def _first_instead(memory: Memory) -> tuple[str, ...]:
    """The drugs put first, where mycophenolate was spoken of and is none of them ("good. starting dose")."""
    of_mycophenolate = bool(memory.drugs) and set(memory.drugs) <= set(REPLACED)
    if memory.questions and "formulation_switch" in memory.questions[-1].aspects:
        return ()  # the coated form is what it would be replaced by
    offered = {drug for drugs in memory.option_drugs.values() for drug in drugs}
    if not of_mycophenolate or not offered or offered & set(REPLACED):
        return ()
    return tuple(dict.fromkeys(d for drugs in list(memory.option_drugs.values())[:2] for d in drugs))


def _is_set_against_the_last(question: Question, asked: Asked, memory: Memory) -> bool:
    """ "Would ciclosporin be gentler": one drug is named, the other was just spoken of."""
    others = set(memory.drugs) - set(question.drugs) - set(REPLACED)
    one = len(asked.drugs) == 1 == len(others) and question.kind in ABOUT_A_DRUG
    return one and has_cue("a_comparative", asked.text)


def _named_and_not_offered(memory: Memory) -> tuple[str, ...]:
    """The drug last asked about by name, when it is not among those put forward ("why not yet")."""
    offered = {drug for drugs in memory.option_drugs.values() for drug in drugs}
    return tuple(d for d in memory.recent[-1:] if offered and d not in offered)


def _only_watches(question: Question, asked: Asked) -> bool:
    """A few words that name nothing but an examination ("and imaging?") ask when it is done."""
    aspects = set(question.aspects)
    return bool(aspects) and aspects <= EXAMINATIONS and not question.drugs and is_short(asked.text)


def _of_the_whole_case(question: Question, asked: Asked, memory: Memory) -> Question | None:
    """ "What is safe?", "what is forbidden?": what can be had, or not, by the case; no single drug is meant."""
    if question.drugs or question.kind not in IS_IT_SAFE:
        return None
    if has_cue("what_is_ruled_out", asked.text):
        return replace(question, kind="ask_contraindication", aspects=())
    if not has_cue("what_is_open", asked.text):
        return None
    with_child = memory.case.pregnancy not in (None, "not_pregnant") or "pregnancy" in memory.scenario
    return replace(question, kind="ask_pregnancy" if with_child else "ask_alternatives", aspects=())
