"""What a message does in the conversation: replies, requests to the assistant, who speaks, whose case it is."""

from __future__ import annotations

from collections.abc import Sequence

from bot.language.concepts import Concept
from bot.language.questions import spans
from bot.language.tokens import Token

_SHORT_ACT = 9
_SHORT_REPLY = 7
_CLINICIAN_CUES = 3
_MEDICAL = frozenset(
    {"side_effect", "effect_noun", "pregnancy", "lung", "ild", "course", "contraindication", "drug", "response"}
)
_OBJECT = 3
_LISTENER = 4
"""Words that say for whom it should be plain: \"so that my patient's wife would get it\"."""
_TO_TREATMENT = frozenset({"on", "onto", "to", "up", "at", "with"})
_STARTING = frozenset({"restart", "reset", "again", "over"})
_TREATMENT = frozenset(
    {"it", "treatment", "dose", "dosing", "therapy", "tablets", "meds", "medication", "low", "lower", "half"}
)
_PATIENTS = frozenset({"i", "she", "he", "they", "we"})
_NEEDS_NOTHING_ELSE = ("shorter", "longer", "plain", "repeat", "undo")


def audience_of(concepts: Sequence[Concept]) -> str | None:
    """patient or clinician, when it is said or plain from the wording; a stated role wins over dense abbreviations."""
    said = [c for c in concepts if c.concept == "audience" and c.status not in ("absent", "mentioned")]
    stated = [c.value for c in said if c.value.endswith("_stated")]
    if "clinician_stated" in stated:
        return "clinician"
    cues = {c.match.start for c in said if c.value == "clinician_cue"}
    if "patient_stated" in stated:
        return "patient"
    wide = any(c.value == "clinician_cue" and c.match.end - c.match.start > 1 for c in said)
    return "clinician" if len(cues) >= _CLINICIAN_CUES or (wide and len(cues) >= 2) else None


def person_of(concepts: Sequence[Concept]) -> str | None:
    """Whose case: self, relative, patient (of a clinician) or other; None when the message does not say."""
    said = {c.value for c in concepts if c.concept == "person"}
    if any(c.concept == "audience" and c.value == "clinician_stated" for c in concepts):
        said.discard("self")  # "do I withhold it" is asked of a patient
    if "other" in said:
        return "other"
    if {"relative", "self"} <= said:
        return "self"  # the writer is a patient too; what is said of the relative is another's
    if "relative" in said:
        return "relative"
    return next((value for value in ("patient", "self") if value in said), None)


def ordinal_of(concepts: Sequence[Concept], tokens: Sequence[Token]) -> int | None:
    """Which item of a list is meant ("the second one" is 2, "the last" is -1), in a short message; else None."""
    if len(tokens) > 14:
        return None
    return next((int(c.value) for c in concepts if c.concept == "ordinal"), None)


def reply_of(concepts: Sequence[Concept], tokens: Sequence[Token]) -> str | None:
    """yes, no or unknown when the message is a reply or opens as one; unknown wins ("no, not sure")."""
    words = [t for t in tokens if not t.is_mark]
    replies = [c for c in concepts if c.concept == "reply"]
    if (
        any(c.value == "unknown" and (c.match.start <= 2 or len(words) <= _SHORT_REPLY) for c in replies)
        and len(words) <= 12
    ):
        return "unknown"
    for c in replies:
        if c.match.start != 0 or c.value == "unknown":
            continue
        if tokens[0].norm == "n" and sum(not t.is_mark for t in tokens) > 1:
            continue  # "n if it drops again": and
        after = tokens[c.match.end] if c.match.end < len(tokens) else None
        whole = after is None or after.is_mark
        short = len(words) <= _SHORT_REPLY and not _asks(tokens) and not _names_concept(concepts)
        if whole or short:
            return c.value
    return None


def _asks(tokens: Sequence[Token]) -> bool:
    return bool(spans(tokens))


def _names_concept(concepts: Sequence[Concept]) -> bool:
    return any(c.concept in _MEDICAL for c in concepts)


_BEFORE_AN_ORDER = frozenset(
    {"ok", "okay", "and", "so", "now", "right", "next", "thanks", "great", "good", "then", "please", "a", "the", "one"}
    | {"different", "another", "new", "question", "for", "about", "on", "to", "moving", "hi", "hello", "here", "is"}
)
_FULL_STOPS = frozenset({".", "!", "?", ";", "\n"})
_NOW = frozenset({"now", "please", "then"})
_IT = frozenset({"it", "this", "that"})
_NO_PATIENT = frozenset({"visit", "form", "forms", "leaflet", "appointment", "appointments", "info", "information"})


def act_of(concepts: Sequence[Concept], tokens: Sequence[Token], citation: int | None) -> str | None:
    """What is asked of the conversation itself, in a short message that is about nothing else."""
    acts = [c for c in concepts if c.concept == "act"]
    words = sum(not t.is_mark for t in tokens)
    medical = any(c.concept in ("side_effect", "pregnancy", "contraindication") for c in concepts)
    for c in sorted(acts, key=lambda c: c.match.start - c.match.end):
        if c.value in ("new_patient", "undo") and _is_about_treatment(c, tokens):
            continue
        if c.value == "why_not":
            if words <= _SHORT_ACT + 2:
                return "why_not"
        elif c.value == "sources":
            if words <= _SHORT_ACT + 1 and not medical and citation is None:
                return "sources"
        elif c.value == "new_patient" and _opens_a_case(c, tokens):
            return c.value
        elif c.value in ("show_case", "new_patient"):
            if words <= _SHORT_ACT + 6:
                return c.value
        elif words <= _SHORT_ACT + (_LISTENER if c.value == "plain" else 0) and not medical:
            return c.value
    return None


def _opens_a_case(act: Concept, tokens: Sequence[Token]) -> bool:
    """ "New patient please. 72M, ..." of any length: the order stands first, or in a short sentence of its own."""
    sentence = [t for t in tokens if t.sentence == tokens[act.match.start].sentence and not t.is_mark]
    first = all(t.is_mark or t.norm in _BEFORE_AN_ORDER for t in tokens[: act.match.start])
    after = tokens[act.match.end].norm if act.match.end < len(tokens) else ""
    if _heads_a_sentence(act, tokens):
        return True
    return (first and after not in _NO_PATIENT) or len(sentence) <= _SHORT_ACT


def _heads_a_sentence(act: Concept, tokens: Sequence[Token]) -> bool:
    """ "He's in A&E. Different patient now: 66F ...": the order opens its sentence and is set off by a mark."""
    start, end = act.match.start, act.match.end
    opens = max((n + 1 for n in range(start) if tokens[n].norm in _FULL_STOPS), default=0)
    rest = [t.norm for t in tokens[end:] if t.norm not in _NOW][:1]
    return all(t.norm in _BEFORE_AN_ORDER for t in tokens[opens:start]) and bool(rest) and rest[0] in (":", ",", "-")


def _is_about_treatment(act: Concept, tokens: Sequence[Token]) -> bool:
    """ "Restart MMF", "go back on it", "should I drop it": the object is a drug, not the conversation."""
    after = tokens[act.match.end : act.match.end + _OBJECT]
    before = tokens[max(0, act.match.start - 1) : act.match.start]
    if any(t.drug is not None or t.norm in _IT for t in before) and act.match.end - act.match.start == 1:
        return True  # "when can it restart"
    if any(t.drug is not None for t in after) or (after and after[0].norm in _TO_TREATMENT):
        return True
    last = tokens[act.match.end - 1].norm
    if after and last in _STARTING and after[0].norm in _TREATMENT:
        return True
    asked = any(s.start <= act.match.start < s.end for s in spans(tokens))
    return asked and any(t.norm in _PATIENTS for t in tokens[: act.match.start])


def threat_of(concepts: Sequence[Concept]) -> str | None:
    """injection or abuse, or None."""
    said = {c.value for c in concepts if c.concept == "threat"}
    return next((kind for kind in ("injection", "abuse") if kind in said), None)
