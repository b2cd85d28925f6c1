"""Answers about the guidance itself: its citations, its review, its terms, and what lies outside it."""

from __future__ import annotations

from dataclasses import replace

from bot.guidance.answer import Answer
from bot.guidance.draft import Draft
from bot.guidance.knowledge import Knowledge
from bot.guidance.model import Case, Question
from bot.guidance.rows import Row

STATUS_ROWS = ("M1", "M2", "C44")
ALL_TOPICS = ("dose", "place", "management", "evidence", "ild", "monitoring", "risk", "pregnancy", "failure")
ROWS_CITED = 4
ROWS_BESIDES = 2
UNNAMED = "RF-unnamed"
"""The red flag of an emergency of which no sign is named."""
ROWS_OF_A_REFERENCE = 2
"""Claims shown first of those that the article lays to one reference."""


def citation_answer(case: Case, question: Question, knowledge: Knowledge) -> Answer:
    """Which numbers the article cites for what was asked, what is known of them, and where it cites nothing."""
    draft = Draft("sources", case, question, knowledge)
    if question.citation is not None and question.citation in knowledge.table.references:
        draft.line(_reference(draft, question.citation))
        draft.line(knowledge.table.references[question.citation].note[draft.register])
        carried = [r.id for r in knowledge.table.rows.values() if question.citation in r.citations]
        for row_id in carried[: len(carried) if draft.full else ROWS_OF_A_REFERENCE]:
            draft.line(draft.state(row_id))
        draft.support(carried)
        if knowledge.table.references[question.citation].status != "confirmed":
            draft.miss(draft.words("reference_not_printed", number=question.citation))
        return draft.finish()
    rows = _rows_asked(question, knowledge)
    if not rows:
        draft.headline = draft.words("reference_list")
        for number in knowledge.table.references:
            draft.line(_reference(draft, number))
            draft.support(r.id for r in knowledge.table.rows.values() if number in r.citations)
        return draft.finish()
    numbers: set[int] = set()
    for row in rows[: len(rows) if draft.full else ROWS_CITED]:
        draft.line(draft.state(row.id))
        numbers.update(row.citations)
        if not row.citations and row.support == "article_uncited":
            draft.line(draft.words("no_citation"))
    draft.support(r.id for r in rows)
    for number in sorted(numbers):
        draft.line(_reference(draft, number))
    for row in _said_besides(question, knowledge):
        names = "; ".join(knowledge.table.sources[s].title for s in row.sources if s in knowledge.table.sources)
        draft.line(f"{draft.words('beyond')}: {draft.state(row.id)} ({names})")
    return draft.finish()


def _said_besides(question: Question, knowledge: Knowledge) -> list[Row]:
    """The statements of the last answer that rest on other sources than the article, those told first."""
    if question.drugs or question.aspects:
        return []
    table = knowledge.table
    said = [table.rows[i] for i in question.rows if i in table.rows]
    return [row for row in said if row.support == "beyond_article"][:ROWS_BESIDES]


def _rows_asked(question: Question, knowledge: Knowledge) -> list[Row]:
    table = knowledge.table
    by_aspect = [r for a in question.aspects if a in table.aspects for r in table.aspects[a].rows]
    named = [table.rows[i] for i in dict.fromkeys(by_aspect) if table.rows[i].support != "beyond_article"]
    if question.drugs:
        wanted = set(question.drugs)
        about = [r for r in knowledge.about(question.drugs, ALL_TOPICS) if r.support != "beyond_article"]
        narrowed = [r for r in named if wanted & set(r.drugs)]
        return narrowed or about
    if named:
        return named
    return [table.rows[i] for i in question.rows if i in table.rows and table.rows[i].support != "beyond_article"]


def _reference(draft: Draft, number: int) -> str:
    reference = draft.knowledge.table.references[number]
    status = draft.words(f"status_{reference.status}")
    return draft.words("reference_line", number=number, label=reference.label, status=status)


def review_answer(case: Case, question: Question, knowledge: Knowledge) -> Answer:
    """Where the article and this table stand in review. Nothing here is human-approved, and it says so."""
    draft = Draft("review_status", case, question, knowledge)
    for row_id in STATUS_ROWS:
        draft.line(draft.state(row_id))
    review = knowledge.table.review
    draft.line(draft.words("table_status", version=review.table_version, status=review.table_review))
    return draft.finish()


def clarification_answer(case: Case, question: Question, knowledge: Knowledge) -> Answer | None:
    """The meaning of the terms asked about; None when the table explains none of them."""
    draft = Draft("clarification", case, question, knowledge)
    for term in question.terms:
        if term in knowledge.table.glossary:
            draft.line(knowledge.table.glossary[term].text[draft.register])
    for silence in (s for s in knowledge.table.silences.values() if set(s.aspects) & set(question.aspects)):
        draft.miss(silence.text[draft.register])
    if not question.terms or not any(t in knowledge.table.glossary for t in question.terms):
        return None
    return draft.finish()


def outside_answer(case: Case, question: Question, knowledge: Knowledge) -> Answer:
    """Out of scope, with whatever safety fact the table holds on the drugs or aspects named."""
    draft = Draft("out_of_scope", case, question, knowledge)
    draft.headline = draft.words("outside")
    table = knowledge.table
    for drug in question.drugs:
        record = table.drugs.get(drug)
        if record and record.group != "in_article":
            draft.miss(draft.words("drug_not_in_article", drug=knowledge.label(drug)))
            rows = knowledge.about((drug,), ("place", "dose", "info"))
            for row in rows[:2]:
                draft.line(f"{draft.words('beyond')}: {draft.state(row.id)}")
    for aspect in question.aspects:
        if aspect in table.aspects:
            for row_id in table.aspects[aspect].rows[:1]:
                draft.line(f"{draft.words('still_safe')}: {draft.state(row_id)}")
    draft.suggest("What can you do?", "What can you help with?")
    draft.suggest("Options", "What are the options when mycophenolate is not tolerated?")
    return draft.finish()


def emergency_answer(case: Case, question: Question, knowledge: Knowledge) -> Answer:
    """An emergency comes alone: the red flag's words and nothing that could wait. ``question.rows`` names the flag."""
    draft = Draft("emergency", case, question, knowledge)
    for rule in question.rows or (UNNAMED,):
        draft.escalate(rule)
    raised = draft.escalation
    draft.headline = raised.text if raised else ""
    draft.escalation = None  # the headline says it; the text must not say it twice
    return replace(draft.finish(), escalation=raised)
