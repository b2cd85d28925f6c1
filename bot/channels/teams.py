"""Microsoft Teams: a Bot Connector channel for single-tenant bots and managed identities.

A request is verified before anything else, written to the inbox, and acknowledged; the answer follows as a message.
Everything that Teams sends is handled on purpose: see `_take`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse
from sqlalchemy.exc import SQLAlchemyError

from bot.channels import teams_activities as activities
from bot.channels import teams_invokes as invokes
from bot.channels.inbox import Inbox
from bot.channels.teams_activities import Click, Incoming, MalformedError
from bot.channels.teams_connector import Connector
from bot.channels.teams_door import TeamsDoor
from bot.channels.teams_keys import KeysUnavailableError, SigningKeys
from bot.channels.teams_settings import TeamsSettings, read_settings
from bot.channels.teams_token import BotToken
from bot.channels.teams_verification import RefusedError, Verifier, check_playground
from bot.channels.worker import Worker
from bot.rendering.words import phrase, register_of, word

logger = logging.getLogger(__name__)

NAME = "teams"
OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
DEFAULT = register_of(None)
"""Whether a clinician or a patient clicked is not known before the case is read."""
LONGEST_RATED = 255
"""Characters of a message's id; the width of the table's column."""
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


class TeamsChannel(InputChannel):
    """For credentials.yml or the environment; docs/teams.md says how."""

    @classmethod
    def name(cls) -> str:
        return NAME

    def __init__(self, settings: TeamsSettings) -> None:
        self._settings = settings
        self._verifier = Verifier(settings, SigningKeys(settings.metadata_url))
        self._connector = Connector(settings, BotToken(settings))
        self._on_new_message: OnNewMessage | None = None
        self._worker: Worker | None = None
        self._inbox: Inbox | None = None
        self._trial: asyncio.Task[None] | None = None

    @classmethod
    def from_settings(cls, section: Any, environment: Mapping[str, str]) -> TeamsChannel | None:
        """The channel, or None when nothing about Teams is set.

        Raises:
            CredentialsError: when something is missing or wrong.
        """
        settings = read_settings(section, environment)
        if settings is None:
            return None
        if settings.playground:
            logger.warning("Teams takes unsigned messages from this machine: TEAMS_PLAYGROUND is set. For trials only.")
        return cls(settings)

    async def start(self, inbox: Inbox, conversation: Callable[[str], Awaitable[Any]]) -> None:
        """Begin to answer. `conversation` gives a stored conversation."""
        assert self._on_new_message is not None, "the routes are made before the server starts"
        self._inbox = inbox
        self._worker = Worker(TeamsDoor(self._connector), inbox, self._on_new_message, conversation)
        self._worker.start()
        self._trial = asyncio.ensure_future(self._try_credentials())

    async def _try_credentials(self) -> None:
        """Say at the start, not at the first answer, that the credentials are wrong; without a network, nothing."""
        reason = await self._connector.wrong_credentials()
        if reason is not None:
            logger.error("Teams: answers cannot be sent: %s. See docs/teams.md.", reason)

    async def stop(self) -> None:
        """End; what is unfinished is taken up at the next start."""
        if self._worker is not None:
            await self._worker.stop()
        if self._trial is not None:
            self._trial.cancel()
        await self._connector.close()

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The channel's routes, below /webhooks/teams."""
        self._on_new_message = on_new_message
        webhook = Blueprint("teams_webhook")

        @webhook.route("/", methods=["GET"])
        async def health(_request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @webhook.route("/messages", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            activity = read_body(request.body)
            try:
                await self._verify(request, activity)
            except RefusedError as refused:
                logger.warning("Teams: a request was refused (%d): %s.", refused.status, refused.reason)
                return _refusal(refused.status)
            except KeysUnavailableError:
                return _later()
            if self._worker is None:
                return _later()
            try:
                status, body = await self._take(activity)
            except MalformedError as error:
                logger.warning("Teams: an activity was refused: %s.", error)
                return response.json({"error": str(error)}, status=400)
            except SQLAlchemyError as error:
                logger.error(
                    "Teams: a message could not be kept (%s); Teams is asked to repeat it.", type(error).__name__
                )
                return _later()
            return response.empty(status) if body is None else response.json(body, status)

        return webhook

    async def _verify(self, request: Request, activity: Mapping[str, Any]) -> None:
        if self._settings.playground:
            forwarded = any(name in request.headers for name in FORWARDED)
            # A page in a browser on this machine could post anything but JSON without being asked.
            is_json = request.headers.get("content-type", "").startswith("application/json")
            return check_playground(request.ip, forwarded or not is_json, activity)
        return await self._verifier.check(request.headers.get("authorization"), activity)

    # --- what is done with each kind of activity

    async def _take(self, activity: Mapping[str, Any]) -> invokes.Reply:
        """Status and body for a verified activity.

        A message that was written anew is not answered anew, and that is said once: nobody should believe that a fact
        was taken back. Deleted ones are left alone. Reactions, signs of typing and all else want no answer.
        """
        kind = activity.get("type")
        if kind == "invoke":
            return await self._invoked(activity)
        if kind == "message":
            await self._message(activity)
        elif is_installed(activity):
            await self._put(activities.read_event(activity, activities.WELCOME))
        elif activities.is_rewritten(activity) and not is_from_a_bot(activity) and await self._is_for_us(activity):
            await self._put(activities.read_event(activity, activities.REWRITTEN))
        return 200, {}

    async def _message(self, activity: Mapping[str, Any]) -> None:
        if is_from_a_bot(activity):
            return
        click = activities.click_of(activity.get("value"))
        if click is not None:
            await self._clicked(activity, click)
            return
        if not await self._is_for_us(activity):
            return
        text = activities.text_of(activity)
        wants = activities.SAY if text or not activities.has_files(activity) else activities.FILES
        files = activities.has_files(activity)
        await self._put(activities.read_event(activity, wants, text=text, files=files))

    async def _is_for_us(self, activity: Mapping[str, Any]) -> bool:
        """In a chat of several, what names the bot, and what follows in a thread that it is part of."""
        if activities.is_personal(activity) or activities.is_mentioned(activity):
            return True
        assert self._inbox is not None
        return activities.is_threaded(activity) and await self._inbox.knows(activities.key_of(activity))

    async def _clicked(self, activity: Mapping[str, Any], click: Click) -> str:
        """Take a click in; what is said to the one who clicked."""
        if click.say is not None:
            await self._put(activities.read_event(activity, activities.SAY, text=click.say, clicked=True))
            return phrase("you_chose", DEFAULT, choice=click.say)
        if click.edit is not None:
            await self._put(activities.read_event(activity, activities.EDIT, edit=click.edit))
            return word("teams", "edit_taken", DEFAULT)
        if click.turn is None:
            return word("teams", "unchanged", DEFAULT)
        more = {"turn": click.turn, "section": click.section}
        await self._put(activities.read_event(activity, activities.RECALL, **more))
        return word("teams", "recall_taken", DEFAULT)

    async def _invoked(self, activity: Mapping[str, Any]) -> invokes.Reply:
        name, value = activity.get("name"), activity.get("value")
        if name == invokes.CARD_ACTION:
            action = value.get("action") if isinstance(value, Mapping) else None
            click = activities.click_of(action.get("data") if isinstance(action, Mapping) else None)
            if click is None:
                return invokes.card_refused(word("teams", "unknown_button", DEFAULT))
            return invokes.card_taken(await self._clicked(activity, click))
        if name == invokes.FEEDBACK:
            await self._feedback(activity, invokes.is_good(value))
            return invokes.feedback_taken()
        return invokes.other(name if isinstance(name, str) else "")

    async def _feedback(self, activity: Mapping[str, Any], good: bool | None) -> None:
        """Note a thumb, beside the id that Teams gave our message. What was written with it is not kept."""
        rated = activities.plain(activity, "replyToId") or activities.plain(activity, "id")
        if good is not None and 0 < len(rated) <= LONGEST_RATED:
            assert self._inbox is not None
            await self._inbox.feedback(activities.key_of(activity), rated, good)

    async def _put(self, incoming: Incoming) -> None:
        assert self._worker is not None
        await self._worker.put(incoming.event_id, incoming.conversation, incoming.payload)


def read_body(body: bytes) -> dict[str, Any]:
    """The activity of a request; an empty one, which nothing passes, when it is none."""
    try:
        activity = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return activity if isinstance(activity, dict) else {}


def is_installed(activity: Mapping[str, Any]) -> bool:
    """Was the bot added to a chat or a team just now? Teams says it in one of two ways, or in both."""
    if activity.get("type") == "installationUpdate":
        return activity.get("action") == "add"
    if activity.get("type") != "conversationUpdate":
        return False
    added, bot = activity.get("membersAdded"), activity.get("recipient")
    mine = bot.get("id") if isinstance(bot, Mapping) else None
    members = added if isinstance(added, list) else []
    return bool(mine) and any(isinstance(member, Mapping) and member.get("id") == mine for member in members)


def is_from_a_bot(activity: Mapping[str, Any]) -> bool:
    """Was it written by a bot (28: in Teams), ourselves perhaps? Two bots would talk for ever."""
    sender = activity.get("from")
    if not isinstance(sender, Mapping):
        return False
    return str(sender.get("id", "")).startswith("28:") or sender.get("role") in ("bot", "skill")


def _refusal(status: int) -> HTTPResponse:
    """Says nothing of the reason: that is in the log."""
    return response.json({"error": "not authorized" if status == 401 else "forbidden"}, status=status)


def _later() -> HTTPResponse:
    return response.json({"error": "not ready, try again"}, status=503, headers={"Retry-After": "5"})
