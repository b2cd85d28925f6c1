"""The action for greetings, thanks, farewells, feedback and questions about the assistant."""

from __future__ import annotations

from actions.turn_action import TurnAction
from bot.dialogue.plan import Flow


class ActionSocial(TurnAction):
    """Small talk."""

    flow = Flow.SOCIAL

    def name(self) -> str:
        """The name in domain.yml and in the rules."""
        return "action_social"
