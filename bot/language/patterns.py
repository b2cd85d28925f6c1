"""Small token patterns, written as plain words in the lexicon and context files, and the index that finds them.

The language of a pattern, elements separated by blanks:

=============  ========================================================================
``word``       the token with this normal form (lower case, no accents, spelling mended)
``word~``      the word or one of its regular English inflections
``a|b~|c``     any of these
``[a|b]``      the same, but it may be missing
``...``        up to three tokens, none of them a mark (``...5``: up to five)
``{name}``     any pattern of the set with that name; ``[{name}]`` when it may be missing
``<drug>``     a drug; ``<mmf>`` a mycophenolate, ``<other>`` any other drug
``<num>``      a number; ``<age>`` one that can be an age in years, ``<year>`` one that can be a calendar year
``^``  ``$``   the message starts or ends here
=============  ========================================================================

Patterns are kept under their first words, so that a token meets only those that can start with it: spaCy's Matcher
tries every pattern at every token, which is too slow for some thousand patterns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Generic, TypeVar

from bot.language.tokens import Token

Row = TypeVar("Row")
MMF = frozenset({"mycophenolate_mofetil", "mycophenolate_sodium"})
_CLASSES = ("<drug>", "<mmf>", "<other>", "<num>", "<age>", "<year>")
_AGES = range(10, 111)
_YEARS = range(1950, 2100)
_VOWELS = "aeiou"


class PatternError(ValueError):
    """A pattern that cannot be read."""


@dataclass(frozen=True)
class Element:
    """One place in a pattern: words, a class, a nested set, a gap or an edge of the message."""

    words: frozenset[str] = frozenset()
    sets: tuple[tuple[Element, ...], ...] = ()
    optional: bool = False
    gap: int = 0
    edge: str = ""

    @cached_property
    def is_plain(self) -> bool:
        """Is it one token that has to be there?"""
        return bool(self.words) and not (self.sets or self.optional or self.gap or self.edge)


Pattern = tuple[Element, ...]


def inflections(word: str) -> set[str]:
    """The regular English forms of a verb, noun or adjective, a few impossible ones among them."""
    forms = {word}
    if word.endswith("y") and len(word) > 2 and word[-2] not in _VOWELS:
        forms |= {word[:-1] + "ies", word[:-1] + "ied", word + "ing"}
    elif word.endswith("e"):
        forms |= {word + "s", word + "d", word[:-1] + "ing"}
    else:
        forms |= {word + "s", word + "ed", word + "ing"}
        if word.endswith(("s", "x", "ch", "sh", "z", "o")):
            forms.add(word + "es")
        if len(word) > 2 and word[-1] not in _VOWELS + "wxy" and word[-2] in _VOWELS and word[-3] not in _VOWELS:
            forms |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    return forms


def parse(text: str, sets: Mapping[str, Sequence[Pattern]] | None = None) -> Pattern:
    """Read one pattern; raises PatternError for an unknown set or class, or when nothing in it must be there."""
    elements = tuple(_element(part, sets or {}) for part in text.split())
    if not any((e.words or e.sets) and not e.optional for e in elements):
        raise PatternError(f"nothing in {text!r} has to be there")
    return elements


def _element(part: str, sets: Mapping[str, Sequence[Pattern]]) -> Element:
    optional = part.startswith("[") and part.endswith("]")
    body = part[1:-1] if optional else part
    if body in ("^", "$"):
        return Element(edge=body)
    if body.startswith("..."):
        return Element(gap=int(body[3:] or 3), optional=True)
    if body.startswith("{") and body.endswith("}"):
        if body[1:-1] not in sets:
            raise PatternError(f"no set {body}")
        return Element(sets=tuple(sets[body[1:-1]]), optional=optional)
    words: set[str] = set()
    for word in body.split("|"):
        if word.startswith("<") and word not in _CLASSES:
            raise PatternError(f"no class {word}")
        if not word or any(sign in word for sign in "[]{}^$"):
            raise PatternError(f"cannot read {part!r}")
        words |= inflections(word[:-1]) if word.endswith("~") else {word}
    return Element(words=frozenset(words), optional=optional)


def words_of(pattern: Pattern) -> Iterator[str]:
    """Every plain word that a pattern can match: the vocabulary for mending spelling."""
    for element in pattern:
        yield from (word for word in element.words if not word.startswith("<"))
        for nested in element.sets:
            yield from words_of(nested)


def _fits(token: Token, words: frozenset[str]) -> bool:
    if token.norm in words:
        return True
    if token.drug is not None:
        return "<drug>" in words or ("<mmf>" if token.drug in MMF else "<other>") in words
    return token.number is not None and (
        "<num>" in words
        or ("<age>" in words and token.number in _AGES)
        or ("<year>" in words and token.number in _YEARS)
    )


def match_end(pattern: Pattern, tokens: Sequence[Token], at: int, first: int = 0) -> int:
    """Where the longest match of ``pattern`` that starts at token ``at`` ends (exclusive), or -1."""
    while first < len(pattern) and pattern[first].is_plain:
        if at == len(tokens) or not _fits(tokens[at], pattern[first].words):
            return -1
        at, first = at + 1, first + 1
    if first == len(pattern):
        return at
    element = pattern[first]
    if element.edge:
        ok = at == 0 if element.edge == "^" else all(t.is_mark for t in tokens[at:])
        return match_end(pattern, tokens, at, first + 1) if ok else -1
    if element.gap:
        return _match_gap(pattern, tokens, at, first)
    best = -1
    if at < len(tokens):
        if element.words and _fits(tokens[at], element.words):
            best = match_end(pattern, tokens, at + 1, first + 1)
        for nested in element.sets:
            middle = match_end(nested, tokens, at)
            if middle >= 0:
                best = max(best, match_end(pattern, tokens, middle, first + 1))
    if element.optional:
        best = max(best, match_end(pattern, tokens, at, first + 1))
    return best


def _match_gap(pattern: Pattern, tokens: Sequence[Token], at: int, first: int) -> int:
    for skipped in range(pattern[first].gap + 1):
        if skipped and (at + skipped > len(tokens) or tokens[at + skipped - 1].is_mark):
            return -1
        end = match_end(pattern, tokens, at + skipped, first + 1)
        if end >= 0:
            return end
    return -1


@dataclass(frozen=True)
class Match(Generic[Row]):
    """A row found at tokens ``start`` to ``end`` (exclusive)."""

    row: Row
    start: int
    end: int


class PatternIndex(Generic[Row]):
    """Finds all rows' patterns in a token sequence."""

    def __init__(self, rows: Iterable[tuple[Pattern, Row]]) -> None:
        self._by_word: dict[str, list[tuple[frozenset[str], frozenset[str], Pattern, Row]]] = defaultdict(list)
        for pattern, row in rows:
            second, needed = _second(pattern), _needed(pattern)
            for word in set(_openers(pattern)):
                self._by_word[word].append((second, needed, pattern, row))

    def find(self, tokens: Sequence[Token]) -> list[Match[Row]]:
        """Every match, in the order of the text; overlaps are left to the caller."""
        found = []
        keys = [_keys(token) for token in tokens]
        present = frozenset(chain.from_iterable(keys))
        for at, openers in enumerate(keys):
            following = tokens[at + 1] if at + 1 < len(tokens) else None
            for key in openers:
                for second, needed, pattern, row in self._by_word.get(key, ()):
                    if needed and needed.isdisjoint(present):
                        continue
                    if second and (following is None or not _fits(following, second)):
                        continue
                    end = match_end(pattern, tokens, at)
                    if end > at:
                        found.append(Match(row, at, end))
        return found


def _keys(token: Token) -> tuple[str, ...]:
    if token.drug is not None:
        return (token.norm, "<drug>", "<mmf>" if token.drug in MMF else "<other>")
    return (token.norm, "<num>", "<age>", "<year>") if token.number is not None else (token.norm,)


def _second(pattern: Pattern) -> frozenset[str]:
    """What the second token must be for the pattern to match at all; empty where that takes a closer look."""
    settled = len(pattern) > 1 and pattern[0].is_plain and pattern[1].is_plain
    return pattern[1].words if settled else frozenset()


def _needed(pattern: Pattern) -> frozenset[str]:
    """Words of which the message must hold one beyond the pattern's opener: those of its choosiest later element.

    Most patterns share their opener with many others and fail at a word that is nowhere in the message.
    """
    choices = [
        element.words.union(*(_openers(nested) for nested in element.sets))
        for element in pattern[1:]
        if (element.words or element.sets) and not element.optional
    ]
    return min(choices, key=len, default=frozenset())


def _openers(pattern: Pattern) -> Iterator[str]:
    for element in pattern:
        if element.edge:
            continue
        yield from element.words
        for nested in element.sets:
            yield from _openers(nested)
        if not element.optional:
            return


def longest(matches: Iterable[Match[Row]]) -> list[Match[Row]]:
    """The matches without those that overlap a longer (or equally long, earlier) one, in the order of the text."""
    kept: list[Match[Row]] = []
    for match in sorted(matches, key=lambda m: (m.start - m.end, m.start)):
        if all(match.end <= other.start or other.end <= match.start for other in kept):
            kept.append(match)
    return sorted(kept, key=lambda m: m.start)
