"""Which language a message is in, and what its common words mean in English.

Short messages about drugs are mostly names, which statistical detectors misjudge; so function words decide, and the
statistical detector is asked only where a longer message holds hardly any known word.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bot.language.tokens import Token, fold
from bot.language.yaml_rows import LANGUAGES, LexiconError, check_keys, load_yaml

FOLDER = Path(__file__).parent / "languages"
ROMANCE = frozenset({"es", "pt", "it", "fr"})
_LONG_ENOUGH = 5
_SHORT = 6
_ACRONYM = 3
_LONGEST_PHRASE = 7


@functools.lru_cache(maxsize=1)
def _cues() -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """Cue words by language, without those that English has too, and the ones that languages share."""
    data = load_yaml(FOLDER / "cues.yml")
    check_keys(data, {"words", "weak", "english"}, {"words", "weak", "english"}, "cues.yml")
    english = frozenset(data["english"].split())
    words = {language: frozenset(map(fold, line.split())) - english for language, line in data["words"].items()}
    return words, frozenset(fold(word) for word in data["weak"].split())


def detect(
    tokens: Sequence[Token], text: str, knows: Callable[[str], bool], terms: Mapping[str, frozenset[str]] | None = None
) -> str:
    """The language code of a message; "en" when nothing speaks clearly for another one.

    ``knows`` says whether a word is a known English word or name; ``terms`` are the words of the lexicon by language.
    """
    words = [t.norm for t in tokens if not t.is_mark and t.number is None and t.drug is None]
    if not words:
        return "en"
    by_language, weak = _cues()
    unknown = sum(not knows(word) for word in words)
    english = sum(knows(word) and word not in weak for word in words)
    scores = {}
    for language, cues in by_language.items():
        strong = sum(word in cues and word not in weak for word in words)
        faint = sum(word in cues and word in weak for word in words)
        if strong or faint > 1:
            own_terms = sum(word in (terms or {}).get(language, ()) and word not in cues for word in words)
            scores[language] = strong + 0.5 * (faint + own_terms)
    best = max(scores, key=lambda language: scores[language], default=None)
    foreign_letters = any(sign in "áéíóúñäöüßàèìòùâêîôûçãõ¿¡" for sign in text.lower())
    if best is not None and (
        scores[best] >= 2
        or (scores[best] >= 1 and (foreign_letters or len(words) <= 3 or unknown))
        or (scores[best] >= 1.5 and len(words) <= 9)
    ):
        # a few function words in a message of English words are a coincidence
        return best if scores[best] * 3 >= english - unknown or foreign_letters else "en"
    if len(words) <= _SHORT and (spoken := _by_terms(words, terms or {}, by_language, knows)):
        return spoken
    length = sum(not t.is_mark and t.number is None for t in tokens)
    if length >= _LONG_ENOUGH and unknown * 2 > length:
        return _statistical(text)
    return "en"


def _by_terms(
    words: Sequence[str],
    terms: Mapping[str, frozenset[str]],
    cues: Mapping[str, frozenset[str]],
    knows: Callable[[str], bool],
) -> str | None:
    """The language of a short message most of whose words are terms of it: "PID severe", "ohne Lungenbefall"."""
    best: tuple[float, str] | None = None
    for language, vocabulary in terms.items():
        own = [word for word in words if word in vocabulary or word in cues.get(language, ())]
        telling = [word for word in own if not knows(word) or (len(word) == _ACRONYM and word in vocabulary)]
        if telling and len(own) * 2 >= len(words):
            best = max(best or (0.0, ""), (len(own) + len(telling) / 10, language))
    return best[1] if best else None


def _statistical(text: str) -> str:
    import py3langid

    language, _ = py3langid.classify(text)
    return language if language in LANGUAGES else "en"


@functools.lru_cache(maxsize=1)
def _glossary() -> dict[str, dict[tuple[str, ...], str]]:
    data = load_yaml(FOLDER / "glossary.yml")
    check_keys(data, set(LANGUAGES), set(), "glossary.yml")
    for language, entries in data.items():
        if not all(isinstance(k, str) and isinstance(v, str) for k, v in entries.items()):
            raise LexiconError(f"glossary.yml, {language}: quote words that YAML takes for something else")
    return {
        language: {
            tuple(fold(phrase).replace("-", " ").replace("'", " ").split()): english
            for phrase, english in entries.items()
        }
        for language, entries in data.items()
    }


def gloss(text: str, language: str) -> str:
    """The text with the common words of ``language`` put into English, word by word; unchanged for English."""
    entries = _glossary().get(language)
    if not entries:
        return text
    words = text.replace("-", " ").replace("'", " ").split()
    folded = [fold(word).strip('.,;:!?¿¡()"') for word in words]
    out: list[str] = []
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST_PHRASE, len(words) - at), 0, -1):
            english = entries.get(tuple(folded[at : at + size]))
            if english is not None:
                tail = "".join(sign for sign in words[at + size - 1] if sign in ".,;:!?")
                out.append(english + tail)
                at += size
                break
        else:
            out.append(words[at])
            at += 1
    return " ".join(out)
