"""Where single drugs stand in a case, and what would rule them out, as lines of an answer about those drugs."""

from __future__ import annotations

from collections.abc import Sequence

from bot.guidance.conditions import MEMBERS
from bot.guidance.draft import Draft, upper_first
from bot.guidance.knowledge import related
from bot.guidance.options_answer import enter_options
from bot.guidance.placement import EXCLUDES, Placed, Placement, triggered_rules

MOST_INSTEAD = 3
"""How many options are named in place of a drug that is ruled out."""


def say_stances(draft: Draft, placement: Placement, drugs: Sequence[str]) -> None:
    """Where the drugs stand in this case: entries for the Answer, and a first line where they are not on offer."""
    wanted = related(drugs)
    enter_options(draft, placement, only=tuple(wanted))
    supposed = draft.question.scenario
    known_case = bool(draft.case.known().keys() - {"audience", "weight_kg", "height_cm"})
    for drug in drugs:
        standing = _best(placement, drug)
        if standing is None or (not known_case and draft.question.act != "why_not"):
            continue
        label = upper_first(draft.knowledge.label(drug))
        reason = (standing.reasons or standing.cautions or ({},))[0].get(draft.register, "")
        cited = draft.cited(standing.because)
        if standing.stance in EXCLUDES:
            draft.line(
                draft.words("ruled_out_then" if supposed else "ruled_out_now", drug=label, reason=reason + cited)
            )
            if draft.question.kind in ("ask_drug_info", "ask_contraindication"):
                _instead(draft, placement)
        elif standing.stance in ("reserve", "disputed"):
            draft.line(draft.words("held_back_now", drug=label, reason=reason + cited))
        elif draft.question.kind in ("ask_drug_info", "ask_contraindication"):
            notes = [c[draft.register] for c in standing.cautions[:2]]
            key = "offered_now" if notes else "offered_now_plain"
            draft.line(draft.words(key, drug=label, caution="; ".join(notes)))


def _instead(draft: Draft, placement: Placement) -> None:
    """What the case leaves open in place of a drug that is ruled out, first what stands first."""
    first = placement.offered[:MOST_INSTEAD]
    if first:
        draft.support(because for o in first for because in o.because)
        draft.line(draft.words("open_instead", labels="; ".join(o.row.label[draft.register] for o in first)))


def _best(placement: Placement, drug: str) -> Placed | None:
    """The option in which a drug stands best (the options are in that order already)."""
    wanted = {drug, *MEMBERS.get(drug, ())}
    alone = [o for o in placement.options if wanted & set(o.drugs) and len(o.row.gives) + len(o.row.one_of) == 1]
    return next(iter(alone), None) or next((o for o in placement.options if wanted & set(o.drugs)), None)


def say_what_rules_out(draft: Draft, drug: str) -> None:
    """Every rule of the table that excludes the drug, and those that call for care, in the words of the rules."""
    members = MEMBERS.get(drug, (drug,))
    by_drug = triggered_rules(draft.case, draft.knowledge.rules)
    hit = list(dict.fromkeys(r.id for m in members for r in by_drug.get(m, ())))
    rules = [r for r in draft.knowledge.rules.rules if set(members) & set(r.drugs) and r.when]
    for effects, key in ((EXCLUDES, "what_rules_it_out"), (("reserve", "caution"), "what_needs_care")):
        found = [r for r in rules if r.effect in effects and r.id not in hit]
        texts = list(dict.fromkeys(r.text[draft.register] for r in found))
        if texts and (effects == EXCLUDES or draft.full):
            draft.support(b for r in found for b in r.because)
            draft.line(draft.words(key, drug=upper_first(draft.knowledge.label(drug)), list=" | ".join(texts)))
