"""The emergency gate: every emergency is caught, and what only sounds like one is left alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from bot.dialogue.data import read
from bot.guidance.loader import load_table
from bot.guidance.source_answers import UNNAMED
from bot.language.encoder_files import known_words
from bot.language.gate import Gate

HERE = Path(__file__).parent
EMERGENCIES = yaml.safe_load((HERE / "emergencies.yml").read_text(encoding="utf-8"))
FALSE_ALARMS = yaml.safe_load((HERE / "not_emergencies.yml").read_text(encoding="utf-8"))
SCOPE = yaml.safe_load((HERE / "scope.yml").read_text(encoding="utf-8"))
MOST_FALSE_ALARMS = 0.05


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(known_words())


@pytest.mark.parametrize("text", [text for texts in EMERGENCIES.values() for text in texts])
def test_an_emergency_takes_over_the_message(gate: Gate, text: str) -> None:
    verdict = gate.judge(text)
    assert verdict is not None and verdict.sets_intent


def test_few_false_alarms(gate: Gate) -> None:
    texts = [text for texts in FALSE_ALARMS.values() for text in texts]
    alarms = [text for text in texts if (verdict := gate.judge(text)) is not None and verdict.sets_intent]
    assert len(alarms) <= MOST_FALSE_ALARMS * len(texts), alarms


@pytest.mark.parametrize("text", [text for texts in SCOPE.values() for text in texts])
def test_everyday_messages_inside_and_outside_the_subject_raise_no_alarm(gate: Gate, text: str) -> None:
    verdict = gate.judge(text)
    assert verdict is None or not verdict.sets_intent


def test_the_collections_are_large() -> None:
    assert sum(map(len, EMERGENCIES.values())) >= 300
    assert sum(map(len, FALSE_ALARMS.values())) >= 300


def test_most_emergencies_are_named_by_their_own_red_flag(gate: Gate) -> None:
    expected = [(rule, text) for rule, texts in EMERGENCIES.items() if rule.startswith("RF-") for text in texts]
    named = [rule for rule, text in expected if (verdict := gate.judge(text)) is not None and verdict.rule == rule]
    assert len(named) / len(expected) > 0.75


def test_every_rule_is_a_red_flag_of_the_table(gate: Gate) -> None:
    assert gate.red_flags() <= set(load_table().red_flags)


CONTACT_THE_TEAM = "contact_team"


def test_every_pressing_red_flag_of_the_table_is_raised_by_a_rule(gate: Gate) -> None:
    raised = gate.red_flags() | {row["raise"] for row in read("together.yml")}
    pressing = {flag for flag, row in load_table().red_flags.items() if row.level != CONTACT_THE_TEAM}
    assert pressing - raised == {UNNAMED}  # the classifier's own


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("she can hold nothing down, not even sips", "RF-dehydration"),
        ("drinks won't stay down since Friday", "RF-dehydration"),
        ("I feel a touch of a temperature coming", "RF-infection"),
        ("I have a fever", "RF-infection"),
        ("our toddler has chickenpox and sleeps in my bed", "RF-varicella-contact"),
        ("was exposed to shingles at work", "RF-varicella-contact"),
    ],
)
def test_what_needs_a_call_today_only_adds_a_warning(gate: Gate, text: str, rule: str) -> None:
    verdict = gate.judge(text)
    assert verdict is not None
    assert (verdict.rule, verdict.level, verdict.sets_intent) == (rule, "same_day", False)


@pytest.mark.parametrize(
    "text",
    ["I had the shingles vaccine", "she had chickenpox as a girl", "no fever", "a fever? no", "yellow eyes? no."],
)
def test_what_is_past_denied_or_a_vaccine_adds_none(gate: Gate, text: str) -> None:
    assert gate.judge(text) is None


def test_self_harm_has_its_own_rule(gate: Gate) -> None:
    for text in EMERGENCIES["RF-self-harm"]:
        verdict = gate.judge(text)
        assert verdict is not None and verdict.rule == "RF-self-harm"


@pytest.mark.parametrize(
    ("text", "rule", "level"),
    [
        ("I'm coughing up blood", "RF-haemoptysis", "emergency"),
        ("38.9 and my neutrophils were low last week", "RF-febrile-neutropenia", "emergency"),
        ("the whites of my eyes are yellow", "RF-liver", "same_day"),
        ("sats 97 but temp 39 on cellcept", "RF-infection", "same_day"),
        ("BP 82/40", "RF-sepsis-low-bp", "emergency"),
        ("SpO2 85%", "RF-resp-failure", "emergency"),
        ("fit lasting 4 minutes", "RF-seizure", "emergency"),
        ("he's slurring his words", "RF-neuro-sudden", "emergency"),
        ("my urine is the colour of tea", "RF-liver", "same_day"),
        ("I have blood in my pee on cyclophosphamide", "RF-haematuria", "same_day"),
        ("how many cellcept would kill me", "RF-self-harm", "emergency"),
    ],
)
def test_rule_and_level(gate: Gate, text: str, rule: str, level: str) -> None:
    verdict = gate.judge(text)
    assert verdict is not None and (verdict.rule, verdict.level) == (rule, level)


@pytest.mark.parametrize(
    ("happening", "not_happening"),
    [
        ("I have chest pain", "I have no chest pain"),
        ("coughing up blood since yesterday", "coughed up blood once two years ago"),
        ("he is having a seizure", "can tacrolimus cause a seizure"),
        ("sats 84 on air", "sats 97 on air"),
        ("temp 39.4 on mmf", "temp 36.9 on mmf"),
        ("ANC 0.2 and febrile", "ANC 1.9 and afebrile"),
        ("my stool is black", "is black tea fine"),
        ("vomit and there is blood in it", "vomit and gas and she is weak but the blood is ok"),
        ("I can't swallow water", "I can't swallow such big tablets"),
        ("dad has had a heart attack", "my dad had a heart attack in his fifties so I'm worried about tofacitinib"),
        ("what do I do, my throat is closing", "what are the signs of a throat closing"),
    ],
)
def test_context_decides(gate: Gate, happening: str, not_happening: str) -> None:
    reported = gate.judge(happening)
    assert reported is not None and reported.sets_intent
    denied = gate.judge(not_happening)
    assert denied is None or not denied.sets_intent


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("what if she cant breathe one night", "RF-resp-failure"),
        ("and if i start passing blood?", "RF-gi-bleed"),
        ("can tacrolimus cause a seizure", "RF-seizure"),
    ],
)
def test_a_sign_that_is_asked_about_is_told_apart(gate: Gate, text: str, rule: str) -> None:
    asked = gate.asked(text)
    assert gate.judge(text) is None
    assert asked is not None and asked.rule == rule


@pytest.mark.parametrize("text", ["I have chest pain", "no chest pain", "had a seizure in 2015", "tac dose"])
def test_what_happens_was_or_is_denied_is_not_asked(gate: Gate, text: str) -> None:
    assert gate.asked(text) is None


def test_gout_tablets_taken_the_whole_time_are_no_overdose(gate: Gate) -> None:
    assert gate.judge("i have been taking my gout tablets with it the whole time") is None


def test_a_message_of_one_repeated_alarm_is_judged_in_time(gate: Gate) -> None:
    started = time.perf_counter()
    gate.judge("coughing blood fever pain leg swollen child swallowed tablet " * 65)
    assert time.perf_counter() - started < 2.0


def test_severe_neutropenia_without_fever_only_adds_a_warning(gate: Gate) -> None:
    verdict = gate.judge("ANC 0.4 on MMF 3 g, which drug instead")
    assert verdict is not None and verdict.level == "same_day" and not verdict.sets_intent


def test_signs_that_are_denied_are_still_seen(gate: Gate) -> None:
    assert gate.mentions("no chest pain")
    assert not gate.mentions("what instead of cellcept")


@pytest.mark.parametrize("word", ["breth", "convultions", "anaphylaxsis", "choaking"])
def test_misspelt_alarm_words_are_understood(gate: Gate, word: str) -> None:
    sentence = {
        "breth": "cant catch my breth",
        "convultions": "he is having convultions",
        "anaphylaxsis": "anaphylaxsis after the drip",
        "choaking": "im choaking",
    }[word]
    verdict = gate.judge(sentence)
    assert verdict is not None and verdict.sets_intent
