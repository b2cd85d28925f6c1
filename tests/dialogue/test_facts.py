"""What a message does to the case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.facts import Clash, differs, merge
from bot.guidance.model import ONE_OF, SOME_OF, Case

ONE = st.fixed_dictionaries({}, optional={slot: st.sampled_from(values) for slot, values in ONE_OF.items()})
SOME = st.fixed_dictionaries(
    {}, optional={slot: st.lists(st.sampled_from(values), max_size=4) for slot, values in SOME_OF.items()}
)


@given(ONE, SOME)
def test_a_blank_case_takes_every_fact(one: dict[str, str], some: dict[str, list[str]]) -> None:
    merged = merge(Case(), {**one, **some})
    assert not merged.clashes
    expected = Case.from_mapping({**one, **some})
    course = None if expected.ild_severity == "none" else expected.ild_course
    assert merged.case == Case.from_mapping({**expected.known(), "ild_course": course})


@given(ONE, ONE)
def test_a_contradiction_changes_nothing(first: dict[str, str], second: dict[str, str]) -> None:
    held = merge(Case(), first).case
    merged = merge(held, second)
    for clash in merged.clashes:
        assert getattr(merged.case, clash.slot) in (getattr(held, clash.slot), None)
        assert clash.cautious in (clash.old, clash.new)


@given(ONE, ONE)
def test_a_correction_always_wins(first: dict[str, str], second: dict[str, str]) -> None:
    merged = merge(merge(Case(), first).case, second, correcting=True)
    assert not merged.clashes
    for slot, value in second.items():
        if slot != "ild_course":
            assert getattr(merged.case, slot) == value


@given(ONE, SOME)
def test_the_same_facts_again_change_nothing(one: dict[str, str], some: dict[str, list[str]]) -> None:
    held = merge(Case(), {**one, **some}).case
    again = merge(
        held, {k: v for k, v in {**one, **some}.items() if not (k == "ild_course" and held.ild_severity == "none")}
    )
    assert (again.case, again.clashes, again.replaced) == (held, (), ())


@given(SOME, SOME)
def test_lists_only_grow(first: dict[str, list[str]], second: dict[str, list[str]]) -> None:
    held = merge(Case(), first).case
    after = merge(held, second).case
    for slot in SOME_OF:
        assert set(getattr(held, slot)) <= set(getattr(after, slot))


@pytest.mark.parametrize(
    ("slot", "old", "new", "cautious"),
    [
        ("pregnancy", "not_pregnant", "pregnant", "pregnant"),
        ("pregnancy", "pregnant", "not_pregnant", "pregnant"),
        ("side_effect_severity", "severe", "mild", "severe"),
        ("mmf_response", "good", "poor", "poor"),
        ("ild_severity", "none", "mild", "mild"),
        ("low_dlco", True, False, True),
    ],
)
def test_of_two_contradictory_values_the_safer_is_assumed(
    slot: str, old: object, new: object, cautious: object
) -> None:
    (clash,) = merge(Case.from_mapping({slot: old}), {slot: new}).clashes
    assert clash == Clash(slot, old, new)
    assert clash.cautious == cautious


@pytest.mark.parametrize(
    ("slot", "old", "new"),
    [
        ("side_effect_severity", "mild", "severe"),
        ("ild_course", "stable", "progressive"),
        ("ild_course", "progressive", "rapidly_progressive"),
        ("ild_severity", "present_unspecified", "moderate"),
        ("pregnancy", "planning", "pregnant"),
        ("pregnancy", "pregnant", "breastfeeding"),
        ("low_dlco", False, True),
        ("side_effect_persistent", False, True),
    ],
)
def test_what_happens_by_itself_is_no_contradiction(slot: str, old: object, new: object) -> None:
    merged = merge(Case.from_mapping({slot: old}), {slot: new})
    assert getattr(merged.case, slot) == new
    assert not merged.clashes


def test_a_vague_word_adds_nothing_to_a_definite_one() -> None:
    assert merge(Case(ild_severity="mild"), {"ild_severity": "present_unspecified"}).case.ild_severity == "mild"
    assert (
        merge(Case(ild_course="rapidly_progressive"), {"ild_course": "progressive"}).case.ild_course
        == "rapidly_progressive"
    )


def test_a_value_taken_back_with_its_replacement_is_replaced() -> None:
    merged = merge(Case(ild_severity="severe"), {"ild_severity": "mild"}, {"ild_severity": ["severe"]})
    assert merged.case.ild_severity == "mild"
    assert not merged.clashes


def test_differences_leave_the_audience_out() -> None:
    assert differs(Case(audience="patient"), Case(audience="clinician", pregnancy="pregnant")) == ("pregnancy",)
