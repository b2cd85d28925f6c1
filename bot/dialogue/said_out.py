"""Drugs that are said to be impossible without the fact that rules them out ("tacrolimus is contraindicated").

The case holds them as ``drugs_excluded``, so that none of them is offered until that is taken back. The reason is asked
for all the same: it may rule out others too.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from bot.dialogue.data import SENTENCE, has_cue
from bot.dialogue.kinds import REPLACED
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Mention, Reading
from bot.guidance.conditions import expand
from bot.guidance.knowledge import listed, load_knowledge

_MARK = "drugname"
STUDY_DRUG = "mycophenolate_mofetil"
_CLAUSE_END = re.compile(r"[.;!?\n]+(?=\s|$)")


def with_exclusions(memory: Memory, reading: Reading) -> Reading:
    """The reading with the drugs that it rules out by word, and with those that it lets in again."""
    out, back = drugs_said_to_be_out(reading), _said_to_be_possible(memory, reading)
    out += tuple(d for d in (*_given_up(memory, reading), *_pointed_out(memory, reading)) if d not in out)
    if out:
        reading = replace(reading, facts={**reading.facts, "drugs_excluded": list(out)})
    if back:
        reading = replace(reading, retracted={**reading.retracted, "drugs_excluded": back})
    return reading


def drugs_said_to_be_out(reading: Reading) -> tuple[str, ...]:
    """The drugs other than mycophenolate that the message rules out by word; none when it asks or supposes."""
    return _stated(reading, "drug_said_to_be_out")


def _given_up(memory: Memory, reading: Reading) -> tuple[str, ...]:
    """Mycophenolate that was not tolerated or was stopped, where the lungs are bad: nobody tries ways to stay on it."""
    stated = {slot: reading.facts.get(slot, getattr(memory.case, slot)) for slot in ("ild_severity", "ild_course")}
    bad = stated["ild_severity"] == "severe" or stated["ild_course"] not in (None, "stable")
    if not bad or reading.hypothetical or not has_cue("mycophenolate_given_up", reading.text):
        return ()
    return (STUDY_DRUG,) if STUDY_DRUG in reading.drugs else ()


def _pointed_out(memory: Memory, reading: Reading) -> tuple[str, ...]:
    """The drugs last asked about, where a message that names none says that both of them cannot be had."""
    last = tuple(d for d in memory.questions[-1].drugs if d not in REPLACED) if memory.questions else ()
    named = any(m.concept == "drug" for m in reading.mentions)
    told = any(has_cue("those_are_out", part) and "?" not in part for part in SENTENCE.split(reading.text))
    return last if told and not named and not reading.hypothetical and len(expand(last)) > 1 else ()


def wants_the_reason(reading: Reading) -> bool:
    """Is nothing told beside it that could be the reason?"""
    return not reading.facts.get("contraindications") and reading.facts.get("pregnancy") in (None, "not_pregnant")


def in_words(drugs: tuple[str, ...]) -> str:
    """The drugs as the note names them."""
    return listed([load_knowledge().label(drug) for drug in drugs])


def _said_to_be_possible(memory: Memory, reading: Reading) -> tuple[str, ...]:
    """Excluded drugs that are possible after all; a class lets its members in, a member its class."""
    stated = set(expand(_stated(reading, "drug_said_to_be_possible")))
    return tuple(d for d in memory.case.drugs_excluded if d in stated or stated & expand([d]))


def _stated(reading: Reading, cue: str) -> tuple[str, ...]:
    if reading.hypothetical:
        return ()
    named = [m for m in reading.mentions if m.concept == "drug" and m.value not in REPLACED]
    return tuple(dict.fromkeys(m.value for m in named if any(has_cue(cue, c) for c in _clauses_of(reading.text, m))))


def _clauses_of(text: str, mention: Mention) -> Iterator[str]:
    """The sentence of the mention with its name replaced, unless it asks, supposes or reports what is written."""
    ends = [0, *(found.end() for found in _CLAUSE_END.finditer(text)), len(text)]
    for start, end in itertools.pairwise(ends):
        if start <= mention.start < end:
            sentence = f"{text[start : mention.start]}{_MARK}{text[mention.end : end]}"
            plain = sentence.replace("\u2019", "'").replace("n't", " not").strip()  # "can't" opens no question
            asks = "?" in sentence or (has_cue("opens_a_question", plain) and not has_cue("denies_at_once", plain))
            if not asks and not has_cue("only_reported", plain):
                yield sentence
