"""Whose case: the members of a family that the dialogue tells apart are those that the language part names."""

from bot.dialogue.persons import MEN, WOMEN
from bot.language.kin import NEVER_THE_PATIENT, members


def test_women_and_men_are_members_of_the_family() -> None:
    assert not WOMEN & MEN
    assert members() - NEVER_THE_PATIENT >= WOMEN | MEN
