"""The action for a bare yes or no."""

from __future__ import annotations

from actions.turn_action import TurnAction
from bot.dialogue.plan import Flow


class ActionReply(TurnAction):
    """Takes a reply to the question that was put."""

    flow = Flow.REPLY

    def name(self) -> str:
        """The name in domain.yml and in the rules."""
        return "action_reply"
