"""One turn of the conversation: a memory and a message give the memory after it and what is to be answered.

Nothing is answered here and no medicine is decided: a task names a question for the guidance, or a reply of our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.dialogue.answering import bare_course, reply_to
from bot.dialogue.data import has_cue
from bot.dialogue.escalate import graver_since, gravest, late_period, red_flag_question, taken_together
from bot.dialogue.expect import BY_THE_WAY, UNSURE, in_context
from bot.dialogue.focus import back_to_the_case, with_own_severity, with_supposed
from bot.dialogue.intake import take_in
from bot.dialogue.kinds import ABOUT_A_DRUG, ABOUT_THE_CASE, ATTRIBUTES, OF_A_SIDE_EFFECT, REPLACED
from bot.dialogue.memory import Memory
from bot.dialogue.persons import Whose, whose
from bot.dialogue.plan import FLOW_OF, Consult, Flow, Note, Say, Task, Turn
from bot.dialogue.pointing import with_the_other_inhibitor
from bot.dialogue.readers import for_its_reader
from bot.dialogue.reading import Asked, Reading, RedFlag
from bot.dialogue.said_out import STUDY_DRUG, in_words, wants_the_reason, with_exclusions
from bot.dialogue.several import told_apart
from bot.dialogue.statements import QUESTIONS
from bot.dialogue.subjects import with_subject_of_the_drug
from bot.dialogue.tasks import MOST_TASKS, STATEMENTS, same_task, tasks_for
from bot.dialogue.withdraw import with_withdrawals
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import Case
from bot.guidance.source_answers import UNNAMED

CLAUSE = re.compile(r"(?<=[.!?;])\s+|\n+|,\s*|\s+(?:so|but)\s+", re.IGNORECASE)


def take_turn(memory: Memory, reading: Reading, flow: Flow | None = None) -> Turn:
    """The turn that a message is.

    ``flow`` is what Rasa chose by the intent of its first question; the conversation may make another intent likelier.
    """
    heard = reading.intent
    memory, reading = back_to_the_case(memory, for_its_reader(reading))
    reading = with_the_other_inhibitor(memory, reading)
    own = with_subject_of_the_drug(memory, with_own_severity(memory, reading))
    likely = told_apart(in_context(memory, own))
    likely = with_withdrawals(memory, with_supposed(memory, likely))
    if flow is None or likely.intent != heard:
        flow = FLOW_OF.get(likely.intent, Flow.ANSWER)
    reading = likely
    memory = replace(memory, turns=memory.turns + 1)
    if memory.emergency is not None and reading.red_flag == RedFlag("emergency", UNNAMED) and _over(reading):
        reading = _without_its_flag(reading)  # "it stopped in the ambulance" tells how the first sign went on
        flow = FLOW_OF.get(reading.intent, Flow.ANSWER)
    if reading.emergency or (flow is Flow.EMERGENCY and reading.problem is None):
        another = reading.act == "new_patient" and not _restarts_a_drug(memory, reading)
        return _emergency(memory.new_patient() if another else memory, reading)
    if reading.problem is not None:
        return Turn(memory, (Say(reading.problem, reading.understood()),))
    if reading.act == "new_patient" and has_cue("undoes", reading.text.strip()):
        reading = replace(reading, act="undo")  # "undo that, I was looking at another patient"
    by_intent = flow is Flow.NEW_PATIENT and (
        reading.language != "en" or not reading.text or has_cue("starts_afresh", reading.text)
    )
    anew = (by_intent or reading.act == "new_patient") and not _restarts_a_drug(memory, reading)
    if anew and reading.act != "undo" and not _says_whose(memory, reading):
        rule = _sign_of_the_new(reading)
        if rule is not None and load_knowledge().table.red_flags[rule].level == "emergency":
            return _emergency(memory.new_patient(), replace(reading, red_flag=RedFlag("emergency", rule)))
        return replace(_new_patient(memory, reading), red_flag=rule)
    if memory.emergency is not None:
        if not _over(reading):
            if _asks_while_it_is_seen_to(memory, reading):
                return replace(_ordinary(memory, reading, flow), red_flag=memory.emergency)
            return _still_an_emergency(memory, reading, flow)
        memory = replace(memory, emergency=None, told=tuple(dict.fromkeys((*memory.told, memory.emergency))))
        asks = has_cue("asks", reading.text) and any(a.intent in ABOUT_THE_CASE for a in reading.asked)
        if not asks and not any(a.intent in QUESTIONS for a in reading.asked):
            return Turn(take_in(memory, reading).memory, (Say("emergency_over", reading.understood()),))
    if reading.act == "undo" and bare_course(memory, reading):
        reading = replace(reading, act=None)  # "undo that, re-read: stable" tells what holds instead
    of_the_dose = reading.intent in ABOUT_THE_CASE and has_cue("how_far", reading.text)  # "drop it how far"
    another = has_cue("lets_it_be", reading.text.strip()) and reading.intent in QUESTIONS
    if reading.act == "undo" and not of_the_dose and not another and not has_cue("asks_leave", reading.text.strip()):
        return _undo(memory, reading)
    placed = reading.drugs or any(a.aspects for a in reading.asked)
    if memory.today is not None and flow in (Flow.OUT_OF_SCOPE, Flow.FALLBACK) and not placed and not _over(reading):
        # What cannot be placed after such a sign mostly plays it down or puts it off ("the clinic is on Thursday").
        return Turn(memory, (Consult(red_flag_question(memory.today), memory.case, reading.understood()),))
    if (since := graver_since(memory, reading)) and reading.red_flag is None:
        reading = replace(reading, red_flag=RedFlag(load_knowledge().table.red_flags[since].level, since))
        if reading.emergency:
            return _emergency(memory, reading)
    if reading.red_flag is None and reading.asked_flag is not None:
        return _if_it_happens(memory, reading, reading.asked_flag.rule)
    if reading.red_flag is None:
        of_the_drug = reading.intent in OF_A_SIDE_EFFECT and not reading.drugs  # "should I skip tonight's dose"
        still = memory.today if (of_the_drug or _adds_nothing(reading)) and not _over(reading) else None
        return replace(
            _ordinary(memory, reading, flow), red_flag=taken_together(memory, reading) or late_period(reading) or still
        )
    rule = gravest(reading.red_flag.rule, take_in(memory, reading).memory.case)
    if load_knowledge().table.red_flags[rule].level == "emergency":
        return _emergency(memory, reading)
    return replace(_ordinary(memory, reading, flow), red_flag=rule)


def _sign_of_the_new(reading: Reading) -> str | None:
    """The red flag of a message that begins a new case, with nothing before to weigh it by."""
    if reading.red_flag is not None:
        return gravest(reading.red_flag.rule, Case.from_mapping(reading.facts))
    return late_period(reading)


def _restarts_a_drug(memory: Memory, reading: Reading) -> bool:
    """ "And restart?" after the drug was held is about the drug; nobody asks to forget the case."""
    of_the_dose = any("reescalation_schedule" in a.aspects for a in reading.asked)
    of_a_drug = of_the_dose and not has_cue("restarts_all", reading.text.strip())
    running = bool(memory.questions) or memory.emergency is not None
    return running and (of_a_drug or has_cue("restarts_a_drug", reading.text.strip()))


def _says_whose(memory: Memory, reading: Reading) -> bool:
    """ "Someone else", said to "which person?", is no order to forget the first one."""
    return memory.parked is not None and reply_to(replace(memory, turns=memory.turns - 1), reading) is not None


def _emergency(memory: Memory, reading: Reading) -> Turn:
    of_another = whose(memory, reading).ask  # the sign is answered, whoever's it is; the facts are not mixed
    intake = take_in(memory, replace(reading, facts={}, retracted={}, severity=None) if of_another else reading)
    rule = gravest(reading.red_flag.rule, intake.memory.case) if reading.red_flag else memory.emergency
    if rule == UNNAMED:  # "the ambulance is coming": the sign told before goes on
        rule = memory.emergency or rule
    task = Consult(red_flag_question(rule), intake.memory.case, reading.understood())
    spoken_of = tuple(d for d in reading.drugs if d not in REPLACED) or intake.memory.drugs
    return Turn(replace(intake.memory, pending=None, drugs=spoken_of), (task,))


def _if_it_happens(memory: Memory, reading: Reading, rule: str) -> Turn:
    """A sign that is only asked about: what would have to be done, as information; nothing is stored."""
    named = any(asked.drugs and asked.intent in QUESTIONS for asked in reading.asked)
    if named:
        return replace(_ordinary(memory, reading, FLOW_OF.get(reading.intent, Flow.ANSWER)), supposed=True)
    task = Consult(red_flag_question(gravest(rule, memory.case)), memory.case, reading.understood())
    return Turn(memory, (task,), (Note("if_it_happens"),), supposed=True)


def _still_an_emergency(memory: Memory, reading: Reading, flow: Flow) -> Turn:
    """The red flag is repeated before anything else, and no options go with it."""
    intake = take_in(memory, reading)
    if flow is Flow.SOCIAL and reading.intent in ("thank", "goodbye", "greet"):
        reply: tuple[Task, ...] = (Say("emergency_reminder", reading.understood()),)
        return Turn(intake.memory, reply)
    if has_cue("what_to_tell", reading.text):
        return Turn(intake.memory, (Say("emergency_tell_them", reading.understood()),))
    task = Consult(red_flag_question(memory.emergency), intake.memory.case, reading.understood())
    return Turn(intake.memory, (task,), (Note("emergency_first"),))


def _asks_while_it_is_seen_to(memory: Memory, reading: Reading) -> bool:
    """A clinician who asks for a dose or a figure beside an emergency is told it, behind the red flag; no options."""
    asked = [a for a in reading.asked if a.intent in QUESTIONS]
    of_facts = bool(asked) and all(a.intent in ABOUT_A_DRUG for a in asked)
    return of_facts and memory.case.audience == "clinician" and not reading.hypothetical


def _adds_nothing(reading: Reading) -> bool:
    """A statement without a new fact ("no pain though") takes no sign back."""
    stated = all(asked.intent in (*STATEMENTS, "deny") for asked in reading.asked)
    return stated and not set(reading.facts) - {"audience"}


def _without_its_flag(reading: Reading) -> Reading:
    asked = tuple(a for a in reading.asked if a.intent != "emergency") or (Asked("provide_patient_info"),)
    return replace(reading, red_flag=None, asked=asked)


def _over(reading: Reading) -> bool:
    if has_cue("nobody_there", reading.text):
        return False
    later = has_cue("later_and_well", reading.text) and not reading.emergency
    if later or has_cue("false_alarm", reading.text):
        return True
    return any(
        has_cue("resolved", clause) and not has_cue("not_yet", clause) and not clause.rstrip().endswith("?")
        for clause in CLAUSE.split(reading.text)
    )


def _new_patient(memory: Memory, reading: Reading) -> Turn:
    intake = take_in(memory.new_patient(), replace(reading, severity=None, reply=None))
    rest = tuple(a for a in reading.asked if FLOW_OF.get(a.intent) is not Flow.NEW_PATIENT)
    first = reading.understood()
    if not intake.changed and not rest:
        return Turn(intake.memory, (Say("new_patient", first),))
    tasks: list[Task] = []
    for asked in rest or (Asked("provide_patient_info"),):
        tasks += tasks_for(intake, reading, asked, FLOW_OF.get(asked.intent, Flow.ANSWER))
    tasks[0] = replace(tasks[0], understood=first)
    cleared = bool(memory.case.known() or memory.questions)
    return Turn(intake.memory, tuple(tasks[:MOST_TASKS]), (Note("new_patient"),) if cleared else ())


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
    reading = with_exclusions(memory, reading)
    known = (*memory.case.drugs_excluded, STUDY_DRUG)  # why mycophenolate was given up is told already
    out = tuple(d for d in reading.facts.get("drugs_excluded", ()) if d not in known)
    if out and wants_the_reason(reading):
        notes = (*notes, Note("drug_said_to_be_out", {"labels": in_words(out)}))
    intake = take_in(memory, reading)
    if reading.act == "show_case":
        return Turn(intake.memory, (Say("case", reading.understood()),), notes)
    if intake.reply is not None and intake.reply.unclear and not any(a.intent in QUESTIONS for a in reading.asked):
        return Turn(intake.memory, (Say("which_of_them", reading.understood()),), notes, again=memory.pending)
    tasks: list[Task] = []
    for place, asked in enumerate(_with_drugs_named_before(_worth_answering(reading))):
        chosen = flow if asked.intent == reading.intent and place == 0 else FLOW_OF.get(asked.intent, Flow.ANSWER)
        for task in tasks_for(intake, reading, asked, chosen):
            if not any(same_task(task, other) for other in tasks):
                tasks.append(task)
    tasks[0] = replace(tasks[0], understood=reading.understood())
    clash = intake.clashes[0] if intake.clashes else None
    if clash and not any(isinstance(t, Consult) for t in tasks):
        tasks = [Say("clash", reading.understood())]
    return Turn(intake.memory, tuple(tasks[:MOST_TASKS]), notes, clash=clash)


def _worth_answering(reading: Reading) -> tuple[Asked, ...]:
    """The parts of a message that ask; what only states is in the case already when something is asked beside it."""
    questions = tuple(a for a in reading.asked if a.intent not in STATEMENTS)
    if any(a.intent in QUESTIONS for a in questions):
        # "when it is over, what instead": half a sentence is no farewell
        return tuple(a for a in questions if a.intent not in BY_THE_WAY or a.confidence >= UNSURE)
    return reading.asked or (Asked("out_of_scope"),)


def _with_drugs_named_before(questions: tuple[Asked, ...]) -> Iterator[Asked]:
    """Each question, with the drugs of the one before it when it leaves them out ("tac dose? ok in pregnancy?")."""
    before: tuple[str, ...] = ()
    for asked in questions:
        pointing = asked.drugs or asked.options or asked.ordinal is not None
        carried = replace(asked, drugs=before) if not pointing and asked.intent in ATTRIBUTES else asked
        before = carried.drugs if asked.intent in ABOUT_A_DRUG else before
        yield carried


def _other_person(found: Whose, reading: Reading) -> Turn:
    """Answered for the other person alone: nothing of the case so far goes in, nothing of the message is stored."""
    memory, blank = found.memory, Memory(case=Case(audience=found.memory.case.audience))
    tasks: list[Task] = []
    for asked in reading.asked:
        intake = take_in(blank, replace(reading, reply=None))
        for task in tasks_for(intake, reading, asked, FLOW_OF.get(asked.intent, Flow.ANSWER)):
            if isinstance(task, Consult) and intake.changed and not tasks:
                tasks.append(replace(task, before=None))
    if not tasks:
        tasks = [Say("which_person", reading.understood())]
    return Turn(memory, tuple(tasks), (Note("other_person"),) if isinstance(tasks[0], Consult) else (), whose=True)
