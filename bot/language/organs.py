"""Words of the body that mean an effect only where mycophenolate is in view.

"Kinder on my guts than CellCept" and "until my stomach settles" name no symptom, yet they speak of the stomach trouble
that mycophenolate gives; the same word in a message about something else means nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.lexicon_loader import Term
from bot.language.patterns import MMF, Match
from bot.language.questions import Span
from bot.language.tokens import Token
from bot.language.word_lists import words

_DRUG_WORDS = words("words_for_the_drug")
_REASONS = words("words_of_reason")
_NOTHING = "none"
_NEEDS_NAME = frozenset({"infection", "pregnant"})


def effects_of_organs(found: Sequence[Match[Term]], tokens: Sequence[Token]) -> list[Match[Term]]:
    """The found terms, where each body word has become an effect or is gone."""
    drugs = {t.drug for t in tokens if t.drug is not None}
    named = bool(drugs & MMF)
    in_view = named or (not drugs and any(t.norm in _DRUG_WORDS for t in tokens))
    kept = [m for m in found if m.row.concept != "body"]
    taken = {n for m in kept if m.row.concept in ("side_effect", "contraindication") for n in range(m.start, m.end)}
    taken |= {n for m in found if m.row == Term("body", _NOTHING) for n in range(m.start, m.end)}
    for m in found:
        if m.row.concept != "body" or taken & set(range(m.start, m.end)):
            continue
        concept = "pregnancy" if m.row.value == "pregnant" else "side_effect"
        if named or (drugs and concept == "pregnancy") or (in_view and m.row.value not in _NEEDS_NAME):
            kept.append(Match(Term(concept, m.row.value), m.start, m.end))
    return sorted(kept, key=lambda m: (m.start, m.end))


def is_asked_of_organ(place: Match[Term], span: Span | None, tokens: Sequence[Token]) -> bool:
    """ "Would it be kinder on my stomach" asks; "because of my stomach, can I stop" and "until it settles" state."""
    if span is None or span.kind == "open":
        return False
    return not any(t.norm in _REASONS for t in tokens[span.start : place.start])
