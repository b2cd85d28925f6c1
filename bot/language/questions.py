"""Which stretches of a message ask instead of state.

"Is she pregnant?" must never become a fact, nor must what "safe in pregnancy?" asks. The stretch of a question runs
from its opening word to the end of the sentence, or to a comma after which somebody states something again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.language.tokens import Token
from bot.language.word_lists import words

_AUXILIARIES = words("auxiliaries")
_OPEN = words("question_words")
_GOING_BACK = frozenset({"back", "return", "returning", "down"})
_OPEN_AT_START = words("question_words_at_start")
_WEAK = words("clause_starts") | {"\n"}
_SPEAKERS = words("subjects")
_STATES = words("stating_verbs")
_OWNERS = words("owners")
_LET_ME_KNOW = words("requests_to_know")
_DECLARATIVE = words("declaring_subjects")
_AT_THE_END = frozenset({"when", "how", "which", "why", "where", "wann", "wie", "cuando", "quand", "quando"})
_BEFORE_THE_WORD = 2
_COPULAS = words("copulas")
_DEGREES = words("degrees_after_a_copula")
_DONE = frozenset({"have", "take", "try", "use", "get", "receive"})
_WHEN = frozenset({"already", "before", "last", "a", "and", "for", "but", "two", "three", "twice", "yesterday"})


class Span(NamedTuple):
    """Tokens ``start`` to ``end`` (exclusive) ask; ``kind`` is polar (yes or no), open (what, how) or bare (a mark)."""

    start: int
    end: int
    kind: str


def spans(tokens: Sequence[Token]) -> list[Span]:
    """The asking stretches, in the order of the text."""
    found: list[Span] = []
    for start, end in sentences(tokens):
        found += _in_sentence(tokens, start, end)
    return found


def sentences(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """(start, end) of each sentence; line breaks and semicolons end one too."""
    edges = [0]
    for n in range(1, len(tokens)):
        if tokens[n].sentence != tokens[n - 1].sentence or tokens[n - 1].norm in ("\n", ";"):
            edges.append(n)
    return [(a, b) for a, b in zip(edges, [*edges[1:], len(tokens)], strict=True) if b > a]


def _in_sentence(tokens: Sequence[Token], start: int, end: int) -> list[Span]:
    found: list[Span] = []
    n = start
    while n < end:
        kind = _opens(tokens, n, start, end)
        if kind:
            stop = _closes(tokens, n + 1, end)
            found.append(Span(n, stop, kind))
            n = stop
        else:
            n += 1
    if not found and (begin := _asks_at_the_end(tokens, start, end)) is not None:
        return [Span(begin, end, "open")]
    if not found and any(t.norm.startswith("?") for t in tokens[start:end]):
        marks = [n for n in range(start, end) if tokens[n].norm.startswith("?")]
        commas = [n + 1 for n in range(start, marks[-1]) if tokens[n].norm in (",", "-", ":")]
        found.append(Span(commas[-1] if commas else start, marks[-1] + 1, "bare"))
    return found


def _asks_at_the_end(tokens: Sequence[Token], start: int, end: int) -> int | None:
    """Where the clause begins that a question word ends: "RTX day 0 is today, second dose when"."""
    last = next((n for n in range(end - 1, start, -1) if not tokens[n].is_mark), start)
    if last - start < _BEFORE_THE_WORD or tokens[last].norm not in _AT_THE_END:
        return None
    return next((n + 1 for n in range(last - 1, start, -1) if tokens[n].norm in (",", "-", ":")), start)


def _opens(tokens: Sequence[Token], n: int, start: int, end: int) -> str | None:
    word = tokens[n].norm
    before = tokens[n - 1].norm if n > start else ","
    after = tokens[n + 1].norm if n + 1 < end else ""
    if before == "to" and n - 1 > start and tokens[n - 2].norm in _GOING_BACK:
        return None  # "so back to why she came: ..."
    if word in _OPEN or (word in _OPEN_AT_START and before in _WEAK and before != "or"):
        return "open"
    if word in _LET_ME_KNOW:
        return "polar"
    # "can i", "is tac", but not "i can" nor "and have a rash"
    if after == "not":  # "can't sleep" states, "can't I" asks
        after = tokens[n + 2].norm if n + 2 < end else ""
        if after not in _SPEAKERS:
            return None
    if word in _COPULAS and after in _DEGREES and not any(t.norm.startswith("?") for t in tokens[n:end]):
        return None  # "es leve", "e stabile": the subject is left out
    if word == "did" and after in _DONE and not any(t.norm.startswith("?") for t in tokens[n:end]):
        return None
    if word == "did" and after in ("that", "it", "this") and _goes_on_as_a_report(tokens, n + 2, end):
        return None
    asks_yes_no = word in _AUXILIARIES and n + 1 < end and before in _WEAK | {"wh", "if", "whether"}
    if asks_yes_no and not (
        word in ("have", "has", "had", "was", "am", "is", "are") and _continues_a_statement(tokens, n, start, after)
    ):
        return "polar"
    return None


def _goes_on_as_a_report(tokens: Sequence[Token], n: int, end: int) -> bool:
    """ "Did that 4 weeks ago", "did it already": the subject is left out."""
    return n >= end or tokens[n].is_mark or tokens[n].number is not None or tokens[n].norm in _WHEN


def _continues_a_statement(tokens: Sequence[Token], n: int, start: int, after: str) -> bool:
    """In "has severe ILD" and "on MMF, is pregnant" the auxiliary goes on with a subject named before, or with none."""
    if any(t.norm.startswith("?") for t in tokens[n:] if t.sentence == tokens[n].sentence) and after in _SPEAKERS | {
        "there",
        "that",
    }:
        return False
    if tokens[n].norm in ("have", "has", "had", "was", "am"):
        return after not in ("i", "she", "he", "we", "they", "you", "anyone", "there")
    return n > start and after not in _SPEAKERS | {"there", "that"} and tokens[n + 1].drug is None


def _closes(tokens: Sequence[Token], at: int, end: int) -> int:
    for n in range(at, end):
        if tokens[n].norm.startswith("?"):
            return n + 1
        opens_clause = tokens[n].norm in _WEAK or tokens[n].norm in ("because", "since", "as", "cause", "cos")
        if opens_clause and n + 2 < end and tokens[n + 1].norm in _DECLARATIVE and tokens[n + 2].norm in _STATES:
            return n + 1
        # ", my ILD is severe": a possessor, its noun and a verb state too
        owned = opens_clause and n + 3 < end and tokens[n + 1].norm in _OWNERS
        if owned and any(t.norm in _STATES for t in tokens[n + 3 : min(n + 5, end)]):
            return n + 1
    return end


def states_it(tokens: Sequence[Token], start: int) -> bool:
    """Does somebody state what begins at ``start`` ("now that I'm pregnant"), though inside a question?"""
    n = start - 1
    while n >= 0 and tokens[n].norm in (
        "currently",
        "now",
        "also",
        "already",
        "a",
        "still",
        "very",
        "about",
        "just",
        "<num>",
    ):
        n -= 1
    if n < 1 or tokens[n].norm not in ("am", "'m", "is", "'s", "are", "'re", "m", "im"):
        return False
    subject = n if tokens[n].norm == "im" else n - 1
    if tokens[subject].norm not in ("i", "she", "we", "im", "wife", "patient", "pt"):
        return False
    before = tokens[subject - 1].norm if subject else ","
    return before not in (
        "if",
        "when",
        "while",
        "whenever",
        "once",
        "whether",
        "unless",
        "until",
        "case",
        "assuming",
        "suppose",
    )
