"""What the intent classifier sees of one question: n-grams of its letters and words, and flags of what was read.

The third ingredient, the sentence embedding, comes from ``encoder``. N-grams are hashed to a fixed width, so that a
trained model is a few arrays and needs neither a vocabulary file nor scikit-learn when it answers.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from typing import Final

import numpy as np
import numpy.typing as npt

from bot.language.courtesy import without_courtesy
from bot.language.reading import QuestionPart, Reading

NGRAM_WIDTH: Final = 1 << 15
_CHARACTERS: Final = (2, 3, 4, 5)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[?!]")

_QUESTION_WORDS: Final = {
    "what": ("what", "whats", "what's", "wat", "wht"),
    "which": ("which", "whihc", "wich"),
    "how": ("how", "hows", "how's"),
    "when": ("when", "whens"),
    "why": ("why", "y"),
    "who": ("who", "whos", "who's", "whose"),
    "where": ("where", "wheres"),
    "auxiliary": (
        *("is", "are", "was", "were", "am", "do", "does", "did", "can", "could", "should", "shall", "will", "would"),
        *("may", "might", "must", "has", "have", "had", "any", "anything", "isn't", "aren't", "isnt", "arent"),
    ),
    "wish": ("give", "show", "tell", "list", "send", "explain", "compare", "need", "want", "pls", "please", "help"),
}
_COMPARING = frozenset({"or", "vs", "versus", "v", "than", "over", "compare", "compared", "between", "against"})
_NEGATING = frozenset({"not", "no", "never", "without", "cant", "can't", "dont", "don't", "isnt", "isn't", "doesnt"})
_FIRST_PERSON = frozenset({"i", "i'm", "im", "my", "me", "mine", "ive", "i've"})
_RELATIVE = frozenset(
    {
        *("mum", "mom", "mother", "dad", "father", "wife", "husband", "sister", "brother", "son", "daughter"),
        *("partner", "aunt", "uncle", "gran", "nan", "grandma", "grandad", "friend", "cousin", "mums", "moms", "dads"),
    }
)
_NUMBER_WITH_UNIT = re.compile(
    r"\d\s*(?:mg|g|mcg|ug|µg|ng|kg|ml|l|%|/|x|bpm|c|°|cm|weeks?|months?|days?|hrs?|yrs?)\b", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")


def words(text: str) -> list[str]:
    """Lower-cased words of a text; question and exclamation marks count as words."""
    return _WORD.findall(text.lower())


def ngram_counts(text: str) -> Counter[int]:
    """Hashed n-grams of a text: two to five letters inside a word with its edges; then single words and word pairs.

    Letters are hashed to the first NGRAM_WIDTH positions, words to the next NGRAM_WIDTH.
    """
    letters: list[str] = []
    tokens = words(text)
    for token in tokens:
        edged = f" {token} "
        for size in _CHARACTERS:
            letters.extend(edged[start : start + size] for start in range(max(1, len(edged) - size + 1)))
    pairs = [f"{first} {second}" for first, second in zip(["^", *tokens], [*tokens, "$"], strict=True)]
    counts = Counter(_position(gram) for gram in letters)
    counts.update(NGRAM_WIDTH + _position(gram) for gram in [*tokens, *pairs])
    return counts


def _position(gram: str) -> int:
    return zlib.crc32(gram.encode()) & (NGRAM_WIDTH - 1)


def flags(reading: Reading, part: QuestionPart) -> dict[str, float]:
    """What was read in one question of a message, as named numbers between 0 and 1."""
    text = without_courtesy(part.text)
    tokens = words(text)
    known = set(tokens)
    first = tokens[0] if tokens else ""
    out: dict[str, float] = {}
    for name, forms in _QUESTION_WORDS.items():
        out["starts:" + name] = float(first in forms)
        out["has:" + name] = float(bool(known.intersection(forms)))
    out["ends:?"] = float(text.rstrip().endswith("?"))
    out["comparing"] = float(bool(known & _COMPARING))
    out["negating"] = float(bool(known & _NEGATING))
    out["first person"] = float(bool(known & _FIRST_PERSON))
    out["relative"] = float(bool(known & _RELATIVE))
    out["digit"] = float(bool(_DIGIT.search(text)))
    out["number with unit"] = float(bool(_NUMBER_WITH_UNIT.search(text)))
    for limit in (1, 2, 4, 8, 16):
        out[f"words>{limit}"] = float(len(tokens) > limit)
    drugs = part.drugs or (reading.drugs if len(reading.questions) < 2 else ())
    for count in (0, 1, 2):
        out[f"drugs={count}"] = float(len(drugs) == count)
    out["drugs>2"] = float(len(drugs) > 2)
    for drug in drugs:
        out["drug:" + drug] = 1.0
    out.update(_read_flags(reading, part))
    return out


def _read_flags(reading: Reading, part: QuestionPart) -> dict[str, float]:
    out: dict[str, float] = {}
    for slot in reading.facts:
        out["fact:" + slot] = 1.0
    for slot in reading.scenario:
        out["scenario:" + slot] = 1.0
    for slot in reading.retracted:
        out["retracted:" + slot] = 1.0
    for aspect in part.aspects:
        out["aspect:" + aspect] = 1.0
    for option in part.options:
        out["option:" + option] = 1.0
    out["side effect"] = float(bool(part.side_effect or reading.side_effect))
    out["ild"] = float(bool(reading.ild))
    out["pregnancy"] = float(reading.pregnancy is not None)
    out["audience"] = float(reading.audience is not None)
    out["hypothetical"] = float(reading.hypothetical)
    out["citation"] = float(part.citation is not None)
    out["terms"] = float(bool(part.terms))
    for name, value in (("act", reading.act), ("reply", reading.reply), ("person", reading.person)):
        if value is not None:
            out[f"{name}:{value}"] = 1.0
    return out


def flag_vector(values: dict[str, float], names: dict[str, int]) -> npt.NDArray[np.float32]:
    """The flags as a vector over the names known from training; names seen later are left out."""
    vector = np.zeros(len(names), dtype=np.float32)
    for name, value in values.items():
        position = names.get(name)
        if position is not None:
            vector[position] = value
    return vector
