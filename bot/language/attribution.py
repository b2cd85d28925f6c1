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
_BEEN_ON = frozenset({"on", "taking", "takes", "started"})
_PROPOSED = words("drug_proposed")
_PATIENT = words("patient_words")
_TIED = words("tied_to_the_drug")
_OTHER_TABLETS = words("other_tablets")
_OTHER_DISEASES = words("other_diseases")
_BESIDE_IT = words("beside_it_the_drug")
_LIKE = frozenset({"like", "as"})
_SMALL = frozenset({"the", "my", "her", "his", "with", "on", "it", "did", "does"})
_OTHER_CAUSES = words("other_causes")
_ELSEWHERE = "elsewhere"
"""Stands for a cause that is no drug of the table."""
_FREQUENCY = words("words_of_frequency")
_NOT_TOLERATED = "tolerated"
_STOPPED = frozenset({"stopped", "off", "discontinued", "withdrawn", "ceased", "held", "abandoned", "failed"})
_SHORT = 6
_FIRST_PERSON = frozenset({"i", "im", "ive"})


def lay_to_drugs(concepts: Sequence[Concept], tokens: Sequence[Token]) -> list[Concept]:
    """The concepts, with ``drug`` set on each effect and response that the message lays to a drug."""
    drugs = [(n, t.drug) for n, t in enumerate(tokens) if t.drug is not None]
    causes = [*drugs, *((n, _ELSEWHERE) for n, t in enumerate(tokens) if t.foreign_drug or t.norm in _OTHER_CAUSES)]
    laid = [
        replace(c, drug=_cause(c, sorted(causes), tokens))
        if c.concept in ("side_effect", "effect_noun", "response")
        else c
        for c in concepts
    ]
    return _other_only_of_the_drug(laid, tokens)


def _other_only_of_the_drug(concepts: list[Concept], tokens: Sequence[Token]) -> list[Concept]:
    """A complaint without a category (rash, tiredness, headache) has many causes: it counts where the drug is in view.

    In view is mycophenolate by name; or, no drug being named, another effect of it, a word for the drug, or a message
    so short that it answers a question. A symptom of another disease never counts.
    """
    named = {t.drug for t in tokens if t.drug is not None}
    said = [t.norm for t in tokens if not t.is_mark]
    raw = {t.text.lower() for t in tokens}
    in_view = bool(named & MMF) or (
        not named
        and not (raw | set(said)) & _OTHER_DISEASES
        and (
            len(said) <= _SHORT or _is_tied(said) or _has_other_effect(concepts) or _is_told_of_oneself(concepts, said)
        )
    )
    if in_view:
        return concepts
    return [
        replace(c, drug=c.drug or _ELSEWHERE) if (c.concept, c.value) == ("side_effect", "other") else c
        for c in concepts
    ]


def _is_tied(said: Sequence[str]) -> bool:
    """Does the writer tie a complaint to the drug without its name ("these tablets", "since I started", "on it")?"""
    around_it = (set(said[max(0, n - 1) : n + 2]) for n, word in enumerate(said) if word in ("it", "this"))
    tied = any(word in _TIED and (n == 0 or said[n - 1] not in _OTHER_TABLETS) for n, word in enumerate(said))
    return tied or any(near & _BESIDE_IT for near in around_it)


def _is_told_of_oneself(concepts: Sequence[Concept], said: Sequence[str]) -> bool:
    """ "My hands shake and I can't sleep": a complaint stated in the first person to a guide on one drug."""
    own = bool(_FIRST_PERSON & set(said)) and not any(c.concept == "person" and c.value != "self" for c in concepts)
    return own and any(
        c.concept == "side_effect" and c.status == "fact" and "asserted" in c.modifiers for c in concepts
    )


def _has_other_effect(concepts: Sequence[Concept]) -> bool:
    """Does the message speak of another effect, be it to deny it ("no tummy trouble")?"""
    return any(
        c.concept == "effect_noun"
        or (c.concept == "side_effect" and c.value != "other")
        or (c.concept == "healthy" and c.value.startswith("side_effect."))
        for c in concepts
    )


def _cause(concept: Concept, drugs: Sequence[tuple[int, str]], tokens: Sequence[Token]) -> str | None:
    start, end = concept.match.start, concept.match.end
    inside = [drug for n, drug in drugs if start <= n < end]
    if inside:
        return inside[0]
    first, last = next((a, b) for a, b in sentences(tokens) if a <= start < b)
    before = [(n, drug) for n, drug in drugs if first <= n < start]
    after = [(n, drug) for n, drug in drugs if end <= n < last]
    likened = [drug for n, drug in after if drug in MMF and _is_likened(n, tokens)]
    if likened:
        return likened[0]
    named = _named_behind(end, after, tokens) or _named_in_front(concept, before, tokens)
    if named:
        return named
    others_only = bool(drugs) and not any(drug in MMF for _, drug in drugs)
    asked = concept.supposed and not concept.modifiers & {"hypothetical"}
    impersonal = not any(t.norm in _PATIENT for t in tokens) and _describes(start, end, tokens)
    if others_only and concept.status == "fact" and _is_taken_alone(drugs, tokens):
        return drugs[0][1]
    if others_only and "asserted" not in concept.modifiers and (asked or impersonal):
        return drugs[0][1]
    return None


def _is_taken_alone(drugs: Sequence[tuple[int, str]], tokens: Sequence[Token]) -> bool:
    """ "He has been on prednisone and imuran for a year and ...": no mycophenolate, and all that is named is taken."""
    place = drugs[0][0]
    lead = [t.norm for t in tokens[max(0, place - 2) : place]]
    return bool(lead) and lead[-1] in _BEEN_ON and not set(lead) & _PROPOSED


def _is_likened(place: int, tokens: Sequence[Token]) -> bool:
    """ "... like the CellCept did": the effect is one of that drug too."""
    n = place - 1
    while n >= 0 and tokens[n].norm in _SMALL:
        n -= 1
    return n >= 0 and tokens[n].norm in _LIKE


def _describes(start: int, end: int, tokens: Sequence[Token]) -> bool:
    """Do words of frequency stand beside the effect ("PML incidence", "fewer infections with")?"""
    around = {t.norm for t in (*tokens[max(0, start - 2) : start], *tokens[end : end + 2])}
    return bool(around & _FREQUENCY)


def _named_behind(end: int, after: Sequence[tuple[int, str]], tokens: Sequence[Token]) -> str | None:
    """ "diarrhoea on CellCept", "nausea from my tac": the drug, or mycophenolate when a list of drugs holds it."""
    if not after:
        return None
    place, drug = after[0]
    between = [t.norm for t in tokens[end:place]]
    if not between or len(between) > 4 or not all(word in _FROM for word in between):
        return None
    if drug == _ELSEWHERE:
        return drug
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
    if _NOT_TOLERATED in between:
        return holder  # "tac not tolerated due to tremor"
    if set(between) & _REASONS:
        stopped = set(between) & _STOPPED and not any(d in MMF for _, d in before)
        return holder if stopped else None
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
