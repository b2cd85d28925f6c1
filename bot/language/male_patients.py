"""Is the patient of a message a man? He cannot be pregnant, which is a fact of the case.

"My husband", "dad", "he" say so only when nobody else may be the patient: the writer who speaks of her own illness, a
woman who is named, or a doctor whom "he" may mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.language.tokens import Token
from bot.language.word_lists import words

_AGE_AND_SEX = re.compile(r"m\d{2}$")
_RELATIVES = words("male_relatives")
_STATES = words("states_of_a_patient")
_ADVISING = words("advising_verbs")
_WRITER = words("writer_words")
_OWNERS = words("writers_owners")
_FATHERING = (["be"], ["father"])
_WOMEN = words("female_words")
_DOCTORS = words("doctor_words")


def _speaks_of_him(said: Sequence[str]) -> bool:
    """ "He has", "his lungs" speak of a patient; "he said" may be the doctor."""
    pairs = zip(said, [*said[1:], ""], strict=True)
    return any(word == "his" or (word == "he" and after in _STATES) for word, after in pairs)


def is_male_patient(tokens: Sequence[Token]) -> bool:
    """True for a male relative, or a "he", with nobody else in the message who may be the patient; "M66" always."""
    said = [t.norm for t in tokens]
    if any(_AGE_AND_SEX.match(word) for word in said):
        return True
    heard = set(said)
    if any(word == "to" and said[n + 1 : n + 2] in _FATHERING for n, word in enumerate(said)):
        return False  # "a father to be", "to father a child": his wish for a child is the point
    relative = bool(heard & _RELATIVES)
    if not relative and (not _speaks_of_him(said) or heard & (_DOCTORS | _ADVISING)):
        return False
    if heard & _WRITER or heard & _WOMEN:
        return False
    return not any(
        word in _OWNERS and not set(said[n + 1 : n + 3]) & (_RELATIVES | _DOCTORS) for n, word in enumerate(said)
    )
