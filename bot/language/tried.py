"""Drugs that were tried before, or that were not.

"Failed MMF, AZA, tac" and "rituximab did nothing" are drugs tried; drugs that are only asked about never are.
Mycophenolate mofetil is the drug the case is about and is not listed; its coated sodium salt is one of the options.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.language.concepts import Concept
from bot.language.tokens import Token
from bot.language.word_lists import words

_FILLERS = words("drug_list_fillers")
_JOINTS = words("drug_list_joints")
_FAR = 5
_NEAR = 3
"""Words back from an effect to the mark behind its drug ("rituximab: a bad rash")."""
_REPLACED = "mycophenolate_mofetil"
_TELLS_WHAT_IT_DID = frozenset({":", "-", "->", "=", "(", "\u2013"})
_NO_TREATMENT = frozenset({"allopurinol", "febuxostat", "ibuprofen", "loperamide"})
"""Drugs for something else: stopping the gout tablets is no treatment tried."""
_TOLD = ("fact", "past")
_JOINS_A_CLAUSE = frozenset({"after", "when", "once", "if", "until", "unless", "because", "since"})
_GOING_ON = frozenset({"and", "but", "so", "now", "already", "before", "with", "without", "for"})
_SUBJECTS = frozenset(
    {"the", "all", "other", "others", "everything", "rest", "these", "those", "it", "she", "he", "they"}
)
_WALLS = frozenset(
    {";", "\n", "but", "now", "?", "can", "should", "to", "after", "once", "everything", "others", "rest"}
)


class Tried(NamedTuple):
    """``tried`` and ``supposed`` drugs (the latter only asked or imagined), and those said not to have been tried."""

    tried: tuple[str, ...]
    supposed: tuple[str, ...]
    never: tuple[str, ...]


def drugs_tried(concepts: Sequence[Concept], tokens: Sequence[Token]) -> Tried:
    """Read the terms of ``tried.yml`` together with the drugs they stand beside."""
    tried: dict[str, None] = {}
    supposed: dict[str, None] = {}
    never: dict[str, None] = {}
    for c in concepts:
        if c.concept != "tried" or _opens_a_clause(c, tokens):
            continue
        if c.value == "before" and _is_about_what_precedes(c, concepts, tokens):
            continue
        if c.value == "harmed" and c.status not in _TOLD:
            continue
        if c.value == "all":
            if not _ends_there(c, tokens) or tokens[c.match.start - 1].norm in _JOINS_A_CLAUSE:
                continue  # "had both vaccines", "offered it after everything failed"
            places = [n for n, token in enumerate(tokens) if token.drug is not None]
        else:
            places = _behind(c, tokens) if c.value in ("before", "never") else _in_front(c, tokens)
            if c.value == "after" and any(t.norm == "both" for t in tokens[c.match.start - 1 : c.match.end]):
                places = places[:2]
        for place in places:
            drug = tokens[place].drug
            if drug is None or drug == _REPLACED or drug in _NO_TREATMENT:
                continue
            denied = any(d.concept == "drug" and d.match.start == place and d.status == "absent" for d in concepts)
            target = never if c.value == "never" or denied else tried if c.status in _TOLD else supposed
            target[drug] = None
    pairs = _drugs_with_what_they_did(concepts, tokens)
    if len(pairs) > 1 or (pairs and tried):
        tried.update(dict.fromkeys(drug for drug in pairs if drug not in _NO_TREATMENT))
    return Tried(tuple(d for d in tried if d not in never), tuple(d for d in supposed if d not in tried), tuple(never))


def _drugs_with_what_they_did(concepts: Sequence[Concept], tokens: Sequence[Token]) -> list[str]:
    """ "Tac: tremor, aza - pancreatitis": in such a list each drug was had, and this is what it did."""
    found = []
    for c in concepts:
        start = c.match.start
        if c.concept != "side_effect" or c.status not in _TOLD or c.drug in (None, _REPLACED):
            continue
        marks = [n for n in range(max(1, start - _NEAR), start) if tokens[n].norm in _TELLS_WHAT_IT_DID]
        if marks and tokens[marks[-1] - 1].drug == c.drug:
            found.append(str(c.drug))
    return list(dict.fromkeys(found))


def _ends_there(cue: Concept, tokens: Sequence[Token]) -> bool:
    after = tokens[cue.match.end] if cue.match.end < len(tokens) else None
    return after is None or after.is_mark or after.norm in _GOING_ON


def _opens_a_clause(cue: Concept, tokens: Sequence[Token]) -> bool:
    """ "Rituximab once the others have failed": "once" joins clauses here, it does not tell of the past."""
    end = cue.match.end
    return tokens[end - 1].norm == "once" and end < len(tokens) and tokens[end].norm in _SUBJECTS


def _is_about_what_precedes(cue: Concept, concepts: Sequence[Concept], tokens: Sequence[Token]) -> bool:
    """In "ritux failed, cyc contraindicated" the cue looks back, not on."""
    start = cue.match.start
    looks_back = any(c.concept == "tried" and c.value == "after" and c.match.start == start for c in concepts)
    return looks_back and start > 0 and tokens[start - 1].drug is not None


def _behind(cue: Concept, tokens: Sequence[Token]) -> list[int]:
    """The drugs after the cue, as long as only fillers stand between."""
    places: list[int] = [n for n in range(cue.match.start, cue.match.end) if tokens[n].drug is not None]
    gap = 0
    aside = False
    for n in range(cue.match.end, len(tokens)):
        if tokens[n].sentence != tokens[cue.match.start].sentence:
            break
        aside = tokens[n].norm == "(" or (aside and tokens[n].norm != ")")
        if aside and tokens[n].drug is None:
            continue  # "failed MMF (diarrhoea) and AZA"
        if tokens[n].drug is not None:
            places.append(n)
            gap = 0
        elif tokens[n].norm in _FILLERS or (gap == 0 and places and tokens[n].number is not None):
            gap += 1
        else:
            break
        if gap > _FAR:
            break
    return places


def _in_front(cue: Concept, tokens: Sequence[Token]) -> list[int]:
    """The drug nearest before the cue and those that a list joins to it."""
    places: list[int] = []
    n = cue.match.start - 1
    steps = 0
    while n >= 0 and tokens[n].sentence == tokens[cue.match.start].sentence:
        if tokens[n].drug is not None:
            places.append(n)
            steps = 0
        elif (tokens[n].norm not in _JOINTS) if places else (steps >= _FAR or tokens[n].norm in _WALLS):
            break
        else:
            steps += 1
        n -= 1
    return places
