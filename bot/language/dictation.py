"""Drug names that a dictation took apart: "my cough anal ate" and "tack roll of us" sound like one name each.

Two to six words in a row are put together, brought to a spelling by sound and compared with every name by sound. Only a
name that is clearly nearest counts, so that ordinary words do not become a drug.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.language.tokens import Token

MOST_WORDS = 6
_SHORTEST_NAME = 6
_FEWEST_CONSONANTS = 5
_LONG_NAME = 9
_LIKE_SHORT, _LIKE_LONG = 0.88, 0.8
"""How alike the sounds of a name of up to eight and of more letters must be (1 = the same)."""
_MARGIN = 0.05
_LENGTHS = 3
_VOWELS_SHARE = 0.4
_FEWEST_ALIKE = (_LIKE_LONG - _MARGIN - _VOWELS_SHARE) / (1 - _VOWELS_SHARE)
"""How alike the consonants alone must be for the whole to be alike enough, were the vowels the same."""
_SOUNDS = tuple(
    (re.compile(pattern), heard)
    for pattern, heard in (
        ("ough|augh", "of"), ("eigh", "a"), ("igh", "i"), ("gh", "g"), ("ph", "f"), ("tch|ch", "k"), ("sch|sh", "s"),
        ("th", "t"), ("wr", "r"), ("kn", "n"), ("qu", "k"), ("x", "ks"), ("c(?=[eiy])", "s"), ("[ckq]+", "k"),
        ("[zs]+", "s"), ("ee|ea|ie|ei|y", "i"), ("oo|ou|ow|ew|eu", "u"), ("ai|ay", "a"), ("oa", "o"), ("h|w", ""),
        ("v", "f"), ("j", "g"), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip
_SILENT = re.compile(r"(?<=[^aeiou])e$")
_VOWELS = re.compile("[aeiou]")


@functools.lru_cache(maxsize=20000)
def heard(word: str) -> str:
    """How a word sounds, roughly."""
    word = _SILENT.sub("", word)
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


@functools.lru_cache(maxsize=20000)
def _consonants(sound: str) -> str:
    return _VOWELS.sub("", sound)


def likeness(first: str, second: str) -> float:
    """How alike two sounds are (0 to 1); consonants weigh more than vowels, which a dictation rarely keeps."""
    consonants = OSA.normalized_similarity(_consonants(first), _consonants(second))
    return _VOWELS_SHARE * OSA.normalized_similarity(first, second) + (1 - _VOWELS_SHARE) * consonants


class Dictation:
    """The names by their sounds."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """``names``: each name in one word, and its drug."""
        self._by_sound: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._consonants: dict[str, list[str]] = defaultdict(list)
        for name, drug in names.items():
            if len(name) >= _SHORTEST_NAME and name.isascii() and name.isalpha():
                sound = heard(name)
                if len(_consonants(sound)) < _FEWEST_CONSONANTS:
                    continue
                self._by_sound[sound[:1]].append((sound, drug))
                self._consonants[sound[:1]].append(_consonants(sound))

    def at(self, tokens: Sequence[Token], start: int, names: Collection[str]) -> tuple[int, str] | None:
        """(end, drug) of the name dictated at ``start``; words that are ``names`` themselves take no part."""
        best: tuple[float, int, str] | None = None
        joined = ""
        for end in range(start, min(start + MOST_WORDS, len(tokens))):
            word = tokens[end].norm
            if (
                not word.isalpha()
                or not word.isascii()
                or word in names
                or tokens[end].sentence != tokens[start].sentence
            ):
                break
            joined += heard(word)
            if end == start:
                continue
            hit = self._nearest(joined)
            if hit is not None and (best is None or hit[0] > best[0]):
                best = (hit[0], end + 1, hit[1])
        return best[1:] if best else None

    @functools.lru_cache(maxsize=8192)  # noqa: B019 (the names live as long as the process)
    def _nearest(self, sound: str) -> tuple[float, str] | None:
        scores: dict[str, float] = {}
        alike = process.extract(
            _consonants(sound),
            self._consonants.get(sound[:1], ()),
            scorer=OSA.normalized_similarity,
            score_cutoff=_FEWEST_ALIKE,
            limit=None,
        )
        for _, _, place in alike:
            name, drug = self._by_sound[sound[:1]][place]
            if abs(len(name) - len(sound)) <= _LENGTHS:
                score = likeness(name, sound)
                if score >= (_LIKE_LONG if len(name) >= _LONG_NAME else _LIKE_SHORT) - _MARGIN:
                    scores[drug] = max(scores.get(drug, 0.0), score)
        ranked = sorted(((score, drug) for drug, score in scores.items()), reverse=True)
        if not ranked or ranked[0][0] < (_LIKE_LONG if len(sound) >= _LONG_NAME else _LIKE_SHORT):
            return None
        if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _MARGIN:
            return None
        return ranked[0]
