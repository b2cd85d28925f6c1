"""Typed numbers of the table: what a unit allows, and how a number is printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

# Lowest and highest value that is believable for a unit. A figure outside is taken for a slip of the pen.
UNITS: Final[dict[str, tuple[float, float]]] = {
    "mg": (0.01, 5000),
    "g": (0.1, 10),
    "mcg": (0.1, 5000),
    "mg/kg": (0.01, 100),
    "g/kg": (0.1, 5),
    "mg/m2": (10, 2000),
    "mcg/m2": (1, 500),
    "m2": (0.1, 3),
    "ng/mL": (0.5, 500),
    "x10^9/L": (0.05, 100),
    "x10^3/uL": (0.05, 100),
    "%": (0, 100),
    "mL": (-1000, 2000),
    "mL/year": (-500, 500),
    "mL/min": (1, 200),
    "mmHg": (40, 250),
    "kg": (1, 300),
    "degC": (30, 45),
    "years": (0, 120),
    "months": (0, 60),
    "weeks": (0, 104),
    "days": (0, 400),
    "hours": (0, 96),
    "minutes": (0, 600),
    "times": (0, 100),
    "doses": (1, 40),
    "patients": (1, 100000),
    "points": (0, 100),
    "ratio": (0, 100),
    "calendar_year": (1990, 2035),
    "phone": (0, 0),
}

# Highest value for one drug: ten-fold slips and units of a sister drug (a ciclosporin level printed for tacrolimus).
DRUG_CEILINGS: Final[dict[tuple[str, str], float]] = {
    ("tacrolimus", "mg/kg"): 0.3,
    ("tacrolimus", "ng/mL"): 25,
    ("tacrolimus", "mg"): 10,
    ("cyclosporine", "mg/kg"): 10,
    ("azathioprine", "mg/kg"): 4,
    ("azathioprine", "mg"): 300,
    ("methotrexate", "mg"): 30,
    ("rituximab", "mg"): 2000,
    ("rituximab", "mg/m2"): 500,
    ("cyclophosphamide", "mg/m2"): 1000,
    ("nintedanib", "mg"): 300,
    ("tofacitinib", "mg"): 22,
}

PERIODS: Final = ("day", "dose", "week", "month", "year")
_BARE: Final = frozenset({"ratio", "calendar_year", "phone"})
_COUNTED: Final = frozenset(
    {"years", "months", "weeks", "days", "hours", "minutes", "times", "doses", "patients", "points"}
)


@dataclass(frozen=True)
class Number:
    """One figure or range with its unit. `value` is set for a figure, `low` and `high` for a range."""

    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    per: str | None = None
    times_a_day: float | None = None
    interval: str | None = None
    route: str | None = None
    duration: str | None = None
    phone: str | None = None

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value, equal for a single figure (0, 0 for a telephone number)."""
        if self.value is not None:
            return self.value, self.value
        return self.low or 0.0, self.high or 0.0

    def figures(self) -> str:
        """The figures without their unit: `1-3`, `0.263`."""
        if self.phone is not None:
            return self.phone
        low, high = self.bounds
        if low == high:
            return plain(low)
        joint = " to " if low < 0 else "-"
        return f"{plain(low)}{joint}{plain(high)}"

    def render(self) -> str:
        """The figures with unit and period: `2.5-5 mg/kg/day`, `95%`, `0.263`."""
        figures = self.figures()
        if self.unit in _BARE:
            return figures
        period = f"/{self.per}" if self.per else ""
        if self.unit == "%":
            return f"{figures}%{period}"
        unit = self.unit[:-1] if self.unit in _COUNTED and self.bounds == (1, 1) else self.unit
        return f"{figures} {'°C' if unit == 'degC' else unit}{period}"


def plain(value: float) -> str:
    """A number as people write it: no trailing zero, no exponent."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def fault(number: Number, drugs: Iterable[str]) -> str | None:
    """Why a number is not believable, or None. `drugs` are the drugs its row is about."""
    if number.unit == "phone":
        return None if number.phone else "a telephone number needs 'value' in quotes"
    low, high = number.bounds
    least, most = UNITS[number.unit]
    if low > high:
        return f"low {plain(low)} is above high {plain(high)}"
    if low < least or high > most:
        return f"{number.figures()} {number.unit} is outside {plain(least)}-{plain(most)} {number.unit}"
    names = tuple(drugs)
    if len(names) == 1:
        ceiling = DRUG_CEILINGS.get((names[0], number.unit))
        if ceiling is not None and high > ceiling:
            return f"{number.figures()} {number.unit} is above {plain(ceiling)} {number.unit} for {names[0]}"
    return None
