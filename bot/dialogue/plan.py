"""What a turn is made of: tasks for the guidance or for our own replies, and what goes before them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from bot.dialogue.facts import Clash
from bot.dialogue.memory import Memory, Pending
from bot.dialogue.reading import Facts
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


@dataclass(frozen=True)
class Note:
    """A line of replies.yml that goes before an answer, with what fills it."""

    reply: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Consult:
    """A question for the guidance, on the case that it is asked about.

    ``case`` may suppose more than is held (``scenario``). ``before`` is the case of the last answer, when the change
    since then is to be told; ``corrected``: a fact held was wrong or is over.
    ``of_the_article``: what was asked of the article in words that the table may not know (bot.dialogue.silent).
    ``note``: a line of replies.yml before the answer. ``style``: shorter, longer, plain, repeat, or as it comes.
    """

    question: Question
    case: Case
    understood: Mapping[str, Any]
    before: Case | None = None
    corrected: bool = False
    style: str | None = None
    note: str | None = None
    scenario: Facts = field(default_factory=dict)
    of_the_article: str = ""


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
    holds, whose case it is, which choice a "yes" meant. ``red_flag`` is shown before the answers; ``supposed``: it was
    only asked about, and nobody has to be told that it is over.
    """

    memory: Memory
    tasks: tuple[Task, ...]
    notes: tuple[Note, ...] = ()
    clash: Clash | None = None
    whose: bool = False
    again: Pending | None = None
    red_flag: str | None = None
    supposed: bool = False
