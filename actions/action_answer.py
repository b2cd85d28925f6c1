"""The action for every question to the guidance and every statement about the patient."""

from __future__ import annotations

from actions.turn_action import TurnAction
from bot.dialogue.plan import Flow


class ActionAnswer(TurnAction):
    """Answers questions and takes in facts."""

    flow = Flow.ANSWER

    def name(self) -> str:
        """The name in domain.yml and in the rules."""
        return "action_answer"
