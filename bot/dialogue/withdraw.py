"""Facts taken back by their subject: "scrap the kidney bit", "that was another patient's", "it is the metformin".

What is withdrawn is found among the facts that the case holds; a word that names none of them withdraws nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from bot.dialogue.data import DialogueDataError, has_cue, key, read
from bot.dialogue.kinds import REPLACED
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Asked, Reading
from bot.guidance.model import LISTS_OF_DRUGS, ONE_OF, SLOTS, SOME_OF, Case

CLAUSE = re.compile(r"[.;!?\n]+(?=\s|$)|,|\bbut\b", re.IGNORECASE)
OF_AN_EFFECT = ("side_effect_severity", "side_effect_persistent")
TEST_RESULTS = ("tpmt_deficiency", "tpmt_intermediate", "tpmt_unknown", "nudt15_deficiency", "hepatitis_b", "cytopenia")
CO_MEDICATION = ("allopurinol", "febuxostat", "cyp3a4_inhibitor")
SUPPOSED = frozenset(("hypothetical", "scenario"))
PASSING = ("uncontrolled_hypertension", "active_infection", "cytopenia")
"""Contraindications that can be over without anyone having been wrong."""
OF_AN_ORGAN = ("renal_impairment", "liver_disease")
_EGFR = re.compile(r"\b(?:egfr|gfr|crcl|creatinine clearance)\b\D{0,25}?(\d{2,3})\b", re.IGNORECASE)
_RESULT = re.compile(r"\b(?:results?|tests?|levels?|bloods?|report)\b", re.IGNORECASE)
_POINTS_BACK = re.compile(r"(?:and |so |but |now )?(?:it|that)(?:'s| is| has| was)\b", re.IGNORECASE)
GOUT_TABLETS = ("allopurinol", "febuxostat")
OF_BLOOD_TESTS = ("hematologic", "hepatic")
WEAK_BELOW = 60
"""mL/min/1.73 m2: an eGFR below it is read as renal impairment (KDIGO, stage G3a and beyond)."""
A_FEW_WORDS = 8
"""Up to so many words "sorry, wrong chart" is about all that the last message told."""
BEFORE_THE_DRUG = 30
"""Characters before the name of the drug in which it is cleared ("not the cellcept")."""


@dataclass(frozen=True)
class Topic:
    """One row of topics.yml: the words by which a fact is named again."""

    slot: str
    words: re.Pattern[str]
    value: str | None = None


@lru_cache(maxsize=1)
def topics() -> tuple[Topic, ...]:
    """The rows of topics.yml. Raises DialogueDataError for slots or values that do not exist."""
    rows = []
    for row in read("topics.yml"):
        slot, value = row["slot"], row.get("value")
        if slot not in SLOTS or (value is not None and value not in (*SOME_OF.get(slot, ()), *ONE_OF.get(slot, ()))):
            raise DialogueDataError(f"topics.yml: {slot}, {value}: not a fact of a case")
        words = "|".join(rf"(?<!\w)(?:{word})(?!\w)" for word in row["words"])
        rows.append(Topic(slot, re.compile(words, re.IGNORECASE), value))
    return tuple(rows)


def effects_named(text: str) -> tuple[str, ...]:
    """The side effects that the text names by organ or by name."""
    return tuple(t.value for t in topics() if t.slot == "side_effect" and t.value and t.words.search(text))


def with_withdrawals(memory: Memory, reading: Reading) -> Reading:
    """The reading with ``withdrawn``: what it takes back by subject. Facts told in the same breath are not stored."""
    clauses = [c for c in _clauses(reading.text) if _takes_back(c.text)]
    taken: dict[str, list[Any]] = {}
    for clause in clauses:
        for slot, value in _held_and_named(memory.case, clause, reading):
            taken.setdefault(slot, []).append(value)
    of_another = any(has_cue("not_this_patient", c.text.strip()) and _RESULT.search(c.text) for c in clauses)
    if not taken and (of_another or has_cue("superseded", reading.text)):
        taken = dict(_last_result(memory.case, reading))
    if has_cue("stopped_taking", reading.text) and "?" not in reading.text and not has_cue("supposing", reading.text):
        stopped = [v for c in _clauses(reading.text) for _, v in _held_and_named(memory.case, c, reading)]
        if stopped := [v for v in CO_MEDICATION if v in stopped]:
            taken["contraindications"] = [*taken.get("contraindications", []), *stopped]
    over = [*_over(memory.case, reading), *_result_of_another(memory.case, reading)]
    over += _kidneys_after_all(memory.case, reading.text) + _swapped_for_another(memory.case, reading)
    if over:
        taken["contraindications"] = [*taken.get("contraindications", []), *over]
    if has_cue("results_are_old", reading.text) and has_cue("latest_are_normal", reading.text):
        taken["side_effect"] = [e for e in memory.case.side_effect if e in OF_BLOOD_TESTS]
    if memory.case.pregnancy == "not_pregnant" and has_cue("period_is_late", reading.text):
        taken["pregnancy"] = ["not_pregnant"]  # it is in question again until a test tells
    if elsewhere := _laid_elsewhere(memory, reading):
        taken["side_effect"] = [*taken.get("side_effect", []), *elsewhere, *reading.facts.get("side_effect", ())]
    if not taken:
        if _all_of_the_last(memory, reading):
            return replace(reading, act="undo")
        return reading
    facts = {slot: value for slot, value in reading.facts.items() if slot in SOME_OF or slot not in taken}
    if over:
        facts.pop("mmf_response", None)  # "it is well controlled" was said of what is over
    for slot in set(taken) & set(facts) & set(SOME_OF):
        facts[slot] = [v for v in facts[slot] if v not in taken[slot]]
    facts = {slot: value for slot, value in facts.items() if value not in ([], ())}
    told = tuple(_as_correction(asked) for asked in reading.asked)
    return replace(
        reading,
        facts=facts,
        withdrawn={slot: tuple(values) for slot, values in taken.items()},
        retracted={slot: values for slot, values in reading.retracted.items() if slot not in taken},
        act=None if reading.act in ("undo", "new_patient") else reading.act,
        person=None,
        asked=told,
    )


def supposed_away(case: Case, reading: Reading) -> tuple[str, ...]:
    """Facts of the case that the message supposes gone ("what if TPMT were normal", "if she came off allopurinol")."""
    named = set(TEST_RESULTS[:4]) if has_cue("results_supposed_normal", reading.text) else set()
    for mention in reading.mentions:
        context = set(mention.context)
        if mention.concept == "healthy" and context & SUPPOSED:
            named |= {value.removeprefix("contraindications.") for value in mention.value.split(",")}
        if mention.concept == "contraindication" and context & SUPPOSED and "withdrawn" in context:
            named.add(mention.value)
    return tuple(v for v in case.contraindications if v in named)


def _result_of_another(case: Case, reading: Reading) -> tuple[str, ...]:
    """The result that was someone else's ("that TPMT was my sister's, mine is normal")."""
    if "?" in reading.text or reading.hypothetical or not has_cue("mine_is_normal", reading.text):
        return ()
    held = tuple(v for v in case.contraindications if v in TEST_RESULTS)
    named = tuple(v for v in held if v.partition("_")[0] in reading.text.casefold())
    return named or (held if len(held) == 1 else ())


def _kidneys_after_all(case: Case, text: str) -> list[str]:
    """Weak kidneys that were a slip of figures ("eGFR is 84, not 48"), by the limit from which they count as weak."""
    told = _EGFR.search(text)
    corrects = "renal_impairment" in case.contraindications and has_cue("change", text)
    return ["renal_impairment"] if told and corrects and float(told[1]) >= WEAK_BELOW else []


def _swapped_for_another(case: Case, reading: Reading) -> list[str]:
    """The gout tablet given up for the other one ("it was swapped to febuxostat")."""
    told = [v for v in GOUT_TABLETS if v in reading.facts.get("contraindications", ())]
    if len(told) != 1 or "?" in reading.text or reading.hypothetical or not has_cue("swapped_for", reading.text):
        return []
    return [v for v in GOUT_TABLETS if v in case.contraindications and v not in told]


def _over(case: Case, reading: Reading) -> Iterator[Any]:
    """Troubles that the message says are over; of an organ only where its tests are normal again."""
    if "?" in reading.text or reading.hypothetical:
        return
    for clause in _clauses(reading.text):
        if has_cue("not_yet", clause.text) or not has_cue("is_over", clause.text):
            continue
        recovered = has_cue("is_normal_again", clause.text)
        passing = [v for v in case.contraindications if v in PASSING]
        if len(passing) == 1 and _POINTS_BACK.match(clause.text.strip()):
            yield passing[0]  # "no wait, it's well controlled now"
        for slot, value in _held_and_named(case, clause, reading):
            if slot == "contraindications" and (value in PASSING or (recovered and value in OF_AN_ORGAN)):
                yield value


def without(case: Case, withdrawn: Mapping[str, tuple[Any, ...]]) -> Case:
    """The case without the withdrawn values; an effect that is gone takes its severity and persistence with it."""
    left: dict[str, Any] = {}
    for slot, values in withdrawn.items():
        held = getattr(case, slot)
        left[slot] = tuple(v for v in held if v not in values) if slot in SOME_OF else None
    if case.side_effect and left.get("side_effect") == ():
        left.update(dict.fromkeys(OF_AN_EFFECT))
    return replace(case, **left)


def _takes_back(clause: str) -> bool:
    stated = not has_cue("opens_a_question", clause.strip())
    return stated and (has_cue("withdraws", clause) or has_cue("not_this_patient", clause.strip()))


@dataclass(frozen=True)
class _Clause:
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def _clauses(text: str) -> Iterator[_Clause]:
    start = 0
    for mark in CLAUSE.finditer(text):
        yield _Clause(start, text[start : mark.start()])
        start = mark.end()
    yield _Clause(start, text[start:])


def _held_and_named(case: Case, clause: _Clause, reading: Reading) -> Iterator[tuple[str, Any]]:
    """(slot, value) of every fact of the case that the clause names, by concept, by drug or by subject."""
    within = [m for m in reading.mentions if clause.start <= m.start < clause.end]
    for slot, concept in (("side_effect", "side_effect"), ("contraindications", "contraindication")):
        yield from ((slot, m.value) for m in within if m.concept == concept and m.value in getattr(case, slot))
    for slot in LISTS_OF_DRUGS:
        yield from ((slot, m.value) for m in within if m.concept == "drug" and m.value in getattr(case, slot))
    for topic in topics():
        held = getattr(case, topic.slot)
        if held in (None, ()) or not topic.words.search(clause.text):
            continue
        if topic.value is None:
            yield topic.slot, held
        elif topic.value in (held if topic.slot in SOME_OF else (key(held),)):
            yield topic.slot, topic.value


def _last_result(case: Case, reading: Reading) -> Iterator[tuple[str, list[Any]]]:
    """The test result that a newer one replaces: the one named, else the last one told."""
    results = [value for value in case.contraindications if value in TEST_RESULTS]
    told = reading.facts.get("contraindications", ())
    named = {t.value for t in topics() if t.slot == "contraindications" and t.words.search(reading.text)}
    replaced = [value for value in results if value in named and value not in told] or (
        results[-1:] if not named and not told else []
    )
    if replaced:
        yield "contraindications", replaced


def _laid_elsewhere(memory: Memory, reading: Reading) -> tuple[str, ...]:
    """Side effects that something else turns out to cause: "it is the metformin, not the cellcept"."""
    held = memory.case.side_effect
    if memory.person and reading.person and memory.person != reading.person:
        return ()  # what another person's trouble came from says nothing of this one's
    asks = reading.text.rstrip().endswith("?") or has_cue("opens_a_question", reading.text.strip())
    if not held or reading.hypothetical or asks:
        return ()
    cleared = any(
        m.concept == "drug"
        and m.value in REPLACED
        and has_cue("clears", reading.text[max(0, m.start - BEFORE_THE_DRUG) : m.start].rstrip())
        for m in reading.mentions
    )
    blamed = has_cue("laid_to", reading.text) and not any(
        m.concept == "drug" and m.value in REPLACED for m in reading.mentions
    )
    if not (cleared or blamed):
        return ()
    named = tuple(e for e in (*reading.side_effect, *effects_named(reading.text)) if e in held)
    if named:
        return tuple(dict.fromkeys(named))
    return held[-1:] if has_cue("it_is", reading.text) else ()


def _all_of_the_last(memory: Memory, reading: Reading) -> bool:
    few = len(reading.text.split()) <= A_FEW_WORDS
    return bool(memory.undo) and few and not reading.facts and has_cue("wrong_record", reading.text)


def _as_correction(asked: Asked) -> Asked:
    return replace(asked, intent="correct_info") if asked.intent in ("restart", "out_of_scope") else asked
