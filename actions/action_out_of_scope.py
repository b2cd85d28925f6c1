"""The action for what the guidance does not cover."""

from __future__ import annotations

from actions.turn_action import TurnAction
from bot.dialogue.plan import Flow


class ActionOutOfScope(TurnAction):
    """Says what it can do instead."""

    flow = Flow.OUT_OF_SCOPE

    def name(self) -> str:
        """The name in domain.yml and in the rules."""
        return "action_out_of_scope"
