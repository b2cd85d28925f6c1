"""Answers that put options forward for a case: alternatives, side effects, lungs, failure, pregnancy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.guidance.answer import Answer, OptionEntry
from bot.guidance.conditions import INDEX_DRUG, expand, holds
from bot.guidance.draft import BULLET, Draft, upper_first
from bot.guidance.knowledge import Knowledge, listed
from bot.guidance.model import Case, Question
from bot.guidance.open_questions import ask_and_assume
from bot.guidance.placement import EXCLUDES, Placed, Placement, place, triggered_rules
from bot.guidance.placement_rows import Situation
from bot.guidance.rows import Row

KINDS = {
    "ask_alternatives": "options",
    "report_side_effect": "side_effect",
    "ask_side_effect_management": "side_effect",
    "ask_ild_treatment": "ild",
    "ask_treatment_failure": "failure",
    "ask_pregnancy": "pregnancy",
    "provide_patient_info": "options",
    "correct_info": "options",
    "ask_contraindication": "contraindication",
}
"""Intents answered with options, and the kind of Answer they get."""

ALWAYS_SILENT = {"ask_treatment_failure": "S-refractory-definition"}
"""What the article leaves open on the subject of a question, whatever the case is."""
SUPPOSED_BY_ASPECT = {"breastfeeding": "breastfeeding", "washout": "planning", "planning": "planning"}
"""What a question on pregnancy supposes of the patient, by its aspect; without one, a pregnancy."""
OF_A_SIDE_EFFECT = ("report_side_effect", "ask_side_effect_management")
BEYOND_STAYING = ("ask_treatment_failure", "ask_ild_treatment")
"""Kinds of question for which ways of staying on mycophenolate are not the subject, whatever it does besides."""
RESERVE_IN_FIRST_VIEW = ("rituximab", "cyclophosphamide")
ALWAYS_SAID: dict[str, tuple[str, ...]] = {
    "ask_treatment_failure": ("C43",),
    "ask_side_effect_management": ("C25",),
}
"""Rows that belong to the subject of a question whatever the case is."""


def options_answer(case: Case, question: Question, knowledge: Knowledge) -> Answer:
    """The options for a case, in order, with why the others are out, and the one question that matters most."""
    draft = Draft(KINDS[question.kind], case, question, knowledge)
    draft.escalate_for_case()
    draft.case = supposed(case, question)
    placement = place(draft.case, knowledge.rules)
    situation = _situation(draft.case, placement, knowledge)
    draft.support(situation.rows)
    draft.headline = _headline(draft, situation, placement)
    if question.kind in ALWAYS_SAID and not situation.when:  # no fact of the case says more than the question itself
        draft.line(draft.headline)
        draft.headline = draft.state(ALWAYS_SAID[question.kind][0])
    enter_options(draft, placement)
    subject = _subject_rows(draft, question, placement)
    # The headline names what stands first already.
    leads = [lead for lead in _leads(placement, situation) if knowledge.table.rows[lead].topic != "place"]
    for row_id in (r for r in subject if r not in leads):
        draft.line(draft.state(row_id))
    _offered_lines(draft, placement, sorted(leads, key=lambda lead: lead not in subject))
    _held_back_lines(draft, placement)
    _ruled_out_lines(draft, placement)
    _effect_lines(draft)
    if question.kind in ALWAYS_SILENT:
        draft.miss(knowledge.table.silences[ALWAYS_SILENT[question.kind]].text[draft.register])
    for silence in draft.miss_what_the_article_leaves_out():
        draft.support(silence.then)
    of_its_subject = set(subject) - set(ALWAYS_SAID.get(question.kind, ()))
    if question.kind == "ask_side_effect_management" and question.aspects and draft.unknown and not of_its_subject:
        draft.lead_with_what_is_missing()
    draft.miss_what_rules_leave_out(triggered_rules(draft.case, knowledge.rules))
    draft.ask, draft.assumptions = ask_and_assume(draft, placement)
    _suggestions(draft, placement)
    return replace(draft.finish(), case=case)


def supposed(case: Case, question: Question) -> Case:
    """The case that a question on pregnancy supposes where none was told; the case shown stays as it was told."""
    if question.kind != "ask_pregnancy" or case.pregnancy is not None:
        return case
    state = next((SUPPOSED_BY_ASPECT[a] for a in question.aspects if a in SUPPOSED_BY_ASPECT), "pregnant")
    return replace(case, pregnancy=state)


def advises_what_is_ruled_out(row: Row, case: Case, placement: Placement) -> bool:
    """Is the row on ways of staying on the drug, every one of which this case rules out?

    What is only advised against stays (a lower dose when the drug does little), unless the effect is severe or a child
    is wished for.
    """
    childless = case.pregnancy in (None, "not_pregnant") and case.side_effect_severity != "severe"
    out = {o.row.option for o in placement.at(*(("contraindicated",) if childless else EXCLUDES))}
    return row.topic == "management" and bool(row.options) and out >= set(row.options)


def _has_been_tried(row: Row, case: Case, asked: Sequence[str]) -> bool:
    """Does the row put forward only drugs that were had already, none of which is asked about?"""
    unasked = set(row.drugs) - set(asked)
    return bool(unasked) and expand((*case.drugs_tried, *case.drugs_excluded)) >= unasked


def _of_another_effect(row: Row, case: Case) -> bool:
    """Is the row a step for another side effect than those of the case (re-escalation is told of the bowels alone)?"""
    told = bool(case.side_effect) and "side_effect" in row.when
    return told and holds({"side_effect": row.when["side_effect"]}, case) is False


def _a_dose_of_another_drug(row: Row, question: Question) -> bool:
    """ "Ten times a day" in the report of a side effect asks for no drug's schedule."""
    about = {*question.drugs, *INDEX_DRUG}
    return question.kind in OF_A_SIDE_EFFECT and row.topic == "dose" and not about & set(row.drugs)


def enter_options(draft: Draft, placement: Placement, only: Sequence[str] = ()) -> None:
    """Put the placed options into the Answer (``only`` those that give one of these drugs, where named)."""
    for placed in placement.options:
        if not only or set(only) & set(placed.drugs):
            draft.support(placed.support)
            draft.options.append(entry(placed, draft.register))


def entry(placed: Placed, register: str) -> OptionEntry:
    """A placed option as the Answer carries it. An offered option says what to heed; others say why not."""
    cautions = [c[register] for c in placed.cautions]
    reasons = [r[register] for r in placed.reasons]
    return OptionEntry(
        option=placed.row.option,
        drugs=placed.drugs,
        stance=placed.stance,
        because=placed.because,
        caution="; ".join(cautions) or None,
        label=placed.row.label[register],
        reason="; ".join(reasons) or None,
    )


def _situation(case: Case, placement: Placement, knowledge: Knowledge) -> Situation:
    out = frozenset(d for o in placement.at("avoid", "contraindicated") for d in o.drugs)
    return next(s for s in knowledge.rules.situations if s.when.holds(case, out) is True)


def _put_first(placement: Placement) -> tuple[Placed, ...]:
    return placement.at("preferred") or placement.offered[:1]


def _headline(draft: Draft, situation: Situation, placement: Placement) -> str:
    first = _put_first(placement)
    marks = {draft.cited(o.because) for o in first}
    shared = marks.pop() if len(marks) == 1 else ""  # "tacrolimus or ciclosporin [1]"
    names = [o.row.label[draft.register] + ("" if shared else draft.cited(o.because)) for o in first]
    joined = listed(names, "or") + shared if names else draft.words("nothing_offered")
    return situation.headline[draft.register].format(first=joined)


def _subject_rows(draft: Draft, question: Question, placement: Placement) -> list[str]:
    """What the question is about by itself: named aspects first, then rows that belong to its subject."""
    table = draft.knowledge.table
    named = [table.aspects[a] for a in question.aspects if a in table.aspects]
    # A good "response" told beside a side effect asks for no check of the lungs.
    rows = [r for aspect in named if aspect.topics != ("monitoring",) for r in aspect.rows]
    rows = [r for r in rows if not _a_dose_of_another_drug(table.rows[r], draft.question)]
    if question.kind in BEYOND_STAYING:
        rows = [r for r in rows if table.rows[r].topic != "management"]
    rows = [r for r in rows if table.rows[r].support != "beyond_article" or question.kind == "ask_pregnancy"]
    rows = [r for r in rows if not _of_another_effect(table.rows[r], draft.case)]
    always = ALWAYS_SAID.get(question.kind, ())
    rows = [r for r in rows if not _has_been_tried(table.rows[r], draft.case, question.drugs)]
    said = (*rows[:2], *always)
    return [r for r in said if not advises_what_is_ruled_out(table.rows[r], draft.case, placement)]


def _effect_lines(draft: Draft) -> None:
    """What other sources say on the side effects of the case, and that the article is silent where it is."""
    for effect in draft.case.side_effect:
        category = draft.knowledge.table.side_effects.get(effect)
        if category is None:
            continue
        if category.article_silent:
            draft.miss(draft.words("unsaid_general", topic=category.label[draft.register]))
        for row_id in category.always:
            draft.line(f"{draft.words('beyond')}: {draft.state(row_id)}")


def _leads(placement: Placement, situation: Situation) -> list[str]:
    """The rows that put forward what stands first, and the steps that hang on a fact still unknown."""
    preferred = [placed.row.lead for placed in placement.at("preferred")]
    leads = [lead for lead in dict.fromkeys(preferred) if lead and lead not in situation.rows]
    if set(situation.rows) & {"C26", "C29"}:
        leads += [o.row.lead for o in placement.options if o.open and o.row.lead]
    return leads


def _offered_lines(draft: Draft, placement: Placement, leads: Sequence[str]) -> None:
    for text in _topics_once([draft.state(lead) for lead in leads]):
        draft.line(BULLET + text)
    notes: dict[str, str] = {}
    told = [o for o in _put_first(placement) if o.cautions]
    for placed in told:
        notes.setdefault(placed.cautions[0][draft.register], upper_first(_label(draft, placed)))
    for note, label in list(notes.items())[:2]:
        draft.line(f"{label}: {note}.")
    considered = _grouped(draft, [o for o in placement.at("consider") if o not in told])
    if considered:
        draft.line(f"{draft.words('also')}: {'; '.join(considered)}.")
    for placed in placement.at("adjunct"):
        draft.line(BULLET + draft.state(placed.row.lead or ""))


def _topics_once(texts: Sequence[str]) -> list[str]:
    """Texts of which several in a row begin with the same "topic: ": only the first of them keeps it."""
    out: list[str] = []
    last = ""
    for text in texts:
        topic, colon, rest = text.partition(": ")
        same = bool(colon) and topic == last
        out.append(upper_first(rest) if same else text)
        last = topic if colon else ""
    return out


def _grouped(draft: Draft, options: Sequence[Placed]) -> list[str]:
    """Options as "label [1] (note)", those with the same citations and note named together."""
    groups: dict[tuple[str, str], list[str]] = {}
    for placed in options:
        note = placed.cautions[0][draft.register] if placed.cautions else ""
        groups.setdefault((draft.cited(placed.because), note), []).append(placed.row.label[draft.register])
    return [listed(names) + cited + (f" ({note})" if note else "") for (cited, note), names in groups.items()]


def _held_back_lines(draft: Draft, placement: Placement) -> None:
    asked = set(draft.question.drugs)
    parts = []
    for placed in placement.at("reserve"):
        named = bool(asked & set(placed.drugs))
        if placed.open or not (draft.full or named or placed.row.option in RESERVE_IN_FIRST_VIEW):
            continue
        # What a fact of the case holds back needs its reason at once; the usual place of a drug can wait for "why?".
        told = draft.full or named or len(placed.reasons) > 1
        parts.append(_label(draft, placed) + (f" ({_reason(draft, placed)})" if told else ""))
    if parts:
        draft.line(f"{draft.words('reserve')}: {'; '.join(parts)}.")
    for placed in placement.at("disputed"):
        draft.line(f"{draft.words('disputed')}: {_label(draft, placed)} ({_reason(draft, placed)}).")


def _label(draft: Draft, placed: Placed) -> str:
    return placed.row.label[draft.register] + draft.cited(placed.because)


def _reason(draft: Draft, placed: Placed) -> str:
    texts = placed.reasons or placed.cautions
    return texts[0][draft.register] if texts else ""


def _ruled_out_lines(draft: Draft, placement: Placement) -> None:
    for stance, key in (("contraindicated", "ruled_out"), ("avoid", "not_advised")):
        grouped: dict[str, list[str]] = {}
        named: set[str] = set()
        for placed in placement.at(stance):
            unasked = not (draft.full or set(placed.drugs) & set(draft.question.drugs))
            far = placed.row.option == "interferon_gamma" and stance == "avoid"
            far |= placed.row.option == "nintedanib_adjunct" and draft.case.ild_course != "progressive_fibrotic"
            if far and unasked:
                continue  # it would not be thought of in this case
            name = _short_name(draft, placed, stance)
            if name not in named:  # one reason is enough in the text; each option of the Answer carries its own
                named.add(name)
                grouped.setdefault(_reason(draft, placed), []).append(name)
        parts = [f"{listed(names)} ({reason})" if reason else listed(names) for reason, names in grouped.items()]
        if parts:
            draft.line(f"{draft.words(key)}: {'; '.join(parts)}.")


def _short_name(draft: Draft, placed: Placed, stance: str) -> str:
    if placed.drugs and set(placed.drugs) <= set(INDEX_DRUG):
        return draft.words("mmf_any_form" if stance == "contraindicated" else "staying_on_mmf")
    return placed.row.label[draft.register]


def _suggestions(draft: Draft, placement: Placement) -> None:
    drugs = [d for o in placement.offered for d in o.drugs if d not in INDEX_DRUG]
    for drug in dict.fromkeys(drugs):
        name = draft.knowledge.label(drug)
        draft.suggest(f"Dose of {name}", f"What is the dose of {name}?")
        break
    held = next(
        (o for o in placement.options if not o.offered and o.drugs and o.row.option in RESERVE_IN_FIRST_VIEW), None
    )
    if held:
        name = draft.knowledge.label(held.drugs[-1])
        draft.suggest(f"Why not {name}?", f"Why not {name}?")
    draft.suggest("What to monitor", "What should be monitored?")
    draft.suggest("Sources", "What are the sources for that?")
