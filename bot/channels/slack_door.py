"""Slack's side of the worker: what an entry of the inbox asks of Rasa, and how its Answers are sent."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from bot.channels.inbox import Event
from bot.channels.slack_api import SlackApi
from bot.channels.slack_events import CHANNEL
from bot.channels.worker import Alter, Recall, Say
from bot.rendering import slack, slack_blocks, slack_home
from bot.rendering.facts import Change
from bot.rendering.slack import Message
from bot.rendering.words import phrase, register_of

Requests = list[dict[str, Any]]
AUDIENCES = ("patient", "clinician")
ACTS = ("undo", "new_patient")


class SlackDoor:
    """See bot.channels.worker.Door."""

    name = CHANNEL

    def __init__(self, api: SlackApi) -> None:
        self._api = api

    def read(self, payload: dict[str, Any]) -> Say | Recall | Alter | None:
        """What the entry wants of Rasa. A click that carries nothing of ours wants nothing."""
        if payload["do"] == "say":
            return Say(payload["text"])
        return _read_click(payload["action"], payload["value"]) if payload["do"] == "click" else None

    async def busy(self, event: Event) -> None:
        """The status line of the assistant panel; elsewhere Slack has none for apps."""
        reply = event.payload["reply"]
        if str(reply.get("channel", "")).startswith("D") and reply.get("thread_ts"):
            await self._api.web.assistant_threads_setStatus(
                channel_id=reply["channel"], thread_ts=reply["thread_ts"], status=phrase("busy", slack_home.REGISTER)
            )

    def draw(self, event: Event, answers: list[dict[str, Any]] | None) -> Requests:
        """The requests that answer the entry."""
        payload = event.payload
        if payload["do"] == "home":
            view = slack_home.home_view()
            return [{"method": "views.publish", "args": {"user_id": payload["user"], "view": view}}]
        if payload["do"] == "panel":
            return self._welcome(payload["reply"])
        register = register_of(answers[-1] if answers else None)
        if payload["do"] == "phrase":
            return _posts(payload["reply"], slack.draw_phrase(payload["phrase"], register))
        if payload["do"] == "click":
            return self._clicked(event, answers, register)
        messages = slack.draw(answers or [], event.event_id, payload.get("chosen"))
        if payload.get("files"):
            messages += slack.draw_phrase("not_read", register)
        return _posts(payload["reply"], messages)

    def _clicked(self, event: Event, answers: list[dict[str, Any]] | None, register: str) -> Requests:
        payload = event.payload
        kind = payload["action"].partition(":")[0]
        wanted = _read_click(payload["action"], payload["value"])
        if kind == slack_blocks.FEEDBACK:
            bad = payload["value"].startswith("bad|")
            return _posts(payload["reply"], slack.draw_phrase("thanks_bad", register)) if bad else []
        if wanted is None:
            return []
        if kind == slack.CASE:
            case = answers[-1]["case"] if answers else {}
            return _posts(payload["reply"], slack.draw_case(case, register))
        if kind == slack.DETAIL:
            number, detail, _ = payload["value"].split("|", 2)
            found: Sequence[Message] = slack.draw_phrase("gone", register)
            if answers and int(number) < len(answers):
                with contextlib.suppress(KeyError):
                    found = slack.draw_detail(answers[int(number)], detail)
            return _posts(payload["reply"], found)
        return _posts(payload["reply"], slack.draw(answers or [], event.event_id, payload["chosen"]))

    def _welcome(self, reply: dict[str, Any]) -> Requests:
        register = slack_home.REGISTER
        prompts = {
            "channel_id": reply["channel"],
            "thread_ts": reply["thread_ts"],
            "title": phrase("prompts", register),
            "prompts": slack_home.prompts(),
        }
        greeting = _posts(reply, slack.draw_phrase("welcome", register))
        return [*greeting, {"method": "assistant.threads.setSuggestedPrompts", "args": prompts}]

    def sorry(self, event: Event) -> Requests:
        """Something broke with this entry."""
        reply = event.payload.get("reply")
        return _posts(reply, slack.draw_phrase("sorry", slack_home.REGISTER)) if reply else []

    async def send(self, request: dict[str, Any], key: str) -> None:
        """One attempt at one request."""
        await self._api.send(request, key)

    async def already_sent(self, request: dict[str, Any], key: str) -> bool:
        """Is the message with this key there?"""
        return await self._api.already_sent(request, key)


def read_feedback(payload: dict[str, Any]) -> tuple[str, bool] | None:
    """The turn that a click on a feedback button is about, and whether it was good; None for other entries."""
    if payload["do"] != "click" or payload["action"] != slack_blocks.FEEDBACK:
        return None
    verdict, _, turn = payload["value"].partition("|")
    return (turn[:255], verdict == "good") if turn and verdict in ("good", "bad") else None


def _read_click(action: str, value: str) -> Say | Recall | Alter | None:
    kind, _, which = action.partition(":")
    if kind == slack.SAY:
        return Say(value) if value.strip() else None
    if kind == slack.DETAIL:
        number, _, rest = value.partition("|")
        turn = rest.partition("|")[2]
        return Recall(turn) if number.isascii() and number.isdigit() and len(number) < 3 and turn else None
    if kind == slack.CASE:
        return Recall()
    if kind == slack.EDIT:
        return _edit({"act": value}) if value in ACTS else None
    if kind == slack.CHANGE and which == "audience":
        return _edit({"changes": {"audience": value}}) if value in AUDIENCES else None
    change = slack.read_change(value) if kind == slack.CHANGE else None
    return Alter(lambda case: _edit(_changes(change, case))) if change is not None else None


def _changes(change: Change, case: dict[str, Any]) -> dict[str, Any]:
    return {"changes": change.applied_to(case)}


def _edit(edit: dict[str, Any]) -> Say:
    return Say("", {"edit": {**edit, **({"repeat": True} if "changes" in edit else {})}})


def _posts(reply: dict[str, Any], messages: Sequence[Message]) -> Requests:
    if "url" in reply:
        own = {"response_type": "ephemeral", "replace_original": False, "unfurl_links": False, "unfurl_media": False}
        return [{"url": reply["url"], "args": {**message.as_dict(), **own}} for message in messages]
    place = {"channel": reply["channel"], "unfurl_links": False, "unfurl_media": False}
    if reply.get("thread_ts"):
        place["thread_ts"] = reply["thread_ts"]
    return [
        {"method": "chat.postMessage", "args": {**message.as_dict(), **place}, "since": reply.get("since")}
        for message in messages
    ]
