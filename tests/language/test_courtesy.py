"""What is around a message goes; what it asks, a correction's "sorry", and small talk itself stay."""

from __future__ import annotations

import pytest

from bot.language.courtesy import without_courtesy

TAKEN_OFF = {
    "hi, could you please tell me: tac dose? thanks in advance": "tac dose?",
    "um, so which bloods for azathioprine please": "which bloods for azathioprine",
    "Hello there! I was wondering, is rituximab a drip lol": "is rituximab a drip",
    "rtx interval, many thanks": "rtx interval",
    "what about pregnancy?  Thank you!!": "what about pregnancy?",
    "I'd like to know why not cyclophosphamide if you don't mind": "why not cyclophosphamide",
    "dosis de tacrolimus, por favor": "dosis de tacrolimus",
}
KEPT = [
    "no thanks",
    "yes please",
    "ok thank you very much",
    "hi",
    "thanks",
    "sorry, she is not pregnant",
    "actually it is moderate",
    "please",
    "hello hello",
    "wellbeing on cellcept",
    "rightsided pain",
    "",
    "?!",
]


@pytest.mark.parametrize("message", TAKEN_OFF)
def test_what_is_put_around_a_message_is_taken_off(message: str) -> None:
    assert without_courtesy(message) == TAKEN_OFF[message]


@pytest.mark.parametrize("message", KEPT)
def test_small_talk_and_corrections_stay_as_they_are(message: str) -> None:
    assert without_courtesy(message) == message


@pytest.mark.parametrize("message", [*TAKEN_OFF, *KEPT])
def test_nothing_more_is_taken_off_a_second_time(message: str) -> None:
    once = without_courtesy(message)
    assert without_courtesy(once) == once
