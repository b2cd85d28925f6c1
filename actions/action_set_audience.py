"""The action that settles for whom the answers are written."""

from __future__ import annotations

from actions.turn_action import TurnAction
from bot.dialogue.plan import Flow


class ActionSetAudience(TurnAction):
    """Sets the register and answers again in it."""

    flow = Flow.AUDIENCE

    def name(self) -> str:
        """The name in domain.yml and in the rules."""
        return "action_set_audience"
