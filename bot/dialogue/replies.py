"""Answers that are no guidance: small talk, the case, questions of the dialogue, misunderstandings and errors.

The wording is in replies.yml; here it is filled in and made an Answer of the contract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from bot.dialogue.data import DialogueDataError, both_registers, fact_rules, read, register, words
from bot.dialogue.facts import Clash
from bot.dialogue.memory import Pending
from bot.guidance.answer import Answer, Ask
from bot.guidance.draft import Draft
from bot.guidance.knowledge import Knowledge, listed, load_knowledge
from bot.guidance.model import LISTS_OF_DRUGS, SLOTS, SOME_OF, Case, Question


@dataclass(frozen=True)
class ReplyRow:
    """One row of replies.yml."""

    kind: str
    text: Mapping[str, str]
    follow_ups: tuple[tuple[str, str], ...] = ()
    asks: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """All of replies.yml: whole replies, lines before an answer, and single words."""

    replies: Mapping[str, ReplyRow]
    notes: Mapping[str, Mapping[str, str]]
    words: Mapping[str, Mapping[str, str]]


@lru_cache(maxsize=1)
def wording() -> Wording:
    """The rows of replies.yml. Raises DialogueDataError naming the row that is not usable."""
    data = read("replies.yml")
    return Wording(
        replies={name: _reply(name, row) for name, row in data["replies"].items()},
        notes={name: both_registers(f"replies.yml: {name}", text) for name, text in data["notes"].items()},
        words={name: both_registers(f"replies.yml: {name}", text) for name, text in data["words"].items()},
    )


def _reply(name: str, row: Mapping[str, Any]) -> ReplyRow:
    unknown = set(row) - set(ReplyRow.__dataclass_fields__)
    if unknown or "kind" not in row:
        raise DialogueDataError(f"replies.yml: {name}: unknown keys {sorted(unknown)}, or no kind")
    return ReplyRow(
        kind=row["kind"],
        text=both_registers(f"replies.yml: {name}", row.get("text")),
        follow_ups=tuple((title, message) for title, message in row.get("follow_ups", ())),
        asks=row.get("asks"),
        choices=tuple(row.get("choices", ())),
    )


def reply(
    name: str,
    case: Case,
    understood: Mapping[str, Any] | None = None,
    values: Mapping[str, str] | None = None,
    knowledge: Knowledge | None = None,
) -> Answer:
    """The Answer that a row of replies.yml is, in the register of the case. Raises KeyError for an unknown row."""
    row = wording().replies[name]
    draft = Draft(row.kind, case, Question(), knowledge or load_knowledge())
    draft.headline = row.text[register(case.audience)].format(**(values or {}))
    if row.asks:
        draft.ask = Ask(row.asks, draft.headline, row.choices)
    for title, message in row.follow_ups:
        draft.suggest(title, message)
    answer = draft.finish()
    if answer.ask:  # the headline is the question; the text must not put it twice
        answer = replace(answer, text="\n".join((answer.headline, answer.notice)))
    return replace(answer, understood=understood) if understood else answer


def note(name: str, audience: str | None, **values: str) -> str:
    """A line that goes before an answer."""
    return wording().notes[name][register(audience)].format(**values)


def facts_reply(
    name: str, nothing: str, case: Case, understood: Mapping[str, Any], assumed: Sequence[str] = ()
) -> Answer:
    """What is known of the patient, in words; ``nothing`` is the reply when that is nothing."""
    facts = facts_in_words(case)
    if not facts:
        return reply(nothing, case, understood)
    answer = reply(name, case, understood, {"facts": "; ".join(facts)})
    return replace(answer, assumptions=tuple(assumed), text=_with_assumptions(answer, assumed))


def facts_in_words(case: Case) -> list[str]:
    """Each known fact as "label: value", in the register of the case; the audience is not one of them."""
    return [fact_in_words(slot, case) for slot in SLOTS if slot != "audience" and getattr(case, slot) not in (None, ())]


def fact_in_words(slot: str, case: Case) -> str:
    """One fact as "label: value"; says that it was taken back when it is not set."""
    label, value = fact_rules()[slot].label[register(case.audience)], getattr(case, slot)
    if value in (None, ()):
        return wording().words["withdrawn"][register(case.audience)].format(fact=label)
    return f"{label}: {_value_in_words(slot, value, case.audience)}"


def clash_ask(clash: Clash, case: Case) -> tuple[Ask, Pending]:
    """The question which of two contradictory facts holds, and what its choices mean."""
    filled = clash_words(clash, case)
    choices = (filled["old"].capitalize(), filled["new"].capitalize())
    means: tuple[Mapping[str, Any], ...] = ({clash.slot: clash.old}, {clash.slot: clash.new})
    text = wording().replies["clash"].text[register(case.audience)].format(**filled)
    return Ask(clash.slot, text, choices, means), Pending(clash.slot, choices, means)


def clash_words(clash: Clash, case: Case) -> dict[str, str]:
    """The fact and its two values in words."""
    return {
        "fact": fact_rules()[clash.slot].label[register(case.audience)],
        "old": words(clash.slot, clash.old, case.audience),
        "new": words(clash.slot, clash.new, case.audience),
    }


def _value_in_words(slot: str, value: Any, audience: str | None) -> str:
    if slot in LISTS_OF_DRUGS:
        return listed([load_knowledge().label(d) for d in value])
    if slot in SOME_OF:
        return listed([words(slot, v, audience) for v in value])
    return words(slot, value, audience)


def _with_assumptions(answer: Answer, assumed: Sequence[str]) -> str:
    if not assumed:
        return answer.text
    label = load_knowledge().words("assumed", register(answer.case.audience))
    return "\n".join((answer.headline, f"{label}: {'; '.join(assumed)}.", answer.notice))
