"""Which drug an effect, or a good or poor response, is laid to.

The contract counts an effect only when it is one of mycophenolate; toxicities of other drugs that are merely asked
about do not fill the slot. A patient's effect with no drug beside it is laid to mycophenolate, the subject here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.concepts import Concept
from bot.language.patterns import MMF
from bot.language.questions import sentences
from bot.language.tokens import Token
from bot.language.word_lists import words

_CAUSES = words("lay_causes")
_REASONS = words("lay_reasons")
_FROM = words("lay_from")
_JOINTS = words("joints")
_CURRENT = words("drug_current")
_PROPOSED = words("drug_proposed")


def lay_to_drugs(concepts: Sequence[Concept], tokens: Sequence[Token]) -> list[Concept]:
    """The concepts, with ``drug`` set on each effect and response that the message lays to a drug."""
    drugs = [(n, t.drug) for n, t in enumerate(tokens) if t.drug is not None]
    return [
        replace(c, drug=_cause(c, drugs, tokens)) if c.concept in ("side_effect", "effect_noun", "response") else c
        for c in concepts
    ]


def _cause(concept: Concept, drugs: Sequence[tuple[int, str]], tokens: Sequence[Token]) -> str | None:
    start, end = concept.match.start, concept.match.end
    inside = [drug for n, drug in drugs if start <= n < end]
    if inside:
        return inside[0]
    first, last = next((a, b) for a, b in sentences(tokens) if a <= start < b)
    before = [(n, drug) for n, drug in drugs if first <= n < start]
    after = [(n, drug) for n, drug in drugs if end <= n < last]
    named = _named_behind(end, after, tokens) or _named_in_front(concept, before, tokens)
    if named:
        return named
    others_only = bool(drugs) and not any(drug in MMF for _, drug in drugs)
    if (
        others_only
        and concept.supposed
        and "asserted" not in concept.modifiers
        and not concept.modifiers & {"hypothetical"}
    ):
        return drugs[0][1]
    return None


def _named_behind(end: int, after: Sequence[tuple[int, str]], tokens: Sequence[Token]) -> str | None:
    """ "diarrhoea on CellCept", "nausea from my tac": the drug, or mycophenolate when a list of drugs holds it."""
    if not after:
        return None
    place, drug = after[0]
    between = [t.norm for t in tokens[end:place]]
    if not between or len(between) > 4 or not all(word in _FROM for word in between):
        return None
    listed, last = [drug], place
    for n, other in after[1:]:
        if all(t.norm in _JOINTS for t in tokens[last + 1 : n]):
            listed.append(other)
            last = n
    return next((d for d in listed if d in MMF), drug)


def _named_in_front(concept: Concept, before: Sequence[tuple[int, str]], tokens: Sequence[Token]) -> str | None:
    """ "tac gave me tremor", "does rituximab lower immunity", "rituximab infection risk", "on tac now and shaking"."""
    if not before:
        return None
    place, drug = before[-1]
    start = concept.match.start
    between = [t.norm for t in tokens[place + 1 : start]]
    listed = _list_before(place, before, tokens)
    holder = next((d for d in listed if d in MMF), drug)
    if set(between) & _REASONS:
        return None
    lead = {t.norm for t in tokens[max(0, place - 3) : place]}
    if set(between) & _CAUSES and len(between) <= 8:
        statement_of_patient = concept.status == "fact" and set(between) & {"i", "she", "he", "my", "her", "his"} - {
            "her"
        }
        return None if statement_of_patient and lead & _PROPOSED else holder
    if len(between) <= 2 and not set(between) & {",", "and", "i", "my"}:
        return holder
    if lead & _CURRENT and not lead & _PROPOSED and len(between) <= 6:
        return holder
    return None


def _list_before(place: int, before: Sequence[tuple[int, str]], tokens: Sequence[Token]) -> list[str]:
    listed, first = [before[-1][1]], place
    for n, drug in reversed(before[:-1]):
        if not all(t.norm in _JOINTS for t in tokens[n + 1 : first]):
            break
        listed.append(drug)
        first = n
    return listed
