"""The action for a new patient. It takes the place of Rasa's own, which its built-in intent restart always runs."""

from __future__ import annotations

from actions.turn_action import TurnAction
from bot.dialogue.plan import Flow


class ActionRestart(TurnAction):
    """Clears the case."""

    flow = Flow.NEW_PATIENT

    def name(self) -> str:
        """The name in domain.yml and in the rules."""
        return "action_restart"
