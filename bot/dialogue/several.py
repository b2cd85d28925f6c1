"""Several subjects asked about in one breath: "tacrolimus dose, monitoring and evidence" are three questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.dialogue.data import has_cue
from bot.dialogue.kinds import REPLACED
from bot.dialogue.reading import MOST_QUESTIONS, Asked, Mention, Reading

LISTED = ("ask_alternatives", "ask_dose", "ask_monitoring", "ask_evidence", "ask_drug_risk", "ask_pregnancy")
"""What is asked about by its mere name in a list; cues.yml has the names under ``also:`` and the intent."""
TELLS = ("report_side_effect", "provide_patient_info", "correct_info", "ask_treatment_failure")
"""What a part is taken for that tells something first and asks in a few words at its end."""
"""What the alternatives are to: the dose asked about beside them is theirs."""
A_SUBJECT = 2
"""Words of a part that names a subject and nothing else."""
A_DRUG_AND_A_SUBJECT = 3
"""Words of a part that names a drug and one subject."""
AS_MUCH = 0.5
"""A second intent that the classifier puts at least so high is one that the part may be as well."""
MOST_WORDS = 5
"""A longer stretch between two commas is a clause with a subject of its own, not an entry of a list."""
_PIECES = re.compile(r"\s*(?:[,;+&/\n.!?]+(?=\s|$)|\b(?:and|plus|und|et|y|e)\b|[+&])\s*", re.IGNORECASE)


@dataclass(frozen=True)
class _Piece:
    """A stretch between two commas or the like: its text, where it begins in the message, and its mark."""

    text: str
    start: int
    mark: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def told_apart(reading: Reading) -> Reading:
    """The reading with a question of its own for every subject that a question lists, in their order."""
    questions: list[Asked] = []
    parts = tuple(_each_its_own(_without_pronouns(reading.asked)))
    for asked in map(_by_its_name, map(_a_subject_alone, parts) if len(parts) > 1 else parts):
        if asked.intent in TELLS and (ends := _asked_at_its_end(asked, reading)):
            questions += [asked, *ends]
        else:
            questions += [asked] if len(reading.asked) >= MOST_QUESTIONS else _listed(asked, reading)
    if len(questions) > MOST_QUESTIONS:  # what is only told is in the case anyway
        questions = [asked for asked in questions if asked.intent not in TELLS]
    return replace(reading, asked=tuple(questions[:MOST_QUESTIONS]))


def _without_pronouns(questions: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """ "Reference 4 - what is it" is one question: the part that is only a pronoun asks what the other one names."""
    named = [q for q in questions if q.citation is not None or q.drugs or q.terms]
    rest = tuple(q for q in questions if q in named or not has_cue("a_pronoun_alone", q.text.strip()))
    return rest if named else questions


def _each_its_own(questions: tuple[Asked, ...]) -> Iterator[Asked]:
    """No two parts of a message ask the same: the one that is as much something else is that."""
    intents = [asked.intent for asked in questions]
    for asked in questions:
        others = [intent for intent, score in asked.ranking if score >= AS_MUCH and intent not in intents]
        if intents.count(asked.intent) > 1 and others:
            intents[intents.index(asked.intent)] = others[0]
            yield replace(asked, intent=others[0])
        else:
            yield asked


def _a_subject_alone(asked: Asked) -> Asked:
    """ "+ doses" beside another part is that subject, whatever two words sound like by themselves."""
    intent = _named(asked.text) if len(asked.text.split()) <= A_SUBJECT and not asked.drugs else None
    return replace(asked, intent=intent, confidence=1.0) if intent else asked


def _by_its_name(asked: Asked) -> Asked:
    """A drug and a subject and nothing else ("rituximab dose?") ask that subject, whatever stands around them."""
    one = len(asked.text.split()) <= A_DRUG_AND_A_SUBJECT and len(list(_pieces(asked.text, asked.text))) == 1
    bare = asked.drugs and one and has_cue("ends_in_a_name", asked.text)
    intent = _named(asked.text) if bare else None
    return replace(asked, intent=intent, confidence=1.0) if intent and intent != asked.intent else asked


def _asked_at_its_end(asked: Asked, reading: Reading) -> list[Asked]:
    """The question in the last words of a part that tells something: "RTX 1 g today. second dose when"."""
    pieces = list(_pieces(asked.text, reading.text))
    if len(pieces) < 2 or not (intent := _named(pieces[-1].text)):
        return []
    last = pieces[-1]
    if any(intent == other.intent for other in reading.asked):
        return []
    drugs = _drugs_in(reading.mentions, last.start, last.end)
    puts = last.mark == "?" or has_cue("asks_at_all", last.text) or (drugs and has_cue("ends_in_a_name", last.text))
    if not puts:
        return []
    before = _drugs_in(reading.mentions, pieces[0].start, last.start)
    return [replace(_about(asked, intent), text=last.text, drugs=drugs or before[-1:])]


def _drugs_in(mentions: tuple[Mention, ...], start: int, end: int) -> tuple[str, ...]:
    """The drugs named in a stretch, without the one replaced."""
    named = (m.value for m in mentions if m.concept == "drug" and start <= m.start < end and m.value not in REPLACED)
    return tuple(dict.fromkeys(named))


def _pieces(text: str, whole: str) -> Iterator[_Piece]:
    offset = max(0, whole.find(text))
    start = 0
    for mark in _PIECES.finditer(text):
        if text[start : mark.start()].strip():
            yield _Piece(text[start : mark.start()], offset + start, mark[0].strip())
        start = mark.end()
    if text[start:].strip():
        yield _Piece(text[start:], offset + start, "")


def _listed(asked: Asked, reading: Reading) -> list[Asked]:
    named = [_named(piece) for piece in _PIECES.split(asked.text)]
    subjects = list(dict.fromkeys(intent for intent in named if intent))
    others = {other.intent for other in reading.asked if other is not asked}
    added = [intent for intent in subjects if intent != asked.intent and intent not in others]
    denied = asked.intent == "ask_pregnancy" and reading.facts.get("pregnancy") == "not_pregnant"
    heard = asked.intent in LISTED and not denied
    if not added or (not heard and len(subjects) < 2):
        return [asked]
    if "ask_alternatives" in subjects:
        asked = replace(asked, drugs=tuple(d for d in asked.drugs if d not in REPLACED))
    wanted = subjects if asked.intent in subjects or not heard else [asked.intent, *subjects]
    return [asked if intent == asked.intent else _about(asked, intent) for intent in wanted if intent not in others]


def _named(piece: str) -> str | None:
    if not 0 < len(piece.split()) <= MOST_WORDS:
        return None
    return next((intent for intent in LISTED if has_cue(f"also:{intent}", piece)), None)


def _about(asked: Asked, intent: str) -> Asked:
    return replace(asked, intent=intent, ranking=(), aspects=(), terms=())
