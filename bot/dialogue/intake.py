"""The facts of a message, taken into the memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.dialogue.answering import Reply, bare_severity, reply_to
from bot.dialogue.data import has_cue
from bot.dialogue.facts import Clash, differs, merge
from bot.dialogue.memory import Memory
from bot.dialogue.reading import Facts, Reading
from bot.guidance.model import Case


@dataclass(frozen=True)
class Intake:
    """The memory after the facts of a message, and how they came in."""

    memory: Memory
    before: Case
    reply: Reply | None
    clashes: tuple[Clash, ...] = ()
    replaced: tuple[str, ...] = ()

    @property
    def news(self) -> bool:
        """Did the message say something of the patient that was not held?"""
        return bool(self.changed or self.clashes)

    @property
    def changed(self) -> dict[str, Any]:
        """The facts that are not as they were, with their values now."""
        return {slot: getattr(self.memory.case, slot) for slot in differs(self.before, self.memory.case)}


def take_in(memory: Memory, reading: Reading) -> Intake:
    """Facts and replies stored; scenario values are not."""
    reply = reply_to(replace(memory, turns=memory.turns - 1), reading)
    facts = {**bare_severity(memory, reading), **reading.facts} if reply is None else dict(reading.facts)
    settled = dict(reply.facts) if reply is not None else {}
    settled.update(_of_scenario(memory, reading))
    facts.update(settled)
    if reading.audience and (memory.case.audience is None or reading.intent == "set_audience"):
        facts["audience"] = reading.audience
    if reading.act == "plain" and reading.intent != "set_audience":
        facts.pop("audience", None)  # plain words for one answer are no lasting choice
    correcting = reading.intent == "correct_info" or has_cue("change", reading.text)
    merged = merge(memory.case, facts, reading.retracted, correcting=correcting, settled=settled)
    after = memory.with_case(merged.case)
    if reply is not None and not reply.unclear:
        after = replace(after, pending=None)
    return Intake(after, memory.case, reply, merged.clashes, merged.replaced)


def _of_scenario(memory: Memory, reading: Reading) -> Facts:
    """After "what if she were pregnant?", a bare "she is not" (or "she is") states what was only supposed."""
    supposed = memory.scenario.get("pregnancy")
    if supposed is None or "pregnancy" in reading.facts or reading.hypothetical:
        return {}
    if has_cue("denied", reading.text):
        return {"pregnancy": "not_pregnant"}
    return {"pregnancy": supposed} if has_cue("affirmed", reading.text) else {}
