"""Numbers with units: weight and height, and laboratory values where a source names a threshold.

Lung function numbers are never read as a severity: the article gives no cut-offs.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.language.lexicon_loader import Term
from bot.language.patterns import Match
from bot.language.tokens import Token
from bot.language.word_lists import words
from bot.language.yaml_rows import LexiconError, check_keys, load_yaml

KG_PER_LB = 0.45359237
CM_PER_INCH = 2.54
POUNDS_IN_A_STONE = 14
KG_PER_STONE = POUNDS_IN_A_STONE * KG_PER_LB
_FEET = re.compile(r"([4-7])'(\d{1,2})$")
WEIGHT_KG = (25.0, 300.0)
HEIGHT_CM = (100.0, 230.0)

LAST_WEEK = 42
_PRESSURE = frozenset({"bp", "pressure", "systolic", "blutdruck"})
FEVER_C = 38.0
FEVER_F = 100.4

_BETWEEN = words("between_lab_and_number")
LIMITS = Path(__file__).parent / "lists" / "laboratory.yml"
_PERCENT = frozenset({"%", "percent", "per", "pc"})
_NO_RESULT = frozenset({"weeks", "week", "months", "days", "day", "g", "mg", "times", "x", "%", "years", "year"})
_KG = frozenset({"kg", "kgs", "kilo", "kilos", "kilograms", "kilogram"})
_LB = frozenset({"lb", "lbs", "pounds", "pound"})
_TO_KG = {**dict.fromkeys(_KG, 1.0), **dict.fromkeys(_LB, KG_PER_LB), "stone": KG_PER_STONE, "st": KG_PER_STONE}
_STONE = frozenset({"stone", "st"})
_GOES_ON = frozenset({"and", "so", "if", "then", "now", "please", "with", "but"})
_TALL = frozenset({"height", "ht", "hgt", "tall"})
UNIT_WORDS = _KG | _LB | {"centimetres", "centimeters", "metres", "meters", "stone"}
"""Words that the spelling must leave alone."""
_TEMPERATURE = frozenset({"temp", "temperature", "fever", "febrile", "tmax"})


def weight_kg(tokens: Sequence[Token]) -> float | None:
    """A body weight in kg ("70 kg", "154 lb", "weight 70"), or None. Doses such as "2 mg/kg" are none."""
    for n, token in enumerate(tokens):
        if token.number is None:
            continue
        unit = tokens[n + 1].norm if n + 1 < len(tokens) else ""
        before = {t.norm for t in tokens[max(0, n - 3) : n]}
        kilos = token.number * _TO_KG[unit] if unit in _TO_KG else None
        if kilos is not None and unit in _STONE and n + 2 < len(tokens):
            kilos += _odd_pounds(tokens, n + 2) * KG_PER_LB
        if kilos is None and before & {"weight", "weigh", "weighs", "weighing", "wt"} and unit not in ("g", "mg", "%"):
            kilos = token.number
        if (
            kilos is not None
            and WEIGHT_KG[0] <= kilos <= WEIGHT_KG[1]
            and not before & {"lost", "gained", "losing", "gain"}
        ):
            return round(kilos, 1)
    return None


def _odd_pounds(tokens: Sequence[Token], place: int) -> float:
    """The pounds over the stones ("11 stone 4"): a number below 14 that has no other unit."""
    pounds = tokens[place].number
    if pounds is None or not 0 < pounds < POUNDS_IN_A_STONE:
        return 0.0
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    alone = after is None or after.is_mark or after.norm in _LB or after.norm in _GOES_ON
    return pounds if alone else 0.0


def height_cm(tokens: Sequence[Token]) -> float | None:
    """A height in cm ("170 cm", "1.70 m", "5 ft 6", "5'6"), or None."""
    for n, token in enumerate(tokens):
        if joined := _FEET.match(token.text):
            return round((float(joined[1]) * 12 + float(joined[2])) * CM_PER_INCH, 1)
        if token.number is None:
            continue
        rest = [t.norm for t in tokens[n + 1 : n + 4]]
        unit = rest[0] if rest else ""
        named = bool({t.norm for t in tokens[max(0, n - 2) : n]} & _TALL) or unit == "tall"
        if named and unit not in _TO_KG and HEIGHT_CM[0] <= token.number <= HEIGHT_CM[1]:
            return token.number
        if unit in ("cm", "cms", "centimeters", "centimetres") and HEIGHT_CM[0] <= token.number <= HEIGHT_CM[1]:
            return token.number
        if unit in ("m", "meters", "metres", "meter", "metre") and 1.2 <= token.number <= 2.2:
            return round(token.number * 100, 1)
        if unit in ("ft", "feet", "foot", "'") and 4 <= token.number <= 7:
            inches = next((t.number for t in tokens[n + 2 : n + 4] if t.number is not None and t.number < 12), 0.0)
            return round((token.number * 12 + (inches or 0.0)) * CM_PER_INCH, 1)
    return None


@dataclass(frozen=True)
class Limit:
    """A row of ``laboratory.yml``: the term that a number below or above the limit stands for."""

    term: Term
    below: float | None = None
    above: float | None = None
    scaled_from: float | None = None
    divisor: float = 1.0
    percent: bool = False

    def reached(self, value: float) -> bool:
        """Is the number, in either usual unit, beyond the limit?"""
        if self.scaled_from is not None and value >= self.scaled_from:
            value /= self.divisor
        return 0 < value < self.below if self.below is not None else value > (self.above or 0.0)


@functools.lru_cache(maxsize=1)
def load_limits() -> dict[str, Limit]:
    """The limits by the names of the tests; raises LexiconError for a row that cannot be read."""
    data = load_yaml(LIMITS)
    check_keys(data, {"rows"}, {"rows"}, LIMITS.name)
    limits: dict[str, Limit] = {}
    needed = {"names", "concept", "value", "source"}
    for row in data["rows"]:
        where = f"{LIMITS.name}, {row.get('names', '?')}"
        check_keys(row, needed | {"below", "above", "scaled_from", "divisor", "percent"}, needed, where)
        if ("below" in row) == ("above" in row):
            raise LexiconError(f"{where}: exactly one of below and above is expected")
        numbers = {key: float(row[key]) for key in ("below", "above", "scaled_from", "divisor") if key in row}
        limit = Limit(Term(row["concept"], row["value"]), percent=bool(row.get("percent")), **numbers)
        limits.update(dict.fromkeys(row["names"].split(), limit))
    return limits


def laboratory(tokens: Sequence[Token]) -> list[Match[Term]]:
    """Test results and fever given as numbers, as terms that cover the name and the number."""
    found: list[Match[Term]] = []
    for n, token in enumerate(tokens):
        limit = load_limits().get(token.norm)
        if limit is not None and (place := _number_after(tokens, n + 1)) is not None:
            unit = tokens[place + 1].norm if place + 1 < len(tokens) else ""
            fits = unit in _PERCENT if limit.percent else unit not in _NO_RESULT
            if fits and limit.reached(tokens[place].number or 0.0):
                found.append(Match(limit.term, n, place + 1))
            elif (diastolic := _diastolic(tokens, token, place)) is not None:
                found.append(Match(load_limits()["diastolic"].term, n, diastolic + 1))
        if _is_gestation(tokens, n):
            found.append(Match(Term("pregnancy", "pregnant"), n, n + 3))
        if _is_fever(tokens, n):
            found.append(Match(Term("sign", "fever"), n, n + 1))
    return found


def _is_gestation(tokens: Sequence[Token], n: int) -> bool:
    """ "9/40" is the ninth of forty weeks; "BP 78/40" is a blood pressure."""
    value = tokens[n].number
    if value is None or not value.is_integer() or not 3 <= value <= LAST_WEEK or n + 2 >= len(tokens):
        return False
    before = {t.norm for t in tokens[max(0, n - 3) : n]}
    return tokens[n + 1].norm == "/" and tokens[n + 2].text == "40" and not before & _PRESSURE


def _diastolic(tokens: Sequence[Token], name: Token, place: int) -> int | None:
    """Where the second number of "BP 170/115" stands, when it is beyond the limit."""
    if name.norm not in ("bp", "pressure") or place + 2 >= len(tokens) or tokens[place + 1].norm not in ("/", "over"):
        return None
    value = tokens[place + 2].number
    return place + 2 if value is not None and load_limits()["diastolic"].reached(value) else None


def _number_after(tokens: Sequence[Token], start: int) -> int | None:
    for n in range(start, min(start + 6, len(tokens))):
        if tokens[n].number is not None:
            return n
        if tokens[n].norm not in _BETWEEN:
            return None
    return None


def _is_fever(tokens: Sequence[Token], n: int) -> bool:
    value = tokens[n].number
    if value is None:
        return False
    around = {t.norm for t in (*tokens[max(0, n - 4) : n], *tokens[n + 1 : n + 3])}
    celsius = FEVER_C <= value <= 43 and (bool(around & _TEMPERATURE) or "c" in around or "°" in around)
    fahrenheit = FEVER_F <= value <= 109 and (bool(around & _TEMPERATURE) or "f" in around)
    return celsius or fahrenheit
