"""Questions about drugs: dose, monitoring, evidence, risk, who must not have them, pregnancy, what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.guidance.answer import Answer, Ask
from bot.guidance.conditions import INDEX_DRUG, MEMBERS
from bot.guidance.dosing import compute_doses, needs_measure
from bot.guidance.draft import Draft
from bot.guidance.knowledge import Knowledge, related
from bot.guidance.model import RECOGNISED_ONLY, Case, Question
from bot.guidance.options_answer import advises_what_is_ruled_out, supposed
from bot.guidance.placement import Placement, place, triggered_rules
from bot.guidance.rows import Row
from bot.guidance.stances import say_stances, say_what_rules_out

KINDS = {
    "ask_dose": "dose",
    "ask_monitoring": "monitoring",
    "ask_evidence": "evidence",
    "ask_drug_risk": "risk",
    "ask_contraindication": "contraindication",
    "ask_pregnancy": "pregnancy",
    "ask_drug_info": "drug",
    "ask_side_effect_management": "side_effect",
}
TOPICS: dict[str, tuple[str, ...]] = {
    "ask_dose": ("dose",),
    "ask_monitoring": ("monitoring", "screening"),
    "ask_evidence": ("evidence", "place", "ild"),
    "ask_drug_risk": ("risk",),
    "ask_contraindication": ("contraindication", "interaction", "renal_hepatic", "screening"),
    "ask_pregnancy": ("pregnancy", "lactation", "fertility"),
    "ask_drug_info": ("info", "place", "management", "evidence", "ild"),
    "ask_side_effect_management": ("management",),
}
"""Which topics of the table answer which intent, in the order they are said."""
EXPECTED_OF_THE_ARTICLE = (
    "ask_dose",
    "ask_monitoring",
    "ask_evidence",
    "ask_drug_risk",
    "ask_contraindication",
    "ask_pregnancy",
)
"""Intents for which the lack of an article row is worth saying, drug by drug."""
WITHOUT_A_DRUG: dict[str, tuple[str, ...]] = {
    "ask_monitoring": ("C39", "C40", "C41", "C42"),
    "ask_evidence": ("C33", "C14", "C32"),
    "ask_drug_risk": ("C21",),
}
BREASTFEEDING = "breastfeeding"
NOT_IN_PREGNANCY = "C35"
"""Said with every question on pregnancy: the patient of the article is on mycophenolate."""
OF_ALL_DRUGS = "ranking_safety"
"""The aspect of "which is the worst / the safest": it is asked of every drug, whichever were spoken of before."""
ARTICLE_ROWS, OTHER_ROWS = 3, 2
"""Rows of the article, and of other sources, in the first view of one drug."""
OF_MANY = 3
"""Other drugs that a row names besides the one asked about, from which on it is a list and not about that one."""


def fact_answer(case: Case, question: Question, knowledge: Knowledge) -> Answer:
    """What the table holds on the drugs and aspects asked about, the article first, then other sources, marked."""
    if mixed := on_mixing(question, knowledge):
        ours = tuple(d for d in question.drugs if d not in RECOGNISED_ONLY)
        question = replace(question, aspects=mixed, drugs=ours or question.drugs)
    steps = () if question.drugs else _steps(question, knowledge)
    if steps:  # "four times a day, then?" is of the step that was put forward, not of every drug with an interval
        question = replace(question, aspects=())
    draft = Draft(KINDS[question.kind], case, question, knowledge)
    if case.pregnancy == "pregnant":
        draft.escalate_for_case()
    draft.case = supposed(case, question)
    placement = place(draft.case, knowledge.rules)
    drugs = _one_by_one(question.drugs)
    aspect_rows = steps or _aspect_rows(question, knowledge, drugs)
    if OF_ALL_DRUGS in question.aspects and question.kind in WITHOUT_A_DRUG:
        for row_id in WITHOUT_A_DRUG[question.kind]:
            draft.line(draft.state(row_id))
    if drugs:
        say_stances(draft, placement, drugs)
        for drug in drugs:
            _about_drug(draft, drug, aspect_rows, room=len(drugs))
    else:
        possible = tuple(r for r in aspect_rows if not advises_what_is_ruled_out(r, draft.case, placement))
        if len(possible) < len(aspect_rows):
            say_stances(draft, placement, (INDEX_DRUG[0],))  # "not even in smaller doses"
        if possible or not aspect_rows:
            _about_no_drug(draft, possible)
    for silence in draft.miss_what_the_article_leaves_out():
        for row_id in silence.then[:2]:
            _other_line(draft, knowledge.table.rows[row_id])
    if question.kind == "ask_pregnancy" and BREASTFEEDING not in question.aspects:
        draft.line(draft.state(NOT_IN_PREGNANCY))
    triggered = triggered_rules(draft.case, knowledge.rules)
    draft.miss_what_rules_leave_out({d: triggered[d] for d in sorted(related(drugs)) if d in triggered})
    if not drugs and question.kind == "ask_dose" and not draft.statements and not draft.unknown:
        return _which_drug(draft, placement)
    _suggest(draft, drugs)
    return replace(draft.finish(), case=case)


def _steps(question: Question, knowledge: Knowledge) -> tuple[Row, ...]:
    """The rows that put the options of a question forward."""
    leads = [o.lead for o in knowledge.rules.options if o.option in question.options and o.lead]
    return tuple(knowledge.table.rows[lead] for lead in dict.fromkeys(leads))


def on_mixing(question: Question, knowledge: Knowledge) -> tuple[str, ...]:
    """The aspects by which it is asked what may be taken together ("does Myfortic clash with an antacid")."""
    table = knowledge.table
    named = [table.aspects[a] for a in question.aspects if a in table.aspects]
    mixing = tuple(a.id for a in named if a.topics[:1] == ("interaction",))
    return mixing if question.kind == "ask_contraindication" else ()


def _one_by_one(drugs: Sequence[str]) -> tuple[str, ...]:
    """Drugs without a class whose member is named too."""
    return tuple(d for d in drugs if not set(MEMBERS.get(d, ())) & set(drugs))


def _aspect_rows(question: Question, knowledge: Knowledge, drugs: Sequence[str]) -> tuple[Row, ...]:
    table = knowledge.table
    ids = [r for a in question.aspects if a in table.aspects for r in table.aspects[a].rows]
    rows = [table.rows[i] for i in dict.fromkeys(ids)]
    if drugs:
        wanted = related(drugs)
        rows = [r for r in rows if not r.drugs or wanted & set(r.drugs)]
    return tuple(sorted(rows, key=lambda r: r.support == "beyond_article"))


def _about_drug(draft: Draft, drug: str, aspect_rows: tuple[Row, ...], room: int) -> None:
    kind, knowledge = draft.question.kind, draft.knowledge
    own = related((drug,)) - (set(MEMBERS) - {drug}) if drug not in MEMBERS else related((drug,))
    on_aspect = [r for r in aspect_rows if own & set(r.drugs) or not r.drugs or related((drug,)) & set(r.drugs)]
    if kind == "ask_drug_risk":  # "how often PML" asks for no interval of doses
        on_aspect = [r for r in on_aspect if r.topic != "dose"]
    if on_mixing(draft.question, knowledge) and not on_aspect:
        on_aspect = list(knowledge.about((drug,), ("interaction",)))
    narrow = bool(on_mixing(draft.question, knowledge)) or BREASTFEEDING in draft.question.aspects
    of_a_mix = bool(on_aspect) and narrow and not draft.full
    of_the_kind = () if of_a_mix else knowledge.about((drug,), TOPICS[kind])
    rows = [*on_aspect, *(r for r in of_the_kind if r not in on_aspect)]
    if draft.question.act == "why_not":
        rows += [r for r in knowledge.about((drug,), ("place", "risk")) if r not in rows]
    article = [r for r in rows if r.support != "beyond_article"]
    others = [r for r in rows if r.support == "beyond_article"]
    # what is of the kind asked, and of this drug, before what only touches the subject or is a list of many drugs
    others.sort(key=lambda r: (kind == "ask_dose" and r.topic != "dose", len(set(r.drugs) - own) >= OF_MANY))
    if kind == "ask_contraindication" and not of_a_mix:
        say_what_rules_out(draft, drug)
    limit = len(article) if draft.full else max(1, ARTICLE_ROWS if room < 3 else 1)
    if draft.question.act == "why_not":
        limit = max(limit, 4)
    for row in article[:limit]:
        draft.line(draft.state(row.id))
        _check_note(draft, row)
    if kind == "ask_dose":
        compute_doses(draft, tuple(article))
        _ask_measure(draft, tuple(article))
    if kind in ("ask_dose", "ask_drug_info"):
        _always_heed(draft, drug)
    if not article:
        _say_missing(draft, drug, kind, nothing_else=not others)
    shown = others if draft.full else others[: OTHER_ROWS if room == 1 else 1]
    for row in shown:
        _other_line(draft, row)


def _ask_measure(draft: Draft, rows: tuple[Row, ...]) -> None:
    """A weight was given and a dose goes by body surface: the height is the one thing worth asking."""
    if needs_measure(draft, rows) == "height_cm" and "height_cm" not in draft.question.not_asking:
        draft.ask = Ask("height_cm", draft.words("needs_height"), ())


def _always_heed(draft: Draft, drug: str) -> None:
    """What the table says to heed with this drug in every patient and, beside a dose, in this one."""
    members = MEMBERS.get(drug, (drug,))
    for rule in draft.knowledge.rules.rules:
        of_the_case = (
            draft.question.kind == "ask_dose" and rule.effect == "caution" and rule.when.holds(draft.case) is True
        )
        if (not rule.when or of_the_case) and set(members) & set(rule.drugs):
            draft.support(rule.because)
            if draft.says(rule.text[draft.register]):
                continue
            draft.line(f"{draft.words('heed')}: {rule.text[draft.register]}.")


def _check_note(draft: Draft, row: Row) -> None:
    """Where independent sources differ, the first view says so; otherwise the check is one click away."""
    if row.check and row.check.verdict == "differs":
        draft.line(f"{draft.words('check')}: {row.check.note[draft.register]}")


def _other_line(draft: Draft, row: Row) -> None:
    """A row of another source: always a statement, and a line while the first view has room for it."""
    text = f"{draft.words('beyond')}: {draft.state(row.id)}"
    if draft.full or draft.count(draft.words("beyond")) < OTHER_ROWS:
        draft.line(text)


def _say_missing(draft: Draft, drug: str, kind: str, nothing_else: bool) -> None:
    name = draft.knowledge.label(drug)
    in_article = (
        draft.knowledge.table.drugs[drug].group == "in_article" if drug in draft.knowledge.table.drugs else False
    )
    if not in_article:
        draft.miss(draft.words("drug_not_in_article", drug=name))
    elif kind in EXPECTED_OF_THE_ARTICLE:
        draft.miss(draft.words("unsaid", topic=draft.words(f"topic_{TOPICS[kind][0]}"), drug=name))
    if nothing_else and drug not in RECOGNISED_ONLY:
        draft.miss(f"{name}: {draft.words('no_source_found')}")


def _about_no_drug(draft: Draft, aspect_rows: tuple[Row, ...]) -> None:
    kind, table = draft.question.kind, draft.knowledge.table
    article = [r for r in aspect_rows if r.support != "beyond_article"]
    others = [r for r in aspect_rows if r.support == "beyond_article"]
    if not aspect_rows:
        defaults = [table.rows[i] for i in WITHOUT_A_DRUG.get(kind, ()) if i in table.rows]
        if kind == "ask_monitoring" and "hematologic" in draft.case.side_effect:
            defaults.insert(0, table.rows["C29"])
        article = defaults
    for row in article[: 5 if draft.full or kind == "ask_monitoring" else ARTICLE_ROWS]:
        draft.line(draft.state(row.id))
        _check_note(draft, row)
    for row in others[:OTHER_ROWS]:
        _other_line(draft, row)


def _which_drug(draft: Draft, placement: Placement) -> Answer:
    """No drug was named and none stands out: ask which, with the drugs that are offered as choices."""
    drugs = [d for d in dict.fromkeys(d for o in placement.offered for d in o.drugs) if d not in INDEX_DRUG]
    labels = tuple(draft.knowledge.label(d) for d in drugs[:5])
    draft.headline = draft.words("which_drug")
    if "drug" not in draft.question.not_asking:
        draft.ask = Ask("drug", draft.words("which_drug"), labels)
    draft.kind = "ask"
    answer = draft.finish()
    return replace(answer, text="\n".join(dict.fromkeys(answer.text.split("\n"))))


def _suggest(draft: Draft, drugs: Sequence[str]) -> None:
    for drug in drugs[:1]:
        name = draft.knowledge.label(drug)
        for title, kind, message in (
            ("Dose", "ask_dose", f"What is the dose of {name}?"),
            ("Monitoring", "ask_monitoring", f"What should be monitored on {name}?"),
            ("Risks", "ask_drug_risk", f"What are the risks of {name}?"),
            ("Pregnancy", "ask_pregnancy", f"Is {name} safe in pregnancy?"),
        ):
            if kind != draft.question.kind:
                draft.suggest(title, message)
    draft.suggest("Options for this case", "What are the options?")
    draft.suggest("Sources", "What are the sources for that?")
