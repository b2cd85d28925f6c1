"""Answers a turn: every task gets its Answer, and the memory learns what was said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.dialogue import replies
from bot.dialogue.adjust import escalated, flagged, led, reminded, repeats, shortened, with_ask, with_unknown
from bot.dialogue.data import register
from bot.dialogue.escalate import gravest
from bot.dialogue.expect import of_its_subject
from bot.dialogue.facts import differs
from bot.dialogue.kinds import ABOUT_A_DRUG, ABOUT_THE_CASE, MOST_DRUGS
from bot.dialogue.memory import Memory, Pending
from bot.dialogue.plan import Consult, Say, Task, Turn
from bot.dialogue.pointing import drugs_of_aspects
from bot.dialogue.reading import Asked
from bot.dialogue.silent import left_unsaid
from bot.guidance import engine
from bot.guidance.answer import Answer, Ask
from bot.guidance.knowledge import listed, load_knowledge
from bot.guidance.model import RECOGNISED_ONLY, SLOTS, Case, Question
from bot.guidance.placement_rows import OFFERED

Engine = Callable[[Case, Question], Answer]

ASKABLE = (*SLOTS, "drug", "fever_or_infection", "which_person")
ASKED_ANEW = ("drug", "which_person")
"""Not facts of the patient: which drug is meant is another question each time."""
CLINICAL = (*ABOUT_A_DRUG, *ABOUT_THE_CASE)
FIRST_DRUGS = ("preferred", "consider")
COATED = "mycophenolate_sodium"
MYCOPHENOLATE = ("mycophenolate_mofetil", COATED)
RECENT = 4
BESIDE_AN_EMERGENCY = ("emergency_reminder", "emergency_tell_them")
FACTS_TOLD = {"case": "no_case", "undone": "undone_to_nothing", "edited": "edited_to_nothing"}
"""Replies that list the facts held, and what is said instead when there are none."""


def respond(turn: Turn, ask_engine: Engine = engine.answer) -> tuple[tuple[Answer, ...], Memory]:
    """One Answer a task, at most one of which asks something, and the memory after them."""
    memory = turn.memory
    answers: list[Answer] = []
    questions: list[Question] = []
    asked = False
    for place, task in enumerate(turn.tasks):
        task = _filled(task, memory) if place else task
        silent = asked or (place < len(turn.tasks) - 1 and _dialogue_asks(turn))
        answer, ask, pending = _answered(task, turn, memory, ask_engine, silent, last=place == len(turn.tasks) - 1)
        if place == 0:
            answer = flagged(_led_by_notes(answer, turn), turn.red_flag)
        if answer.escalation and answer.escalation.rule in memory.told and answer.escalation.rule != turn.red_flag:
            answer = reminded(answer)
        memory = replace(memory, told=_told(memory, answer))
        asked = asked or ask is not None
        if isinstance(task, Consult):
            memory = _remembered(memory, task, answer, another=turn.whose)
            questions += _asked_on(task.question)
        if ask is not None:
            memory = _with_pending(memory, ask, pending)
        if any(repeats(answer, earlier) for earlier in answers):
            answers[-1] = with_ask(answers[-1], ask) if ask is not None else answers[-1]
            continue
        answers.append(replace(answer, case=memory.case, understood=task.understood))
    if questions:
        put = tuple(dict.fromkeys(replace(q, detail="first") for q in questions))
        real = not turn.whose and not any(q.scenario for q in put)
        memory = replace(memory, questions=put, case_questions=put if real else memory.case_questions)
    open_flags = [a.escalation.rule for a in answers if a.escalation and a.escalation.level == "emergency"]
    happening = open_flags and not turn.supposed
    today = [a.escalation.rule for a in answers if a.escalation and a.escalation.level == "same_day"]
    memory = replace(memory, today=today[0] if today and not turn.supposed else None)
    return tuple(answers), replace(memory, emergency=open_flags[0] if happening else memory.emergency)


def _asked_on(question: Question) -> list[Question]:
    """The question that the next message may ask on with; a term explained is the subject that it names."""
    if question.kind in CLINICAL:
        return [question]
    subject = of_its_subject(Asked("ask_clarification", aspects=question.aspects))
    if question.kind != "ask_clarification" or subject is None or question.drugs:
        return []
    return [Question(kind=subject.intent, aspects=question.aspects, scenario=question.scenario)]


def _filled(task: Task, memory: Memory) -> Task:
    """A question about a drug that names none, after another part of the message: of the drugs just answered with."""
    if not isinstance(task, Consult) or task.question.kind not in ABOUT_A_DRUG:
        return task
    if task.question.drugs or task.question.options or task.question.aspects:
        return task
    return replace(task, question=replace(task.question, drugs=memory.drugs[:MOST_DRUGS]))


def _told(memory: Memory, answer: Answer) -> tuple[str, ...]:
    """The red flags told in full so far; an emergency is none of them, for it is always told in full."""
    raised = answer.escalation
    if raised is None or raised.level == "emergency" or raised.rule in memory.told:
        return memory.told
    return (*memory.told, raised.rule)


def _dialogue_asks(turn: Turn) -> bool:
    return turn.clash is not None or turn.whose or turn.again is not None


def _answered(
    task: Task, turn: Turn, memory: Memory, ask_engine: Engine, silent: bool, last: bool
) -> tuple[Answer, Ask | None, Pending | None]:
    """The Answer to one task with the question that it puts, if it may put one."""
    if isinstance(task, Say):
        answer = _said(task, turn, memory, ask_engine)
    else:
        not_asking = (
            ASKABLE if silent or _dialogue_asks(turn) else tuple(s for s in memory.asked if s not in ASKED_ANEW)
        )
        answer = _consulted(task, replace(task.question, not_asking=not_asking), turn, ask_engine)
    if not last or not _dialogue_asks(turn):
        return answer, answer.ask, None
    ask, pending = _of_dialogue(turn, memory)
    return with_ask(answer, ask), ask, pending


def _of_dialogue(turn: Turn, memory: Memory) -> tuple[Ask, Pending]:
    if turn.clash is not None:
        return replies.clash_ask(turn.clash, memory.case)
    if turn.again is not None:
        text = replies.wording().replies["which_of_them"].text[register(memory.case.audience)]
        named = [p for p, means in enumerate(turn.again.means) if means] or list(range(len(turn.again.choices)))
        choices = tuple(turn.again.choices[p] for p in named)
        means = tuple(turn.again.means[p] for p in named if p < len(turn.again.means))
        return Ask(turn.again.slot, text, choices, means), Pending(turn.again.slot, choices, means)
    row = replies.wording().replies["which_person"]
    text = row.text[register(memory.case.audience)]
    return Ask("which_person", text, row.choices), Pending("which_person", row.choices)


def _consulted(task: Consult, question: Question, turn: Turn, ask_engine: Engine) -> Answer:
    answer = ask_engine(task.case, question)
    if answer.escalation and answer.kind != "emergency":
        rule = gravest(answer.escalation.rule, task.case)
        dealt_with = rule in turn.memory.told  # an emergency is there only once somebody sees to it
        if load_knowledge().table.red_flags[rule].level == "emergency" and not dealt_with:
            return ask_engine(task.case, Question(kind="emergency", rows=(rule,)))  # nothing else beside it
    if unsaid := left_unsaid(task.of_the_article, answer):
        audience = task.case.audience
        answer = with_unknown(answer, replies.note("not_in_the_article", audience, asked=unsaid), unsaid)
    if task.style == "shorter":
        answer = shortened(answer)
    if task.before is not None:
        answer = led(answer, _what_changed(task, question, answer, ask_engine))
    if task.note is not None:
        answer = led(answer, replies.note(task.note, task.case.audience))
    clash = turn.clash
    if clash is not None:
        filled = replies.clash_words(clash, task.case)
        value = filled["new"] if clash.cautious == clash.new else filled["old"]
        answer = led(answer, replies.note("on_the_safe_side", task.case.audience, fact=filled["fact"], value=value))
    return answer


def _what_changed(task: Consult, question: Question, answer: Answer, ask_engine: Engine) -> str:
    """The facts that are new or taken back, and what that did to the options."""
    before, audience = task.before or task.case, task.case.audience
    facts = "; ".join(replies.fact_in_words(slot, task.case) for slot in differs(before, task.case))
    if not facts:
        return ""
    if not task.corrected:
        return replies.note("noted", audience, facts=facts)
    earlier, now = _offered(ask_engine(replace(before, audience=audience), question)), _offered(answer)
    gone = [label for option, label in earlier.items() if option not in now]
    new = [label for option, label in now.items() if option not in earlier]
    if not earlier and not now:
        return replies.note("changed", audience, facts=facts)
    if not gone and not new:
        return replies.note("same_options", audience, facts=facts)
    texts = replies.wording().words
    parts = [("now_offered", new), ("no_longer", gone)]
    changes = [texts[name][register(audience)].format(labels=listed(labels)) for name, labels in parts if labels]
    return replies.note("changed_options", audience, facts=facts, options="; ".join(changes))


def _offered(answer: Answer) -> dict[str, str]:
    return {o.option: o.label for o in answer.options if o.stance in OFFERED}


def _said(task: Say, turn: Turn, memory: Memory, ask_engine: Engine) -> Answer:
    case = memory.case
    if task.reply in FACTS_TOLD:
        assumed = ask_engine(case, Question(not_asking=ASKABLE)).assumptions if task.reply == "case" else ()
        return replies.facts_reply(task.reply, FACTS_TOLD[task.reply], case, task.understood, assumed)
    if task.reply == "no_such_option":
        shown = memory.options or memory.drugs
        if not shown:
            return replies.reply("no_list", case, task.understood)
        return replies.reply(task.reply, case, task.understood, {"listed": _listed(memory, ask_engine)})
    if task.reply == "clash" and turn.clash is not None:
        return replies.reply(task.reply, case, task.understood, replies.clash_words(turn.clash, case))
    if task.reply in BESIDE_AN_EMERGENCY:
        question = Question(kind="emergency", rows=(memory.emergency,) if memory.emergency else ())
        facts = "; ".join(replies.facts_in_words(case)) or replies.wording().words["no_fact"][register(case.audience)]
        said = replies.reply(task.reply, case, task.understood, {"facts": facts})
        return escalated(said, ask_engine(case, question).escalation)
    return replies.reply(task.reply, case, task.understood, task.values)


def _listed(memory: Memory, ask_engine: Engine) -> str:
    if memory.options and memory.questions:
        labels = {o.option: o.label for o in ask_engine(memory.case, memory.questions[-1]).options}
        return listed([labels.get(o, o.replace("_", " ")) for o in memory.options])
    return load_knowledge().labels(memory.drugs)


def _led_by_notes(answer: Answer, turn: Turn) -> Answer:
    audience = turn.memory.case.audience
    lines = [replies.note(note.reply, audience, **note.values) for note in turn.notes]
    return led(answer, " ".join(lines))


def _remembered(memory: Memory, task: Consult, answer: Answer, *, another: bool = False) -> Memory:
    """What the next message may refer to: the question, its scenario, drugs, options in order, and rows."""
    memory = replace(memory, rows=tuple(s.id for s in answer.statements) or memory.rows)
    question = task.question
    memory = replace(memory, last=replace(question, not_asking=(), detail="first"))
    if question.kind not in CLINICAL:
        spoken_of = tuple(d for d in question.drugs if d not in MYCOPHENOLATE)
        return replace(memory, drugs=spoken_of, recent=_recent(memory, spoken_of)) if spoken_of else memory
    options = {o.option: o.drugs for o in answer.options if o.stance in OFFERED}
    listed_drugs = {d for drugs in memory.option_drugs.values() for d in drugs}
    of_the_list = question.kind in ABOUT_A_DRUG and bool(question.drugs) and set(question.drugs) <= listed_drugs
    shown = memory.option_drugs if of_the_list else options or ({} if question.drugs else memory.option_drugs)
    memory = replace(memory, scenario=task.scenario, option_drugs=shown)
    if not task.scenario and not another:
        memory = replace(memory, case_options=memory.option_drugs)
    named = question.drugs if question.kind in ABOUT_A_DRUG or not options else _alternatives(question, task.case)
    if options and not question.drugs:
        memory = replace(memory, named=())  # the list last seen is ours
    if named and set(named) <= set(RECOGNISED_ONLY) and memory.drugs:
        named = ()  # "nurofen?" beside tacrolimus does not make it the drug of the next "and the dose"
    spoken_of = named or drugs_of_aspects(question.aspects) or _first_drugs(answer) or memory.drugs
    return replace(memory, drugs=spoken_of, recent=_recent(memory, named))


def _recent(memory: Memory, named: tuple[str, ...]) -> tuple[str, ...]:
    """The drugs asked about by name, the latest last."""
    earlier = tuple(d for d in memory.recent if d not in named)
    return (*earlier, *(d for d in named if d not in MYCOPHENOLATE))[-RECENT:]


def _alternatives(question: Question, case: Case) -> tuple[str, ...]:
    """The drugs that a question about the case asks about by name; not the one replaced, nor what is had beside it."""
    never = {*MYCOPHENOLATE, *RECOGNISED_ONLY, *case.drugs_tried, "corticosteroid"}
    if "formulation_switch" in question.aspects:
        never.discard(COATED)  # "Myfortic, is it better?" makes it the drug of the next "how many mg"
    return tuple(d for d in question.drugs if d not in never)


def _first_drugs(answer: Answer) -> tuple[str, ...]:
    """The drugs put first: the preferred ones, or those to consider when none is preferred."""
    for stance in FIRST_DRUGS:
        drugs = [d for o in answer.options if o.stance == stance for d in o.drugs]
        if drugs:
            return tuple(dict.fromkeys(drugs))
    return ()


def _with_pending(memory: Memory, ask: Ask, pending: Pending | None) -> Memory:
    asked = tuple(dict.fromkeys((*memory.asked, ask.slot)))
    if pending is None:
        pending = Pending(ask.slot, ask.choices, ask.means, turn=memory.turns)
    return replace(memory, pending=pending, asked=asked)
