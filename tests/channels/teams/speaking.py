"""Speaks to a running assistant as Teams does: signed activities over HTTP."""

from __future__ import annotations

import itertools
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from tests.channels.teams.double import APP_ID, BOT, TENANT, Microsoft
from tests.running import Running

_ids = itertools.count(1_700_000_000_000)
MENTION = "<at>Myco assistant</at>"


def activity_of(microsoft: Microsoft, text: str = "tac dose?", **more: Any) -> dict[str, Any]:
    """A message in a private chat, as Teams sends it; `more` replaces parts of it."""
    user = more.pop("user", "ann")
    return {
        "type": "message",
        "id": str(next(_ids)),
        "timestamp": "2026-11-26T08:00:00.000Z",
        "serviceUrl": microsoft.service_url,
        "channelId": "msteams",
        "from": {"id": f"29:{user}", "name": user.title(), "aadObjectId": f"object-of-{user}"},
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": f"a:private-{user}"},
        "recipient": {"id": BOT, "name": "Myco assistant"},
        "entities": [{"type": "clientInfo", "locale": "en-US", "country": "US", "platform": "Web"}],
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "en-US",
        "textFormat": "plain",
        "text": text,
        **more,
    }


def in_channel(thread: str, place: str = "19:general@thread.tacv2") -> dict[str, Any]:
    """The conversation of a thread in a channel of a team."""
    return {
        "conversationType": "channel",
        "tenantId": TENANT,
        "id": f"{place};messageid={thread}",
        "isGroup": True,
    }


def in_group(place: str = "19:group@thread.v2") -> dict[str, Any]:
    return {"conversationType": "groupChat", "tenantId": TENANT, "id": place, "isGroup": True}


def mentioned(text: str) -> dict[str, Any]:
    """Text and entities of a message that names the bot."""
    entity = {"type": "mention", "text": MENTION, "mentioned": {"id": BOT, "name": "Myco assistant"}}
    return {"text": f"{MENTION} {text}", "entities": [entity]}


@dataclass
class Teams:
    """One running assistant and the double it talks to."""

    running: Running
    microsoft: Microsoft

    def post(self, body: Any, bearer: str | None = "", **headers: str) -> tuple[int, Any]:
        """Status and JSON of one request; signed unless another header (or None) is given."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        all_headers = {"Content-Type": "application/json", **headers}
        if bearer is not None:
            all_headers["Authorization"] = bearer or self.microsoft.bearer()
        request = urllib.request.Request(self.running.base + "/webhooks/teams/messages", data, all_headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                status, text = response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        return status, json.loads(text) if text else None

    def say(self, text: str, messages: int = 1, **more: Any) -> list[dict[str, Any]]:
        """The messages that answer one message."""
        activity = activity_of(self.microsoft, text, **more)
        place = activity["conversation"]["id"]
        before = len(self.microsoft.messages(place))
        assert self.post(activity) == (200, {})
        return self.microsoft.wait_for(before + messages, place)[before:]


__all__ = ["APP_ID", "MENTION", "TENANT", "Teams", "activity_of", "in_channel", "in_group", "mentioned"]
