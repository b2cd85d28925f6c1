"""Vital signs and counts in a sentence that are alarming by their number. The bounds are data: vitals.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.language.gate.text import fold

_NUMBER: Final = r"(?<![\w./])(\d+(?:\.\d+)?)(?!\d)"
_PRESSURE_SPAN: Final = (20, 160)
_FAHRENHEIT: Final = re.compile(r" ?(°|degrees)? ?(f|fahrenheit)(?!\w)")


@dataclass(frozen=True)
class Sign:
    """A concept found at characters ``start`` to ``end`` of a sentence."""

    concept: str
    start: int
    end: int


@dataclass(frozen=True)
class _Bounds:
    low: float
    high: float

    def hold(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class _Measure:
    concept: str
    bounds: _Bounds
    patterns: tuple[re.Pattern[str], ...]


class Vitals:
    """Finds alarming readings in a sentence as ``text.sentences`` writes it."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        """Take the parsed vitals.yml."""
        self._measures = [_measure(row) for row in rows["readings"]]
        pressure = rows["blood_pressure"]
        self._pressure = re.compile(rf"{_NUMBER} ?{pressure['joined_by']} ?{_NUMBER}")
        self._pressure_bounds = {name: _Bounds(**pressure[name]) for name in ("systolic_low", "systolic_very_high")}
        self._temperature = _Temperature(rows["temperature"])
        self._litres = re.compile(rf"(?:from )?{_NUMBER} ?l?(?:itres?)? to {_NUMBER} ?l(?:itres?|iters?)?(?!\w)")
        self._litre_rise = float(rows["oxygen_rise"]["litres"])

    def find(self, sentence: str) -> list[Sign]:
        """Every alarming reading of the sentence."""
        found: list[Sign] = []
        if not any(char.isdigit() for char in sentence):
            return found
        for measure in self._measures:
            for pattern in measure.patterns:
                for match in pattern.finditer(sentence):
                    if measure.bounds.hold(float(match["value"])):
                        found.append(Sign(measure.concept, match.start(), match.end()))
        found.extend(self._pressures(sentence))
        found.extend(self._temperature.find(sentence))
        for match in self._litres.finditer(sentence):
            if float(match[2]) - float(match[1]) >= self._litre_rise:
                found.append(Sign("oxygen_rise", match.start(), match.end()))
        return found

    def _pressures(self, sentence: str) -> list[Sign]:
        found = []
        for match in self._pressure.finditer(sentence):
            upper, lower = float(match[1]), float(match[match.lastindex or 2])
            if not _PRESSURE_SPAN[0] <= lower <= _PRESSURE_SPAN[1] or lower >= upper:
                continue
            for concept, bounds in self._pressure_bounds.items():
                if bounds.hold(upper):
                    found.append(Sign(concept, match.start(), match.end()))
        return found


def _measure(row: Mapping[str, Any]) -> _Measure:
    label, gap = fold(row["label"]), int(row["gap"])
    unit = f"(?! ?{row['unit_not']}(?!\\w))" if "unit_not" in row else ""
    number = _NUMBER.replace("(\\d+", "(?P<value>\\d+", 1)
    # A second number may not lie between label and value: "sats 97 at 2 l" is about 97.
    between = rf"(?: [^\d ]+){{0,{gap}}}? "
    patterns = [re.compile(rf"(?<![^ ]){label}{between}{number}{unit}")]
    if row.get("before"):
        patterns.append(re.compile(rf"{number}{unit} {label}(?![^ ])"))
    return _Measure(row["concept"], _Bounds(float(row["low"]), float(row["high"])), tuple(patterns))


class _Temperature:
    def __init__(self, row: Mapping[str, Any]) -> None:
        self._label = re.compile(rf"(?<![^ ]){fold(row['label'])}(?![^ ])")
        self._number = re.compile(rf"{_NUMBER}(?! ?{row['unit_not']}(?!\w))")
        self._other = re.compile(rf"(?<![^ ]){fold(row['not_after'])}(?: (?:is|was|of|at))? $")
        self._bands = {
            "temperature_high": {unit: _Bounds(*pair) for unit, pair in row["high"].items()},
            "temperature_very_high": {unit: _Bounds(*pair) for unit, pair in row["very_high"].items()},
            "temperature_extreme": {unit: _Bounds(*pair) for unit, pair in row["extreme"].items()},
        }

    def find(self, sentence: str) -> list[Sign]:
        labelled = bool(self._label.search(sentence))
        found = []
        for match in self._number.finditer(sentence):
            # Without a word for temperature only a decimal is taken for one: "38.9 and shivering", never "39 patients".
            if not labelled and ("." not in match[1] or self._other.search(sentence[: match.start()])):
                continue
            unit = "fahrenheit" if _FAHRENHEIT.match(sentence, match.end()) or float(match[1]) > 50 else "celsius"
            for concept, bands in self._bands.items():
                if bands[unit].hold(float(match[1])):
                    found.append(Sign(concept, match.start(), match.end()))
        return found
