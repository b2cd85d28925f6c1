"""What the conversation holds after a turn: the case, and what is needed to understand the next message.

Frozen data with a JSON form; Rasa keeps the case in one slot a fact and the rest in the slot ``memory``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.dialogue.reading import valid_facts
from bot.guidance.model import SLOTS, Case, InvalidInputError, Question

UNDO_STEPS = 10
"""More steps back than anyone takes; keeps the slot small."""


@dataclass(frozen=True)
class Pending:
    """The question of ours that the next message may answer.

    ``means`` are the facts that each choice stands for, in order (none: there is nothing to store). ``turn`` is the
    only turn that may answer with a bare yes or no: later it could be meant for something else.
    """

    slot: str
    choices: tuple[str, ...] = ()
    means: tuple[Mapping[str, Any], ...] = ()
    turn: int = 0


@dataclass(frozen=True)
class Parked:
    """Facts of a person whose case is not the present one: put aside, or not yet known to be of whom.

    ``questions`` are the last ones about the first person, to go back to.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    person: str | None = None
    questions: tuple[Question, ...] = ()
    kin: str | None = None


@dataclass(frozen=True)
class Memory:
    """One conversation about one patient.

    ``asked`` are the facts asked for already, answered or not: none is asked for twice. ``questions`` are those of the
    last answer, ``scenario`` what they supposed. ``drugs``, ``option_drugs`` (option -> what it gives) and ``rows`` are
    what that answer spoke of, in its order; ``case_options`` and ``case_questions`` are those of the last answer that
    supposed nothing. ``recent`` are the drugs asked about by name, the latest last; ``named`` are those that one
    message named together, in their order: a list to point at. ``topic`` is what was last spoken of that can be mild or
    severe (see bot.dialogue.focus). ``last`` is the last question of any kind. ``told`` are the red flags of the case
    that were shown in full, and emergencies that were dealt with. ``told_as`` are the words by which
    each effect was told. ``undo`` are earlier cases, the latest last. ``emergency`` is the red flag that nobody has yet
    said was dealt with, ``today`` the one of the last answer that must not wait for tomorrow. ``kin`` is the member of
    the family who is the patient (mother ...). ``parked`` are facts of a message until it is known whose they are,
    ``shelved`` the case of another person of this conversation.
    """

    case: Case = field(default_factory=Case)
    pending: Pending | None = None
    asked: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    scenario: Mapping[str, Any] = field(default_factory=dict)
    drugs: tuple[str, ...] = ()
    option_drugs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    case_options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    case_questions: tuple[Question, ...] = ()
    recent: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    topic: str | None = None
    last: Question | None = None
    rows: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    told_as: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    undo: tuple[Case, ...] = ()
    person: str | None = None
    kin: str | None = None
    parked: Parked | None = None
    shelved: Parked | None = None
    emergency: str | None = None
    today: str | None = None
    turns: int = 0

    @property
    def options(self) -> tuple[str, ...]:
        """The options last put forward, in their order."""
        return tuple(self.option_drugs)

    def with_case(self, case: Case) -> Memory:
        """This memory with another case; the present one can be brought back by ``undone``."""
        if case == self.case:
            return self
        return replace(self, case=case, undo=(*self.undo, self.case)[-UNDO_STEPS:])

    def without_scenario(self) -> Memory:
        """The patient as told again: what was supposed is over, and what was put forward for the case is back."""
        return replace(
            self,
            scenario={},
            option_drugs=self.case_options or self.option_drugs,
            questions=self.case_questions or self.questions,
        )

    def undone(self) -> Memory:
        """The case before its last change; the same memory when there was none. The audience stays."""
        if not self.undo:
            return self
        return replace(self, case=replace(self.undo[-1], audience=self.case.audience), undo=self.undo[:-1])

    def new_patient(self) -> Memory:
        """Everything forgotten but for whom the answers are written and how long the chat has run."""
        return Memory(case=Case(audience=self.case.audience), turns=self.turns)

    def to_json(self) -> dict[str, Any]:
        """Everything but the case, as JSON types: the slot ``memory``."""
        data: dict[str, Any] = _plain({name: value for name, value in asdict(self).items() if name != "case"})
        return data

    @classmethod
    def from_json(cls, case: Mapping[str, Any], data: Mapping[str, Any]) -> Memory:
        """The memory of slot values. Facts that no Case accepts are dropped.

        Raises InvalidInputError when ``data`` is damaged.
        """
        facts = Case.from_mapping(valid_facts({slot: case.get(slot) for slot in SLOTS}))
        try:
            return cls(case=facts, **_restored(data))
        except (TypeError, KeyError, AttributeError, ValueError) as error:
            raise InvalidInputError([f"the conversation's memory cannot be read: {error}"]) from error


def _restored(data: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    for name in ("option_drugs", "case_options", "told_as"):
        values[name] = {option: tuple(drugs) for option, drugs in data.get(name, {}).items()}
    for name in ("questions", "case_questions"):
        values[name] = tuple(Question.from_mapping(q) for q in data.get(name, ()))
    if last := data.get("last"):
        values["last"] = Question.from_mapping(last)
    values["undo"] = tuple(Case.from_mapping(c) for c in data.get("undo", ()))
    if pending := data.get("pending"):
        means = tuple(valid_facts(m) for m in pending["means"])
        values["pending"] = Pending(pending["slot"], tuple(pending["choices"]), means, pending["turn"])
    for name in ("parked", "shelved"):
        if aside := data.get(name):
            questions = tuple(Question.from_mapping(q) for q in aside.get("questions", ()))
            values[name] = Parked(valid_facts(aside["facts"]), aside["person"], questions, aside.get("kin"))
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
