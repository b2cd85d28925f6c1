"""What people say and what is read: one test for each sentence of ``cases/*.yml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.guidance.loader import load_table
from bot.language.reader import Reader

CASES = Path(__file__).parent / "cases"
LISTS = ("drugs", "side_effect", "ild")


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader(load_table())


def _sentences() -> list[Any]:
    rows = []
    for path in sorted(CASES.glob("*.yml")):
        for phenomenon, cases in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for case in cases:
                rows.append(pytest.param(case, id=f"{path.stem}-{phenomenon}-{case['say'][:60]}"))
    return rows


@pytest.mark.parametrize("case", _sentences())
def test_sentence_is_read(reader: Reader, case: dict[str, Any]) -> None:
    reading = reader.read(case["say"]).to_dict()
    reading["facts"].pop("audience", None)
    expected = {key: value for key, value in case.items() if key != "say"}
    got = {key: reading[key] for key in expected}
    for key in LISTS:
        if key in got:
            got[key], expected[key] = sorted(got[key]), sorted(expected[key])
    for slots in (got.get("facts"), expected.get("facts")):
        if slots and "drugs_tried" in slots:
            slots["drugs_tried"] = sorted(slots["drugs_tried"])
        if slots and "side_effect" in slots:
            slots["side_effect"] = sorted(slots["side_effect"])
    assert got == expected
