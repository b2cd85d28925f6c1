"""How typed numbers are printed, and which are refused."""

from __future__ import annotations

import pytest

from bot.guidance.numbers import UNITS, Number, fault, plain


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        (Number("mg", low=1, high=3, times_a_day=2, route="oral"), "1-3 mg"),
        (Number("mg/kg", low=2.5, high=5, per="day"), "2.5-5 mg/kg/day"),
        (Number("mg/m2", value=375), "375 mg/m2"),
        (Number("mg/m2", low=500, high=750), "500-750 mg/m2"),
        (Number("ratio", value=0.263), "0.263"),
        (Number("ratio", low=0.094, high=0.732), "0.094-0.732"),
        (Number("%", value=95), "95%"),
        (Number("%", low=23, high=27), "23-27%"),
        (Number("months", value=1), "1 month"),
        (Number("months", low=6, high=12), "6-12 months"),
        (Number("mL", low=-153, high=74), "-153 to 74 mL"),
        (Number("x10^3/uL", value=1.3), "1.3 x10^3/uL"),
        (Number("degC", value=38), "38 °C"),
        (Number("calendar_year", value=2025), "2025"),
        (Number("phone", phone="112"), "112"),
    ],
)
def test_a_number_is_printed_as_people_write_it(number: Number, printed: str) -> None:
    assert number.render() == printed


def test_a_number_can_be_told_without_its_unit() -> None:
    assert Number("patients", value=28).figures() == "28"


def test_bounds_of_a_single_figure_are_equal() -> None:
    assert Number("mg", value=2).bounds == (2, 2)
    assert Number("mg", low=1, high=3).bounds == (1, 3)


@pytest.mark.parametrize(("value", "text"), [(600.0, "600"), (0.075, "0.075"), (2, "2"), (-75.9, "-75.9")])
def test_figures_have_no_idle_zeros(value: float, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit != "phone"])
def test_each_unit_has_bounds_and_refuses_what_is_beyond(unit: str) -> None:
    least, most = UNITS[unit]
    assert fault(Number(unit, low=least, high=most), ()) is None
    assert fault(Number(unit, value=most * 10 + 1), ()) is not None
    assert fault(Number(unit, value=least - 1), ()) is not None


def test_a_ciclosporin_level_is_refused_for_tacrolimus_alone() -> None:
    level = Number("ng/mL", low=100, high=150)
    assert fault(level, ["tacrolimus"]) is not None
    assert fault(level, ["cyclosporine"]) is None


def test_a_telephone_number_needs_its_digits() -> None:
    assert fault(Number("phone"), ()) is not None
