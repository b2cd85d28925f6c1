"""Dose arithmetic from weight and height, with the formula shown. Numbers come from the table alone.

Body surface area: Mosteller, N Engl J Med 1987;317:1098 (square root of height in cm times weight in kg over 3600).
"""

from __future__ import annotations

import math

from bot.guidance.answer import Statement
from bot.guidance.draft import Draft
from bot.guidance.numbers import Number
from bot.guidance.rows import Row


def body_surface_m2(weight_kg: float, height_cm: float) -> float:
    """Body surface area in m² by Mosteller's formula."""
    return math.sqrt(weight_kg * height_cm / 3600)


def compute_doses(draft: Draft, rows: tuple[Row, ...]) -> None:
    """Add what the weight (and height) of the case make of every dose per kg or per m² among the rows."""
    weight, height = draft.case.weight_kg, draft.case.height_cm
    for row in rows:
        for number in _said(row):
            if number.unit == "mg/kg" and weight is not None:
                draft.compute(_per_kg(draft, row, number, weight))
            elif number.unit == "mg/m2" and weight is not None and height is not None:
                draft.compute(_per_m2(draft, row, number, weight, height))


def needs_measure(draft: Draft, rows: tuple[Row, ...]) -> str | None:
    """What is still missing for arithmetic that the given weight calls for: "height_cm", or None."""
    units = {n.unit for row in rows for n in _said(row)}
    if draft.case.weight_kg is None or "mg/m2" not in units:
        return None
    return "height_cm" if draft.case.height_cm is None else None


def _said(row: Row) -> list[Number]:
    """The numbers that stand in the text of the row; those of its check alone are no doses to calculate with."""
    return [n for n in row.numbers.values() if n.render() in row.text["clinician"]]


def _bounds(number: Number, factor: float) -> str:
    low = number.low if number.low is not None else number.value
    high = number.high if number.high is not None else number.value
    ends = [f"{round(end * factor):g}" for end in (low, high) if end is not None]
    return "-".join(dict.fromkeys(ends)).replace("-", "\N{EN DASH}")


def _per(number: Number) -> str:
    return f"/{number.per}" if number.per else ""


def _per_kg(draft: Draft, row: Row, number: Number, weight: float) -> Statement:
    text = draft.words(
        "computed_per_kg", weight=f"{weight:g}", dose=number.render(), result=_bounds(number, weight), per=_per(number)
    )
    typical = next((n for n in _said(row) if n.unit == "mg"), None)
    if typical is not None:
        text += " " + draft.words("typical_differs", typical=f"{typical.render()}/day")
    return _computed(row, text)


def _per_m2(draft: Draft, row: Row, number: Number, weight: float, height: float) -> Statement:
    area = body_surface_m2(weight, height)
    text = draft.words(
        "computed_per_m2",
        weight=f"{weight:g}",
        height=f"{height:g}",
        bsa=f"{area:.2f}",
        dose=number.render(),
        result=_bounds(number, area),
        per=_per(number),
    )
    return _computed(row, text)


def _computed(row: Row, text: str) -> Statement:
    return Statement(f"calc-{row.id}", text, "computed", (), row.sources)
