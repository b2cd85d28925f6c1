"""One turn of the conversation: a memory and a message give the memory after it and what is to be answered.

Nothing is answered here and no medicine is decided: a task names a question for the guidance, or a reply of our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from bot.dialogue.answering import Reply, bare_severity, reply_to
from bot.dialogue.data import has_cue
from bot.dialogue.facts import Clash, differs, merge
from bot.dialogue.memory import Memory, Pending
from bot.dialogue.persons import Whose, whose
from bot.dialogue.reading import Asked, Facts, Reading
from bot.dialogue.resolve import ABOUT_A_DRUG, ABOUT_THE_CASE, NoSuchOptionError, by_new_facts, meant
from bot.guidance.model import Case, Question


class Flow(Enum):
    """What kind of turn it is: what Rasa's rules choose, by the intent."""

    ANSWER = "answer"
    SOCIAL = "social"
    NEW_PATIENT = "new_patient"
    AUDIENCE = "audience"
    CLARIFY = "clarify"
    REPLY = "reply"
    OUT_OF_SCOPE = "out_of_scope"
    EMERGENCY = "emergency"
    FALLBACK = "fallback"


FLOW_OF: Mapping[str, Flow] = {
    **dict.fromkeys(("greet", "goodbye", "thank", "bot_challenge", "give_feedback", "ask_capabilities"), Flow.SOCIAL),
    **dict.fromkeys(("affirm", "deny"), Flow.REPLY),
    "restart": Flow.NEW_PATIENT,
    "set_audience": Flow.AUDIENCE,
    "ask_clarification": Flow.CLARIFY,
    "out_of_scope": Flow.OUT_OF_SCOPE,
    "emergency": Flow.EMERGENCY,
}
STATEMENTS = ("provide_patient_info", "correct_info")
STYLES = ("shorter", "longer", "plain", "repeat")
MOST_TASKS = 3


@dataclass(frozen=True)
class Note:
    """A line of replies.yml that goes before an answer, with what fills it."""

    reply: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Consult:
    """A question for the guidance, on the case that it is asked about.

    ``case`` may suppose more than is held (``scenario``). ``before`` is the case of the last answer, when the change
    since then is to be told; ``corrected``: a fact held was wrong or is over, so that the options may differ. ``style``: shorter, longer, plain, repeat, or as it comes.
    """

    question: Question
    case: Case
    understood: Mapping[str, Any]
    before: Case | None = None
    corrected: bool = False
    style: str | None = None
    scenario: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class Say:
    """A reply of our own: a row of replies.yml, what fills it, and what it asks."""

    reply: str
    understood: Mapping[str, Any]
    values: Mapping[str, str] = field(default_factory=dict)


Task = Consult | Say


@dataclass(frozen=True)
class Turn:
    """What a message leads to.

    ``clash``, ``whose`` and ``again`` are questions of the dialogue, put instead of the guidance's: which of two facts
    holds, whose case it is, which choice a "yes" meant. ``red_flag`` is shown before the answers.
    """

    memory: Memory
    tasks: tuple[Task, ...]
    notes: tuple[Note, ...] = ()
    clash: Clash | None = None
    whose: bool = False
    again: Pending | None = None
    red_flag: str | None = None


def take_turn(memory: Memory, reading: Reading, flow: Flow | None = None) -> Turn:
    """The turn that a message is. ``flow``: what Rasa chose for its first question; else by the intent."""
    flow = flow or FLOW_OF.get(reading.intent, Flow.ANSWER)
    memory = replace(memory, turns=memory.turns + 1)
    if reading.emergency or (flow is Flow.EMERGENCY and reading.problem is None):
        return _emergency(memory, reading)
    if reading.problem is not None:
        return Turn(memory, (Say(reading.problem, reading.understood()),))
    if flow is Flow.NEW_PATIENT or reading.act == "new_patient":
        return _new_patient(memory, reading)
    if memory.emergency is not None:
        if not _over(reading):
            return _still_an_emergency(memory, reading, flow)
        memory = replace(memory, emergency=None)
        if not any(a.intent in _QUESTIONS for a in reading.asked):
            return Turn(_took_in(memory, reading).memory, (Say("emergency_over", reading.understood()),))
    if reading.act == "undo":
        return _undo(memory, reading)
    turn = _ordinary(memory, reading, flow)
    return replace(turn, red_flag=reading.red_flag.rule) if reading.red_flag else turn


_QUESTIONS = frozenset((*ABOUT_A_DRUG, *ABOUT_THE_CASE)) - {"report_side_effect"}


@dataclass(frozen=True)
class _Intake:
    """The memory after the facts of a message, and how they came in."""

    memory: Memory
    before: Case
    reply: Reply | None
    clashes: tuple[Clash, ...] = ()
    replaced: tuple[str, ...] = ()

    @property
    def changed(self) -> dict[str, Any]:
        return {slot: getattr(self.memory.case, slot) for slot in differs(self.before, self.memory.case)}


def _took_in(memory: Memory, reading: Reading) -> _Intake:
    """Facts and replies stored; scenario values are not."""
    reply = reply_to(replace(memory, turns=memory.turns - 1), reading)
    facts = {**bare_severity(memory, reading), **reading.facts} if reply is None else dict(reading.facts)
    settled = {} if reply is None else reply.facts
    facts.update(settled)
    if reading.audience and (memory.case.audience is None or reading.intent == "set_audience"):
        facts["audience"] = reading.audience
    correcting = reading.intent == "correct_info" or has_cue("change", reading.text)
    merged = merge(memory.case, facts, reading.retracted, correcting=correcting, settled=settled)
    after = memory.with_case(merged.case)
    if reply is not None and not reply.unclear:
        after = replace(after, pending=None)
    return _Intake(after, memory.case, reply, merged.clashes, merged.replaced)


def _emergency(memory: Memory, reading: Reading) -> Turn:
    intake = _took_in(memory, reading)
    rule = reading.red_flag.rule if reading.red_flag else None
    task = Consult(_red_flag(rule), intake.memory.case, reading.understood())
    return Turn(replace(intake.memory, pending=None), (task,))


def _red_flag(rule: str | None) -> Question:
    return Question(kind="emergency", rows=(rule,) if rule else ())


def _still_an_emergency(memory: Memory, reading: Reading, flow: Flow) -> Turn:
    """The red flag is repeated before anything else, and no options go with it."""
    intake = _took_in(memory, reading)
    if flow is Flow.SOCIAL and reading.intent in ("thank", "goodbye", "greet"):
        reply: tuple[Task, ...] = (Say("emergency_reminder", reading.understood()),)
        return Turn(intake.memory, reply)
    task = Consult(_red_flag(memory.emergency), intake.memory.case, reading.understood())
    return Turn(intake.memory, (task,), (Note("emergency_first"),))


def _over(reading: Reading) -> bool:
    if has_cue("false_alarm", reading.text):
        return True
    return has_cue("resolved", reading.text) and not has_cue("not_yet", reading.text) and "?" not in reading.text


def _new_patient(memory: Memory, reading: Reading) -> Turn:
    intake = _took_in(memory.new_patient(), replace(reading, severity=None, reply=None))
    rest = tuple(a for a in reading.asked if FLOW_OF.get(a.intent) is not Flow.NEW_PATIENT)
    first = reading.understood()
    if not intake.changed and not rest:
        return Turn(intake.memory, (Say("new_patient", first),))
    tasks: list[Task] = []
    for asked in rest or (Asked("provide_patient_info"),):
        tasks += _tasks(intake, reading, asked, FLOW_OF.get(asked.intent, Flow.ANSWER))
    tasks[0] = replace(tasks[0], understood=first)
    return Turn(intake.memory, tuple(tasks[:MOST_TASKS]), (Note("new_patient"),))


def _undo(memory: Memory, reading: Reading) -> Turn:
    back = memory.undone()
    if back is memory:
        return Turn(memory, (Say("nothing_to_undo", reading.understood()),))
    return Turn(replace(back, pending=None), (Say("undone", reading.understood()),))


def _ordinary(memory: Memory, reading: Reading, flow: Flow) -> Turn:
    found = whose(memory, reading)
    if found.ask:
        return _other_person(found, reading)
    memory, reading, notes = found.memory, found.reading, tuple(Note(n) for n in found.notes)
    intake = _took_in(memory, reading)
    if reading.act == "show_case":
        return Turn(intake.memory, (Say("case", reading.understood()),), notes)
    if intake.reply is not None and intake.reply.unclear:
        return Turn(intake.memory, (Say("which_of_them", reading.understood()),), notes, again=memory.pending)
    tasks: list[Task] = []
    for place, asked in enumerate(reading.asked or (Asked("out_of_scope"),)):
        for task in _tasks(intake, reading, asked, flow if place == 0 else FLOW_OF.get(asked.intent, Flow.ANSWER)):
            if not any(_same(task, other) for other in tasks):
                tasks.append(task)
    clash = intake.clashes[0] if intake.clashes else None
    if clash and not any(isinstance(t, Consult) for t in tasks):
        tasks = [Say("clash", reading.understood())]
    return Turn(intake.memory, tuple(tasks[:MOST_TASKS]), notes, clash=clash)


def _other_person(found: Whose, reading: Reading) -> Turn:
    """Answered for the other person alone: nothing of the case so far goes in, nothing of the message is stored."""
    memory, blank = found.memory, Memory(case=Case(audience=found.memory.case.audience))
    tasks: list[Task] = []
    for asked in reading.asked:
        intake = _took_in(blank, replace(reading, reply=None))
        for task in _tasks(intake, reading, asked, FLOW_OF.get(asked.intent, Flow.ANSWER)):
            if isinstance(task, Consult) and intake.changed and not tasks:
                tasks.append(replace(task, before=None))
    if not tasks:
        tasks = [Say("which_person", reading.understood())]
    return Turn(memory, tuple(tasks), (Note("other_person"),) if isinstance(tasks[0], Consult) else (), whose=True)


def _same(one: Task, other: Task) -> bool:
    if isinstance(one, Consult) and isinstance(other, Consult):
        return one.question == other.question and one.case == other.case and one.style == other.style
    return isinstance(one, Say) and isinstance(other, Say) and one.reply == other.reply


def _tasks(intake: _Intake, reading: Reading, asked: Asked, flow: Flow) -> list[Task]:
    """What one question of the message asks for."""
    understood = reading.understood(asked)
    if reading.act in STYLES and asked.intent not in _QUESTIONS:
        return _once_more(intake, understood, reading.act or "")
    news = bool(intake.changed or intake.clashes) or intake.reply is not None
    if flow is Flow.AUDIENCE:
        again = _once_more(intake, understood, "repeat") if intake.memory.questions else []
        return again or [Say("audience", understood)]
    if flow is Flow.SOCIAL:
        social: list[Task] = [Say(asked.intent, understood)]
        return social + (_restated(intake, reading, understood) if intake.changed or intake.clashes else [])
    if flow is Flow.CLARIFY:
        return _clarified(intake, reading, asked, understood)
    if flow in (Flow.REPLY, Flow.OUT_OF_SCOPE, Flow.FALLBACK):
        if news or _points_at_an_option(asked, reading, intake.memory):
            return _restated(intake, reading, understood) if news else _answered(intake, reading, asked, understood)
        return [_unasked(flow, asked, intake, understood)]
    if asked.intent in STATEMENTS:
        return _restated(intake, reading, understood)
    if asked.drugs and asked.intent == "ask_drug_info" and _asked_which_drug(intake.memory):
        question = replace(intake.memory.questions[-1], drugs=asked.drugs)
        return [_consult(intake, reading, question, understood)]
    return _answered(intake, reading, asked, understood)


def _asked_which_drug(memory: Memory) -> bool:
    return memory.pending is not None and memory.pending.slot == "drug" and bool(memory.questions)


def _unasked(flow: Flow, asked: Asked, intake: _Intake, understood: Mapping[str, Any]) -> Task:
    if flow is Flow.REPLY:
        return Say(f"{asked.intent}_nothing", understood)
    if flow is Flow.FALLBACK:
        return Say("not_understood", understood)
    question = Question(kind="out_of_scope", drugs=asked.drugs, aspects=asked.aspects, terms=asked.terms)
    return Consult(question, intake.memory.case, understood)


def _points_at_an_option(asked: Asked, reading: Reading, memory: Memory) -> bool:
    ordinal = asked.ordinal if asked.ordinal is not None else reading.ordinal
    return ordinal is not None and bool(memory.options or memory.drugs)


def _restated(intake: _Intake, reading: Reading, understood: Mapping[str, Any]) -> list[Task]:
    """A message that only states something: the last question again, on what is now known."""
    memory = intake.memory
    stated = {**intake.changed, **{c.slot: c.new for c in intake.clashes}, **reading.scenario}
    if intake.reply is not None and memory.questions:
        question = memory.questions[-1]
    elif stated or memory.questions:
        question = by_new_facts(stated, memory)
    elif reading.drugs:
        question = Question(kind="ask_drug_info", drugs=reading.drugs)
    else:
        return [Say("nothing_new", understood)]
    return [_consult(intake, reading, question, understood)]


def _answered(intake: _Intake, reading: Reading, asked: Asked, understood: Mapping[str, Any]) -> list[Task]:
    try:
        question = meant(asked, reading, intake.memory)
    except NoSuchOptionError as missing:
        return [Say("no_such_option", understood, {"number": str(missing)})]
    return [_consult(intake, reading, question, understood)]


def _consult(intake: _Intake, reading: Reading, question: Question, understood: Mapping[str, Any]) -> Consult:
    memory = intake.memory
    scenario = dict(reading.scenario)
    if not scenario and memory.scenario and has_cue("in_that_case", reading.text):
        scenario = dict(memory.scenario)
    cautious = {clash.slot: clash.cautious for clash in intake.clashes}
    case = merge(memory.case, {**scenario, **cautious}, correcting=True).case
    supposed = bool(scenario) or reading.hypothetical
    return Consult(
        replace(question, scenario=supposed),
        case,
        understood,
        before=intake.before if intake.changed and memory.questions and not supposed else None,
        corrected=bool(intake.replaced),
        scenario=scenario,
    )


def _clarified(intake: _Intake, reading: Reading, asked: Asked, understood: Mapping[str, Any]) -> list[Task]:
    if asked.terms or (asked.drugs and not intake.memory.questions):
        question = Question(kind="ask_clarification", terms=asked.terms, drugs=asked.drugs)
        return [Consult(question, intake.memory.case, understood)]
    if intake.changed or intake.clashes:
        return _restated(intake, reading, understood)
    return _once_more(intake, understood, reading.act or "plain")


def _once_more(intake: _Intake, understood: Mapping[str, Any], style: str) -> list[Task]:
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
