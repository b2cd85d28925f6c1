"""Questions without a verb: "options + doses", "tac dose, what to monitor", facts and then "steroid dose?".

A noun such as "dose" or "monitoring" asks by itself where it stands in a short piece of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from bot.language.questions import sentences
from bot.language.tokens import Token
from bot.language.word_lists import words

_KINDS = {name: words(f"nouns_of_{name}") for name in ("dose", "monitoring", "choice", "evidence", "risk", "source")}
_JOINTS = frozenset({",", "and", "+", "&", "plus", "then", "-", "/"})
_STATES = words("stating_verbs") | words("owners") | frozenset({"no", "not", "n't", "without"})
_LONGEST = 5
_WITHOUT_A_MARK = 3


def kind_of(piece: Sequence[Token]) -> str | None:
    """What a short piece without a verb asks for, or None when it is no such question."""
    said = [t.norm for t in piece if not t.is_mark]
    if not said or len(said) > _LONGEST or set(said) & _STATES:
        return None
    return next((kind for kind, nouns in _KINDS.items() if set(said) & nouns), None)


def noun_questions(tokens: Sequence[Token], asking: Sequence[int]) -> list[int]:
    """Where questions without a verb begin, beside those that begin at ``asking``.

    They count only together with another question of the same sentence, of another kind; facts may stand before them.
    """
    found = _sentences_of_nouns(tokens)
    for start, end in sentences(tokens):
        later = [place for place in asking if start < place < end and kind_of(tokens[place : place + 1]) is None]
        stop = min(later, default=end)
        pieces = _pieces(tokens, start, stop)
        kinds = [kind_of(tokens[a:b]) for a, b in pieces]
        facts = len(kinds) - kinds[::-1].index(None) if None in kinds else 0  # "MMF intolerant, options + doses"
        asked = kinds[facts:]
        if (facts and later) or len(set(asked)) + bool(later) < 2:
            continue
        last = None
        for (place, _), kind in zip(pieces[facts:], asked, strict=True):
            if kind != last:
                found.append(place)
            last = kind
    return found


def _sentences_of_nouns(tokens: Sequence[Token]) -> list[int]:
    """ "Alternatives? Doses?": short sentences with a question mark, when they ask for different things."""
    asked = {
        start: kind_of(tokens[start:end]) for start, end in sentences(tokens) if tokens[end - 1].norm.startswith("?")
    }
    short = [start for start, kind in asked.items() if kind is not None]
    return short if len({asked[start] for start in short}) > 1 else []


def question_after_facts(tokens: Sequence[Token]) -> int | None:
    """Where a last short sentence begins that asks by a noun, behind sentences of facts: "severe ILD. tac dose?"."""
    all_sentences = sentences(tokens)
    start, end = all_sentences[-1] if all_sentences else (0, 0)
    if len(all_sentences) < 2 or tokens[start - 1].norm[:1] == "?":
        return None
    said = [t.norm for t in tokens[start:end] if not t.is_mark]
    if tokens[end - 1].norm[:1] != "?" and (len(said) > _WITHOUT_A_MARK or kind_of(tokens[end - 1 : end]) is None):
        return None  # "cyc dose" asks without its mark; "dose halved" tells
    kind = kind_of(tokens[start:end])
    return start if kind is not None and kind != "choice" else None


def _pieces(tokens: Sequence[Token], start: int, stop: int) -> list[tuple[int, int]]:
    edges = [start, *(n + 1 for n in range(start, stop) if tokens[n].norm in _JOINTS), stop]
    pieces = itertools.pairwise(edges)
    return [(a, b) for a, b in pieces if any(not t.is_mark and t.norm not in _JOINTS for t in tokens[a:b])]
