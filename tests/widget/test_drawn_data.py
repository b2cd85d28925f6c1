"""What the pictures are drawn from: every number that a schedule or a plot names is a typed number of that row."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bot.guidance.loader import load_table
from tests.widget.browser import WIDGET

SCHEDULES: dict[str, list[dict[str, Any]]] = json.loads((WIDGET / "src/pictures/schedules.json").read_text())["rows"]
PLOTS = (WIDGET / "src/pictures/forest.ts").read_text()
TIMES = {"days", "weeks", "months", "years"}
WORDS = {"0 weeks": "", "1 weeks": "week", "1 months": "month"}
"""What stands for a word of the row, and that word."""


def names(lane: dict[str, Any]) -> list[str]:
    """The times that a lane is drawn from."""
    phases = [value for phase in lane.get("phases", []) for value in phase.values()]
    return [*phases, *lane.get("at", []), *([lane["again"]] if "again" in lane else [])]


@pytest.mark.parametrize("row_id", sorted(SCHEDULES))
def test_a_schedule_draws_what_its_row_says(row_id: str) -> None:
    row = load_table().rows[row_id]
    for lane in SCHEDULES[row_id]:
        for name in names(lane):
            if name in WORDS:
                assert WORDS[name] in row.text["clinician"], f"{row_id} does not say {WORDS[name]}"
            else:
                assert row.numbers[name].unit in TIMES | {"doses"}, f"{row_id}: {name} is no time"
        if "amount" in lane:
            assert row.numbers[lane["amount"]].unit in {"mg", "g", "mg/m2", "mcg/m2"}


def test_a_plot_draws_an_estimate_inside_its_interval() -> None:
    table = load_table()
    plots = re.findall(r'^  "?([\w-]+)"?: \{.*?estimate: "(\w+)", interval: "(\w+)"', PLOTS, flags=re.M)
    assert len(plots) >= 3
    for row_id, estimate, interval in plots:
        numbers = table.rows[row_id].numbers
        low, high = numbers[interval].bounds
        assert low <= numbers[estimate].bounds[0] <= high
        assert numbers[estimate].unit == numbers[interval].unit


def test_every_comparing_hazard_ratio_is_plotted() -> None:
    """A ratio that compares two drugs; one that is about prognosis or another disease is no comparison."""
    rows = load_table().rows.values()
    comparing = {row.id for row in rows if "hr" in row.numbers and {"rituximab", "cyclophosphamide"} <= set(row.drugs)}
    assert comparing
    for row_id in comparing:
        assert re.search(rf'^  "?{row_id}"?: \{{', PLOTS, flags=re.M), row_id
