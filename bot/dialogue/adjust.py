"""Small changes to a finished Answer: a line before it, another question, an escalation, less text."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.guidance.answer import Answer, Ask, Raised
from bot.guidance.knowledge import DEFAULT_REGISTER, load_knowledge
from bot.guidance.vocabulary import LEVELS

SENTENCE = re.compile(r"(?<=[.;])\s+")


def led(answer: Answer, line: str) -> Answer:
    """The answer with a line before its headline; after the escalation, which stays first."""
    if not line:
        return answer
    headline = f"{line} {answer.headline}"
    return replace(answer, headline=headline, text=answer.text.replace(answer.headline, headline, 1))


def with_unknown(answer: Answer, line: str, what: str) -> Answer:
    """The answer that says first what the article does not say."""
    return replace(led(answer, line), unknown=(*answer.unknown, what))


def with_ask(answer: Answer, ask: Ask) -> Answer:
    """The answer with this question in place of its own; a headline that is the question already is not repeated."""
    lines = answer.text.split("\n")
    if ask.question in answer.headline:
        return replace(answer, ask=ask)
    if answer.ask and answer.ask.question in lines:
        lines.remove(answer.ask.question)
    lines.insert(len(lines) - 1 if lines[-1] == answer.notice else len(lines), ask.question)
    return replace(answer, ask=ask, text="\n".join(lines))


def escalated(answer: Answer, raised: Raised | None) -> Answer:
    """The answer behind an escalation."""
    if raised is None:
        return answer
    return replace(answer, escalation=raised, text=f"{raised.text}\n{answer.text}")


def flagged(answer: Answer, rule: str | None) -> Answer:
    """The answer behind a red flag of the table, unless it already carries one as grave."""
    if rule is None:
        return answer
    flag = load_knowledge().table.red_flags[rule]
    if answer.escalation and LEVELS.index(answer.escalation.level) <= LEVELS.index(flag.level):
        return answer
    raised = Raised(flag.level, flag.text[answer.case.audience or DEFAULT_REGISTER], flag.id)
    text = answer.text
    if answer.escalation:
        text = text.removeprefix(f"{answer.escalation.text}\n")
    return escalated(replace(answer, text=text), raised)


def reminded(answer: Answer) -> Answer:
    """The answer with only the first sentence of an escalation that was told in full before; emergencies stay whole."""
    raised = answer.escalation
    if raised is None or raised.level == "emergency":
        return answer
    first = SENTENCE.split(raised.text, maxsplit=1)[0].rstrip(".;") + "."
    return replace(answer, text=answer.text.replace(raised.text, first, 1))


def repeats(answer: Answer, earlier: Answer) -> bool:
    """Does the answer only say again what an earlier one of the same turn says?"""
    told = {s.id for s in earlier.statements}
    return (
        bool(answer.options)
        and answer.options == earlier.options
        and earlier.headline.endswith(answer.headline)
        and {s.id for s in answer.statements} <= told
    )


def shortened(answer: Answer) -> Answer:
    """The answer with the direct answer alone in its text; the parts stay for whoever wants them."""
    parts = [answer.escalation.text] if answer.escalation and answer.escalation.text != answer.headline else []
    parts += [answer.headline, *([answer.ask.question] if answer.ask else []), answer.notice]
    return replace(answer, text="\n".join(parts))
