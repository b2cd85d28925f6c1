"""Numbers with units: weight and height, and laboratory values where a source names a threshold.

Lung function numbers are never read as a severity: the article gives no cut-offs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.language.lexicon_loader import Term
from bot.language.patterns import Match
from bot.language.tokens import Token
from bot.language.word_lists import words

KG_PER_LB = 0.45359237
CM_PER_INCH = 2.54
KG_PER_STONE = 14 * KG_PER_LB
_FEET = re.compile(r"([4-7])'(\d{1,2})$")
WEIGHT_KG = (25.0, 300.0)
HEIGHT_CM = (100.0, 230.0)

ANC_INTERRUPT = 1.3
"""Neutrophils x10^9/L below which the US label of mycophenolate says to interrupt or reduce (dossier U2, MMF-NEUT)."""
LOW_WHITE_CELLS = 3.0
"""White cells x10^9/L that people report as low; understanding only, no advice rests on it."""
LOW_PLATELETS = 100.0
LOW_HAEMOGLOBIN = 10.0
FEVER_C = 38.0
FEVER_F = 100.4

_LABS = {
    **dict.fromkeys(("anc", "neutrophil", "neutrophils", "neut", "neuts"), ANC_INTERRUPT),
    **dict.fromkeys(("wbc", "wcc", "wbcs", "leukocytes", "leucocytes", "whites", "bloods", "cells"), LOW_WHITE_CELLS),
    **dict.fromkeys(("platelets", "platelet", "plt", "plts"), LOW_PLATELETS),
    **dict.fromkeys(("hb", "hgb", "haemoglobin", "hemoglobin"), LOW_HAEMOGLOBIN),
}
_PER_MICROLITRE = {ANC_INTERRUPT: 100.0, LOW_WHITE_CELLS: 500.0, LOW_PLATELETS: 5000.0}
_BETWEEN = words("between_lab_and_number")
_KG = frozenset({"kg", "kgs", "kilo", "kilos", "kilograms", "kilogram"})
_LB = frozenset({"lb", "lbs", "pounds", "pound"})
_TO_KG = {**dict.fromkeys(_KG, 1.0), **dict.fromkeys(_LB, KG_PER_LB), "stone": KG_PER_STONE, "st": KG_PER_STONE}
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
        if kilos is None and before & {"weight", "weigh", "weighs", "weighing", "wt"} and unit not in ("g", "mg", "%"):
            kilos = token.number
        if (
            kilos is not None
            and WEIGHT_KG[0] <= kilos <= WEIGHT_KG[1]
            and not before & {"lost", "gained", "losing", "gain"}
        ):
            return round(kilos, 1)
    return None


def height_cm(tokens: Sequence[Token]) -> float | None:
    """A height in cm ("170 cm", "1.70 m", "5 ft 6", "5'6"), or None."""
    for n, token in enumerate(tokens):
        if joined := _FEET.match(token.text):
            return round((float(joined[1]) * 12 + float(joined[2])) * CM_PER_INCH, 1)
        if token.number is None:
            continue
        rest = [t.norm for t in tokens[n + 1 : n + 4]]
        unit = rest[0] if rest else ""
        if unit in ("cm", "cms", "centimeters", "centimetres") and HEIGHT_CM[0] <= token.number <= HEIGHT_CM[1]:
            return token.number
        if unit in ("m", "meters", "metres", "meter", "metre") and 1.2 <= token.number <= 2.2:
            return round(token.number * 100, 1)
        if unit in ("ft", "feet", "foot", "'") and 4 <= token.number <= 7:
            inches = next((t.number for t in tokens[n + 2 : n + 4] if t.number is not None and t.number < 12), 0.0)
            return round((token.number * 12 + (inches or 0.0)) * CM_PER_INCH, 1)
    return None


def laboratory(tokens: Sequence[Token]) -> list[Match[Term]]:
    """Low blood counts and fever given as numbers, as terms that cover the name and the number."""
    found: list[Match[Term]] = []
    for n, token in enumerate(tokens):
        limit = _LABS.get(token.norm)
        if limit is not None and (place := _number_after(tokens, n + 1)) is not None:
            value = tokens[place].number or 0.0
            scale = _PER_MICROLITRE.get(limit)
            per_litre = value / 1000 if scale and value >= scale else value
            unit = tokens[place + 1].norm if place + 1 < len(tokens) else ""
            if 0 < per_litre < limit and unit not in ("weeks", "months", "days", "g", "mg", "times", "%"):
                found.append(Match(Term("side_effect", "hematologic"), n, place + 1))
        if _is_fever(tokens, n):
            found.append(Match(Term("sign", "fever"), n, n + 1))
    return found


def _number_after(tokens: Sequence[Token], start: int) -> int | None:
    for n in range(start, min(start + 5, len(tokens))):
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
