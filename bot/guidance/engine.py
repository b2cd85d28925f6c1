"""The engine's one door: a Case and a Question in, an Answer out. Total and deterministic."""

from __future__ import annotations

from bot.guidance.answer import Answer
from bot.guidance.comparison import comparison_answer
from bot.guidance.fact_answers import fact_answer, on_mixing
from bot.guidance.knowledge import Knowledge, load_knowledge
from bot.guidance.model import Case, Question
from bot.guidance.options_answer import options_answer
from bot.guidance.source_answers import (
    citation_answer,
    clarification_answer,
    emergency_answer,
    outside_answer,
    review_answer,
)

MYCOPHENOLATE = frozenset(("mycophenolate_mofetil", "mycophenolate_sodium"))
FACTS = ("ask_dose", "ask_monitoring", "ask_evidence", "ask_drug_risk", "ask_drug_info")
OPTIONS = (
    "ask_alternatives",
    "report_side_effect",
    "ask_ild_treatment",
    "ask_treatment_failure",
    "provide_patient_info",
    "correct_info",
)


def answer(case: Case, question: Question | None = None, knowledge: Knowledge | None = None) -> Answer:
    """The Answer to a question about a case; without a question, the options for the case.

    Never raises for a valid Case and Question, and gives the same Answer for the same input. Kinds that are small
    talk or commands are answered by the dialogue, not here; asked for one of those, it gives the options.
    """
    question = question or Question()
    knowledge = knowledge or load_knowledge()
    kind = question.kind
    if kind == "emergency":
        return emergency_answer(case, question, knowledge)
    if kind == "ask_citation":
        return citation_answer(case, question, knowledge)
    if kind == "ask_review_status":
        return review_answer(case, question, knowledge)
    if kind == "out_of_scope":
        return outside_answer(case, question, knowledge)
    if kind == "compare_drugs":
        return comparison_answer(case, question, knowledge)
    if kind == "ask_clarification":
        return clarification_answer(case, question, knowledge) or options_answer(case, _as_options(question), knowledge)
    if kind in FACTS or (
        kind in ("ask_contraindication", "ask_pregnancy", "ask_side_effect_management")
        and (_on_drugs(case, question) or (question.drugs and on_mixing(question, knowledge)))
    ):
        return fact_answer(case, question, knowledge)
    return options_answer(case, question if _gives_options(kind) else _as_options(question), knowledge)


def _gives_options(kind: str) -> bool:
    return kind in OPTIONS or kind in ("ask_contraindication", "ask_pregnancy", "ask_side_effect_management")


def _as_options(question: Question) -> Question:
    return Question(drugs=question.drugs, aspects=question.aspects, not_asking=question.not_asking)


def _on_drugs(case: Case, question: Question) -> bool:
    """Is a drug other than mycophenolate itself asked about? Questions on mycophenolate are about the options.

    A tablet that the patient takes for something else ("she also takes allopurinol") is a fact, not what is asked.
    """
    of_the_case = case.contraindications if question.kind == "ask_side_effect_management" else ()
    return bool(set(question.drugs) - MYCOPHENOLATE - set(of_the_case))
