"""An Answer taken apart for drawing: the lines of its first view, what unfolds on demand, and its tables.

Nothing is left out and nothing is added: the lines together are the Answer's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.guidance.answer import marks
from bot.guidance.draft import with_marks
from bot.guidance.knowledge import load_knowledge
from bot.rendering.words import phrase, register_of, word

Answer = Mapping[str, Any]
"""The contract's JSON, as it stands under `custom.answer`."""

ESCALATION, HEADLINE, BODY, UNKNOWN, ASSUMED, ASK, NOTICE = (
    "escalation",
    "headline",
    "body",
    "unknown",
    "assumed",
    "ask",
    "notice",
)
HELD_BACK = ("reserve", "disputed", "avoid", "contraindicated")
ALL, SOURCES, WHY = "all", "sources", "why:"
LEAD = re.compile(r"^([^:.;,()\[\]]{2,40}): (?=\S)")
TABLED = ("dose", "comparison")
"""Kinds of answers whose statements are compared best side by side."""


@dataclass(frozen=True)
class Line:
    """One line of the text. ``lead`` is what stands before its first colon ("In reserve"), ``text`` all of it."""

    kind: str
    text: str

    @property
    def lead(self) -> str:
        """The words before the colon if they introduce the rest, else nothing."""
        found = LEAD.match(self.text)
        return found[1] if found and self.kind in (BODY, UNKNOWN, ASSUMED) else ""


@dataclass(frozen=True)
class Detail:
    """What unfolds on demand. ``id`` is "all", "sources" or "why:<option>"; ``label`` stands on its button."""

    id: str
    label: str


@dataclass(frozen=True)
class Table:
    """Rows of plain cells under a header; the first column names the row."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_lines(self) -> list[str]:
        """The same as a list, for places without tables."""
        return [f"{row[0]}: {'; '.join(cell for cell in row[1:] if cell)}" for row in self.rows]


# --- the first view


def lines(answer: Answer) -> list[Line]:
    """The lines of the text in their order, each with what it is."""
    escalation = (answer["escalation"] or {}).get("text")
    ask = (answer["ask"] or {}).get("question")
    texts = [text for text in answer["text"].split("\n") if text.strip()]
    found = []
    for text in texts:
        if text == escalation:
            kind = ESCALATION
        elif text == answer["headline"]:
            kind = HEADLINE
        elif text == answer["notice"]:
            kind = NOTICE
        elif text == ask:
            kind = ASK
        elif answer["unknown"] and text.endswith(".") and f": {answer['unknown'][0]}" in text:
            kind = UNKNOWN
        elif answer["assumptions"] and text.endswith(f": {'; '.join(answer['assumptions'])}."):
            kind = ASSUMED
        else:
            kind = BODY
        found.append(Line(kind, text))
    return found


def details(answer: Answer) -> list[Detail]:
    """What can be unfolded: everything, the sources, and why each option that is held back is."""
    register = register_of(answer)
    found = []
    if answer["statements"] or answer["options"]:
        found.append(Detail(ALL, phrase("show_all", register)))
        found.append(Detail(SOURCES, phrase("sources", register)))
    for option in _held_back(answer):
        label = phrase("why_not", register, option=option_label(option))
        found.append(Detail(f"{WHY}{option['option']}", label))
    return found


def _held_back(answer: Answer) -> list[Mapping[str, Any]]:
    return [option for option in answer["options"] if option["stance"] in HELD_BACK]


# --- what unfolds


def unfolded(answer: Answer, detail: str) -> tuple[str, list[Line]]:
    """Title and lines of a detail. Raises KeyError when the Answer has no such detail."""
    register = register_of(answer)
    if detail == ALL:
        return phrase("all_title", register), _everything(answer, register)
    if detail == SOURCES:
        return phrase("sources_title", register), _sources(answer, register)
    for option in _held_back(answer):
        if detail == f"{WHY}{option['option']}":
            stance = word("stances", option["stance"], register)
            return phrase("why_title", register, option=option_label(option), stance=stance), _why(answer, option)
    raise KeyError(detail)


def _everything(answer: Answer, register: str) -> list[Line]:
    found = [Line(ESCALATION, answer["escalation"]["text"])] if answer["escalation"] else []
    found.append(Line(HEADLINE, answer["headline"]))
    found += [Line(BODY, text) for text in _option_lines(answer, register)]
    found += [Line(BODY, f"• {statement_line(statement, register)}") for statement in answer["statements"]]
    if answer["unknown"]:
        found.append(Line(UNKNOWN, f"{phrase('not_in_article', register)}: {'; '.join(answer['unknown'])}."))
    if answer["assumptions"]:
        found.append(Line(ASSUMED, f"{phrase('assumed', register)}: {'; '.join(answer['assumptions'])}."))
    return [*found, Line(NOTICE, answer["notice"])]


def _option_lines(answer: Answer, register: str) -> list[str]:
    return [f"• {line}" for line in options_table(answer, register).as_lines()] if answer["options"] else []


def _sources(answer: Answer, register: str) -> list[Line]:
    found = [Line(BODY, citation_line(citation, register)) for citation in answer["citations"]]
    found.append(Line(BODY, phrase("not_printed" if found else "no_citation", register)))
    table = load_knowledge().table
    used: dict[str, None] = {}
    for statement in answer["statements"]:
        check = statement.get("check")
        if check:
            verdict = word("verdicts", check["verdict"], register)
            found.append(
                Line(BODY, f"• {statement['text']} {phrase('check', register)}: {verdict}. {check['note']}".rstrip())
            )
        used.update(dict.fromkeys(statement["sources"]))
    for name in used:
        source = table.sources.get(name)
        if source is not None:
            parts = [source.title, str(source.year) if source.year else "", source.url or ""]
            found.append(Line(BODY, f"• {', '.join(part for part in parts if part)}"))
    return found


def _why(answer: Answer, option: Mapping[str, Any]) -> list[Line]:
    register = register_of(answer)
    found = []
    if option.get("reason"):
        found.append(Line(BODY, f"{phrase('because', register)}: {option['reason']}."))
    if option.get("caution"):
        found.append(Line(BODY, f"{phrase('caution', register)}: {option['caution']}."))
    by_id = {statement["id"]: statement for statement in answer["statements"]}
    found += [Line(BODY, f"• {statement_line(by_id[row], register)}") for row in option["because"] if row in by_id]
    return [*found, Line(NOTICE, answer["notice"])]


# --- pieces


def option_label(option: Mapping[str, Any]) -> str:
    """The option's name; its id in words where an answer was stored without one."""
    return str(option.get("label") or option["option"].replace("_", " "))


def statement_line(statement: Mapping[str, Any], register: str) -> str:
    """A statement with its citation marks, and what supports it."""
    support = word("support", statement["support"], register)
    return f"{with_marks(statement['text'], statement['citations'])} ({support})"


def citation_line(citation: Mapping[str, Any], register: str) -> str:
    """A number of the article's list and how sure it is."""
    status = word("references", citation["status"], register)
    link = f" {citation['url']}" if citation.get("url") else ""
    return f"[{citation['number']}] {citation['label'].rstrip('.')}: {status}.{link}"


def table_of(answer: Answer) -> Table | None:
    """The table that shows a dose or a comparison side by side; None for other answers and where a list says it."""
    rows = []
    if answer["kind"] in TABLED:
        register = register_of(answer)
        for statement in _told(answer):
            support = word("support", statement["support"], register) + marks(statement["citations"])
            rows.append((_drugs_of(statement, register), statement["text"], support))
    if len(rows) < 2:
        return None
    names = ("column_drug", "column_statement", "column_support")
    return Table(answer["headline"], tuple(phrase(name, register) for name in names), tuple(rows))


def options_table(answer: Answer, register: str) -> Table:
    """All options with their stance and the reason or caution."""
    rows = tuple(
        (
            option_label(option),
            word("stances", option["stance"], register),
            "; ".join(part for part in (option.get("reason"), option.get("caution")) if part),
        )
        for option in answer["options"]
    )
    names = ("column_option", "column_stance", "column_why")
    return Table(phrase("options", register), tuple(phrase(name, register) for name in names), rows)


def _told(answer: Answer) -> Iterable[Mapping[str, Any]]:
    """The statements that the text says; others only carry reasons."""
    return [s for s in answer["statements"] if s["text"].rstrip(".") in answer["text"] or _said_with_marks(s, answer)]


def _said_with_marks(statement: Mapping[str, Any], answer: Answer) -> bool:
    return with_marks(statement["text"], statement["citations"]) in answer["text"]


def _drugs_of(statement: Mapping[str, Any], register: str) -> str:
    table = load_knowledge().table
    row = table.rows.get(statement["id"])
    names = [table.drugs[drug].labels[register] for drug in (row.drugs if row else ()) if drug in table.drugs]
    return ", ".join(names) or "–"


# --- folding

SENTENCE = re.compile(r"(?<=[.!?])(?:\s+|$)")


def fold(texts: Sequence[str], limit: int, joint: str = "\n") -> list[str]:
    """The texts joined to pieces of at most `limit` characters, cut between texts, else between sentences.

    A sentence that is longer than a piece is cut between words: there is no other place.
    """
    pieces: list[str] = []
    for text in texts:
        for number, unit in enumerate(_units(text, limit)):
            glue = joint if number == 0 else " "
            if pieces and len(pieces[-1]) + len(glue) + len(unit) <= limit:
                pieces[-1] += glue + unit
            else:
                pieces.append(unit)
    return pieces


def _units(text: str, limit: int) -> Iterable[str]:
    if len(text) <= limit:
        return [text]
    units: list[str] = []
    for sentence in (s for s in SENTENCE.split(text) if s):
        while len(sentence) > limit:
            cut = sentence.rfind(" ", 1, limit + 1)
            cut = cut if cut > 0 else limit
            units.append(sentence[:cut].rstrip())
            sentence = sentence[cut:].lstrip()
        if sentence:
            units.append(sentence)
    return units
