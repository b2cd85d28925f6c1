"""From one question of a message to the tasks that it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue.again import another_drug
from bot.dialogue.answering import WHICH_DRUG
from bot.dialogue.data import SENTENCE, has_cue, is_short
from bot.dialogue.expect import of_its_subject
from bot.dialogue.facts import merge
from bot.dialogue.failing import if_it_fails, not_tolerated
from bot.dialogue.intake import Intake
from bot.dialogue.kinds import A_GUESS, ABOUT_A_DRUG, OF_A_SIDE_EFFECT
from bot.dialogue.leaning import HEARD_BY_CHANCE, leaning
from bot.dialogue.memory import Memory
from bot.dialogue.plan import Consult, Flow, Say, Task
from bot.dialogue.pointing import NoSuchOptionError
from bot.dialogue.raised import by_new_facts
from bot.dialogue.reading import Asked, Reading
from bot.dialogue.resolve import meant
from bot.dialogue.silent import asked_of_the_article
from bot.dialogue.statements import QUESTIONS, only_denies_a_pregnancy, only_news, tells_the_dose_taken
from bot.dialogue.withdraw import effects_named, supposed_away, without
from bot.guidance.model import Question

STATEMENTS = ("provide_patient_info", "correct_info")
STYLES = ("shorter", "longer", "plain", "repeat")
MOST_TASKS = 4
SURE = 0.8
"""Below this confidence a message that tells something new of the case is not refused as out of scope."""
SURELY_OUTSIDE = 0.95
"""Below this confidence a message that names the side effect of the case is about it."""
VACCINES = frozenset(("vaccines", "live_vaccines"))
"""A vaccine named after an infection ("shingles vax") is no question about that infection."""
SURE_ENOUGH = 0.4
"""Below this confidence a message in a running conversation is not refused as out of scope."""
MEASURED = frozenset(("neutrophil_threshold",))
"""Aspects of which a value told ("neutrophils 0.9") wants the limit that a source gives, though it is no new fact."""


def _in_place_of_a_drug(asked: Asked, memory: Memory) -> bool:
    """ "What else, then?" after a drug was talked over asks for the options; after options it asks for more of them."""
    of_a_drug = (
        bool(memory.questions) and bool(memory.questions[-1].drugs) and memory.questions[-1].kind in ABOUT_A_DRUG
    )
    return of_a_drug and has_cue("what_else", asked.text.strip())


def _after_an_exclusion(asked: Asked, intake: Intake) -> bool:
    """ "The nephrologist vetoes both. Then what": what is left, not once more of those."""
    last = SENTENCE.split(asked.text.strip())[-1]
    return "drugs_excluded" in intake.changed and has_cue("what_then", last)


def same_task(one: Task, other: Task) -> bool:
    if isinstance(one, Consult) and isinstance(other, Consult):
        return one.question == other.question and one.case == other.case and one.style == other.style
    return isinstance(one, Say) and isinstance(other, Say) and one.reply == other.reply


def tasks_for(intake: Intake, reading: Reading, asked: Asked, flow: Flow) -> list[Task]:
    """What one question of the message asks for."""
    understood = reading.understood(asked)
    if has_cue("only_a_sound", reading.text.strip()) and intake.reply is None:
        return [Say("listening", understood)]
    if not asked.drugs and (_in_place_of_a_drug(asked, intake.memory) or _after_an_exclusion(asked, intake)):
        return [_consult(intake, reading, Question(kind="ask_alternatives"), understood)]
    if repeated := another_drug(asked, reading, intake.memory):
        return [_consult(intake, reading, question, understood) for question in repeated[:MOST_TASKS]]
    if (failure := if_it_fails(asked, reading, intake.memory)) and intake.reply is None:
        supposing = replace(reading, scenario=failure.scenario, hypothetical=True)
        put = _consult(intake, supposing, failure.question, understood)
        return [replace(put, case=not_tolerated(put.case)) if failure.given_up else put]
    if _only_points(asked, reading, intake):
        return _answered(intake, reading, asked, understood)
    if _goes_back(asked, reading, intake):
        return _once_more(intake, understood, "repeat")
    if has_cue("sums_up", reading.text.strip()) and intake.memory.case.known():
        of_the_case = _consult(intake, reading, Question(kind="ask_alternatives"), understood)
        return [Say("case", understood), of_the_case]
    if (leant := leaning(asked, reading, intake.memory)) and intake.reply is None:
        return [_consult(intake, reading, leant, understood)]
    if subject := _does_it_speak_of(asked):
        return _answered(intake, replace(reading, act=None), subject, understood)
    if tells_the_dose_taken(asked, reading, intake):
        return _restated(intake, reading, understood)
    if flow is not Flow.SOCIAL and only_news(asked, reading, intake):
        return _restated(intake, reading, understood)
    if reading.act in STYLES and asked.intent not in QUESTIONS and not intake.news:
        return _once_more(intake, understood, reading.act or "")
    if intake.reply is not None and reading.reply == "unknown" and asked.confidence < A_GUESS:
        return _restated(intake, reading, understood)
    if flow is Flow.AUDIENCE:
        if intake.news:
            return _restated(intake, reading, understood)
        again = _once_more(intake, understood, "repeat") if intake.memory.questions else []
        return again or [Say("audience", understood)]
    by_the_way = asked.confidence < SURE or asked.intent == "give_feedback"
    if flow is Flow.SOCIAL and intake.reply is not None and by_the_way:
        return _restated(intake, reading, understood)  # "not bad, just annoying" says how bad it is
    if flow is Flow.SOCIAL:
        social: list[Task] = [Say(asked.intent, understood)]
        return social + (_restated(intake, reading, understood) if intake.news else [])
    if flow is Flow.CLARIFY:
        return _clarified(intake, reading, asked, understood)
    if flow in (Flow.REPLY, Flow.OUT_OF_SCOPE, Flow.FALLBACK):
        unsure = flow is Flow.OUT_OF_SCOPE and asked.confidence < SURE_ENOUGH and bool(intake.memory.questions)
        told = intake.news and (flow is Flow.REPLY or (asked.confidence < SURE and "?" not in reading.text))
        if intake.reply is not None or told or unsure:
            return _restated(intake, reading, understood)
        if _points_at_an_option(asked, reading, intake.memory):
            return _answered(intake, reading, asked, understood)
        of_the_effect = set(effects_named(asked.text)) & set(intake.memory.case.side_effect)
        if of_the_effect and asked.confidence < SURELY_OUTSIDE and not set(asked.aspects) & VACCINES:
            return _answered(intake, reading, replace(asked, intent="ask_side_effect_management"), understood)
        return [_unasked(flow, asked, intake, understood)]
    if asked.intent in STATEMENTS and asked.drugs and not intake.news and asked.confidence < A_GUESS:
        return _answered(intake, reading, replace(asked, intent="ask_drug_info"), understood)
    if asked.intent in STATEMENTS or only_denies_a_pregnancy(asked, reading):
        return _restated(intake, reading, understood)
    if asked.drugs and asked.intent == "ask_drug_info" and _asked_which_drug(intake.memory):
        question = replace(intake.memory.questions[-1], drugs=asked.drugs)
        return [_consult(intake, reading, question, understood)]
    return _answered(intake, reading, asked, understood)


def _does_it_speak_of(asked: Asked) -> Asked | None:
    """ "Does the article mention vaccines?" asks of the subject, not of sources or of the review."""
    put = has_cue("does_it_say", asked.text) and not has_cue("a_source", asked.text)
    return of_its_subject(asked) if put and asked.intent in HEARD_BY_CHANCE else None


def _only_points(asked: Asked, reading: Reading, intake: Intake) -> bool:
    """ "And the first one": a place in a list and nothing else, whatever it sounds like."""
    says = asked.terms or asked.drugs or asked.citation is not None or intake.news or intake.reply is not None
    points = _points_at_an_option(asked, reading, intake.memory) and is_short(asked.text)
    return points and not says and asked.intent not in (*QUESTIONS, "ask_citation") and len(reading.asked) == 1


def _goes_back(asked: Asked, reading: Reading, intake: Intake) -> bool:
    """ "So where were we?", "but she isn't": the last question again, when nothing else is asked or told."""
    pointing = asked.drugs or asked.aspects or asked.options
    plain = not (pointing or intake.news) and bool(intake.memory.questions)
    if intake.denied and plain and asked.intent not in QUESTIONS:
        return True
    unsure = asked.intent not in QUESTIONS or asked.confidence < SURE_ENOUGH or is_short(reading.text)
    return plain and unsure and has_cue("where_we_were", reading.text)


def _asked_which_drug(memory: Memory) -> bool:
    pending = memory.pending
    return (
        pending is not None
        and pending.slot == WHICH_DRUG
        and pending.turn == memory.turns - 1
        and bool(memory.questions)
    )


def _unasked(flow: Flow, asked: Asked, intake: Intake, understood: Mapping[str, Any]) -> Task:
    if flow is Flow.REPLY:
        return Say(f"{asked.intent}_nothing", understood)
    if flow is Flow.FALLBACK:
        return Say("not_understood", understood)
    question = Question(kind="out_of_scope", drugs=asked.drugs, aspects=asked.aspects, terms=asked.terms)
    return Consult(question, intake.memory.case, understood)


def _points_at_an_option(asked: Asked, reading: Reading, memory: Memory) -> bool:
    ordinal = asked.ordinal if asked.ordinal is not None else reading.ordinal
    return ordinal is not None and bool(memory.options or memory.drugs)


def _restated(intake: Intake, reading: Reading, understood: Mapping[str, Any]) -> list[Task]:
    """A message that only states something: the last question again, on what is now known."""
    memory = intake.memory
    stated = {**intake.changed, **{c.slot: c.new for c in intake.clashes}, **reading.scenario}
    measured = tuple(a for asked in reading.asked for a in asked.aspects if a in MEASURED)
    asks = "?" in reading.text or has_cue("opens_a_question", reading.text.strip())
    told = stated or measured or asks or intake.reply is not None
    note = None if told or not memory.questions else "no_new_fact"
    if intake.reply is not None and memory.questions:
        question = memory.questions[-1]
    elif stated or memory.questions:
        question = by_new_facts(stated, memory)
    elif reading.drugs:
        question = Question(kind="ask_drug_info", drugs=reading.drugs)
    else:
        return [Say("nothing_new", understood)]
    question = replace(question, aspects=tuple(dict.fromkeys((*question.aspects, *measured))))
    return [replace(_consult(intake, reading, question, understood), note=note)]


def _of_the_effect(asked: Asked, reading: Reading) -> bool:
    """ "And if it drops again": what is supposed of the side effect alone is about it, when nothing else is sure."""
    supposed = set(reading.scenario)
    of_it = bool(supposed) and supposed <= {"side_effect", "side_effect_severity", "side_effect_persistent"}
    other = asked.drugs or reading.ordinal is not None or asked.intent in (*OF_A_SIDE_EFFECT, "ask_alternatives")
    tests = has_cue("the_bloods_alone", asked.text.strip())  # "bloods?" asks what to check
    return of_it and not other and not tests and asked.confidence < SURE


def _answered(intake: Intake, reading: Reading, asked: Asked, understood: Mapping[str, Any]) -> list[Task]:
    if _of_the_effect(asked, reading):
        return [_consult(intake, reading, Question(kind="ask_side_effect_management"), understood)]
    try:
        question = meant(asked, reading, intake.memory)
    except NoSuchOptionError as missing:
        return [Say("no_such_option", understood, {"number": str(missing)})]
    return [replace(_consult(intake, reading, question, understood), of_the_article=asked_of_the_article(asked))]


def _consult(intake: Intake, reading: Reading, question: Question, understood: Mapping[str, Any]) -> Consult:
    memory = intake.memory
    scenario = dict(reading.scenario)
    if not scenario and memory.scenario and has_cue("in_that_case", reading.text):
        scenario = dict(memory.scenario)
    cautious = {clash.slot: clash.cautious for clash in intake.clashes}
    held = replace(memory.case, side_effect=()) if "side_effect" in scenario else memory.case
    if away := supposed_away(held, reading):
        held = without(held, {"contraindications": away})
        scenario = {**scenario, "contraindications": list(held.contraindications)}
    case = merge(held, {**scenario, **cautious}, correcting=True).case
    supposed = bool(scenario) or reading.hypothetical
    return Consult(
        replace(question, scenario=supposed),
        case,
        understood,
        before=intake.before if intake.changed and memory.questions and not supposed else None,
        corrected=bool(intake.replaced),
        scenario=scenario,
    )


def _clarified(intake: Intake, reading: Reading, asked: Asked, understood: Mapping[str, Any]) -> list[Task]:
    if intake.news and "?" not in reading.text:
        return _restated(intake, reading, understood)
    if has_cue("what_then", asked.text.strip()) and intake.memory.questions:
        return _answered(intake, reading, replace(asked, intent="ask_alternatives", terms=()), understood)
    if asked.terms or (asked.drugs and not intake.memory.questions):
        question = Question(kind="ask_clarification", terms=asked.terms, drugs=asked.drugs, aspects=asked.aspects)
        asked_of_it = asked_of_the_article(asked)
        return [Consult(question, intake.memory.case, understood, of_the_article=asked_of_it)]
    if reading.act is None and (subject := of_its_subject(asked)):
        return _answered(intake, reading, subject, understood)
    return _once_more(
        intake, understood, reading.act or ("plain" if has_cue("not_understood", asked.text) else "repeat")
    )


def _once_more(intake: Intake, understood: Mapping[str, Any], style: str) -> list[Task]:
    """The last answer again: shorter, in full, in plain words, or as it was."""
    memory = intake.memory
    if not memory.questions:
        return [Say("nothing_to_repeat", understood)]
    case = merge(memory.case, memory.scenario, correcting=True).case
    if style == "plain":
        case = replace(case, audience="patient")
    detail = "full" if style == "longer" else "first"
    return [
        Consult(replace(q, detail=detail), case, understood, style=style, scenario=memory.scenario)
        for q in memory.questions[:MOST_TASKS]
    ]
