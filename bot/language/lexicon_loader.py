"""The lexicon: which words mean which concept, from ``lexicon/*.yml``."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.language.patterns import Match, Pattern, PatternError, PatternIndex, parse, words_of
from bot.language.tokens import Token
from bot.language.yaml_rows import LANGUAGES, LexiconError, check_keys, load_yaml, terms_by_language

FOLDER = Path(__file__).parent / "lexicon"

SETS_FILE = "sets.yml"


@dataclass(frozen=True)
class Term:
    """A row of the lexicon: ``concept`` is its group (side_effect, pregnancy ...), ``value`` what it means."""

    concept: str
    value: str


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All terms, ready to be found in the tokens of a message in one of LANGUAGES."""

    rows: tuple[tuple[str, Pattern, Term], ...]

    @functools.cached_property
    def concepts(self) -> frozenset[str]:
        """The concept groups that have terms."""
        return frozenset(term.concept for _, _, term in self.rows)

    @functools.cached_property
    def words(self) -> frozenset[str]:
        """Every word of every English pattern."""
        return frozenset(w for language, pattern, _ in self.rows if language == "en" for w in words_of(pattern))

    @functools.cached_property
    def foreign_words(self) -> dict[str, frozenset[str]]:
        """By language the words of its patterns that no English pattern has; short function words left out."""
        found: dict[str, set[str]] = {language: set() for language in LANGUAGES if language != "en"}
        for language, pattern, _ in self.rows:
            if language in found:
                found[language].update(w for w in words_of(pattern) if len(w) > 2 and w not in self.words)
        return {language: frozenset(words) for language, words in found.items()}

    def index(self, language: str) -> PatternIndex[Term]:
        """The index for English and ``language``; built at first use."""
        return _index(self, language)

    def find(self, tokens: list[Token], language: str) -> list[Match[Term]]:
        """Every term in the tokens. Of overlapping terms of one concept only the longest is kept."""
        kept: list[Match[Term]] = []
        by_concept: dict[str, list[Match[Term]]] = {}
        for match in self.index(language).find(tokens):
            by_concept.setdefault(match.row.concept, []).append(match)
        for matches in by_concept.values():
            kept += _longest(matches)
        return sorted(kept, key=lambda m: (m.start, m.end))


def _longest(matches: Iterable[Match[Term]]) -> list[Match[Term]]:
    kept: list[Match[Term]] = []
    for match in sorted(matches, key=lambda m: (m.start - m.end, m.start)):
        overlapping = [other for other in kept if match.start < other.end and other.start < match.end]
        same_place = all((o.start, o.end) == (match.start, match.end) and o.row != match.row for o in overlapping)
        if not overlapping or same_place:
            kept.append(match)
    return kept


@functools.lru_cache(maxsize=len(LANGUAGES) * 2)
def _index(lexicon: Lexicon, language: str) -> PatternIndex[Term]:
    return PatternIndex((pattern, term) for lang, pattern, term in lexicon.rows if lang in ("en", language))


def load_sets(folder: Path = FOLDER) -> dict[str, list[Pattern]]:
    """The named sets of ``sets.yml``; a set may use those above it."""
    data = load_yaml(folder / SETS_FILE)
    check_keys(data, {"sets"}, {"sets"}, SETS_FILE)
    sets: dict[str, list[Pattern]] = {}
    for name, terms in data["sets"].items():
        listed = [terms] if isinstance(terms, str) else terms
        sets[name] = [_parse(term, sets, f"{SETS_FILE}, {name}") for term in listed]
    return sets


def _parse(term: str, sets: dict[str, list[Pattern]], where: str) -> Pattern:
    try:
        return parse(term, sets)
    except PatternError as error:
        raise LexiconError(f"{where}: {error}") from error


@functools.lru_cache(maxsize=1)
def load_lexicon(folder: Path = FOLDER) -> Lexicon:
    """Read every file of the folder; raises LexiconError with file, row and mistake."""
    sets = load_sets(folder)
    rows: list[tuple[str, Pattern, Term]] = []
    for path in sorted(folder.glob("*.yml")):
        if path.name == SETS_FILE:
            continue
        data = load_yaml(path)
        check_keys(data, {"concept", "rows"}, {"concept", "rows"}, path.name)
        for row in data["rows"]:
            where = f"{path.name}, {row.get('value', '?')}"
            check_keys(row, {"value", *LANGUAGES}, {"value"}, where)
            term = Term(str(data["concept"]), str(row["value"]))
            rows += [
                (lang, _parse(text, sets, f"{where}, {lang}"), term) for lang, text in terms_by_language(row, where)
            ]
    return Lexicon(tuple(rows))
