"""The action for what needs care now."""

from __future__ import annotations

from actions.turn_action import TurnAction
from bot.dialogue.plan import Flow


class ActionEmergency(TurnAction):
    """Sends to emergency care, and offers nothing else."""

    flow = Flow.EMERGENCY

    def name(self) -> str:
        """The name in domain.yml and in the rules."""
        return "action_emergency"
