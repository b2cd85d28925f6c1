"""What Slack refuses, as rules over blocks: the documented limits, and slack_sdk's own models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

IN_MESSAGES = {
    "actions",
    "context",
    "context_actions",
    "data_table",
    "divider",
    "header",
    "image",
    "markdown",
    "rich_text",
    "section",
    "table",
}
IN_HOME = {"actions", "context", "divider", "header", "image", "input", "rich_text", "section"}
ELEMENTS = {"button": "actions section", "static_select": "actions section", "feedback_buttons": "context_actions"}
ENTITY = re.compile(r"&(?!amp;|lt;|gt;)|[<>]")


def problems(blocks: Any, allowed: set[str] = IN_MESSAGES, tables: bool = True) -> list[str]:
    """Everything that is wrong with the blocks of a message."""
    if not isinstance(blocks, list) or not blocks:
        return ["no blocks"]
    found = [] if len(blocks) <= 50 else [f"{len(blocks)} blocks"]
    for block in blocks:
        found += _block(block, allowed, tables)
    ids = [e["action_id"] for block in blocks for e in _elements(block) if "action_id" in e]
    found += [f"action_id {i!r} is used twice" for i in {i for i in ids if ids.count(i) > 1}]
    if sum(block.get("type") in ("table", "data_table") for block in blocks) > 1:
        found.append("more than one table")
    if len(json.dumps(blocks, ensure_ascii=False)) > 13_200:
        found.append("msg_blocks_too_long")
    return found


def _block(block: Any, allowed: set[str], tables: bool) -> list[str]:
    kind = block.get("type") if isinstance(block, Mapping) else None
    if kind not in allowed or (kind in ("data_table", "table") and not tables):
        return [f"unknown block {kind!r}"]
    if kind == "data_table":
        return _table(block)
    found = []
    try:
        parsed = Block.parse(dict(block))
        parsed.validate_json()
        for element in _elements(block):
            found += _element(element, kind)
        if json.loads(json.dumps(parsed.to_dict())) != json.loads(json.dumps(block)):
            found.append(f"{kind}: fields that slack_sdk does not know")
    except SlackObjectFormationError as error:
        found.append(f"{kind}: {error}")
    for text in _texts(block):
        if text["type"] == "mrkdwn" and ENTITY.search(text["text"]):
            found.append(f"{kind}: &<> are not escaped: {ENTITY.search(text['text'])}")
        if not 1 <= len(text["text"]) <= (150 if kind == "header" else 3000):
            found.append(f"{kind}: a text of {len(text['text'])} characters")
    if kind == "context" and len(block["elements"]) > 10:
        found.append("context: more than 10 elements")
    if kind == "actions" and len(block["elements"]) > 25:
        found.append("actions: more than 25 elements")
    return found


def _table(block: Mapping[str, Any]) -> list[str]:
    rows = block.get("rows") or []
    found = []
    if set(block) - {"type", "block_id", "caption", "rows", "page_size", "row_header_column_index"}:
        found.append("data_table: unknown fields")
    if not isinstance(block.get("caption"), str) or not block["caption"]:
        found.append("data_table: no caption")
    if not 2 <= len(rows) <= 101 or len({len(row) for row in rows}) != 1 or not 1 <= len(rows[0]) <= 20:
        found.append("data_table: rows or columns")
    cells = [cell for row in rows for cell in row]
    if any(cell.get("type") != "raw_text" or not cell.get("text") for cell in cells):
        found.append("data_table: cells")
    if sum(len(cell.get("text", "")) for cell in cells) > 10_000:
        found.append("data_table: more than 10,000 characters")
    if not 1 <= block.get("page_size", 5) <= 100:
        found.append("data_table: page_size")
    return found


def _elements(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if block.get("type") in ("actions", "context_actions"):
        yield from block["elements"]
    if "accessory" in block:
        yield block["accessory"]


def _element(element: Mapping[str, Any], block: str) -> list[str]:
    kind = element.get("type", "")
    if block not in ELEMENTS.get(kind, "").split():
        return [f"{kind!r} in a block {block!r}"]
    found = [] if 1 <= len(element.get("action_id", "")) <= 255 else [f"{kind}: action_id"]
    if kind == "button" and (len(element["text"]["text"]) > 75 or len(element.get("value", "")) > 2000):
        found.append("button: label or value too long")
    if kind == "static_select":
        options = element.get("options") or []
        if not 1 <= len(options) <= 100 or len(element["placeholder"]["text"]) > 150:
            found.append("static_select: options or placeholder")
        if any(not 1 <= len(o["text"]["text"]) <= 75 or not 1 <= len(o["value"]) <= 150 for o in options):
            found.append("static_select: an option too long")
        if len({o["value"] for o in options}) != len(options):
            found.append("static_select: the same value twice")
    return found


def _texts(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if isinstance(block.get("text"), Mapping):
        yield block["text"]
    if block.get("type") == "context":
        yield from block["elements"]
