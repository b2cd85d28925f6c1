"""Flesch-Kincaid grade of a text, for the patient register.

Names that a patient has to know (drugs, tests, organisations) and figures are no measure of style: each counts as one
word of two syllables, whatever its length.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_SENTENCE_END = re.compile(r"[.!?:;]+(?:\s|$)")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*|[0-9]\S*")
_VOWELS = re.compile(r"[aeiouy]+")
_NAME_SYLLABLES = 2


def syllables(word: str, names: Collection[str] = ()) -> int:
    """Groups of vowels without a silent ending; names, abbreviations and figures count as two."""
    plain = word.lower().strip("'-")
    if plain in names or word[0].isdigit() or any(letter.isupper() for letter in word[1:]):
        return _NAME_SYLLABLES
    count = len(_VOWELS.findall(plain))
    silent = plain.endswith("e") and not plain.endswith(("le", "ee"))
    silent = silent or (plain.endswith("ed") and not plain.endswith(("ted", "ded")))
    return max(count - silent, 1)


def grade(text: str, names: Collection[str] = ()) -> float:
    """School grade that the text needs; below 0 counts as 0."""
    words = _WORD.findall(text)
    sentences = max(sum(1 for part in _SENTENCE_END.split(text) if part.strip()), 1)
    spoken = sum(syllables(word, names) for word in words)
    return max(0.39 * len(words) / sentences + 11.8 * spoken / max(len(words), 1) - 15.59, 0.0)
