"""A test and its result that stand apart: "TPMT just back, deficient", "hep B surface antigen: positive".

The rows of ``lists/test_results.yml`` say what each kind of result means for each test. A result that is not there yet
is unknown, never normal; a denied one is its opposite.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bot.language.lexicon_loader import Term
from bot.language.patterns import Match, Pattern, PatternError, PatternIndex, longest, parse
from bot.language.tokens import Token
from bot.language.yaml_rows import LexiconError, check_keys, load_yaml

FILE = Path(__file__).parent / "lists" / "test_results.yml"
KINDS = ("low", "positive", "high", "intermediate", "abnormal", "normal", "negative", "awaited")
_REACH = 9
"""Words that may stand between a test and its result."""
_BEFORE = 2
"""Words that may stand between a result and its test ("deficient in TPMT", "positive for hep B")."""
_OPPOSITE = {
    "low": "normal", "high": "normal", "abnormal": "normal", "normal": "abnormal", "positive": "negative",
    "negative": "positive", "intermediate": "normal", "awaited": "awaited",
}  # fmt: skip
_ALLELE = re.compile(r"\*(\d+)[a-z]?$", re.IGNORECASE)
_NORMAL_ALLELE = "1"
_PAIR = 2
_LEADING = frozenset({"for", "in", "of", "the", "my", "her", "his", "a", ":"})
_ENDS = frozenset({".", "!", "\n", ";"})
_POINTERS = frozenset({"it", "its", "they", "result", "results", "that"})


class Meanings(NamedTuple):
    """For one test the term of each kind of result; None where a kind is known and means nothing."""

    by_kind: dict[str, Term | None]


class Results(NamedTuple):
    """The file, ready to be looked up."""

    tests: PatternIndex[int]
    meanings: tuple[Meanings, ...]
    kinds: PatternIndex[str]
    between: frozenset[str]
    denials: frozenset[str]


class Result(NamedTuple):
    """``match`` is the term; the words of test and result begin at token ``start`` and end with it."""

    match: Match[Term]
    start: int


@functools.lru_cache(maxsize=1)
def load_results(file: Path = FILE) -> Results:
    """Read the file; raises LexiconError with the row and the mistake."""
    data = load_yaml(file)
    keys = {"tests", "results", "between", "denials"}
    check_keys(data, keys, keys, file.name)
    tests: list[tuple[Pattern, int]] = []
    meanings: list[Meanings] = []
    for number, row in enumerate(data["tests"]):
        where = f"{file.name}, test {number + 1}"
        check_keys(row, {"names", *KINDS}, {"names"}, where)
        terms = {kind: _term(row[kind], f"{where}, {kind}") for kind in KINDS if kind in row}
        meanings.append(Meanings(terms))
        tests += [(_pattern(name, where), number) for name in row["names"]]
    check_keys(data["results"], set(KINDS), set(KINDS), f"{file.name}, results")
    kinds = [(_pattern(text, kind), kind) for kind, texts in data["results"].items() for text in texts]
    between, denials = (frozenset(str(data[key]).split()) for key in ("between", "denials"))
    return Results(PatternIndex(tests), tuple(meanings), PatternIndex(kinds), between, denials)


def _term(text: str, where: str) -> Term | None:
    if not text:
        return None
    concept, _, value = text.partition(" ")
    if not value:
        raise LexiconError(f"{where}: a concept and a value are expected")
    return Term(concept, value)


def _pattern(text: str, where: str) -> Pattern:
    try:
        return parse(text)
    except PatternError as error:
        raise LexiconError(f"{where}: {error}") from error


def results_of_tests(tokens: Sequence[Token]) -> list[Result]:
    """Each test with its result, as a term that covers both."""
    data = load_results()
    tests = longest(data.tests.find(tokens))
    if not tests:
        return []
    kinds = {match.start: match for match in longest(data.kinds.find(tokens))}
    found: list[Result] = []
    taken = -1
    for number, test in enumerate(tests):
        following = tests[number + 1].start if number + 1 < len(tests) else len(tokens)
        meanings = data.meanings[test.row].by_kind
        result = _behind(test, following, tokens, kinds, meanings) or _in_front(test, taken, tokens, kinds, meanings)
        if result is not None:
            taken = max(taken, result.match.end)
            found.append(result)
    return found


def _behind(
    test: Match[int], stop: int, tokens: Sequence[Token], kinds: dict[int, Match[str]], meanings: dict[str, Term | None]
) -> Result | None:
    """The first result after the name, with nothing but small words between."""
    data = load_results()
    denied = False
    ends = 0
    if genes := _diplotype(test, stop, tokens):
        kind, close = genes
        said = next((kinds[n] for n in (close, close + 1) if n in kinds), None)  # "*3/*3, poor metaboliser"
        close = said.end if said is not None and said.start < stop else close
        term = meanings.get(_nearest(kind, meanings))
        return Result(Match(term, test.start, close), test.start) if term else None
    for n in range(test.end, min(test.end + _REACH, stop)):
        result = kinds.get(n)
        if result is not None and (result.row in meanings or tokens[n].norm not in data.between):
            kind = _nearest(result.row, meanings)
            kind = _nearest(_OPPOSITE[kind], meanings) if denied and kind in meanings else kind
            term = meanings.get(kind)
            asked = any(t.norm.startswith("?") for t in tokens[test.end : n])  # "hep B? negative"
            return Result(Match(term, n if asked else test.start, result.end), test.start) if term else None
        if tokens[n].norm in data.denials:
            denied = True
        elif tokens[n].norm in _ENDS:
            ends += 1
            if ends > 1 or not _points_back(n, test, tokens, kinds):
                return None  # "TPMT done. Low mood too" has two subjects
        elif tokens[n].norm not in data.between and tokens[n].number is None:
            return None
    return None


def _diplotype(test: Match[int], stop: int, tokens: Sequence[Token]) -> tuple[str, int] | None:
    """The kind of result that a pair of star alleles is ("NUDT15 *2/*3"), and the token behind it.

    *1 is the allele of normal function; two others make a poor metaboliser, one an intermediate (CPIC, thiopurines).
    """
    alleles: list[str] = []
    for n in range(test.end, min(test.end + _REACH, stop)):
        starred = _ALLELE.match(tokens[n].text) or (tokens[n - 1].norm == "*" and _ALLELE.match("*" + tokens[n].text))
        if starred:
            alleles.append(starred[1])
        if len(alleles) == _PAIR:
            return ("normal", "intermediate", "low")[sum(allele != _NORMAL_ALLELE for allele in alleles)], n + 1
    return None


def _points_back(end: int, test: Match[int], tokens: Sequence[Token], kinds: dict[int, Match[str]]) -> bool:
    """Does the next sentence give nothing but a result ("TPMT is in. It's deficient.")?"""
    after = next((n for n in range(end + 1, len(tokens)) if n in kinds or tokens[n].norm in _POINTERS), None)
    if after != end + 1 or test.end == end:
        return False
    if tokens[after].norm in _POINTERS:
        return True
    close = kinds[after].end
    return close == len(tokens) or tokens[close].is_mark


def _nearest(kind: str, meanings: dict[str, Term | None]) -> str:
    """The kind that the test knows: a blood count is not "negative", "clear" hepatitis serology is negative."""
    others = {"normal": "negative", "negative": "normal", "abnormal": "positive", "low": "abnormal"}
    return kind if kind in meanings else others.get(kind, kind)


def _in_front(
    test: Match[int], taken: int, tokens: Sequence[Token], kinds: dict[int, Match[str]],
    meanings: dict[str, Term | None],
) -> Result | None:  # fmt: skip
    """The result right before the name: "deficient in TPMT", "positive for hep B", "pending: NUDT15"."""
    n = test.start
    for _ in range(_BEFORE + 1):
        before = [m for m in kinds.values() if m.end == n and m.start > taken]
        if before:
            kind = before[0].row
            if before[0].start and tokens[before[0].start - 1].norm in load_results().denials:
                kind = _OPPOSITE[kind]
            term = meanings.get(_nearest(kind, meanings))
            return Result(Match(term, before[0].start, test.end), before[0].start) if term else None
        n -= 1
        if n <= 0 or tokens[n].norm not in _LEADING:
            return None
    return None
