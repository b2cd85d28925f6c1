"""Reads an activity of Teams: what it wants, whose case it belongs to, where the answer goes."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.conversation import Scope, conversation_key
from bot.rendering.teams_card import CHOSEN
from bot.rendering.teams_case import edit_of

SAY, EDIT, RECALL = "say", "edit", "recall"
"""What a payload wants of us: a turn, a changed case, more of an earlier answer."""
WELCOME, FILES, REWRITTEN = "welcome", "files", "rewritten"
"""Or only a word: on what this is, on files, on a message that was written anew."""

LONGEST_TEXT = 8000
"""Characters of a message that are kept; the assistant itself says that a message is too long far below this."""
LONGEST_ID = 1024
LONGEST_REFERENCE = 200
"""Characters of a turn's id and the name of a section."""
_MESSAGE_ID = re.compile(r";messageid=([^;]+)", re.IGNORECASE)
_AT = re.compile(r"<at\b[^>]*>(.*?)</at>", re.IGNORECASE | re.DOTALL)
_CARD_FILES = ("application/vnd.microsoft.card.", "text/html", "application/vnd.microsoft.teams.messaging-announcement")
"""Kinds of attachment that are no file: a quoted message comes as HTML beside the text."""


class MalformedError(Exception):
    """An activity that lacks what every activity has; the text says what, and quotes nothing."""


@dataclass(frozen=True)
class Address:
    """Where an answer goes. JSON through `vars`, so that it can wait in the inbox."""

    service_url: str
    conversation: str
    bot: str
    user: str
    reply_to: str | None


@dataclass(frozen=True)
class Click:
    """What a button of ours sends: words to say, a section of an earlier answer, a change of the case, or no change."""

    say: str | None = None
    turn: str | None = None
    section: str | None = None
    edit: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Incoming:
    """One activity that wants something: its identity, whose case it is, and the payload for the inbox."""

    event_id: str
    conversation: str
    payload: dict[str, Any]


def text_of(activity: Mapping[str, Any]) -> str:
    """The user's own words: without the bot's name, without markup, with `<` and `&` as they were typed."""
    text = activity.get("text")
    if not isinstance(text, str):
        return ""
    text = text[:LONGEST_TEXT]
    bot = _id(activity.get("recipient"))
    for entity in _list(activity.get("entities")):
        if isinstance(entity, Mapping) and entity.get("type") == "mention" and _id(entity.get("mentioned")) == bot:
            mark = entity.get("text")
            if isinstance(mark, str) and mark:
                text = text.replace(mark, " ", 1)
    # Another person who was mentioned stays as a name.
    text = _AT.sub(r"\1", text)
    if activity.get("textFormat") == "xml" or "<" in text or "&" in text:
        text = re.sub(r"<(?:br|/p|/div|/li)\s*/?>", "\n", text, flags=re.IGNORECASE)
        text = re.sub(r"</?[a-zA-Z][a-zA-Z0-9-]*(?:\s+[\w-]+=(?:\"[^\"]*\"|'[^']*'))*\s*/?>", "", text)
        text = html.unescape(text)
    # A lone half of a surrogate pair is valid in JSON and cannot be stored.
    text = text.replace("\u00a0", " ").encode("utf-8", "replace").decode("utf-8")
    return text.strip()


def is_mentioned(activity: Mapping[str, Any]) -> bool:
    """Is the bot named in the message?"""
    bot = _id(activity.get("recipient"))
    return bool(bot) and any(
        isinstance(entity, Mapping) and entity.get("type") == "mention" and _id(entity.get("mentioned")) == bot
        for entity in _list(activity.get("entities"))
    )


def is_personal(activity: Mapping[str, Any]) -> bool:
    """Is it a private chat with one person?"""
    return bool(_conversation(activity).get("conversationType", "personal") == "personal")


def is_threaded(activity: Mapping[str, Any]) -> bool:
    """Is it in a thread of a channel?"""
    return _conversation(activity).get("conversationType") == "channel"


def click_of(data: Any) -> Click | None:
    """What a click carries, or None when it is none of ours. The data come from the client: nothing is trusted."""
    ours = data.get("assistant") if isinstance(data, Mapping) else None
    if not isinstance(ours, Mapping):
        return None
    say, turn, section = (ours.get(name) for name in ("say", "turn", "section"))
    if "chosen" in ours:
        section = data.get(CHOSEN)
    if isinstance(say, str) and say.strip():
        return Click(say=say.encode("utf-8", "replace").decode("utf-8").strip()[:LONGEST_TEXT])
    if isinstance(turn, str) and isinstance(section, str) and 0 < len(turn) + len(section) <= LONGEST_REFERENCE:
        return Click(turn=turn, section=section)
    edit = edit_of(ours, data)
    return Click(edit=edit) if edit is not None or "form" in ours else None


def read_event(activity: Mapping[str, Any], wants: str, **more: Any) -> Incoming:
    """The activity as an event for the inbox.

    Args:
        wants: SAY, EDIT, RECALL, WELCOME, FILES or REWRITTEN.
        more: what the payload holds beside the address: the text, the turn and section.

    Raises:
        MalformedError: when it lacks an id, a sender or a conversation.
    """
    activity_id = plain(activity, "id")
    user = _id(activity.get("from"))
    place = _id(_conversation(activity))
    service_url = plain(activity, "serviceUrl")
    if not (activity_id and user and place and service_url):
        raise MalformedError("an activity needs an id, a sender, a conversation and a service URL")
    tenant = tenant_of(activity)
    identity = json.dumps([tenant, place, activity_id, plain(activity, "type"), plain(activity, "name")])
    if wants == WELCOME:
        # Teams tells of an installation in two ways, with two ids.
        identity = json.dumps([tenant, place, WELCOME])
    address = Address(service_url, place, _id(activity.get("recipient")), user, activity_id)
    if activity.get("type") == "invoke":
        # An invoke is no message that could be answered to; the card that was clicked is.
        address = Address(service_url, place, address.bot, user, plain(activity, "replyToId") or None)
    return Incoming(
        event_id=hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:40],
        conversation=key_of(activity),
        payload={"wants": wants, "to": vars(address), "personal": is_personal(activity), **more},
    )


def key_of(activity: Mapping[str, Any]) -> str:
    """Whose case it is: a thread's in a channel, the sender's own in a private or a group chat.

    Raises:
        MalformedError: when it lacks a sender or a conversation.
    """
    conversation = _conversation(activity)
    place, user = _id(conversation), _id(activity.get("from"))
    thread = _MESSAGE_ID.search(place)
    scope, who = Scope.USER, user
    if conversation.get("conversationType") == "channel":
        first = thread.group(1) if thread else plain(activity, "replyToId") or plain(activity, "id")
        scope, who = Scope.THREAD, first
        place = _MESSAGE_ID.sub("", place)
    try:
        return conversation_key("teams", tenant_of(activity) or "none", place, scope, who)
    except ValueError as error:
        raise MalformedError("an activity needs a sender and a conversation") from error


def tenant_of(activity: Mapping[str, Any]) -> str:
    """The tenant the conversation is in, in lower case; "" when it is not said."""
    data = activity.get("channelData")
    tenant = data.get("tenant") if isinstance(data, Mapping) else None
    named = plain(_conversation(activity), "tenantId") or (plain(tenant, "id") if isinstance(tenant, Mapping) else "")
    return named.lower()


def is_rewritten(activity: Mapping[str, Any]) -> bool:
    """Did somebody change the words of a message? Teams sends the same for one that is no longer deleted."""
    data = activity.get("channelData")
    kind = data.get("eventType") if isinstance(data, Mapping) else None
    return activity.get("type") == "messageUpdate" and kind == "editMessage" and bool(text_of(activity))


def has_files(activity: Mapping[str, Any]) -> bool:
    """Does the message carry a file or a picture?"""
    for attachment in _list(activity.get("attachments")):
        kind = plain(attachment, "contentType") if isinstance(attachment, Mapping) else ""
        if kind and not kind.startswith(_CARD_FILES):
            return True
    return False


def _conversation(activity: Mapping[str, Any]) -> Mapping[str, Any]:
    found = activity.get("conversation")
    return found if isinstance(found, Mapping) else {}


def _id(part: Any) -> str:
    return plain(part, "id") if isinstance(part, Mapping) else ""


def plain(part: Mapping[str, Any], name: str) -> str:
    """An id or a name of the platform's, which are all plain ASCII; "" when it is none."""
    value = part.get(name)
    good = isinstance(value, str) and len(value) <= LONGEST_ID and value.isascii() and value.isprintable()
    return str(value) if good else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
