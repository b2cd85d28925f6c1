"""From a question as it was put to the question that is meant: ellipsis, ordinals, "why not", "is that cited?"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.data import has_cue, in_the_light, without_lead_in
from bot.dialogue.focus import some_of_them
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Asked, Facts, Reading
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import DRUGS, RECOGNISED_ONLY, Question

ABOUT_A_DRUG = (
    "ask_dose",
    "ask_monitoring",
    "ask_evidence",
    "compare_drugs",
    "ask_contraindication",
    "ask_drug_risk",
    "ask_drug_info",
)
"""Questions that are about a drug; without one they are about those just spoken of."""
ABOUT_THE_CASE = (
    "ask_alternatives",
    "report_side_effect",
    "ask_side_effect_management",
    "ask_pregnancy",
    "ask_ild_treatment",
    "ask_treatment_failure",
)
ATTRIBUTES = ("ask_dose", "ask_monitoring", "ask_evidence", "ask_drug_risk", "ask_contraindication", "ask_pregnancy")
"""What can be asked of one drug and then of the next: "and azathioprine?" after a dose is a dose."""
NOT_OF_A_DRUG = ("ask_alternatives", "provide_patient_info", "correct_info", "affirm", "ask_clarification")
OF_A_SIDE_EFFECT = ("report_side_effect", "ask_side_effect_management")
IS_IT_SAFE = ("ask_drug_risk", "ask_contraindication", "ask_pregnancy")
MOST_DRUGS = 4
ALSO_NAMED = ("ask_dose", "ask_monitoring", "ask_evidence", "ask_drug_risk", "ask_pregnancy")
"""Attributes that cues.yml knows by their mere names, under ``also:``."""
A_REFERENCE = re.compile(
    r"(?<![\w.,/-])\[?([1-4])\]?(?![\w.,/%-]*[\w%])(?! ?(?:mg|g|weeks?|months?|years?|days?|times)\b)"
)
TWO = 2
FEW_WORDS = 6
SURE_OF_IT = 0.7
"""Below this confidence a bare pointer ("and the third") asks what was asked before, whatever it sounds like."""
REPLACED = frozenset(("mycophenolate_mofetil", "mycophenolate_sodium"))
CARRIED = frozenset(("risk", "monitoring", "contraindication", "evidence", "pregnancy", "lactation", "fertility"))
"""Topics whose finer subjects a comparison goes on with; a dose or a place of one drug is none."""
EXAMINATIONS = frozenset(("pft", "hrct", "ck_enzymes", "inflammatory_markers", "strength"))
MISTAKEN_FOR_WATCHING = ("ask_ild_treatment", "ask_drug_info", "ask_alternatives")
OF_THE_DISEASE = frozenset(("pft", "hrct", "response", "ck_enzymes", "inflammatory_markers", "strength"))
"""Aspects of monitoring that watch the disease, whatever drug was spoken of."""


class NoSuchOptionError(LookupError):
    """The person points at an option ("the fourth one") that was not there."""


def meant(asked: Asked, reading: Reading, memory: Memory) -> Question:
    """The question to put to the guidance. Raises NoSuchOptionError when an ordinal points at nothing."""
    question = Question(
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
    if not question.drugs and (several := some_of_them(asked.text, memory)):
        return _of_several(question, several, asked, memory)
    ordinal = asked.ordinal if asked.ordinal is not None else reading.ordinal
    if ordinal is not None and not question.drugs and question.citation is None:
        return _pointed_at(_kind_again(question, asked, memory), ordinal, memory)
    if question.kind in MISTAKEN_FOR_WATCHING and _only_watches(question, asked):
        question = replace(question, kind="ask_monitoring", terms=())
    if question.kind == "ask_citation" and question.citation is None:
        question = replace(question, citation=numbered(asked.text))
    question = _in_that_light(_same_again(question, asked, memory), asked, memory)
    question = _on_the_same_subject(_of_it(question, asked, memory), asked, memory)
    if question.kind == "ask_citation" or reading.act == "sources":
        return _of_last_statements(question, memory)
    if question.kind == "compare_drugs" and len(question.drugs) == 1 and has_cue("or_not", asked.text):
        return replace(question, kind="ask_drug_info", aspects=())
    if whole := _of_the_whole_case(question, asked, memory):
        return whole
    if question.kind == "ask_evidence" and question.drugs and has_cue("why_against", asked.text):
        return replace(question, kind="ask_contraindication")
    if question.kind == "compare_drugs":
        return _one_attribute(_compared(question, asked, memory), asked)
    if has_cue("against", asked.text) and len(question.drugs) == 1 and question.kind == "ask_evidence":
        return _compared(question, asked, memory)
    if _leaves_out_its_drug(question, asked, memory):
        suspect = _suspect(asked, memory)
        if suspect:
            return replace(question, drugs=suspect)
        return replace(question, drugs=drugs_of_aspects(question.aspects) or memory.drugs[:MOST_DRUGS])
    return question


def _only_watches(question: Question, asked: Asked) -> bool:
    """A few words that name nothing but an examination ("and imaging?") ask when it is done."""
    aspects = set(question.aspects)
    return bool(aspects) and aspects <= EXAMINATIONS and not question.drugs and is_short(asked.text)


def drugs_of_aspects(aspects: tuple[str, ...]) -> tuple[str, ...]:
    """The one drug that all rows on the finer subjects are about ("TPMT" is of azathioprine); none when they differ."""
    table = load_knowledge().table
    rows = [table.rows[r] for a in aspects if a in table.aspects for r in table.aspects[a].rows]
    drugs = {tuple(d for d in row.drugs if d not in RECOGNISED_ONLY) for row in rows}
    only = drugs.pop() if len(drugs) == 1 else ()
    return only if len(only) == 1 else ()


def is_short(text: str) -> bool:
    """A few words, not counting those that only lead in ("ok, then just tell me how it is dosed")."""
    return len(without_lead_in(text).split()) <= FEW_WORDS


def numbered(text: str) -> int | None:
    """The reference that a question about sources names, by number ("which claim rests on 3") or by its author."""
    found = A_REFERENCE.search(text)
    if found:
        return int(found[1])
    said = text.casefold()
    known = (ref for ref in load_knowledge().table.references.values() if ref.status == "confirmed")
    return next((ref.number for ref in known if ref.label.split()[0].casefold() in said), None)


def by_new_facts(changed: Facts, memory: Memory) -> Question:
    """The question to answer for a message that only states facts: the last one, or what the facts raise."""
    last = memory.questions[-1] if memory.questions else None
    if last is not None and last.scenario and not memory.scenario and changed:
        last = None  # what was only supposed is taken back, and its question with it
    if last is not None and not changed:
        return replace(last, not_asking=())
    if last is not None and last.kind == "ask_pregnancy" and changed.get("pregnancy") == "not_pregnant":
        return Question(kind="report_side_effect" if memory.case.side_effect else "ask_alternatives")
    measured = set(changed) <= {"weight_kg", "height_cm"}
    if last is not None and measured and last.kind in ABOUT_A_DRUG and memory.drugs:
        return Question(kind="ask_dose", drugs=memory.drugs[:MOST_DRUGS])  # what a weight is told for
    if last is not None and _touched(last, changed):
        return replace(last, not_asking=())
    if last is not None and "contraindications" in changed and last.kind in ABOUT_A_DRUG and last.drugs:
        return Question(kind="ask_contraindication", drugs=last.drugs)
    return Question(kind=_raised_by(changed, memory))


def _touched(last: Question, changed: Facts) -> bool:
    """Would the last question be answered otherwise with these facts?"""
    if last.kind in ABOUT_THE_CASE:
        return True
    if last.kind == "ask_dose":
        return bool({"weight_kg", "height_cm"} & set(changed))
    return last.kind in ("ask_contraindication", "compare_drugs")


def _raised_by(changed: Mapping[str, object], memory: Memory) -> str:
    if "pregnancy" in changed and changed["pregnancy"] != "not_pregnant":
        return "ask_pregnancy"
    if len(memory.case.drugs_tried) > 1 and "drugs_tried" in changed:
        return "ask_treatment_failure"
    if {"ild_severity", "ild_course"} & set(changed) and "side_effect" not in changed:
        return "ask_ild_treatment" if changed.get("ild_severity") != "none" else "ask_alternatives"
    return "report_side_effect" if "side_effect" in changed else "ask_alternatives"


def _kind_again(question: Question, asked: Asked, memory: Memory) -> Question:
    """ "And the third?" after a question of an attribute asks the same of the third."""
    last = memory.questions[-1] if memory.questions else None
    if last is None or not has_cue("same_question", asked.text.strip()):
        return question
    if last.kind not in ATTRIBUTES:
        return question if asked.confidence >= SURE_OF_IT else replace(question, kind="ask_drug_info")
    return replace(question, kind=last.kind, aspects=question.aspects or last.aspects)


def _of_several(question: Question, drugs: tuple[str, ...], asked: Asked, memory: Memory) -> Question:
    """A question of "those two": what it asks, else what was asked last; between them is a comparison."""
    attribute = question.kind in ATTRIBUTES and question.kind != "ask_evidence"
    other = question.kind not in (*ABOUT_A_DRUG, "ask_pregnancy")
    if len(drugs) > 1 and not attribute and (has_cue("between", asked.text) or other):
        last = memory.questions[-1].kind if memory.questions else ""
        kind = last if last in ATTRIBUTES and not has_cue("between", asked.text) else "compare_drugs"
        return replace(question, kind=kind, drugs=drugs[:MOST_DRUGS])
    question = _one_attribute(_kind_again(question, asked, memory), asked)
    kind = question.kind if question.kind in (*ABOUT_A_DRUG, "ask_pregnancy", "ask_citation") else "ask_drug_info"
    return replace(question, kind=kind, drugs=drugs[:MOST_DRUGS])


def _pointed_at(question: Question, ordinal: int, memory: Memory) -> Question:
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


def _same_again(question: Question, asked: Asked, memory: Memory) -> Question:
    last = memory.questions[-1] if memory.questions else None
    bare = question.kind == "ask_drug_info" or (question.kind == "ask_alternatives" and not question.aspects)
    if last is None or not bare or not question.drugs or question.act:
        return question
    if last.kind in ATTRIBUTES and has_cue("same_question", asked.text.strip()):
        of_any_drug = tuple(aspect for aspect in last.aspects if aspect not in DRUGS)
        return replace(question, kind=last.kind, aspects=question.aspects or of_any_drug)
    return question


def another_drug(asked: Asked, reading: Reading, memory: Memory) -> tuple[Question, ...]:
    """The last questions for the drug that was meant ("sorry, meant cyclosporine"), or for one more ("same for aza").

    Empty when the message is neither.
    """
    if not asked.drugs or not memory.questions or reading.facts.keys() - {"audience"} or reading.retracted:
        return ()
    again = has_cue("all_again", reading.text)
    corrected = is_short(reading.text) and has_cue("other_drug_meant", reading.text)
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


def _in_that_light(question: Question, asked: Asked, memory: Memory) -> Question:
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


def _of_it(question: Question, asked: Asked, memory: Memory) -> Question:
    """ "Would it replace the others?" after one drug was asked about is about that drug, not about all options."""
    last = memory.questions[-1] if memory.questions else None
    drugs = tuple(d for d in last.drugs if d not in REPLACED) if last is not None else ()
    leaves_it_out = question.kind == "ask_alternatives" and not question.drugs and not question.options
    if len(drugs) != 1 or not leaves_it_out or not has_cue("asks_of_it", without_lead_in(asked.text)):
        return question
    return replace(question, kind="ask_drug_info", drugs=drugs)


def _on_the_same_subject(question: Question, asked: Asked, memory: Memory) -> Question:
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


def _of_last_statements(question: Question, memory: Memory) -> Question:
    if question.drugs or question.citation is not None:
        return replace(question, kind="ask_citation")
    of_the_review = memory.last is not None and memory.last.kind == "ask_review_status"
    return replace(question, kind="ask_citation", rows=() if of_the_review else memory.rows)


def _compared(question: Question, asked: Asked, memory: Memory) -> Question:
    """Two drugs at least: those named, and those last spoken of; "which of the two" are the last two asked about."""
    if len(question.drugs) > 1:
        return question
    spoken_of = memory.drugs
    if len(memory.recent) > 1 and (len(spoken_of) < TWO - len(question.drugs) or has_cue("of_the_two", asked.text)):
        spoken_of = memory.recent[-TWO:]
    others = [d for d in spoken_of if d not in question.drugs]
    return replace(question, drugs=(*others[: MOST_DRUGS - len(question.drugs)], *question.drugs))


def _one_attribute(question: Question, asked: Asked) -> Question:
    """ "Doses side by side" asks the one attribute of each drug, nothing else of them."""
    few = is_short(asked.text) and not asked.drugs
    if question.kind != "compare_drugs" or not few or has_cue("between", asked.text):
        return question
    named = next((kind for kind in ATTRIBUTES if kind in ALSO_NAMED and has_cue(f"also:{kind}", asked.text)), None)
    return replace(question, kind=named) if named else question


def _suspect(asked: Asked, memory: Memory) -> tuple[str, ...]:
    """ "Is it dangerous?" after a side effect was told is about the drug that causes it, not about those offered."""
    last = memory.questions[-1] if memory.questions else None
    if (
        last is None
        or last.kind not in OF_A_SIDE_EFFECT
        or asked.intent not in IS_IT_SAFE
        or not has_cue("it", asked.text)
    ):
        return ()
    return last.drugs


def _stays(aspect: str) -> bool:
    """Is the finer subject about staying on mycophenolate, whatever drug was spoken of last?"""
    row = load_knowledge().table.aspects.get(aspect)
    return row is not None and row.topics == ("management",)


def _leaves_out_its_drug(question: Question, asked: Asked, memory: Memory) -> bool:
    if question.drugs or question.options or not memory.drugs:
        return False
    if question.aspects and all(_stays(aspect) for aspect in question.aspects):
        return False
    if question.kind == "ask_pregnancy":
        about_a_drug = bool(memory.questions) and memory.questions[-1].kind in ABOUT_A_DRUG
        return about_a_drug and is_short(asked.text)
    if question.kind == "ask_monitoring" and set(question.aspects) & OF_THE_DISEASE:
        return False
    return question.kind in ABOUT_A_DRUG
