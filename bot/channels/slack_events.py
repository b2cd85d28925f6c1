"""What Slack sends, read: events, clicks and commands become entries for the inbox, or are left for a reason.

Pure functions over JSON that anybody may have made up: whatever is not as documented is left, never an error.

On purpose:
- messages of bots (ours too), joins, topics, pins and reactions: left;
- a deletion: left. What was said stays in the case until "undo" or "new patient";
- an edit of a message's words: answered with the advice to send the change as a message. Taking it silently would leave
  the person in the belief that a corrected fact had been understood;
- files: never fetched; the words beside them are answered, with a note that files are not read;
- a message in a channel: only with our mention, or in a thread where we were asked before.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.conversation import Scope, conversation_key
from bot.rendering.slack_text import plain

CHANNEL = "slack"
ID = re.compile(r"[A-Za-z0-9._-]{1,60}")
WORDS = (None, "file_share", "thread_broadcast", "me_message")
"""Subtypes of messages that are words of a person."""
CLICKS_OF_OURS = ("say", "detail", "change", "edit", "case", "feedback")


@dataclass(frozen=True)
class Entry:
    """For the inbox. ``only_if_known``: take it only when its conversation has begun (no mention in a thread)."""

    event_id: str
    conversation: str
    payload: dict[str, Any]
    only_if_known: bool = False


@dataclass(frozen=True)
class Left:
    """Left on purpose; ``why`` is for the log."""

    why: str


def get(data: Any, *path: str) -> Any:
    """What stands there; None when there is no such place."""
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def id_at(data: Any, *path: str) -> str:
    """The id that stands there; "" when there is none."""
    value = get(data, *path)
    return value if isinstance(value, str) and ID.fullmatch(value) else ""


def text_at(data: Any, *path: str) -> str:
    """The text that stands there; "" when there is none. A lone half of a surrogate pair cannot be stored."""
    value = get(data, *path)
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def _user_key(team: str, place: str, user: str) -> str:
    return conversation_key(CHANNEL, team, place, Scope.USER, user)


def _place_key(team: str, place: str, user: str, thread: str, ts: str) -> tuple[str, str | None]:
    """Whose case a message belongs to, and the thread to answer in.

    A private chat is its user's; a thread, wherever it is, has a case of its own that its readers share.
    """
    if place.startswith("D") and not thread:
        return _user_key(team, place, user), None
    root = thread or ts
    return conversation_key(CHANNEL, team, place, Scope.THREAD, root), root


# --- events


def read_event(body: Mapping[str, Any], own_user: str | None) -> Entry | Left:
    """One delivery of the Events API.

    Args:
        body: the envelope, `{"type": "event_callback", "team_id": ..., "event": {...}}`.
        own_user: the bot's user id, where it is known.
    """
    if get(body, "type") != "event_callback":
        return Left("no event")
    event, team = get(body, "event"), id_at(body, "team_id") or id_at(body, "event", "team")
    authorizations = get(body, "authorizations")
    if isinstance(authorizations, list) and authorizations:
        own_user = id_at(authorizations[0], "user_id") or own_user
    kind = get(event, "type")
    if not team:
        return Left("no team")
    if kind in ("message", "app_mention"):
        return _read_message(event, kind, team, own_user)
    if kind == "app_home_opened":
        return _read_home(body, event, team)
    if kind == "assistant_thread_started":
        return _read_panel(body, event, team)
    return Left("an event that is not ours to answer")


def _read_message(event: Mapping[str, Any], kind: str, team: str, own_user: str | None) -> Entry | Left:
    subtype = get(event, "subtype")
    if subtype == "message_changed":
        return _read_edit(event, team, own_user)
    if subtype not in WORDS:
        return Left("a message without a person's words")
    user, place, ts = id_at(event, "user"), id_at(event, "channel"), id_at(event, "ts")
    if get(event, "bot_id") or not user or user in (own_user, "USLACKBOT"):
        return Left("a message of a bot")
    if not place or not ts:
        return Left("a message from nowhere")
    thread = id_at(event, "thread_ts")
    text = text_at(event, "text")
    direct = get(event, "channel_type") == "im" or place.startswith("D")
    mentioned = kind == "app_mention" or (own_user is not None and f"<@{own_user}>" in text)
    if not (direct or mentioned or thread):
        return Left("a message in a channel that does not speak to us")
    conversation, root = _place_key(team, place, user, thread, ts)
    files = bool(get(event, "files"))
    said = plain(text, own_user)
    reply = {"channel": place, "thread_ts": root, "since": ts}
    payload: dict[str, Any] = {"do": "say", "text": said, "reply": reply, "files": files}
    if files and not said:
        payload = {"do": "phrase", "phrase": "no_files", "reply": reply}
    # The same message may come as `message` and as `app_mention`, and each of them again: its place and time say which.
    return Entry(f"{team}:{place}:{ts}", conversation, payload, only_if_known=not (direct or mentioned))


def _read_edit(event: Mapping[str, Any], team: str, own_user: str | None) -> Entry | Left:
    user, place, ts = id_at(event, "message", "user"), id_at(event, "channel"), id_at(event, "message", "ts")
    edited = id_at(event, "message", "edited", "ts")
    if get(event, "message", "bot_id") or not user or user == own_user:
        return Left("an edit of a bot")
    if not (place and ts and edited) or text_at(event, "message", "text") == text_at(event, "previous_message", "text"):
        return Left("an edit that changes no words")
    conversation, root = _place_key(team, place, user, id_at(event, "message", "thread_ts"), ts)
    payload = {"do": "phrase", "phrase": "edited", "reply": {"channel": place, "thread_ts": root}}
    return Entry(f"{team}:{place}:{ts}:{edited}", conversation, payload, only_if_known=True)


def _read_home(body: Mapping[str, Any], event: Any, team: str) -> Entry | Left:
    user, event_id = id_at(event, "user"), id_at(body, "event_id")
    if get(event, "tab") != "home" or not user or not event_id:
        return Left("another tab than the home page")
    return Entry(f"{team}:{event_id}", _user_key(team, "home", user), {"do": "home", "user": user})


def _read_panel(body: Mapping[str, Any], event: Any, team: str) -> Entry | Left:
    place, thread = id_at(event, "assistant_thread", "channel_id"), id_at(event, "assistant_thread", "thread_ts")
    event_id = id_at(body, "event_id")
    if not (place and thread and event_id):
        return Left("a panel without a thread")
    conversation = conversation_key(CHANNEL, team, place, Scope.THREAD, thread)
    return Entry(f"{team}:{event_id}", conversation, {"do": "panel", "reply": {"channel": place, "thread_ts": thread}})


# --- commands


def read_command(form: Mapping[str, Any]) -> Entry | Left:
    """`/asys question`: answered to that user alone, with a case that is shared with nobody."""
    team, place, user = id_at(form, "team_id"), id_at(form, "channel_id"), id_at(form, "user_id")
    trigger, url = text_at(form, "trigger_id"), text_at(form, "response_url")
    if not (team and place and user and trigger and url):
        return Left("a command that is not complete")
    text = plain(text_at(form, "text")) or "What can you do?"
    payload = {"do": "say", "text": text, "chosen": f"/asys {text}", "reply": {"url": url}}
    return Entry(f"{team}:command:{_digest(trigger)}", _user_key(team, place, user), payload)


# --- clicks


def read_click(body: Mapping[str, Any]) -> Entry | Left:
    """A button or a menu of one of our messages. What it carries is read by `bot.channels.slack_door`."""
    actions = get(body, "actions")
    if get(body, "type") != "block_actions" or not isinstance(actions, list) or not actions:
        return Left("no click")
    action = actions[0]
    team, user = id_at(body, "team", "id") or id_at(body, "user", "team_id"), id_at(body, "user", "id")
    place = id_at(body, "container", "channel_id") or id_at(body, "channel", "id")
    ts = id_at(body, "container", "message_ts")
    name = text_at(action, "action_id")
    option = get(action, "selected_option")
    value = text_at(option, "value") if option is not None else text_at(action, "value")
    label = text_at(option, "text", "text") if option is not None else text_at(action, "text", "text")
    if name.partition(":")[0] not in CLICKS_OF_OURS or not (team and user and place and ts):
        return Left("a click on nothing of ours")
    url = text_at(body, "response_url")
    if get(body, "container", "is_ephemeral") and url:
        conversation, reply = _user_key(team, place, user), {"url": url}
    else:
        thread = id_at(body, "container", "thread_ts") or id_at(body, "message", "thread_ts")
        conversation, root = _place_key(team, place, user, thread, ts)
        since = id_at(action, "action_ts") or ts
        reply = {"channel": place, "thread_ts": root, "since": since}  # type: ignore[dict-item]
    click = "|".join((text_at(action, "action_ts"), text_at(body, "trigger_id"), user, ts, name, value))
    payload = {"do": "click", "action": name, "value": value, "chosen": label, "reply": reply}
    return Entry(f"{team}:click:{_digest(click)}", conversation, payload)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]
