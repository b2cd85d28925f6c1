"""Between the inbox and Teams: what an event wants of Rasa, and the activities that answer it."""

from __future__ import annotations

from typing import Any

from bot.channels.inbox import Event
from bot.channels.teams_activities import EDIT, FILES, RECALL, REWRITTEN, SAY
from bot.channels.teams_connector import Connector
from bot.channels.worker import Alter, Recall, Say
from bot.rendering import teams as drawing
from bot.rendering.teams_case import edit_for


class TeamsDoor:
    """What the worker needs of Teams."""

    name = "teams"

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def read(self, payload: dict[str, Any]) -> Say | Recall | Alter | None:
        """A message or a changed case is a turn; a button for more of an answer recalls it; a welcome is neither."""
        if payload["wants"] == SAY:
            return Say(payload["text"])
        if payload["wants"] == EDIT:
            return Alter(lambda case: Say("", {"edit": edit_for(payload["edit"], case)}))
        return Recall(payload["turn"] or None) if payload["wants"] == RECALL else None

    async def busy(self, event: Event) -> None:
        """Show the sign of typing."""
        to = event.payload["to"]
        await self._connector.post(to["service_url"], to["conversation"], _addressed({"type": "typing"}, to))

    def draw(self, event: Event, answers: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
        """The messages that answer an event."""
        payload = event.payload
        if answers is None or (payload["wants"] == RECALL and not answers):
            return self._requests(event, [drawing.gone()])
        if payload["wants"] == RECALL:
            return self._requests(event, drawing.section(answers, payload["section"]))
        if payload["wants"] == FILES:
            return self._requests(event, [drawing.no_files()])
        if payload["wants"] == REWRITTEN:
            return self._requests(event, [drawing.rewritten()])
        if not answers:
            return self._requests(event, [drawing.welcome(payload["personal"])])
        drawn = drawing.messages(answers, event.event_id, payload["text"] if payload.get("clicked") else None)
        return self._requests(event, [drawing.no_files(), *drawn] if payload.get("files") else drawn)

    def sorry(self, event: Event) -> list[dict[str, Any]]:
        """Something broke."""
        return self._requests(event, [drawing.sorry()])

    async def send(self, request: dict[str, Any], key: str) -> None:
        """One attempt. Raises delivery.TryAgainError or delivery.RefusedError."""
        await self._connector.post(request["service_url"], request["conversation"], request["activity"])

    async def already_sent(self, request: dict[str, Any], key: str) -> bool:
        """The Connector cannot be asked."""
        return False

    def _requests(self, event: Event, drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
        to = event.payload["to"]
        return [
            {
                "service_url": to["service_url"],
                "conversation": to["conversation"],
                "activity": _addressed(activity, to),
            }
            for activity in drawn
        ]


def _addressed(activity: dict[str, Any], to: dict[str, Any]) -> dict[str, Any]:
    addressed = {
        **activity,
        "from": {"id": to["bot"]},
        "recipient": {"id": to["user"]},
        "conversation": {"id": to["conversation"]},
    }
    return {**addressed, "replyToId": to["reply_to"]} if to["reply_to"] else addressed
