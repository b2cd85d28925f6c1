"""The action for a message that no rule fits, in place of Rasa's own."""

from __future__ import annotations

from actions.turn_action import TurnAction
from bot.dialogue.plan import Flow


class ActionDefaultFallback(TurnAction):
    """Says that it was not understood."""

    flow = Flow.FALLBACK

    def name(self) -> str:
        """The name in domain.yml and in the rules."""
        return "action_default_fallback"
