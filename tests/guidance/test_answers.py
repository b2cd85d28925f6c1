"""What every Answer must be, whatever is asked: valid, supported, complete in its text, short, always the same."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guidance.answer import Answer
from bot.guidance.engine import answer
from bot.guidance.knowledge import load_knowledge
from bot.guidance.model import BETWEEN, DRUGS, INTENTS, ONE_OF, SOME_OF, TRUE_OR_FALSE, Case, Question

CONTRACT = Path(__file__).parents[1] / "contract"
SCHEMA = jsonschema.Draft7Validator(json.loads((CONTRACT / "answer.schema.json").read_text()))
TAXONOMY = yaml.safe_load((CONTRACT / "taxonomy.yml").read_text())
KNOWLEDGE = load_knowledge()
OF_NAMED_DRUGS = {KNOWLEDGE.rules.tried.id, KNOWLEDGE.rules.excluded.id}
TABLE = KNOWLEDGE.table

cases = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.sampled_from(values) for name, values in ONE_OF.items()},
        **{name: st.booleans() for name in TRUE_OR_FALSE},
        **{name: st.lists(st.sampled_from(values), max_size=3) for name, values in SOME_OF.items()},
        **{name: st.floats(low, high) for name, (low, high) in BETWEEN.items()},
    },
).map(Case.from_mapping)
questions = st.builds(
    Question,
    kind=st.sampled_from(INTENTS),
    drugs=st.lists(st.sampled_from(DRUGS), max_size=4, unique=True).map(tuple),
    aspects=st.lists(st.sampled_from(sorted(TABLE.aspects)), max_size=2, unique=True).map(tuple),
    terms=st.lists(st.sampled_from(sorted(TABLE.glossary) or ["none"]), max_size=2, unique=True).map(tuple),
    rows=st.just(()),
    citation=st.sampled_from([None, 1, 2, 3, 4, 5]),
    act=st.sampled_from([None, "why_not"]),
    detail=st.sampled_from(["first", "full"]),
)


def problems(result: Answer) -> list[str]:
    """Everything about an Answer that breaks the contract or the promise of support."""
    data = result.as_dict()
    found = [f"schema: {e.message[:200]}" for e in SCHEMA.iter_errors(data)]
    if data["kind"] not in TAXONOMY["answer_kinds"]:
        found.append(f"unknown kind {data['kind']}")
    known = {s["id"] for s in data["statements"]}
    shown = {c["number"] for c in data["citations"]}
    for s in data["statements"]:
        row = TABLE.rows.get(s["id"].removeprefix("calc-"))
        if row is None:
            found.append(f"{s['id']} is no row")
        elif s["support"] != "computed" and tuple(s["citations"]) != row.citations:
            found.append(f"{s['id']} shows citations that are not its own")
        if not set(s["citations"]) <= shown:
            found.append(f"{s['id']} cites a number that is not listed")
    for o in data["options"]:
        unsupported = [b for b in o["because"] if b not in known and b not in OF_NAMED_DRUGS]
        if unsupported:
            found.append(f"{o['option']} rests on {unsupported}, not in the answer")
        if o["stance"] in ("reserve", "avoid", "contraindicated", "disputed") and not o["reason"]:
            found.append(f"{o['option']} is {o['stance']} without a reason")
    lines = [line for line in data["text"].split("\n") if line]
    found += [f"stands twice: {line}" for line in set(lines) if lines.count(line) > 1]
    if "{" in data["text"] or "Number(" in data["text"]:
        found.append("a placeholder was left in the text")
    if data["headline"] not in data["text"] or data["notice"] not in data["text"]:
        found.append("the text is not complete")
    return found


@settings(max_examples=1500, deadline=None)
@given(cases, questions)
def test_any_question_on_any_case_gets_a_valid_supported_answer(case: Case, question: Question) -> None:
    assert problems(answer(case, question)) == []


@settings(max_examples=200, deadline=None)
@given(cases, questions)
def test_the_same_question_gets_the_same_answer_and_the_case_stays_as_told(case: Case, question: Question) -> None:
    first = answer(case, question)
    assert first.as_dict() == answer(case, question).as_dict()
    assert first.case == case


@pytest.mark.parametrize("audience", ["patient", "clinician"])
def test_the_first_view_stays_short(audience: str) -> None:
    """About 120 words besides the notice: the middle of the patients' cases is under it, none is twice as long."""
    patients = yaml.safe_load((Path(__file__).parent / "patients.yml").read_text())
    lengths = []
    for patient in patients:
        result = answer(Case.from_mapping({**patient["case"], "audience": audience}))
        lengths.append(len(result.text.replace(result.notice, "").split()))
    assert statistics.median(lengths) <= 130
    assert max(lengths) <= 210


def test_the_vocabulary_is_the_contracts() -> None:
    assert set(INTENTS) == set(TAXONOMY["intents"])
    assert {d for group in TAXONOMY["drugs"].values() for d in group} == set(DRUGS)
    slots = TAXONOMY["slots"]
    for name, values in ONE_OF.items():
        assert set(slots[name]["values"]) == set(values), name
    for name in ("side_effect", "contraindications"):
        assert set(slots[name]["values"]) == set(SOME_OF[name]), name
    assert {o.option for o in KNOWLEDGE.rules.options} == set(TAXONOMY["options"])


DOSES = [
    ("azathioprine", {"weight_kg": 45.0}, "90\N{EN DASH}135 mg/day"),
    ("cyclosporine", {"weight_kg": 60.0}, "150\N{EN DASH}300 mg/day"),
    ("cyclophosphamide", {"weight_kg": 60.0, "height_cm": 165.0}, "829\N{EN DASH}1244 mg"),
]


@pytest.mark.parametrize(("drug", "measures", "expected"), DOSES)
def test_dose_arithmetic_shows_formula_and_both_bounds(drug: str, measures: dict[str, float], expected: str) -> None:
    case = Case(audience="clinician", **measures)  # type: ignore[arg-type]
    result = answer(case, Question(kind="ask_dose", drugs=(drug,)))
    computed = [s for s in result.statements if s.support == "computed"]
    assert len(computed) == 1
    assert expected in computed[0].text
    assert expected in result.text


def test_azathioprine_names_the_articles_own_typical_range_beside_the_arithmetic() -> None:
    result = answer(Case(weight_kg=45.0), Question(kind="ask_dose", drugs=("azathioprine",)))
    assert "100-200 mg/day" in next(s.text for s in result.statements if s.support == "computed")


def test_a_weight_without_height_asks_for_the_height_a_body_surface_dose_needs() -> None:
    result = answer(Case(weight_kg=60.0), Question(kind="ask_dose", drugs=("cyclophosphamide",)))
    assert result.ask is not None
    assert result.ask.slot == "height_cm"


def command_line(lines: list[str]) -> list[dict[str, Any]]:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "bot.guidance"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        cwd=root,
        timeout=60,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_command_answers_a_line_for_a_line_and_goes_on_after_bad_input() -> None:
    replies = command_line(
        [
            '{"case": {"pregnancy": "pregnant"}}',
            "not json",
            '{"case": {"pregnancy": "banana"}}',
            '{"case": {"colour": "red"}}',
            '{"case": []}',
            '{"case": {}, "question": {"kind": "ask_dose", "drugs": ["tacrolimus"]}}',
            '{"case": {}, "question": {"kind": "nonsense"}}',
            "[1]",
        ]
    )
    assert [("error" in r) for r in replies] == [False, True, True, True, True, False, True, True]
    assert "banana" in replies[2]["error"]
    assert "1-3 mg" in replies[5]["text"]
