"""Two members of a family in one message: what is said of the one who is not the patient is another's.

"Mum is on CellCept, dad has hepatitis B": the patient is the one who has the drug or the disease, or who is named
first; a fact that stands behind another one's name and verb is that one's.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.language.concepts import Concept, is_mmf
from bot.language.tokens import Token
from bot.language.word_lists import words
from bot.language.yaml_rows import LexiconError, load_yaml

FILE = Path(__file__).parent / "lists" / "kin.yml"
NEVER_THE_PATIENT = frozenset({"neighbour", "friend", "colleague"})
_STATES = (words("states_of_a_patient") | {"on"}) - {"'s"}
_AFTER_IS = frozenset(
    {
        "on",
        "got",
        "been",
        "had",
        "having",
        "taking",
        "not",
        "pregnant",
        "in",
        "a",
        "an",
        "now",
        "also",
        "already",
        "just",
    }
)
"""What follows "'s" where it is a verb ("mum's on cellcept"); "dad's doctor" names a doctor."""
_SPEAKS = words("advising_verbs") | {"asks", "asked", "wonders", "writes", "reckons", "and"}
_DOCTORS = words("doctor_words")
_IS_THE_WRITER = frozenset({"am", "'m", "im", "as"})
_BETWEEN = frozenset({"also", "already", "just", "only", "now", "actually", "then", "still", "always"})
_DISEASE = words("names_of_the_disease")
_IMPERSONAL = frozenset({"drug", "person", "audience", "act", "reply", "threat", "option", "ordinal"})


@functools.lru_cache(maxsize=1)
def _kin() -> dict[str, str]:
    members: dict[str, str] = {}
    for member, line in load_yaml(FILE).items():
        if not isinstance(line, str):
            raise LexiconError(f"{FILE.name}, {member}: words in one line of text are expected")
        for word in line.split():
            if word in members:
                raise LexiconError(f"{FILE.name}: {word!r} stands for {members[word]} and for {member}; keep one")
            members[word] = member
    return members


def members() -> frozenset[str]:
    """The members of a family that can be told apart."""
    return frozenset(_kin().values())


def _named(tokens: Sequence[Token]) -> list[tuple[int, str]]:
    """The members of the family that a verb follows, with their places."""
    found = []
    for n, token in enumerate(tokens):
        member = _kin().get(token.norm)
        after = n + 1
        while after < len(tokens) and tokens[after].norm in _BETWEEN:
            after += 1
        if member and after < len(tokens) and (tokens[after].norm in _STATES or _is_a_verb(tokens, after)):
            found.append((n, member))
    return found


def _is_a_verb(tokens: Sequence[Token], n: int) -> bool:
    return tokens[n].norm == "'s" and n + 1 < len(tokens) and tokens[n + 1].norm in _AFTER_IS


def _spoken_of(tokens: Sequence[Token]) -> set[str]:
    """All members but those who speak ("my sister says"), who write ("I am her daughter") or whose doctor is meant."""
    found = set()
    for n, token in enumerate(tokens):
        member = _kin().get(token.norm)
        after = tokens[n + 1].norm if n + 1 < len(tokens) else ""
        writes = {t.norm for t in tokens[max(0, n - 3) : n]} & _IS_THE_WRITER
        whose = tokens[n + 2].norm if after == "'s" and n + 2 < len(tokens) else ""
        if member and after not in _SPEAKS and not writes and whose not in _DOCTORS and whose not in _kin():
            found.add(member)
    return found


def patient_among(tokens: Sequence[Token]) -> str | None:
    """The member of the family who is the patient of the message; None when it names none, or only to ask for it."""
    named = [(n, member) for n, member in _named(tokens) if member not in NEVER_THE_PATIENT]
    treated = [member for n, member in named if _is_treated(n, tokens)]
    alone = _spoken_of(tokens) - NEVER_THE_PATIENT
    return next(iter([*treated, *(member for _, member in named), *(alone if len(alone) == 1 else ())]), None)


def _is_treated(place: int, tokens: Sequence[Token]) -> bool:
    """Does the sentence say of this member that there is mycophenolate, or the disease?"""
    rest = [t for t in tokens[place:] if t.sentence == tokens[place].sentence]
    following = next((n for n, t in enumerate(rest[1:], 1) if t.norm in _kin()), len(rest))
    return any(is_mmf(t.drug) or t.norm in _DISEASE for t in rest[:following])


def of_another_member(concepts: Sequence[Concept], tokens: Sequence[Token], patient: str | None) -> list[Concept]:
    """The concepts, with those of a member of the family who is not the ``patient`` as another's."""
    named = _named(tokens)
    people = {member for _, member in named}
    if len(people) < 2 and not people & NEVER_THE_PATIENT:
        return list(concepts)
    kept = []
    for c in concepts:
        sentence = tokens[c.match.start].sentence
        before = [m for n, m in named if n < c.match.start and tokens[n].sentence == sentence]
        is_anothers = bool(before) and before[-1] != patient and c.concept not in _IMPERSONAL and c.status == "fact"
        kept.append(replace(c, status="other") if is_anothers else c)
    return kept
