"""ILD severity and course: words of degree and of course, joined to the lung word that they stand beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.concepts import Concept
from bot.language.degree_targets import nearest_target
from bot.language.lexicon_loader import Term
from bot.language.patterns import Match
from bot.language.questions import Span, spans
from bot.language.tokens import Token
from bot.language.word_lists import words

_THE_DISEASE = words("names_of_the_disease")
_NOT_DISEASE = words("lung_function_words")
_COLLOQUIAL = words("colloquial_degrees")
_ASKS_MEANING = words("asks_for_meaning")
_COURSE_WORDS = frozenset({"stable", "progressive", "refractory", "progressing"})
_CHANGES = words("changes_of_the_lungs")
_MORE = frozenset({"more", "less", "increasingly"})
_TO = frozenset({"to", "despite", "after"})
_SHORT_REPLY = 5
_SCARRED = words("words_of_scarring")


def lung_concepts(concepts: Sequence[Concept], tokens: Sequence[Token]) -> list[Concept]:
    """ILD severity and course: words of degree and of course, joined to the lung word that they stand beside."""
    lungs = [c for c in concepts if c.concept == "lung"]
    asking = [span for span in spans(tokens) if span.kind == "polar"]
    effects = [c for c in concepts if c.concept in ("side_effect", "effect_noun")]
    found = [c for c in concepts if c.concept == "ild" and not _is_of_a_change(c, tokens)]
    for c in concepts:
        if c.concept == "severity":
            target = nearest_target(c, [*lungs, *effects], tokens)
            colloquial = tokens[c.match.end - 1].norm in _COLLOQUIAL  # "bad lungs", "lungs look awful" have no degree
            if target in lungs and not colloquial and tokens[target.match.start].norm not in _NOT_DISEASE:
                found.append(_joined(_as_asked(c, target, asking), target, c.value))
        elif c.concept == "course":
            target = nearest_target(c, [*lungs, *effects], tokens, reach=8)
            if target is None and any(t.norm in _ASKS_MEANING for t in tokens):
                continue
            on_its_own = (c.value == "rapidly_progressive" and not (target or effects)) or _names_itself(c, tokens)
            on_its_own = on_its_own or (_is_refractory_disease(c, tokens) and target not in effects)
            if target in lungs or on_its_own:
                found.append(
                    _joined(_as_asked(c, target, asking), target, c.value)
                    if target
                    else replace(c, match=Match(Term("ild", c.value), c.match.start, c.match.end))
                )
    return _fibrosis_that_progresses(found, lungs, tokens)


def _is_of_a_change(lung: Concept, tokens: Sequence[Token]) -> bool:
    """ "No ILD progression" and "more extensive on CT" speak of how the lungs change, not of a degree or of none."""
    before, behind = tokens[max(0, lung.match.start - 1) : lung.match.start], tokens[lung.match.end :][:1]
    none_of_it = lung.value == "none" and bool({t.norm for t in behind} & _CHANGES)
    return none_of_it or (lung.value != "none" and bool({t.norm for t in before} & _MORE))


def _fibrosis_that_progresses(found: list[Concept], lungs: Sequence[Concept], tokens: Sequence[Token]) -> list[Concept]:
    """ "Fibrotic on HRCT, and getting worse": a course that progresses, of a disease that is called fibrotic."""
    scarred = any(
        lung.status == "fact" and any(t.norm in _SCARRED for t in tokens[lung.match.start : lung.match.end])
        for lung in lungs
    )
    if not scarred:
        return found
    return [
        replace(c, match=Match(Term("ild", "progressive_fibrotic"), c.match.start, c.match.end))
        if c.value == "progressive" and c.status == "fact"
        else c
        for c in found
    ]


def _as_asked(word: Concept, target: Concept, asking: Sequence[Span]) -> Concept:
    """ "Is my ILD severe?" asks for the degree, though "my" states that there is ILD."""
    after = word.match.start >= target.match.end
    asked = any(span.start < target.match.start and word.match.start < span.end for span in asking)
    return replace(word, status="asked") if after and asked and word.status == "fact" else word


def _names_itself(course: Concept, tokens: Sequence[Token]) -> bool:
    words = {t.norm for t in tokens[course.match.start : course.match.end]}
    if len(tokens) <= _SHORT_REPLY and words & _COURSE_WORDS and not any(t.drug for t in tokens):
        return True
    return bool(words & {"rp", "rpild", "ppf", "pfild", "fibrosis"}) or {"rapidly", "progressive"} <= words


def _is_refractory_disease(course: Concept, tokens: Sequence[Token]) -> bool:
    """ "Refractory ASyS", "refractory anti-synthetase disease", "refractory despite RTX and CYC"."""
    behind = tokens[course.match.end : course.match.end + 3]
    if tokens[course.match.start].norm != "refractory":
        return False
    to_drugs = bool(behind) and behind[0].norm in _TO and any(t.drug for t in behind)
    return to_drugs or bool({t.norm for t in behind} & _THE_DISEASE)


def _joined(word: Concept, target: Concept | None, value: str) -> Concept:
    """The word of degree with what holds for it or for its target: the more careful status wins."""
    order = ("absent", "withdrawn", "other", "mentioned", "scenario", "asked", "past", "fact")
    status = min((word.status, target.status if target else "fact"), key=order.index)
    if word.status == "fact" and target is not None and target.status == "absent":
        status = "absent"
    return replace(word, match=Match(Term("ild", value), word.match.start, word.match.end), status=status)
