"""Two to four drugs side by side, on the rows that speak of them."""

from __future__ import annotations

from dataclasses import replace

from bot.guidance.answer import Answer
from bot.guidance.conditions import INDEX_DRUG, MEMBERS
from bot.guidance.draft import Draft
from bot.guidance.knowledge import Knowledge, related
from bot.guidance.model import RECOGNISED_ONLY, Case, Question
from bot.guidance.options_answer import enter_options
from bot.guidance.placement import place
from bot.guidance.rows import Row

AT_MOST = 4
ASPECT_ROWS = 3
COMPARED = ("place", "ild", "evidence", "risk", "dose", "monitoring", "pregnancy")


def comparison_answer(case: Case, question: Question, knowledge: Knowledge) -> Answer:
    """What the article says of the drugs together, then where each stands; a missing ranking is said."""
    draft = Draft("comparison", case, question, knowledge)
    placement = place(case, knowledge.rules)
    drugs = _compared(question, draft)
    if len(drugs) < 2:
        draft.miss(draft.words("no_overall_ranking"))
        offered = dict.fromkeys(d for o in placement.offered for d in o.drugs if d not in INDEX_DRUG)
        drugs = (*drugs, *(d for d in offered if d not in drugs))[:3]
    enter_options(draft, placement, only=tuple(related(drugs)))
    on_aspect = _on_aspect(question, drugs, knowledge)
    for row in on_aspect[:ASPECT_ROWS]:
        mark = f"{draft.words('beyond')}: " if row.support == "beyond_article" else ""
        draft.line(f"{mark}{draft.state(row.id)}")
    together = [r for r in _together(drugs, knowledge) if r not in on_aspect]
    for row in together[: len(together) if draft.full else 3]:
        draft.line(draft.state(row.id))
    for drug in drugs:
        _place_line(draft, drug, {r.id for r in together}, room=len(drugs))
    if not draft.unknown and not any(r.topic == "evidence" and _contrasts(r, drugs) for r in together):
        draft.miss(draft.words("no_ranking", drugs=knowledge.labels(drugs)))
    for silence in draft.miss_what_the_article_leaves_out():
        draft.support(silence.then)
    for drug in drugs[:2]:
        name = knowledge.label(drug)
        draft.suggest(f"Dose of {name}", f"What is the dose of {name}?")
        draft.suggest(f"Risks of {name}", f"What are the risks of {name}?")
    return replace(draft.finish(), case=case)


def _on_aspect(question: Question, drugs: tuple[str, ...], knowledge: Knowledge) -> list[Row]:
    """The rows on the finer subject in which the drugs are compared, those of the article first."""
    table, wanted = knowledge.table, set(related(drugs))
    ids = [r for a in question.aspects if a in table.aspects for r in table.aspects[a].rows]
    rows = [table.rows[r] for r in dict.fromkeys(ids) if wanted & set(table.rows[r].drugs)]
    rows = [r for r in rows if not _sets_one_against_another(r, drugs)]
    return sorted(rows, key=lambda r: r.support == "beyond_article")


def _sets_one_against_another(row: Row, drugs: tuple[str, ...]) -> bool:
    """Is it a comparison of one of these drugs with a drug that is not asked about?"""
    of_a_class = (members for members in MEMBERS.values() if set(drugs) & set(members))
    ours = {*related(drugs), *(d for members in of_a_class for d in members)}
    others = set(row.drugs) - ours - {*INDEX_DRUG, *RECOGNISED_ONLY}
    count = sum(1 for d in drugs if related((d,)) & set(row.drugs))
    return row.topic == "evidence" and bool(others) and count == 1


def _contrasts(row: Row, drugs: tuple[str, ...]) -> bool:
    """Does the row set these drugs against each other? One that speaks of a whole class does not rank its members."""
    return not any(c in row.drugs and set(drugs) <= {c, *members} for c, members in MEMBERS.items())


def _compared(question: Question, draft: Draft) -> tuple[str, ...]:
    drugs = [d for d in question.drugs if not set(MEMBERS.get(d, ())) & set(question.drugs)]
    others = [d for d in drugs if d not in INDEX_DRUG]
    if len(others) > 1:  # mycophenolate beside two others is the drug they are to replace
        drugs = others
    if len(drugs) == 1 and drugs[0] in MEMBERS:
        drugs = list(MEMBERS[drugs[0]])
    return tuple(drugs[:AT_MOST])


def _together(drugs: tuple[str, ...], knowledge: Knowledge) -> list[Row]:
    """Rows of the article that speak of at least two of the drugs, each counted with its class."""

    def named(row: Row) -> int:
        return sum(1 for d in drugs if related((d,)) & set(row.drugs))

    rows = [r for r in knowledge.table.rows.values() if r.support != "beyond_article" and r.topic in COMPARED]
    both = [r for r in rows if named(r) >= 2 and r.topic in ("place", "ild", "evidence", "pregnancy")]
    order = {"evidence": 0, "place": 1, "ild": 2, "pregnancy": 3}
    return sorted(both, key=lambda r: order[r.topic])


def _place_line(draft: Draft, drug: str, said: set[str], room: int) -> None:
    """Where one drug stands by itself: its place, then its chief risk."""
    knowledge = draft.knowledge
    own = [r for r in knowledge.about((drug,), ("place", "ild", "risk", "evidence")) if r.id not in said]
    article = [r for r in own if r.support != "beyond_article"]
    places = [r for r in article if r.topic in ("place", "ild")]
    risks = [r for r in article if r.topic == "risk"]
    for row in [*places[: 2 if room == 2 else 1], *risks[:1]]:
        draft.line(draft.state(row.id))
    if not article and not said & {r.id for r in knowledge.about((drug,), COMPARED)}:
        group = knowledge.table.drugs[drug].group if drug in knowledge.table.drugs else ""
        if group != "in_article":
            draft.miss(draft.words("drug_not_in_article", drug=knowledge.label(drug)))
        for row in own[:1]:
            draft.line(f"{draft.words('beyond')}: {draft.state(row.id)}")
