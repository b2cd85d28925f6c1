"""What Teams refuses or shows wrongly, as rules over an outgoing activity: for the double and the goldens."""

from __future__ import annotations

import re
from typing import Any

BUDGET = 40_000
"""UTF-16 units of a whole payload; the platform's own limit is about 50,000."""
PATH = re.compile(r"/teams/v3/conversations/[^/]+/activities(/[^/]+)?")
ELEMENTS = {
    "TextBlock": {"text"},
    "Container": {"items"},
    "ColumnSet": {"columns"},
    "Column": {"items"},
    "FactSet": {"facts"},
    "ActionSet": {"actions"},
    "Table": {"columns", "rows"},
    "TableRow": {"cells"},
    "Input.ChoiceSet": {"id", "label", "choices"},
    "Input.Number": {"id", "label"},
    "TableCell": {"items"},
}
"""Element -> what it must have."""
ACTIONS = {
    "Action.Execute": {"verb"},
    "Action.Submit": {"data"},
    "Action.OpenUrl": {"url"},
    "Action.ToggleVisibility": {"targetElements"},
}
MOST_ACTIONS = 6
MOST_CITATIONS = 20


def problems_of(method: str, path: str, raw: str, activity: dict[str, Any]) -> list[str]:
    """Everything the Connector would refuse in a request."""
    if method != "POST" or not PATH.fullmatch(path):
        return [f"{method} {path} is no way to send"]
    if len(raw.encode("utf-16-le")) // 2 > BUDGET:
        return [f"too large: {len(raw.encode('utf-16-le')) // 2}"]
    return activity_problems(activity)


def activity_problems(activity: dict[str, Any]) -> list[str]:
    """Everything wrong with an activity itself."""
    if activity.get("type") == "typing":
        return []
    found = [] if activity.get("type") == "message" else [f"type {activity.get('type')}"]
    if not activity.get("text") and not activity.get("attachments"):
        found.append("neither text nor attachment")
    entities = [e for e in activity.get("entities", []) if e.get("type") == "https://schema.org/Message"]
    if len(entities) > 1:
        found.append("several message entities")
    for entity in entities:
        found += _entity_problems(entity, activity.get("text", ""))
    for attachment in activity.get("attachments", []):
        if attachment.get("contentType") != "application/vnd.microsoft.card.adaptive":
            found.append(f"attachment {attachment.get('contentType')}")
        else:
            found += card_problems(attachment["content"])
    return found


def _entity_problems(entity: dict[str, Any], text: str) -> list[str]:
    found = [f"{k} missing" for k in ("@type", "@context") if k not in entity]
    if entity.get("additionalType"):
        found.append("labelled as generated")
    citations = entity.get("citation", [])
    if len(citations) > MOST_CITATIONS:
        found.append("more than 20 citations")
    for claim in citations:
        shown = claim.get("appearance") or {}
        if claim.get("@type") != "Claim" or shown.get("@type") != "DigitalDocument":
            found.append("a citation of the wrong type")
        if f"[{claim.get('position')}]" not in text:
            found.append(f"[{claim.get('position')}] is not in the text")
        if not 0 < len(shown.get("name", "")) <= 80 or len(shown.get("abstract", "")) > 160:
            found.append("a citation's name or abstract is too long")
        if len(shown.get("keywords", [])) > 3 or any(len(word) > 28 for word in shown.get("keywords", [])):
            found.append("too many or too long keywords")
    return found


def card_problems(card: dict[str, Any]) -> list[str]:
    """Everything wrong with an Adaptive Card for Teams."""
    found = []
    if card.get("type") != "AdaptiveCard" or card.get("version") not in ("1.4", "1.5"):
        found.append("no card that Teams shows")
    ids: list[str] = []
    targets: list[str] = []
    for item in card.get("body", []):
        found += _element_problems(item, ids, targets)
    found += _actions_problems(card.get("actions", []), targets)
    found += [f"id {name} stands twice" for name in set(ids) if ids.count(name) > 1]
    found += [f"{name} is toggled and not there" for name in targets if name not in ids]
    return found


def _element_problems(item: dict[str, Any], ids: list[str], targets: list[str]) -> list[str]:
    kind = item.get("type", "Column" if "width" in item else "?")
    if kind not in ELEMENTS:
        return [f"element {kind}"]
    found = [f"{kind} has no {name}" for name in ELEMENTS[kind] if not item.get(name)]
    if "id" in item:
        ids.append(item["id"])
    if kind == "TextBlock" and item.get("wrap") is not True:
        found.append("a text that does not wrap")
    for name in ("items", "columns", "rows", "cells"):
        for inner in item.get(name, []):
            if not (kind == "Table" and name == "columns"):
                found += _element_problems(inner, ids, targets)
    return found + _actions_problems(item.get("actions", []), targets)


def _actions_problems(actions: list[dict[str, Any]], targets: list[str]) -> list[str]:
    found = [] if len(actions) <= MOST_ACTIONS else ["more than 6 actions together"]
    for action in actions:
        kind = action.get("type", "?")
        if kind not in ACTIONS:
            found.append(f"action {kind}")
            continue
        found += [f"{kind} has no {name}" for name in ACTIONS[kind] if not action.get(name)]
        if not action.get("title"):
            found.append("an action without a title")
        if kind == "Action.Execute" and action.get("fallback", {}).get("type") != "Action.Submit":
            found.append("an Action.Execute without its fallback")
        targets += [t if isinstance(t, str) else t["elementId"] for t in action.get("targetElements", [])]
    return found
