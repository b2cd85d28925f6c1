"""Few words without a subject of their own that ask on about what was just answered ("early or late?")."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogue.data import asks_of_the_whole_case, has_cue, in_the_light, is_short, without_lead_in
from bot.dialogue.kinds import A_GUESS, ABOUT_A_DRUG, ABOUT_THE_CASE, ATTRIBUTES, IS_IT_SAFE, REPLACED
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Asked, Reading
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import Question

ANSWERABLE = (*ABOUT_A_DRUG, *ABOUT_THE_CASE, "ask_citation")
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
TOLD_OR_UNHEARD = ("provide_patient_info", "correct_info", "report_side_effect", "out_of_scope", "give_feedback")
STEROID = "corticosteroid"
REPLACED_DRUG = "mycophenolate_mofetil"
UNSURE = 0.8
A_NAME = 3
"""Words at most of a name alone ("St John's wort")."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_FIGURE = re.compile(r"\d")


def _stopped_a_steroid(asked: Asked, reading: Reading) -> bool:
    """A steroid that somebody says was stopped: what is known of stopping it goes before anything else."""
    told = asked.intent in TOLD_OR_UNHEARD and "?" not in reading.text and not reading.hypothetical
    denied = STEROID in reading.absent.get("drugs", ())
    return told and STEROID in reading.drugs and not denied and has_cue("stopped_by_oneself", reading.text)


def leaning(asked: Asked, reading: Reading, memory: Memory) -> Question | None:
    """The question that the message asks on with; None when it has a subject of its own or leans on nothing."""
    last = _last(memory)
    if _stopped_a_steroid(asked, reading):
        return Question(kind="ask_side_effect_management", drugs=(STEROID,), aspects=("steroid_stopping",))
    back_on_it = not asked.drugs and not memory.recent and bool(memory.questions) and has_cue("back_on_it", asked.text)
    if back_on_it and not reading.act:
        return Question(kind="ask_side_effect_management", drugs=(REPLACED_DRUG,), aspects=asked.aspects)
    if not asked.drugs and has_cue("whom_to_refer_to", asked.text):
        return Question(kind="ask_treatment_failure")
    if not asked.drugs and has_cue("sparing_a_harm", asked.text):
        return Question(kind="ask_alternatives")
    if has_cue("what_it_recommends", asked.text) and not _has_a_subject(asked, reading):
        return Question(kind="ask_alternatives")
    of_a_drug = last is not None and last.kind in ABOUT_A_DRUG and bool(last.drugs) and not asked.drugs
    of_another_kind = asked.intent in ATTRIBUTES  # "not with a baby?"
    if of_a_drug and last and not of_another_kind and is_short(asked.text) and has_cue("only_if", asked.text.strip()):
        return _again(last)
    if _has_a_subject(asked, reading) or asks_of_the_whole_case(asked.text):
        return None
    of_the_review = memory.last is not None and memory.last.kind == "ask_review_status"
    if of_the_review and reading.act is None and has_cue("it", asked.text) and asked.confidence < UNSURE:
        return Question(kind="ask_review_status")  # "so my GP can go by it"
    if last is None:
        return None
    if reading.act in (None, "sources") and has_cue("does_it_say", asked.text) and not has_cue("a_source", asked.text):
        return _again(last)
    if any(row.words and row.after == last.kind and has_cue(row.words, asked.text) for row in in_the_light()):
        return None  # it has a meaning of its own after that question
    unsure = asked.intent in HEARD_BY_CHANCE or (asked.intent in IS_IT_SAFE and asked.confidence < UNSURE)
    if reading.act is None and unsure and has_cue("one_of_a_kind", asked.text.strip()):
        return _again(last)
    bare = len(asked.text.split()) <= A_NAME and asked.intent == "out_of_scope" and _picks_up(asked.text, memory)
    if reading.act is not None or not is_short(asked.text) or not (bare or _asks(asked.text)):
        return None
    opens = has_cue("asks_of_it", without_lead_in(asked.text))
    wondering = asked.intent in ("affirm", "deny") and ("?" in asked.text or opens)  # "so not needed?" is no "no"
    puts = "?" in asked.text or has_cue("opens_a_question", asked.text.strip())
    wondering |= asked.intent == "give_feedback" and puts
    by_chance = wondering or (asked.intent in HEARD_BY_CHANCE and asked.confidence < UNSURE)
    if by_chance and last.kind != "ask_citation" and (of_it := _of_one_drug(asked, last, memory)):
        return of_it
    judged = bool(_FIGURE.search(asked.text)) and has_cue("judges_a_figure", asked.text)
    picked_up = _picks_up(asked.text, memory)
    if wondering or (by_chance and (judged or picked_up)):
        return _again(last)
    if last.kind == "out_of_scope" and has_cue("of_them", asked.text) and asked.confidence < UNSURE:
        return _again(last)  # "which ones are banned" after the vaccines
    if has_cue("which_is_safer", asked.text):
        return None  # a question of its own, however few its words
    return _again(last) if _guessed(asked) and last.kind in ANSWERABLE else None


def _again(question: Question) -> Question:
    return replace(question, not_asking=(), detail="first")


def _last(memory: Memory) -> Question | None:
    """The last question, of whatever kind, as far as it had a subject; else the last one that was answered."""
    last = memory.last
    outside = last is not None and last.kind == "out_of_scope" and bool(last.aspects or last.drugs)
    if last is not None and (last.kind in ANSWERABLE or outside):
        return last
    return memory.questions[-1] if memory.questions else None


def _of_one_drug(asked: Asked, last: Question, memory: Memory) -> Question | None:
    """ "Would you use it?" after one drug was spoken of asks where that drug stands."""
    drugs = tuple(d for d in last.drugs or memory.drugs if d not in REPLACED)
    if len(drugs) != 1 or not has_cue("asks_of_it", without_lead_in(asked.text)):
        return None
    return Question(kind="ask_drug_info", drugs=drugs)


def _guessed(asked: Asked) -> bool:
    heard = max((score for _, score in asked.ranking), default=asked.confidence)
    return heard < A_GUESS and not has_cue("asks_for_options", asked.text)


def _has_a_subject(asked: Asked, reading: Reading) -> bool:
    replied = reading.reply is not None and "?" not in asked.text  # "so maybe not?" is no "no"
    told = set(reading.facts) - {"audience"} or reading.scenario or reading.retracted or replied
    named = asked.drugs or asked.options or asked.aspects or asked.terms or asked.side_effect
    return bool(told or named or asked.ordinal is not None or asked.citation is not None) or len(reading.asked) > 1


def _asks(text: str) -> bool:
    return "?" in text or has_cue("asking", text) or has_cue("opens_a_question", text.strip())


def _picks_up(text: str, memory: Memory) -> bool:
    """Does a word of the message stand in the rows of the last answer ("early or late?")?"""
    table = load_knowledge().table
    said = " ".join(t for r in memory.rows if r in table.rows for t in table.rows[r].text.values()).casefold()
    words = [w[0].casefold() for w in _WORD.finditer(text) if not has_cue("common_words", w[0])]
    return any(re.search(rf"\b{re.escape(word)}", said) for word in words)
