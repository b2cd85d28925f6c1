"""Few words that have no subject of their own and ask on about what was just answered ("early or late?", "5-10 fine?")."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.data import has_cue
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Asked, Reading
from bot.dialogue.resolve import ABOUT_A_DRUG, ABOUT_THE_CASE, is_short
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import Question

ANSWERABLE = (*ABOUT_A_DRUG, *ABOUT_THE_CASE)
HEARD_BY_CHANCE = (
    "out_of_scope",
    "ask_review_status",
    "ask_citation",
    "ask_clarification",
    "ask_capabilities",
    "give_feedback",
    "bot_challenge",
    "restart",
    "provide_patient_info",
    "correct_info",
    "set_audience",
    "nlu_fallback",
)
"""What a few words without a subject are taken for when the classifier has nothing to hold on to."""
UNSURE = 0.8
_WORD = re.compile(r"[^\W\d_]{4,}")
_FIGURE = re.compile(r"\d")


def leaning(asked: Asked, reading: Reading, memory: Memory) -> Question | None:
    """The question that the message asks on with; None when it has a subject of its own or leans on nothing."""
    last = _last(memory)
    if last is None or _has_a_subject(asked, reading):
        return None
    if reading.act in (None, "sources") and has_cue("does_it_say", asked.text) and not has_cue("a_source", asked.text):
        return _again(last)
    if reading.act is not None or not is_short(asked.text) or asked.intent not in HEARD_BY_CHANCE:
        return None
    if asked.confidence >= UNSURE or not _asks(asked.text):
        return None
    judged = bool(_FIGURE.search(asked.text)) and has_cue("judges_a_figure", asked.text)
    return _again(last) if judged or _picks_up(asked.text, memory) else None


def _again(question: Question) -> Question:
    return replace(question, not_asking=(), detail="first")


def _last(memory: Memory) -> Question | None:
    if memory.last is not None and memory.last.kind in (*ANSWERABLE, "ask_citation"):
        return memory.last
    return memory.questions[-1] if memory.questions else None


def _has_a_subject(asked: Asked, reading: Reading) -> bool:
    told = set(reading.facts) - {"audience"} or reading.scenario or reading.retracted or reading.reply
    named = asked.drugs or asked.options or asked.aspects or asked.terms or asked.side_effect
    return bool(told or named or asked.ordinal is not None or asked.citation is not None) or len(reading.asked) > 1


def _asks(text: str) -> bool:
    return "?" in text or has_cue("asking", text)


def _picks_up(text: str, memory: Memory) -> bool:
    """Does a word of the message stand in the rows of the last answer ("early or late?")?"""
    table = load_knowledge().table
    said = " ".join(t for r in memory.rows if r in table.rows for t in table.rows[r].text.values()).casefold()
    words = [w[0].casefold() for w in _WORD.finditer(text) if not has_cue("common_words", w[0])]
    return any(re.search(rf"\b{re.escape(word)}", said) for word in words)
