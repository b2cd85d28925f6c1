"""What a client sends, read strictly: a message in words or a change of the case by click."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.web.refusals import RefusedError
from bot.rendering.case import edit_problems

ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
LONGEST_TEXT = 4000
"""Characters. Of a longer message these are kept and a mark, so that it is answered as too long and not kept whole."""


@dataclass(frozen=True)
class Incoming:
    """One message of a client under the id that the client gave it; ``edit`` is a change by click, without words."""

    id: str
    text: str = ""
    edit: Mapping[str, Any] | None = None

    @property
    def print(self) -> str:
        """What makes it the same message when it is sent again."""
        return json.dumps([self.text, self.edit], sort_keys=True)


def read_message(body: object) -> Incoming:
    """{"id", "text"}. Raises RefusedError."""
    data = read_object(body, required=("id", "text"))
    if not isinstance(data["text"], str):
        raise RefusedError("bad_request", problem="`text` must be a text.")
    text = readable(data["text"])
    return Incoming(read_id(data), text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…")


def read_edit(body: object) -> Incoming:
    """{"id", "changes": [{"slot", "value"}] or "act", "repeat"}. Raises RefusedError that names what is wrong."""
    data = read_object(body, required=("id",), optional=("changes", "act", "repeat"))
    changes: dict[str, Any] = {}
    for change in data.get("changes", []) if isinstance(data.get("changes", []), list) else [None]:
        if not isinstance(change, Mapping) or set(change) != {"slot", "value"} or not isinstance(change["slot"], str):
            raise RefusedError("bad_edit", problem='`changes` is a list of {"slot": ..., "value": ...}.')
        changes[change["slot"]] = change["value"]
    edit: dict[str, Any] = {"repeat": data.get("repeat", True)}
    edit.update({"act": data["act"]} if "act" in data else {"changes": changes})
    if "act" in data and "changes" in data:
        raise RefusedError("bad_edit", problem="`act` goes without `changes`.")
    try:
        problems = edit_problems(edit)
    except RecursionError:  # a value in a thousand brackets, which cannot even be quoted back
        problems = ["it is nested too deeply"]
    if problems:
        raise RefusedError("bad_edit", problem="; ".join(problems))
    return Incoming(read_id(data), edit=edit)


def read_id(data: Mapping[str, Any], name: str = "id") -> str:
    """The client's id of a message. Raises RefusedError."""
    found = data.get(name)
    if not isinstance(found, str) or not ID.fullmatch(found):
        raise RefusedError("bad_id")
    return found


def read_object(body: object, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """The body as an object with these keys and no others. Raises RefusedError that names the key."""
    if not isinstance(body, Mapping):
        raise RefusedError("bad_request", problem="it must be a JSON object.")
    missing = [key for key in required if key not in body]
    if missing:
        raise RefusedError("bad_request", problem=f"`{missing[0]}` is missing.")
    if any(key not in (*required, *optional) for key in body):
        known = ", ".join(f"`{key}`" for key in (*required, *optional)) or "none"
        raise RefusedError("bad_request", problem=f"it has a key that is not known here. Known: {known}.")
    return body


def readable(text: str) -> str:
    """The text as a store can hold it: no half of a surrogate pair, no NUL; and as Rasa will keep it."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ").strip()
