"""Splitting a message into the questions it holds (at most four), and what each of them names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.language.concepts import Concept, is_mmf
from bot.language.noun_questions import noun_questions, question_after_facts
from bot.language.patterns import Element, Pattern, PatternIndex, longest
from bot.language.questions import Span, sentences, spans
from bot.language.reading import QuestionPart
from bot.language.tokens import Token, fold
from bot.language.word_lists import words as listed

if TYPE_CHECKING:
    from bot.guidance.rows import Table

MOST = 4
_CITATION = re.compile(
    r"\[(\d{1,2})\]|\b(?:ref(?:erence)?s?|citation|source|footnote|cite)\s*(?:no\.?|number|nr\.?|#)?\s*(\d{1,2})\b",
    re.I,
)
_WORD = re.compile(r"[^\W_]+")
_SHORTEST_PART = 3
_NO_SUBJECT = frozenset({"person", "reply", "audience", "act", "threat", "sign", "ordinal"})
_ELLIPTICAL = 5
_OPENERS = listed("openers_of_a_second_question")
_JOINS_QUESTIONS = listed("joints_of_questions")
_TRAILING = re.compile(r"(?:[\s,]+(?:and|also|plus|then|but))?[\s,+&]*$", re.I)


@dataclass(frozen=True)
class Subject:
    """An aspect of aspects.yml or a term of glossary.yml, found by one of its names."""

    kind: str
    id: str


class Subjects:
    """Finds the aspects and terms that a question names."""

    def __init__(self, table: Table) -> None:
        rows: list[tuple[Pattern, Subject]] = []
        for kind, entries in (("aspect", table.aspects), ("term", table.glossary)):
            rows += _patterns(kind, entries)
        self._index: PatternIndex[Subject] = PatternIndex(rows)

    def find(self, tokens: list[Token], kind: str) -> list[str]:
        """Ids of one kind in the order of the text; of overlapping names the longest."""
        matches = [m for m in self._index.find(tokens) if m.row.kind == kind]
        return list(dict.fromkeys(m.row.id for m in longest(matches)))


def _patterns(kind: str, entries: Mapping[str, object]) -> list[tuple[Pattern, Subject]]:
    rows = []
    for entry_id, entry in entries.items():
        for name in getattr(entry, "names", ()):
            words = _WORD.findall(fold(name))
            if words and fold(name).isascii():
                plural = [*({w} for w in words[:-1]), {words[-1], words[-1] + "s"}]
                rows.append((tuple(Element(words=frozenset(w)) for w in plural), Subject(kind, entry_id)))
    return rows


def citation_number(text: str) -> int | None:
    """The number in "[2]" or "reference 2", or None."""
    match = _CITATION.search(text)
    return int(match[1] or match[2]) if match else None


def parts(
    text: str,
    tokens: list[Token],
    plain: list[Token],
    concepts: Sequence[Concept],
    subjects: Subjects,
    ordinal: int | None,
) -> tuple[QuestionPart, ...]:
    """The one to four questions of a message, in the order asked. Facts apply to the whole message, not to a part.

    ``plain`` are the tokens before drug names were put together: aspects and terms are looked for in them.
    """
    pieces = _pieces(tokens, concepts)
    if pieces == [(0, len(tokens))]:
        return (_part(text, plain, concepts, subjects, ordinal),)
    found = []
    for start, end in pieces:
        first, last = tokens[start].start, tokens[end - 1].end
        words = [t for t in plain if first <= t.start < last]
        inside = [c for c in concepts if start <= c.match.start < end]
        found.append(_part(text[first:last], words, inside, subjects, ordinal))
    named = [c.value for c in concepts if c.concept == "drug" and c.status != "absent" and not is_mmf(c.value)]
    return _with_drugs_of_others(found, named)


def _with_drugs_of_others(found: Sequence[QuestionPart], named: Sequence[str]) -> tuple[QuestionPart, ...]:
    """ "Tac dose, what to monitor, and is it ok in pregnancy": a part without a drug means that of the part before.

    Mycophenolate is not carried on: "instead of MMF, and is it safe" asks about what comes instead.
    """
    carried: tuple[str, ...] = ()
    parts_with_drugs = []
    for part in found:
        alone = part.text.split()
        elliptical = len(alone) <= _ELLIPTICAL or bool({"it", "that", "them", "this"} & {w.lower() for w in alone})
        if not part.drugs and not part.options and elliptical:
            drugs = carried or (tuple(dict.fromkeys(named)) if len(found) == 1 or len(set(named)) == 1 else ())
            part = replace(part, drugs=drugs)
        carried = tuple(drug for drug in part.drugs if not is_mmf(drug)) or carried
        parts_with_drugs.append(part)
    return tuple(parts_with_drugs)


def _part(
    text: str, words: list[Token], inside: Sequence[Concept], subjects: Subjects, ordinal: int | None
) -> QuestionPart:
    def values(concept: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(c.value for c in inside if c.concept == concept and c.status != "absent"))

    effects = [
        c for c in inside if c.concept == "side_effect" and c.talked_about and (c.drug is None or is_mmf(c.drug))
    ]
    return QuestionPart(
        text=_TRAILING.sub("", text).strip(),
        drugs=values("drug"),
        options=values("option"),
        aspects=tuple(dict.fromkeys((*subjects.find(words, "aspect"), *values("aspect")))),
        side_effect=tuple(dict.fromkeys(c.value for c in effects)),
        terms=tuple(subjects.find(words, "term")),
        citation=citation_number(text),
        ordinal=ordinal,
    )


def _pieces(tokens: Sequence[Token], concepts: Sequence[Concept]) -> list[tuple[int, int]]:
    """Token ranges of the questions; one over everything when no two questions can stand alone."""
    if len(listed := _enumerated(tokens)) > 1:
        ends = [*listed[1:MOST], len(tokens)]
        return list(zip(listed[:MOST], ends, strict=True))
    asking = [span for span in _merged(spans(tokens), tokens) if span.end - span.start >= _SHORTEST_PART]
    worded = [span.start for span in asking if span.kind != "bare"]
    begins = sorted({*(span.start for span in asking), *noun_questions(tokens, worded)})
    if len(begins) < 2:
        tail = question_after_facts(tokens) if not worded else _after_an_aside(asking[0], tokens, concepts)
        return [(tail or 0, len(tokens))]
    begins = begins[:MOST]
    ranges = []
    for number, begin in enumerate(begins):
        start = begin if number else 0
        end = begins[number + 1] if number + 1 < len(begins) else len(tokens)
        ranges.append((start, end))
    return [(a, b) for a, b in ranges if b > a]


def _enumerated(tokens: Sequence[Token]) -> list[int]:
    """Where the questions of a numbered list begin: "(1) first line (2) dose of tac"."""
    norms = [t.norm for t in tokens]
    places = [n for n in range(1, len(norms)) if norms[n] == ")" and norms[n - 1].isdigit()]
    numbers = [int(norms[n - 1]) for n in places]
    return [n + 1 for n in places if n + 1 < len(norms)] if numbers == list(range(1, len(numbers) + 1)) else []


def _after_an_aside(asking: Span, tokens: Sequence[Token], concepts: Sequence[Concept]) -> int | None:
    """Where the question begins when what stands before has no part in it ("cat on keyboard. what can I try")."""
    start = next((a for a, b in sentences(tokens) if a <= asking.start < b), 0)
    said_before = [c for c in concepts if c.match.start < start and c.concept not in _NO_SUBJECT]
    return start if start and not said_before else None


def _merged(asking: Sequence[Span], tokens: Sequence[Token]) -> list[Span]:
    """Spans that are separate questions: each in its own sentence, or after "and" with a question word of its own."""
    kept: list[Span] = []
    for start, end in sentences(tokens):
        inside = [s for s in asking if start <= s.start < end]
        if not inside:
            continue
        current = inside[0]
        for nxt in inside[1:]:
            current = Span(current.start, nxt.end, current.kind)
        pieces = _at_conjunctions(current, tokens)
        kept += pieces
    return kept


def _at_conjunctions(span: Span, tokens: Sequence[Token]) -> list[Span]:
    cuts = [span.start]
    for n in range(span.start + _SHORTEST_PART, span.end - 2):
        joint = tokens[n].norm in _JOINS_QUESTIONS and tokens[n + 1].norm in _OPENERS
        second = (
            tokens[n].norm in ("and", ",")
            and tokens[n + 1].norm in ("also", "then", "if")
            and tokens[n + 2].norm in _OPENERS
        )
        if (joint or second) and n + 1 - cuts[-1] >= _SHORTEST_PART:
            cuts.append(n + 1)
    return [Span(a, b, span.kind) for a, b in zip(cuts, [*cuts[1:], span.end], strict=True)]
