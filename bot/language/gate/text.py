"""The gate's view of a message: lower-case words in sentences, and the small pattern language of its YAML files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

# In English an apostrophe is simply dropped (cant); in French and Italian it parts two words (j arrive).
_ELISION = re.compile(r"\b(j|l|d|n|s|qu|m|c|un|dell|all|nell|sull)'(?=\w{2})")
_APOSTROPHES = re.compile(r"[\u2018\u2019\u02bc`´]")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}\b)")
_END = re.compile(r"[?!;\n]+|\.(?!\d)|…")
_NUMBER_AND_UNIT = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*([a-z°%]+)")
_BREAK = re.compile(r"[,:()\[\]\"“”]| - |–|—")
_OTHER = re.compile(r"[^\w\s.,/%°]")
_GAP: Final = "(?: [^ ]+){0,3} "
_ANY_GAP: Final = "(?: [^ ]+)*? "
_MIN_LETTERS: Final = 5
_TWO_EDITS_FROM: Final = 8

SENTENCE_BREAK: Final = "|"
_DENIED_ECHO: Final = re.compile(r" ?\?+ (no|nope|nah|nein|non|nao)(?=[,.;!\n]|$)")
"""A sign that is asked about and denied in one breath ("she's yellow? no."): the answer stays beside it."""


def fold(text: str) -> str:
    """Lower-case a text and take its accents away."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def sentences(text: str) -> list[str]:
    """The sentences of a message in folded words, each with one space between words and commas as words."""
    plain = _APOSTROPHES.sub("'", fold(text))
    plain = _ELISION.sub(r"\1 ", plain).replace("'", "")
    plain = _DENIED_ECHO.sub(r" \1", _DECIMAL_COMMA.sub(".", plain))
    plain = _END.sub(f" {SENTENCE_BREAK} ", plain)
    plain = _BREAK.sub(" , ", plain)
    plain = plain.replace("&", " and ").replace("/", " / ").replace("-", " ")
    plain = _NUMBER_AND_UNIT.sub(r"\1 \2", plain)
    plain = _OTHER.sub(lambda match: match.group() if match.group() == SENTENCE_BREAK else " ", plain)
    return [" ".join(part.split()) for part in plain.split(SENTENCE_BREAK) if part.strip(" ,")]


_CLASS = re.compile(r"\{([a-z_]+)\}")


def expanded(phrase: str, classes: Mapping[str, str]) -> str:
    """The phrase with every ``{class}`` written out, classes inside classes too; raises KeyError on an unknown one."""
    while _CLASS.search(phrase):
        phrase = _CLASS.sub(lambda match: classes[match.group(1)], phrase)
    return phrase


def compile_phrases(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for any of the phrases, matching whole words only; raises re.error on a bad phrase."""
    alternatives = "|".join(_expression(phrase) for phrase in phrases)
    return re.compile(rf"(?<![^ ])(?:{alternatives})(?![^ ])")


def _expression(phrase: str) -> str:
    written = re.sub(r"(?<=\w)(?<!\\w)\*", r"\\w*", fold(str(phrase)))
    return "(?:" + written.replace(" _ ", _GAP).replace(" ... ", _ANY_GAP) + ")"


def plain_words(phrases: Iterable[str]) -> set[str]:
    """The literal words of phrases that are long enough to be recognised when misspelt."""
    found: set[str] = set()
    for phrase in phrases:
        found.update(re.findall(rf"(?<![\w\\\]])[a-z]{{{_MIN_LETTERS},}}(?![\w*?\\\[])", fold(str(phrase))))
    return found


def stems(phrases: Iterable[str]) -> tuple[str, ...]:
    """The beginnings of words that phrases leave open (``vomit*``, ``vomit\\w*``)."""
    found = (
        stem for phrase in phrases for stem in re.findall(r"(?<![\w\\\]])([a-z]{3,})(?:\\w)?\*", fold(str(phrase)))
    )
    return tuple(sorted(set(found)))


class Speller:
    """Maps misspelt words to the alarm words that they were meant to be."""

    def __init__(
        self, alarm_words: Collection[str], alarm_stems: tuple[str, ...], known_words: Collection[str]
    ) -> None:
        """``known_words`` are spelt as meant and stay as they are (breadth is not breath), as do alarm words."""
        self._stems = alarm_stems
        self._alarm: Sequence[str] = sorted(alarm_words)
        self._known = frozenset(known_words) | frozenset(alarm_words)
        self._correct_word = lru_cache(maxsize=4096)(self._look_up)

    def correct(self, sentence: str) -> str:
        """The sentence with misspelt alarm words put right."""
        return " ".join(self._correct_word(word) for word in sentence.split(" "))

    def _look_up(self, word: str) -> str:
        if len(word) < _MIN_LETTERS or not word.isalpha() or word in self._known or word.startswith(self._stems):
            return word
        edits = 2 if len(word) >= _TWO_EDITS_FROM else 1
        found = extractOne(word, self._alarm, scorer=OSA.distance, score_cutoff=edits)
        return str(found[0]) if found and found[0][0] == word[0] else word
