"""The action that says an answer again: shorter, plainer, or with a term explained."""

from __future__ import annotations

from actions.turn_action import TurnAction
from bot.dialogue.plan import Flow


class ActionClarify(TurnAction):
    """Rephrases, repeats, explains."""

    flow = Flow.CLARIFY

    def name(self) -> str:
        """The name in domain.yml and in the rules."""
        return "action_clarify"
