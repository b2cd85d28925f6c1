"""Safety of the placing rules, proved over every combination of the single-valued facts and, with hypothesis, beyond.

What is proved:
- a drug that a fact rules out, that was tried or is excluded by word, is in no offered option;
- more facts never turn a contraindicated drug into an offered one;
- the order of facts never matters, and the same case gets the same placement;
- nobody who is, wants to be or has just been pregnant is told how to stay on mycophenolate;
- whenever a drug that harms the unborn is offered and pregnancy is unknown, the answer says so and asks.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guidance.conditions import INDEX_DRUG, expand
from bot.guidance.engine import answer
from bot.guidance.loader import load_table
from bot.guidance.model import CONTRAINDICATIONS, DRUGS, ONE_OF, SIDE_EFFECTS, Case, Question
from bot.guidance.placement import place, ruled_out, triggered_rules
from bot.guidance.placement_rows import OFFERED
from bot.guidance.placement_rules import load_placement_rules

RULES = load_placement_rules()
HARM_THE_UNBORN = frozenset(
    ("mycophenolate_mofetil", "mycophenolate_sodium", "cyclophosphamide", "nintedanib", "methotrexate", "tofacitinib")
)
SINGLE = {
    "side_effect_severity": (None, *ONE_OF["side_effect_severity"]),
    "side_effect_persistent": (None, True, False),
    "mmf_response": (None, *ONE_OF["mmf_response"]),
    "ild_severity": (None, *ONE_OF["ild_severity"]),
    "ild_course": (None, *ONE_OF["ild_course"]),
    "low_dlco": (None, True),
    "pregnancy": (None, *ONE_OF["pregnancy"]),
}


def every_case(**fixed: object) -> Iterator[Case]:
    names = [n for n in SINGLE if n not in fixed]
    for values in itertools.product(*(SINGLE[n] for n in names)):
        yield Case(**dict(zip(names, values, strict=True)), **fixed)  # type: ignore[arg-type]


def unsafe(case: Case) -> list[str]:
    """What is wrong with the placement of a case; empty when it is safe."""
    placement = place(case, RULES)
    excluded = ruled_out(triggered_rules(case, RULES))
    offered = placement.offered_drugs()
    problems = [f"offers {d}, ruled out by {excluded[d].id}" for d in offered if d in excluded]
    problems += [f"offers {d} again" for d in offered & expand(case.drugs_tried)]
    problems += [f"offers {d}, excluded by word" for d in offered & expand(case.drugs_excluded)]
    problems += [f"{o.row.option} is placed for no reason" for o in placement.options if not o.because]
    if case.pregnancy == "pregnant":
        shown = {d for o in placement.options if o.stance in OFFERED | {"reserve", "disputed"} for d in o.drugs}
        problems += [f"shows {d} in pregnancy" for d in shown & HARM_THE_UNBORN]
    names = [o.row.option for o in placement.options]
    return problems + [f"{n} stands twice" for n in set(names) if names.count(n) > 1]


@pytest.mark.parametrize(
    "side_effect", [(), *((s,) for s in SIDE_EFFECTS), ("gastrointestinal", "hematologic")], ids=str
)
def test_no_combination_of_single_valued_facts_is_unsafe(side_effect: tuple[str, ...]) -> None:
    wrong = [(case.known(), problems) for case in every_case(side_effect=side_effect) if (problems := unsafe(case))]
    assert not wrong, wrong[:3]


@pytest.mark.parametrize("drug", [d for d in DRUGS if any(d in o.gives or d in o.one_of for o in RULES.options)])
def test_no_drug_that_is_excluded_by_word_is_offered_in_any_situation(drug: str) -> None:
    fixed = {"low_dlco": None, "side_effect": ("gastrointestinal",), "drugs_excluded": (drug,)}
    wrong = [(c.known(), p) for c in every_case(**fixed, side_effect_persistent=None) if (p := unsafe(c))]
    assert not wrong, wrong[:3]


@pytest.mark.parametrize("fact", CONTRAINDICATIONS)
def test_no_contraindication_is_overlooked_in_any_situation(fact: str) -> None:
    fixed = {"low_dlco": None, "side_effect": ("gastrointestinal",), "contraindications": (fact,)}
    wrong = [(c.known(), p) for c in every_case(**fixed, side_effect_persistent=None) if (p := unsafe(c))]
    assert not wrong, wrong[:3]


def test_staying_on_mycophenolate_needs_mild_or_moderate_and_a_good_response_and_no_pregnancy() -> None:
    for case in every_case(side_effect=("gastrointestinal", "hematologic"), low_dlco=None):
        staying = place(case, RULES).offered_drugs() & set(INDEX_DRUG)
        allowed = (
            case.side_effect_severity in ("mild", "moderate")
            and case.mmf_response == "good"
            and case.pregnancy in (None, "not_pregnant")
            and case.side_effect_persistent is not True
        )
        assert not staying or allowed, case.known()


@pytest.mark.parametrize("pregnancy", ["pregnant", "planning", "breastfeeding"])
def test_no_way_of_staying_on_mycophenolate_is_told_beside_a_pregnancy(pregnancy: str) -> None:
    table = load_table()
    ways = {row.option for row in RULES.options if set(row.gives) & set(INDEX_DRUG)}
    not_by_oneself = set(table.aspects["stopping_alone"].rows)  # "do not stop unless told to" is no way of staying
    managed = {row.id for row in table.rows.values() if row.topic == "management" and set(row.options) & ways}
    staying = managed - not_by_oneself
    aspects = [(a,) for a in table.aspects if staying & set(table.aspects[a].rows)]
    assert staying and aspects
    open_facts = {"low_dlco": None, "ild_course": None, "side_effect_persistent": None}
    for case in every_case(side_effect=("gastrointestinal", "hematologic"), pregnancy=pregnancy, **open_facts):
        for kind, asked in itertools.product(("report_side_effect", "ask_side_effect_management", "ask_dose"), aspects):
            told = answer(case, Question(kind=kind, aspects=asked, side_effect=("gastrointestinal",)))
            said = {s.id for s in told.statements if s.id in staying and s.text.rstrip(".") in told.text}
            assert not said, (case.known(), kind, asked)


def test_cyclophosphamide_is_offered_only_in_rapidly_progressive_ild_after_failures() -> None:
    for tried in ((), ("tacrolimus",), ("rituximab",), ("tacrolimus", "rituximab"), ("azathioprine",)):
        for case in every_case(side_effect=(), drugs_tried=tried, low_dlco=None, side_effect_persistent=None):
            if "cyclophosphamide" in place(case, RULES).offered_drugs():
                assert case.ild_course == "rapidly_progressive"
                assert tried == ("tacrolimus", "rituximab")


lists_of_facts = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.sampled_from([v for v in values if v is not None]) for name, values in SINGLE.items()},
        "side_effect": st.lists(st.sampled_from(SIDE_EFFECTS), max_size=3),
        "drugs_tried": st.lists(st.sampled_from(DRUGS), max_size=5),
        "drugs_excluded": st.lists(st.sampled_from(DRUGS), max_size=5),
        "contraindications": st.lists(st.sampled_from(CONTRAINDICATIONS), max_size=5),
    },
)


@settings(max_examples=600, deadline=None)
@given(lists_of_facts)
def test_no_case_at_all_is_unsafe(facts: dict[str, object]) -> None:
    assert unsafe(Case.from_mapping(facts)) == []


@settings(max_examples=400, deadline=None)
@given(lists_of_facts, lists_of_facts)
def test_more_facts_never_turn_a_contraindicated_drug_into_an_offered_one(
    facts: dict[str, object], more: dict[str, object]
) -> None:
    case = Case.from_mapping(facts)
    added = {k: v for k, v in more.items() if isinstance(v, list) or k not in facts}
    fuller = case.with_facts(added)
    excluded = set(ruled_out(triggered_rules(case, RULES)))
    assert not excluded & place(fuller, RULES).offered_drugs()


@settings(max_examples=300, deadline=None)
@given(lists_of_facts, st.randoms())
def test_the_order_of_facts_never_matters(facts: dict[str, object], random: object) -> None:
    shuffled = {}
    for key in sorted(facts, key=lambda _: random.random()):  # type: ignore[attr-defined]
        value = facts[key]
        shuffled[key] = value[::-1] if isinstance(value, list) else value
    assert Case.from_mapping(shuffled) == Case.from_mapping(facts)
    assert answer(Case.from_mapping(shuffled)).as_dict() == answer(Case.from_mapping(facts)).as_dict()


@settings(max_examples=300, deadline=None)
@given(lists_of_facts)
def test_unknown_pregnancy_is_said_and_asked_when_an_offered_drug_harms_the_unborn(facts: dict[str, object]) -> None:
    facts.pop("pregnancy", None)
    case = Case.from_mapping(facts)
    result = answer(case)
    offered = {d for o in result.options if o.stance in OFFERED for d in o.drugs}
    if offered & HARM_THE_UNBORN:
        assert any("pregnan" in a for a in result.assumptions)
        assert result.ask is not None
        assert result.ask.slot in ("pregnancy", "fever_or_infection")


def test_rules_that_exclude_rest_on_present_facts_alone() -> None:
    for rule in RULES.rules:
        assert rule.when.holds(Case()) is not True or not rule.when, rule.id
        if rule.effect in ("avoid", "contraindicated"):
            assert rule.when, f"{rule.id} excludes a drug for everybody"
