"""What must hold for every sign: manners, minimising and typing slips hide none, denials and dates silence all."""

from __future__ import annotations

import string
from collections.abc import Callable
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language.encoder_files import known_words
from bot.language.gate import Gate

SIGNS = {
    "RF-resp-failure": ["I can't breathe", "my sats are 82", "his lips are blue", "she is gasping for air"],
    "RF-haemoptysis": ["I am coughing up blood", "there is blood in my phlegm", "haemoptysis of 50 ml"],
    "RF-gi-bleed": ["my stool is black like tar", "I vomited blood", "there is blood in his poo"],
    "RF-febrile-neutropenia": ["temp 38.6 with an ANC of 0.2", "fever and neutropenia"],
    "RF-sepsis-low-bp": ["my blood pressure is 78/40", "HR 148"],
    "RF-neuro-sudden": ["my face is drooping", "his speech is slurred", "my left arm has gone numb"],
    "RF-seizure": ["he had a fit", "she is convulsing", "a fit lasting 4 minutes", "I had a seizure"],
    "RF-anaphylaxis": ["my tongue is swelling", "my throat is closing"],
    "RF-cardiac": ["I have chest pain", "crushing pain in my chest"],
    "RF-swallowing": ["I can't swallow water"],
    "RF-consciousness": ["I can't wake him", "my mother collapsed"],
    "RF-overdose": ["I took thirty tablets", "my toddler swallowed my cellcept"],
    "RF-self-harm": ["I want to kill myself", "I don't want to live any more"],
}
WRAPPERS = [
    "{}",
    "sorry to bother you but {}",
    "it's probably nothing but {}",
    "{}, probably nothing",
    "hi, hope you are well. {}. thanks",
    "{}, should I wait till Monday?",
    "is it normal that {}",
    "should I worry that {}",
    "on cellcept for three years and {}",
    "diagnosed in 2019, {}",
    "what is the dose of azathioprine, also {}",
    "no rash, no diarrhoea, but {}",
    "my blood tests were fine last month. now {}",
    "{} since this morning, pt on MMF and pred",
]
DENIED = [
    "I have no chest pain",
    "she never had a seizure",
    "no haemoptysis and no melaena",
    "there is no blood in my phlegm",
    "he has not collapsed",
    "I don't have a fever with my neutropenia",
    "my tongue isn't swelling",
    "no slurred speech",
    "denies vomiting blood",
    "I'm not suicidal",
]
NOT_NOW = ["{} ten years ago", "{} in 2012", "{} as a child", "ten years ago, {}"]
PAST_SIGNS = ["I had a seizure", "I had a heart attack", "I vomited blood", "she collapsed", "my tongue swelled up"]


@lru_cache(maxsize=1)
def gate() -> Gate:
    return Gate(known_words())


def taken_over(text: str) -> bool:
    verdict = gate().judge(text)
    return verdict is not None and verdict.sets_intent


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("sign", [sign for signs in SIGNS.values() for sign in signs])
def test_manners_and_minimising_hide_no_sign(sign: str, wrapper: str) -> None:
    assert taken_over(wrapper.format(sign))
    assert taken_over(wrapper.format(sign).upper())


@pytest.mark.parametrize(("rule", "sign"), [(rule, sign) for rule, signs in SIGNS.items() for sign in signs])
def test_a_clear_sign_names_its_own_red_flag(rule: str, sign: str) -> None:
    verdict = gate().judge(sign)
    assert verdict is not None and (verdict.rule, verdict.level) == (rule, "emergency")


@settings(max_examples=150, deadline=None)
@given(
    sign=st.sampled_from([sign for signs in SIGNS.values() for sign in signs]),
    words=st.lists(
        st.sampled_from(["cellcept", "tablets", "thanks", "ok", "hello", "dose", "lungs", "clinic"]), max_size=8
    ),
    end=st.sampled_from(["", "!", "?", " ...", " :(", " 😟", "!!1"]),
    cased=st.sampled_from([str.lower, str.upper, str.title, string.capwords]),
)
def test_small_talk_before_casing_and_punctuation_hide_no_sign(
    sign: str, words: list[str], end: str, cased: Callable[[str], str]
) -> None:
    assert taken_over(f"{cased(' '.join(words))}. {cased(sign)}{end}")


@pytest.mark.parametrize("text", DENIED)
def test_a_denied_sign_raises_no_alarm(text: str) -> None:
    assert not taken_over(text)
    assert not taken_over(text.upper())


@pytest.mark.parametrize("frame", NOT_NOW)
@pytest.mark.parametrize("sign", PAST_SIGNS)
def test_a_sign_of_long_ago_raises_no_alarm(sign: str, frame: str) -> None:
    assert not taken_over(frame.format(sign))
