"""The case on a card: chips that take a fact out, and a form that changes it. And what a click on them means.

A click carries changes, not the facts they lead to: they are made to the case as it is when the click is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.guidance.model import AUDIENCES, BETWEEN, SOME_OF, TRUE_OR_FALSE
from bot.rendering.facts import ADD, REMOVE, SET, Change, Fact, check, facts, summary
from bot.rendering.parts import Answer
from bot.rendering.teams_elements import Element, actions, click, text_block
from bot.rendering.words import phrase, register_of, word

CASE = "case"
"""The section that is the form. It belongs to no turn: it shows the case as it is."""
INPUT = "case."
"""How the ids of the form's fields begin; the slot follows."""
UNKNOWN = "unknown"
"""What a field sends when its fact is not known; clients show no name for an empty value."""
ACTS = ("undo", "new_patient")
MOST_CHANGES = 60
"""More than there are values in the form."""


def case_chips(answer: Answer) -> list[Element]:
    """What the case holds, with a button for each way to change it."""
    case, register = answer["case"], register_of(answer)
    held = summary(case, register)
    shown = text_block(f"{phrase('case', register)}: {held or phrase('no_case', register)}")
    removals = [
        click(_removal(fact, choice.text, choice.change), "edit", {"edit": _carried([choice.change])})
        for fact in facts(case, register)
        if fact.value
        for choice in fact.choices
        if choice.change.how == REMOVE or (choice.change.how == SET and choice.change.value is None)
    ]
    form = click(phrase("change_case", register), "recall", {"turn": "", "section": CASE})
    acts = [click(phrase(act, register), "edit", {"edit": {"act": act}}) for act in (ACTS if held else ())]
    other = next(name for name in AUDIENCES if name != register)
    audience = click(phrase(f"to_{other}", register), "edit", {"edit": _carried([Change("audience", other)])})
    return [shown, *actions(removals), *actions([form, *acts, audience])]


def case_form(answer: Answer) -> list[Element]:
    """Every fact of the case as a field, filled with what is known, and one button to save them."""
    case, register = answer["case"], register_of(answer)
    fields = [_field(fact, case.get(fact.slot), register) for fact in facts(case, register)]
    was = {fact.slot: case.get(fact.slot) for fact in facts(case, register)}
    save = click(word("teams", "save_case", register), "edit", {"form": was})
    return [text_block(phrase("change_case", register), weight="Bolder"), *fields, *actions([save])]


def edit_of(ours: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a click on a chip or on the form does to the case, as JSON; None when that is nothing.

    Args:
        ours: what the button carries.
        fields: what was filled in, by the fields' ids. Both come from the client: everything is checked.
    """
    if isinstance(ours.get("form"), Mapping):
        changes = _changed(ours["form"], fields)
        return _carried(changes) if changes else None
    edit = ours.get("edit")
    if not isinstance(edit, Mapping):
        return None
    if edit.get("act") in ACTS:
        return {"act": edit["act"]}
    listed = edit.get("changes")
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_CHANGES:
        return None
    read = [_change(entry) for entry in listed]
    changes = [change for change in read if change is not None]
    return _carried(changes) if len(changes) == len(read) else None


def edit_for(edit: Mapping[str, Any], case: Mapping[str, Any]) -> dict[str, Any]:
    """The edit that Rasa's action is handed, for the case as it is now.

    Args:
        edit: what `edit_of` gave.
    """
    if "act" in edit:
        return {"act": edit["act"]}
    facts_now = dict(case)
    changed: dict[str, Any] = {}
    for entry in edit["changes"]:
        facts_set = Change(**entry).applied_to(facts_now)
        facts_now.update(facts_set)
        changed.update(facts_set)
    return {"changes": changed, "repeat": True}


# --- the form


def _field(fact: Fact, held: Any, register: str) -> Element:
    common: Element = {"id": INPUT + fact.slot, "label": fact.name[:1].upper() + fact.name[1:]}
    if fact.slot in BETWEEN:
        low, high = BETWEEN[fact.slot]
        filled = {"value": held} if held is not None else {}
        return {"type": "Input.Number", **common, "min": low, "max": high, **filled}
    if fact.slot in SOME_OF:
        listed = [{"title": _plain(choice.text), "value": str(choice.change.value)} for choice in fact.choices]
        value = ",".join(held or [])
        return {"type": "Input.ChoiceSet", **common, "isMultiSelect": True, "choices": listed, "value": value}
    known = [(choice.change.value, choice.text) for choice in fact.choices if choice.change.value is not None]
    if held is not None:
        known.insert(0, (held, fact.value))
    listed = [{"title": phrase("not_known", register), "value": UNKNOWN}]
    listed += [{"title": text, "value": _as_text(value)} for value, text in known]
    return {"type": "Input.ChoiceSet", **common, "choices": listed, "value": _as_text(held)}


def _changed(was: Mapping[str, Any], fields: Mapping[str, Any]) -> list[Change]:
    """The changes that lead from what the form showed to what was filled in."""
    changes: list[Change] = []
    for slot, before in was.items():
        if not isinstance(slot, str) or INPUT + slot not in fields:
            continue
        given = fields[INPUT + slot]
        if slot in SOME_OF:
            held = [value for value in before if isinstance(value, str)] if isinstance(before, list) else []
            wanted = [part for part in given.split(",") if part] if isinstance(given, str) else []
            changes += [Change(slot, value, ADD) for value in wanted if value not in held]
            changes += [Change(slot, value, REMOVE) for value in held if value not in wanted]
        elif (value := _read(slot, given)) != before:
            changes.append(Change(slot, value))
    return [change for change in changes if check(change)][:MOST_CHANGES]


def _read(slot: str, given: Any) -> Any:
    """A field's value as the case holds it."""
    text = given.strip() if isinstance(given, str) else given
    if text in (UNKNOWN, "", None):
        return None
    if slot in TRUE_OR_FALSE:
        return {"true": True, "false": False}.get(text) if isinstance(text, str) else text
    if slot in BETWEEN and isinstance(text, str):
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return text
    return text


# --- what a click carries


def _change(entry: Any) -> Change | None:
    if not isinstance(entry, Mapping) or set(entry) != {"slot", "value", "how"}:
        return None
    slot, how = entry["slot"], entry["how"]
    if not isinstance(slot, str) or how not in (SET, ADD, REMOVE):
        return None
    change = Change(slot, entry["value"], how)
    if slot == "audience":
        return change if how == SET and change.value in AUDIENCES else None
    return change if check(change) else None


def _carried(changes: Iterable[Change]) -> dict[str, Any]:
    return {"changes": [{"slot": c.slot, "value": c.value, "how": c.how} for c in changes]}


def _removal(fact: Fact, text: str, change: Change) -> str:
    """What a chip says: the value that is taken out of a list, or the fact that is no longer held."""
    return f"✕ {_plain(text)}" if change.how == REMOVE else f"✕ {fact.name}: {fact.value}"


def _plain(text: str) -> str:
    """A choice's words without "add:" or "remove:" before them."""
    return text.partition(": ")[2] or text


def _as_text(value: Any) -> str:
    return UNKNOWN if value is None else str(value).lower() if isinstance(value, bool) else str(value)
