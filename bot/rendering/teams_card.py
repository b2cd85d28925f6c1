"""The Adaptive Card under an answer: the question's choices, suggestions, what unfolds, and the case."""

from __future__ import annotations

from collections.abc import Mapping

from bot.rendering.parts import ALL, SOURCES, WHY, Answer, Table, details, options_table, table_of
from bot.rendering.teams_case import case_chips
from bot.rendering.teams_elements import Element, actions, card, click, say, table_element, text_block
from bot.rendering.words import phrase, register_of, word

CHOSEN = "chosen"
"""Id of the menu of sections."""


def answer_card(answer: Answer, turn: str, number: int, without: frozenset[str] = frozenset()) -> Element | None:
    """The card of one Answer, or None when there is nothing to click.

    Args:
        turn: id of the turn, by which "show all" finds the Answer again.
        number: which Answer of the turn it is.
        without: parts to leave out because the message would be too large: "table", "options", "why", "case".
    """
    register = register_of(answer)
    body: list[Element] = []
    row: list[Element] = []
    hidden: list[Element] = []

    def fold_away(name: str, title: str, items: list[Element]) -> None:
        if items and name not in without:
            row.append({"type": "Action.ToggleVisibility", "title": title, "targetElements": [name]})
            hidden.append({"type": "Container", "id": name, "isVisible": False, "items": items})

    table = table_of(answer)
    ask = answer["ask"]
    if ask and ask["choices"]:
        body += [
            text_block(ask["question"], weight="Bolder"),
            *actions(say(choice, choice) for choice in ask["choices"]),
        ]
    unfolding = details(answer)
    row += [
        click(detail.label, "recall", {"turn": turn, "section": f"{number}:{detail.id}"})
        for detail in unfolding
        if detail.id in (ALL, SOURCES)
    ]
    if table is not None:
        fold_away("table", word("teams", "table", register), [table_element(table)])
    if answer["options"]:
        fold_away("options", phrase("options", register), option_list(options_table(answer, register)))
    whys = {f"{number}:{d.id}": d.label for d in unfolding if d.id.startswith(WHY)}
    fold_away("why", word("teams", "why_not", register), why_not(whys, turn, register))
    if answer["kind"] != "error":  # its case is empty because none could be read
        fold_away("case", phrase("case", register), case_chips(answer))
    labels = {action["title"].lower() for action in row}
    suggested = [say(f["title"], f["message"]) for f in answer["follow_ups"] if f["title"].lower() not in labels]
    body += actions(suggested)
    body += [*actions(row), *hidden]
    return card(body, wide=table is not None) if body else None


def option_list(table: Table) -> list[Element]:
    """Options as a list, which fits a narrow screen: name and stance, and the reason below."""
    items: list[Element] = []
    for name, stance, reason in table.rows:
        items.append(text_block(f"{name}: {stance}", weight="Bolder", separator=True))
        if reason:
            items.append(text_block(reason, spacing="None"))
    return items


def why_not(sections: Mapping[str, str], turn: str, register: str) -> list[Element]:
    """A menu of what is held back, and a button that asks why. `sections`: section of the answer -> label."""
    if not sections:
        return []
    menu: Element = {
        "type": "Input.ChoiceSet",
        "id": CHOSEN,
        "label": word("teams", "why_not", register),
        "choices": [{"title": label, "value": section} for section, label in sections.items()],
        "value": next(iter(sections)),
    }
    return [menu, *actions([click(word("teams", "tell_why", register), "recall", {"turn": turn, "chosen": CHOSEN})])]
