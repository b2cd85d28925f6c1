"""The conversation key: which case a message belongs to. One place, so that no channel can mix two people's cases."""

from __future__ import annotations

import hashlib
import json
from enum import Enum


class Scope(Enum):
    """Who shares a case: one user in a private place, or everybody who can read a thread."""

    USER = "user"
    THREAD = "thread"


def conversation_key(channel: str, tenant: str, place: str, scope: Scope, who: str) -> str:
    """Rasa's sender id for a message.

    Two messages share a case exactly if all five parts are the same. The parts are hashed: the key has one length
    whatever a platform's ids look like, no separator in an id can make two keys meet, and the store of conversations
    holds no user ids.

    Args:
        channel: "slack", "teams", ...
        tenant: the workspace or tenant.
        place: the private chat or channel.
        scope: what `who` is.
        who: the user's id, or the id of the thread's first message.

    Raises:
        ValueError: when a part is empty: an unknown user must never share a case with another unknown user.
    """
    parts = (channel, tenant, place, scope.value, who)
    if not all(parts):
        raise ValueError("a conversation needs a channel, a tenant, a place and a user or thread")
    digest = hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{channel}-{digest[:48]}"
