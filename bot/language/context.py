"""ConText: which concepts of a message are negated, past, hypothetical, asked about, or someone else's.

The rows of ``context/*.yml`` say which words open such a scope, in which direction and how far it reaches; this module
only carries them out. Questions are found by ``questions.py``, because they depend on the build of the sentence.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.language.lexicon_loader import Term, load_sets
from bot.language.patterns import Match, Pattern, PatternError, PatternIndex, longest, parse, words_of
from bot.language.tokens import Token
from bot.language.word_lists import words
from bot.language.yaml_rows import LANGUAGES, LexiconError, check_keys, load_yaml, terms_by_language

FOLDER = Path(__file__).parent / "context"
MODIFIERS = (
    "negated",
    "historical",
    "resolved",
    "hypothetical",
    "uncertain",
    "generic",
    "other",
    "mentioned",
    "withdrawn",
    "asserted",
    "reason",
)
CATEGORIES = (*MODIFIERS, "reverted", "pseudo", "terminate", "terminate_list")
DIRECTIONS = ("forward", "backward", "inside")
"""Where a cue reaches: behind it, before it, or what its own words hold ("no rituximab yet")."""

_KEYS = {"category", "direction", "scope", "only", "never", "list", "through", *LANGUAGES}
_TAKEN_BACK = frozenset({"negated", "withdrawn"})
_OR = frozenset({"or", "nor", "no"})
_AND_OR = _OR | {"and", "&", "+", "/", "y", "und", "et", "e", "o", "oder", "ou"}
_SMALL_WORDS = words("list_small_words")
_JOINTS = words("list_joints")
_POINTING = frozenset({"that", "it", "this", "those", "they", "which"})
_WALLS = frozenset({"\n", ";", "(", ")", ":"})


@dataclass(frozen=True)
class Cue:
    """One row: the category it gives, and what its scope reaches. ``scope`` is a number of tokens."""

    category: str
    direction: str = "forward"
    scope: int = 60
    only: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    list_end: bool = False
    through: frozenset[str] = frozenset()

    def allows(self, concept: str) -> bool:
        """May this cue modify that concept group?"""
        return (not self.only or concept in self.only) and concept not in self.never


@dataclass(frozen=True, eq=False)
class Context:
    """All cues, ready to be applied to the concepts found in a message."""

    rows: tuple[tuple[str, Pattern, Cue], ...]

    @functools.cached_property
    def words(self) -> frozenset[str]:
        """Every word of every English cue."""
        return frozenset(w for language, pattern, _ in self.rows if language == "en" for w in words_of(pattern))

    def cues(self, tokens: list[Token], language: str) -> list[Match[Cue]]:
        """The cues in force: of overlapping ones of a category the longest, unless a pseudo cue swallows it."""
        found = _index(self, language).find(tokens)
        pseudo = [match for match in found if match.row.category == "pseudo"]
        kept: list[Match[Cue]] = []
        for category in CATEGORIES:
            mine = [match for match in found if match.row.category == category]
            if category in ("terminate", "terminate_list", "pseudo"):
                kept += mine
                continue
            for reach in {(match.row.only, match.row.direction) for match in mine}:
                same = [match for match in mine if (match.row.only, match.row.direction) == reach]
                kept += [match for match in longest(same) if not _swallowed(match, pseudo)]
        return kept

    def modifiers(self, tokens: list[Token], found: Sequence[Match[Term]], language: str) -> list[frozenset[str]]:
        """For each found term the modifiers that hold for it."""
        cues = self.cues(tokens, language)
        result: list[set[str]] = [set() for _ in found]
        for cue in cues:
            if cue.row.category in MODIFIERS:
                for number in _reached(cue, tokens, found, cues):
                    result[number].add(cue.row.category)
        for cue in cues:
            if cue.row.category == "reverted":
                for number in _reached(cue, tokens, found, cues):
                    if found[number].row.concept == "healthy":
                        result[number].add("reverted")
                    elif "negated" in result[number]:  # "never had thrush before the cellcept": now it is there
                        result[number] = (result[number] - _TAKEN_BACK) | {"asserted"}
        return [frozenset(modifiers) for modifiers in result]


def _swallowed(match: Match[Cue], pseudo: list[Match[Cue]]) -> bool:
    return any(
        p.start <= match.start and match.end <= p.end and p.end - p.start > match.end - match.start
        for p in pseudo
        if not p.row.only or (match.row.only and match.row.only <= p.row.only)
    )


def _reached(cue: Match[Cue], tokens: list[Token], found: Sequence[Match[Term]], cues: list[Match[Cue]]) -> list[int]:
    row = cue.row
    if row.direction == "inside":
        return [
            n for n, m in enumerate(found)
            if cue.start <= m.start and m.end <= cue.end and row.allows(m.row.concept)
        ]  # fmt: skip
    if row.category == "reverted" and row.direction == "backward":
        start = max(_wall_before(cue.start, tokens, cues), cue.start - row.scope)
        return [n for n, m in enumerate(found) if start <= m.start and m.end <= cue.start and row.allows(m.row.concept)]
    if row.direction == "backward":
        start = max(_wall_before(cue.start, tokens, cues), cue.start - row.scope)
        nearby = [
            n for n, m in enumerate(found) if start <= m.start and m.end <= cue.start and row.allows(m.row.concept)
        ]
        last = max((found[n].end for n in nearby), default=0)
        if row.list_end:  # "pregnant? no" answers what was asked last, which may be one term with its answer
            answered = any(m.start < cue.start < m.end for m in found)
            return [] if answered else [n for n in nearby if found[n].end == last]
        groups = {found[n].row.concept for n in nearby if found[n].end == last}
        return [
            n for n in nearby
            if found[n].end == last
            or (_joined(found[n].end, last, tokens, found) and _is_one_list(found[n], last, groups, tokens))
        ]  # fmt: skip
    end = min(_wall_after(cue, tokens, cues), cue.end + row.scope)
    # "not pregnant" as one term is not negated by its own first word, nor "test positive" only mentioned
    first = cue.start + 1 if row.category in ("negated", "mentioned") else cue.start
    inside = [
        n for n, m in enumerate(found) if first <= m.start < end and m.end > cue.end and row.allows(m.row.concept)
    ]
    return _first_list(inside, cue, tokens, found, cues) if row.list_end else inside


def _wall_after(cue: Match[Cue], tokens: list[Token], cues: list[Match[Cue]]) -> int:
    sentence = tokens[cue.start].sentence
    wall = next(
        (n for n in range(cue.end, len(tokens)) if tokens[n].sentence != sentence or tokens[n].norm in _WALLS),
        len(tokens),
    )
    if cue.row.category == "withdrawn":  # "scrap the vomiting, that was morning sickness": the reason stays
        reasons = (n for n in range(cue.end, wall - 1) if tokens[n].norm == "," and tokens[n + 1].norm in _POINTING)
        wall = next(reasons, wall)
    if cue.row.category == "mentioned":  # "blood test back, neutrophils are low": not a test for them
        wall = next((n for n in range(cue.end, wall) if tokens[n].norm == ","), wall)
    stops = [c.start for c in cues if c.row.category in ("terminate", "reverted") and c.start >= cue.end]
    return min([wall, *stops])


def _wall_before(start: int, tokens: list[Token], cues: list[Match[Cue]]) -> int:
    sentence = tokens[start].sentence
    wall = next(
        (n + 1 for n in range(start - 1, -1, -1) if tokens[n].sentence != sentence or tokens[n].norm in _WALLS), 0
    )
    return max([wall, *(c.end for c in cues if c.row.category == "terminate" and c.end <= start)])


def _first_list(
    inside: list[int], cue: Match[Cue], tokens: list[Token], found: Sequence[Match[Term]], cues: list[Match[Cue]]
) -> list[int]:
    """The first concept and those that a list joins to it: "no fever, chills or rash" but not "no fever, bad cough"."""
    kept: list[int] = []
    reach = cue.end
    for number in sorted(inside, key=lambda n: (found[n].start, -found[n].end)):
        match = found[number]
        if match.start < reach and kept:
            kept.append(number)
            reach = max(reach, match.end)
            continue
        if kept and any(t.number is not None for t in tokens[match.start : match.end]):
            break  # "nil GI effects, WCC 2.9": a result is no part of the list
        if kept and not _list_goes_on(reach, match, tokens, found):
            break
        if not kept and any(t.norm == "," for t in tokens[cue.end : match.start]):
            break
        if any(c.row.category == "terminate_list" and reach <= c.start < match.start for c in cues):
            break
        kept.append(number)
        if match.row.concept not in cue.row.through:
            reach = max(reach, match.end)
        elif number == inside[-1]:
            reach = match.end
    return kept


def _list_goes_on(reach: int, match: Match[Term], tokens: list[Token], found: Sequence[Match[Term]]) -> bool:
    """Between the last concept and this one stand only joints, and after it the list ends cleanly."""
    between = [t.norm for t in tokens[reach : match.start]]
    small = _JOINTS | _SMALL_WORDS if set(between) & _OR else _JOINTS  # "vomit or have the runs"
    if not between or any(word not in small for word in between):
        return False
    if set(between) & _OR:
        return True
    rest = tokens[match.end] if match.end < len(tokens) else None
    return rest is None or rest.is_mark or rest.norm in _JOINTS or rest.sentence != tokens[match.start].sentence


def _joined(end: int, last: int, tokens: list[Token], found: Sequence[Match[Term]]) -> bool:
    """Is all that lies between two concepts joints and other concepts ("nausea and diarrhoea have gone")?"""
    covered = {n for m in found for n in range(m.start, m.end)}
    return all(n in covered or tokens[n].norm in _JOINTS for n in range(end, last))


def _is_one_list(match: Match[Term], last: int, groups: set[str], tokens: list[Token]) -> bool:
    """Commas alone join like to like: in "rapidly progressive ILD, infection excluded" the ILD stands by itself."""
    return match.row.concept in groups or any(t.norm in _AND_OR for t in tokens[match.end : last])


@functools.lru_cache(maxsize=len(LANGUAGES) * 2)
def _index(context: Context, language: str) -> PatternIndex[Cue]:
    return PatternIndex((pattern, cue) for lang, pattern, cue in context.rows if lang in ("en", language))


def _cue(row: dict[str, object], where: str) -> Cue:
    category, direction = str(row["category"]), str(row.get("direction", "forward"))
    if category not in CATEGORIES or direction not in DIRECTIONS:
        raise LexiconError(f"{where}: category must be one of {CATEGORIES}, direction one of {DIRECTIONS}")
    scope = row.get("scope", 60)
    if not isinstance(scope, int) or scope < 1:
        raise LexiconError(f"{where}: scope must be a number of tokens")
    groups = {key: _names(row.get(key, []), f"{where}, {key}") for key in ("only", "never", "through")}
    return Cue(category, direction, scope, list_end=bool(row.get("list", False)), **groups)


def _names(value: object, where: str) -> frozenset[str]:
    if not isinstance(value, list):
        raise LexiconError(f"{where}: a list of concept groups is expected")
    return frozenset(str(name) for name in value)


@functools.lru_cache(maxsize=1)
def load_context(folder: Path = FOLDER) -> Context:
    """Read every file of the folder; raises LexiconError with file, row and mistake."""
    sets = load_sets()
    rows: list[tuple[str, Pattern, Cue]] = []
    for path in sorted(folder.glob("*.yml")):
        data = load_yaml(path)
        check_keys(data, {"rows"}, {"rows"}, path.name)
        for number, row in enumerate(data["rows"], 1):
            where = f"{path.name}, row {number}"
            check_keys(row, _KEYS, {"category"}, where)
            cue = _cue(row, where)
            for language, text in terms_by_language(row, where):
                try:
                    rows.append((language, parse(text, sets), cue))
                except PatternError as error:
                    raise LexiconError(f"{where}: {error}") from error
    return Context(tuple(rows))
