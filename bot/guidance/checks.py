"""Reads single fields of table entries and collects every problem with its place and its remedy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any, Final

from bot.guidance.conditions import condition_problems
from bot.guidance.numbers import PERIODS, UNITS, Number, fault
from bot.guidance.vocabulary import REGISTERS
from bot.guidance.yaml_source import Located, TableError

_PLACEHOLDER: Final = re.compile(r"\{(\w+)(:n)?\}")
# A digit that starts a word. CD20, IgG4 and Jo-1 are names, not numbers.
_BARE_NUMBER: Final = re.compile(r"(?<![A-Za-z0-9])(?<![A-Za-z]-)[0-9]")
_NUMBER_KEYS: Final = frozenset({"value", "low", "high", "unit", "per", "times_a_day", "interval", "route", "duration"})
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_DETAILS: Final = ("interval", "route", "duration")


class Problems:
    """Every fault found, so that one run names them all."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, where: str, what: str, mend: str) -> None:
        """Note a fault: `where` is file:line, `mend` says what to write instead."""
        self.found.append(f"{where}: {what}; {mend}")

    def stop_if_any(self) -> None:
        """Raise TableError naming all faults, or return."""
        if self.found:
            raise TableError("\n".join(self.found))


class Fields:
    """Typed access to one mapping of the table; faults go to `problems`, a harmless value comes back."""

    def __init__(self, entry: Any, problems: Problems, where: str, allowed: Collection[str]) -> None:
        self.problems = problems
        if not isinstance(entry, Located):
            problems.add(where, "an entry is not a mapping", "write 'key: value' lines")
            entry = Located(where.split(":")[0], 1)
        self.entry = entry
        for key in entry:
            if key not in allowed:
                self.fault(f"unknown key '{key}'", f"use one of {', '.join(sorted(allowed))}", key)

    def fault(self, what: str, mend: str, key: str | None = None) -> None:
        """Note a fault of this entry."""
        name = self.entry.get("id", self.entry.get("number"))
        self.problems.add(self.entry.where(key), f"{name}: {what}" if name is not None else what, mend)

    def string(self, key: str, one_of: Collection[str] | None = None) -> str:
        """A required text without stray spaces, from `one_of` if given."""
        value = self.entry.get(key)
        if not isinstance(value, str) or not value.strip():
            self.fault(f"'{key}' is missing", f"write a text for '{key}'", key)
            return ""
        if value != " ".join(value.split()):
            self.fault(f"'{key}' has stray spaces or line ends", "keep single spaces", key)
        if one_of is not None and value not in one_of:
            self.fault(f"'{key}' is '{value}'", f"use one of {', '.join(sorted(one_of))}", key)
        return value

    def optional(self, key: str) -> str | None:
        """A text, or None when it is null or left out."""
        return self.string(key) if self.entry.get(key) is not None else None

    def flag(self, key: str) -> bool:
        """A yes or no; no when left out."""
        value = self.entry.get(key, False)
        if not isinstance(value, bool):
            self.fault(f"'{key}' is not true or false", "write true or false", key)
            return False
        return value

    def strings(self, key: str, known: Collection[str] | None = None, what: str = "id") -> tuple[str, ...]:
        """A list of texts, empty when left out; each must be in `known` if given, and none may stand twice."""
        value = self.entry.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.fault(f"'{key}' is not a list of texts", "write [a, b] and quote yes, no and numbers", key)
            return ()
        for item in value:
            if known is not None and item not in known:
                self.fault(f"'{key}' names the unknown {what} '{item}'", f"add that {what} or correct the name", key)
        if len(set(value)) != len(value):
            self.fault(f"'{key}' names one {what} twice", "keep one", key)
        return tuple(value)

    def integers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers, empty when left out."""
        value = self.entry.get(key) or []
        if not isinstance(value, list) or not all(type(item) is int for item in value):
            self.fault(f"'{key}' is not a list of whole numbers", "write [1, 2]", key)
            return ()
        return tuple(value)

    def registers(self, key: str, numbers: dict[str, Number] | None = None) -> dict[str, str]:
        """The texts for clinician and patient, rendered with `numbers`."""
        value = self.entry.get(key)
        if not isinstance(value, Located):
            self.fault(f"'{key}' is missing", f"write {key}: {{clinician: ..., patient: ...}}", key)
            return dict.fromkeys(REGISTERS, "")
        inner = Fields(value, self.problems, value.where(), REGISTERS)
        inner.entry = value
        texts: dict[str, str] = {}
        for register in REGISTERS:
            raw = value.get(register)
            if not isinstance(raw, str) or not raw.strip():
                self.fault(f"'{key}' has no {register} text", "write both registers", key)
                raw = ""
            if raw != " ".join(raw.split()):
                self.fault(f"'{key}' ({register}) has stray spaces", "keep single spaces", key)
            texts[register] = self._render(raw, key, numbers)
        return texts

    def _render(self, raw: str, key: str, numbers: dict[str, Number] | None) -> str:
        """Put typed numbers in for placeholders; digits written into the text are a fault."""
        if _BARE_NUMBER.search(_PLACEHOLDER.sub("", raw)):
            self.fault(f"bare number in '{key}': {raw!r}", "move it to 'numbers' and write {its_name}", key)

        def put(match: re.Match[str]) -> str:
            number = (numbers or {}).get(match[1])
            if number is None:
                self.fault(f"'{key}' uses {{{match[1]}}}", "define it under 'numbers' or correct the name", key)
                return match[0]
            return number.figures() if match[2] else number.render()

        return _PLACEHOLDER.sub(put, raw)

    def numbers(self, drugs: Iterable[str]) -> dict[str, Number]:
        """The typed numbers of an entry, each inside the bounds of its unit."""
        value = self.entry.get("numbers") or {}
        if not isinstance(value, dict):
            self.fault("'numbers' is not a mapping", "write name: {value: 1, unit: mg}", "numbers")
            return {}
        drugs = tuple(drugs)
        return {name: number for name, raw in value.items() if (number := self._number(name, raw, drugs)) is not None}

    def _number(self, name: str, raw: Any, drugs: tuple[str, ...]) -> Number | None:
        if not isinstance(raw, Located) or raw.get("unit") not in UNITS:
            self.fault(f"number '{name}' has no known unit", f"use one of {', '.join(UNITS)}", "numbers")
            return None
        for key in raw:
            if key not in _NUMBER_KEYS:
                self.fault(f"number '{name}' has the unknown key '{key}'", "remove it or correct it", "numbers")
        if raw.get("per") not in (None, *PERIODS):
            self.fault(f"number '{name}' is per '{raw['per']}'", f"use one of {', '.join(PERIODS)}", "numbers")
        unit = raw["unit"]
        if unit == "phone":
            number = Number(unit=unit, phone=raw.get("value") if isinstance(raw.get("value"), str) else None)
        else:
            given = {key: raw[key] for key in ("value", "low", "high") if key in raw}
            if not (set(given) == {"value"} or set(given) == {"low", "high"}) or not all(
                type(figure) in (int, float) for figure in given.values()
            ):
                self.fault(f"number '{name}' is not a figure or range", "give value, or low and high", "numbers")
                return None
            details: dict[str, Any] = {key: str(raw[key]) for key in _DETAILS if raw.get(key) is not None}
            number = Number(unit=unit, per=raw.get("per"), times_a_day=raw.get("times_a_day"), **given, **details)
        why = fault(number, drugs)
        if why:
            self.fault(f"number '{name}': {why}", "check the figure and the unit against the source", "numbers")
        return number

    def when(self, key: str = "when") -> dict[str, Any]:
        """Conditions on the case, in the language of `conditions`; {} holds always."""
        value = self.entry.get(key) or {}
        for problem in condition_problems(value):
            self.fault(f"'{key}': {problem}", "write {slot: [values]}", key)
        return dict(value) if isinstance(value, dict) else {}

    def signature(self) -> tuple[str | None, str | None]:
        """Who reviewed the entry and on which day: both, or neither while no human has signed."""
        by, on = self.optional("reviewed_by"), self.optional("reviewed_on")
        if (by is None) != (on is None):
            self.fault("'reviewed_by' and 'reviewed_on' go together", "fill both or leave both null", "reviewed_by")
        if on is not None and not _DATE.fullmatch(on):
            self.fault(f"'reviewed_on' is '{on}'", "write the day as YYYY-MM-DD", "reviewed_on")
        return by, on
