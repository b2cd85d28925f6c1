"""An Answer as Slack messages: Block Kit, with the whole answer in the top-level text for screen readers.

The limits are Slack's: 50 blocks a message, 3000 characters a section, 25 elements an actions block, 75 a label, 100
options a menu. A message's blocks are kept below MOST_CHARACTERS, since Slack refuses more (`msg_blocks_too_long`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.rendering import facts as case_facts
from bot.rendering import parts
from bot.rendering import slack_blocks as blocks_of
from bot.rendering.parts import Answer, Line, Table
from bot.rendering.slack_blocks import Block
from bot.rendering.slack_text import escaped
from bot.rendering.words import phrase, register_of, word

BLOCKS = 50
OPTION_VALUE = 150
MOST_CHARACTERS = 12_000
TEXT = 39_000
MOST_CHIPS = 6
MARKS = re.compile(r" (?:\[\d+\])+")

SAY, DETAIL, CHANGE, EDIT, CASE = "say", "detail", "change", "edit", "case"
"""What a click does: the first part of its action_id."""


@dataclass(frozen=True)
class Message:
    """One message: the blocks, the text that says the same, and the blocks for a workspace that knows no data_table."""

    text: str
    blocks: list[Block]
    without_tables: list[Block] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The message's arguments of chat.postMessage, and the fallback."""
        found: dict[str, Any] = {"text": self.text, "blocks": self.blocks}
        return {**found, "without_tables": self.without_tables} if self.without_tables else found


# --- an answer


def draw(answers: Sequence[Answer], turn: str, chosen: str | None = None) -> list[Message]:
    """The messages for the Answers of one turn.

    Args:
        answers: one to three.
        turn: the turn's id, for what unfolds later.
        chosen: the label of the button or menu that the turn came from; it is shown, since a click leaves no trace.
    """
    found: list[Message] = []
    for number, answer in enumerate(answers):
        register = register_of(answer)
        top = [blocks_of.context([phrase("you_chose", register, choice=chosen)])] if chosen and number == 0 else []
        last = number == len(answers) - 1
        table = parts.table_of(answer)
        lists = [*top, *_first_view(answer, None)]
        shown = lists if table is None else [*top, *_first_view(answer, table)]
        clickable = _interactive(answer, turn, number, last, chips=True)
        if _size([*shown, *clickable]) > MOST_CHARACTERS:
            clickable = _interactive(answer, turn, number, last, chips=False)
        without_tables = None if table is None else [*lists, *clickable]
        found += _pages([*shown, *clickable], escaped(answer["text"]), without_tables)
    return found


def _first_view(answer: Answer, table: Table | None) -> list[Block]:
    register = register_of(answer)
    blocks: list[Block] = []
    if answer["escalation"]:
        blocks.append(blocks_of.header(word("levels", answer["escalation"]["level"], register)))
    texts = []
    for line in parts.lines(answer):
        if line.kind == parts.NOTICE or (table is not None and _in_table(line, table)):
            continue
        if line.kind == parts.ASK and answer["ask"]["choices"]:
            continue  # stands above its choices
        texts.append(blocks_of.mrkdwn(line))
    if table is None:
        blocks += blocks_of.sections(texts)
    else:
        # The first line is the answer itself; the rows belong right below it.
        blocks += [*blocks_of.sections(texts[:1]), *blocks_of.table(table), *blocks_of.sections(texts[1:])]
    register_lines = [parts.citation_line(citation, register) for citation in answer["citations"]]
    if answer["ask"] and answer["ask"]["choices"]:
        blocks += blocks_of.sections([f"*{escaped(answer['ask']['question'])}*"])
        blocks += blocks_of.buttons(SAY, [(choice, choice) for choice in answer["ask"]["choices"]])
    return [*blocks, blocks_of.context([*register_lines, answer["notice"]])]


def _in_table(line: Line, table: Table) -> bool:
    """Does the table say this line? A line that says more than one statement stays."""
    said = MARKS.sub("", line.text).removeprefix("• ")
    spoken = (said, said.removeprefix(f"{line.lead}: "))  # "Other sources:" is said by the column beside it
    return line.kind == parts.BODY and any(row[1] in spoken for row in table.rows)


def _interactive(answer: Answer, turn: str, number: int, last: bool, chips: bool) -> list[Block]:
    """What can be clicked. With an emergency there is nothing to explore, only what it offers itself."""
    register = register_of(answer)
    follow_ups = [(f["title"], f["message"]) for f in answer["follow_ups"]]
    blocks = blocks_of.buttons(SAY, follow_ups, first=100)
    if (answer["escalation"] or {}).get("level") == "emergency":
        return blocks
    blocks += _detail_menu(answer, turn, number, register)
    if last:
        blocks += _case_block(answer, register, turn, chips)
        if answer["statements"] or answer["options"]:
            blocks.append(blocks_of.feedback(turn, register))
    return blocks


def _detail_menu(answer: Answer, turn: str, number: int, register: str) -> list[Block]:
    found = parts.details(answer)
    elements: list[Block] = [
        blocks_of.button(f"{DETAIL}:{d.id}", d.label, f"{number}|{d.id}|{turn}")
        for d in found
        if not d.id.startswith(parts.WHY)
    ]
    held_back = [d for d in found if d.id.startswith(parts.WHY)]
    options = [blocks_of.option(d.label, f"{number}|{d.id}|{turn}") for d in held_back]
    options = [option for option in options if len(option["value"]) <= OPTION_VALUE][:100]
    if options:
        elements.append(blocks_of.menu(DETAIL, phrase("why_not", register, option="…"), options))
    return [{"type": "actions", "elements": elements}] if elements else []


# --- the case


def _case_block(answer: Answer, register: str, turn: str, chips: bool) -> list[Block]:
    """The case in one line, a menu for each known fact where there is room, and what can be done with all of it."""
    summary = case_facts.summary(answer["case"], register)
    title = f"*{escaped(phrase('case', register))}:* {escaped(summary or phrase('no_case', register))}"
    menus = [
        blocks_of.menu(
            f"{CHANGE}:{fact.slot}",
            f"{fact.name}: {fact.value}",
            [blocks_of.option(choice.text, change_value(choice.change)) for choice in fact.choices[:100]],
        )
        for fact in case_facts.facts(answer["case"], register)
        if fact.value and fact.choices
    ][:MOST_CHIPS]
    other = "patient" if register == "clinician" else "clinician"
    buttons = [
        blocks_of.button(CASE, phrase("change_case", register), turn),
        blocks_of.button(f"{CHANGE}:audience", phrase(f"to_{other}", register), other),
        blocks_of.button(f"{EDIT}:new_patient", phrase("new_patient", register), "new_patient"),
    ]
    blocks = blocks_of.sections([title])
    if chips and menus:
        blocks.append({"type": "actions", "elements": menus})
    return [*blocks, {"type": "actions", "elements": buttons}]


def draw_case(case: Mapping[str, Any], register: str) -> list[Message]:
    """The case as an editable summary: one row for each fact, with a menu of its values."""
    summary = case_facts.summary(case, register) or phrase("no_case", register)
    text = f"{phrase('case', register)}: {summary}"
    blocks = [blocks_of.header(phrase("case", register))]
    for fact in case_facts.facts(case, register):
        said = f"*{escaped(fact.name)}:* {escaped(fact.value or phrase('not_known', register))}"
        row: Block = {"type": "section", "text": {"type": "mrkdwn", "text": said, "verbatim": True}}
        if fact.choices:
            options = [blocks_of.option(choice.text, change_value(choice.change)) for choice in fact.choices[:100]]
            row["accessory"] = blocks_of.menu(f"{CHANGE}:{fact.slot}", phrase("change_case", register), options)
        blocks.append(row)
    buttons = [
        blocks_of.button(f"{EDIT}:undo", phrase("undo", register), "undo"),
        blocks_of.button(f"{EDIT}:new_patient", phrase("new_patient", register), "new_patient"),
    ]
    return _pages([blocks[0], {"type": "actions", "elements": buttons}, *blocks[1:]], escaped(text))


def change_value(change: case_facts.Change) -> str:
    """A change as the value of a menu's option."""
    return json.dumps([change.slot, change.value, change.how], separators=(",", ":"))


def read_change(value: str) -> case_facts.Change | None:
    """The change that an option's value means; None when it is none of ours."""
    try:
        slot, new, how = json.loads(value)
    except (ValueError, TypeError):
        return None
    change = case_facts.Change(slot, new, how) if isinstance(slot, str) else None
    known = (case_facts.SET, case_facts.ADD, case_facts.REMOVE)
    return change if change is not None and how in known and case_facts.check(change) else None


# --- what unfolds, and short replies


def draw_detail(answer: Answer, detail: str) -> list[Message]:
    """A part of an answer that unfolds on demand. Raises KeyError when it has no such part."""
    title, lines = parts.unfolded(answer, detail)
    body = [line for line in lines if line.kind != parts.NOTICE]
    messages: list[Message] = []
    text_lines: list[str] = []
    blocks: list[Block] = []
    for piece in parts.fold([blocks_of.mrkdwn(line) for line in body], blocks_of.SECTION):
        if blocks and _size([*blocks, blocks_of.section(piece)]) > MOST_CHARACTERS - 1500:
            messages.append(Message("\n".join(text_lines), blocks))
            text_lines, blocks = [], []
        text_lines.append(piece.replace("*", ""))
        blocks.append(blocks_of.section(piece))
    messages.append(Message("\n".join(text_lines), [*blocks, blocks_of.context([answer["notice"]])]))
    first = messages[0]
    messages[0] = Message(f"{escaped(title)}\n{first.text}", [blocks_of.header(title), *first.blocks])
    messages[-1] = Message(f"{messages[-1].text}\n{escaped(answer['notice'])}", messages[-1].blocks)
    return messages


def draw_phrase(name: str, register: str) -> list[Message]:
    """A short reply of the channel itself."""
    text = escaped(phrase(name, register))
    return [Message(text, blocks_of.sections([text]))]


def _size(blocks: Sequence[Block]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))


def _pages(blocks: list[Block], text: str, without_tables: list[Block] | None = None) -> list[Message]:
    """The blocks as one message where they fit. Where they do not, the rest follows in messages of its own."""
    text = parts.fold([text], TEXT)[0]
    if len(blocks) <= BLOCKS and _size(blocks) <= MOST_CHARACTERS:
        return [Message(text, blocks, without_tables)]
    pages: list[list[Block]] = [[]]
    for block in without_tables or blocks:
        if pages[-1] and (len(pages[-1]) == BLOCKS or _size([*pages[-1], block]) > MOST_CHARACTERS):
            pages.append([])
        pages[-1].append(block)
    return [Message(text if n == 0 else _spoken(page) or "…", page) for n, page in enumerate(pages)]


def _spoken(blocks: Sequence[Block]) -> str:
    """What the sections of a page say, for its top-level text."""
    texts = [block["text"]["text"].replace("*", "") for block in blocks if block["type"] in ("section", "header")]
    return "\n".join(texts)
