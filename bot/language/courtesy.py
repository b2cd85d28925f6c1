"""Takes off what people put around a message out of courtesy or habit: "hi, could you tell me ... thanks in advance".

The intent is in what is left. Where nothing but small talk would be left, the message stays as it is.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Final

from bot.language.yaml_rows import LexiconError, load_yaml

FILE: Final = Path(__file__).parent / "lists" / "courtesy.yml"
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_JOINTS: Final = r"[\s,;:.!…\-–—]*"


def without_courtesy(text: str) -> str:
    """The message without greetings, fillers and thanks at its ends; unchanged where only small talk would be left."""
    before, after, small_talk = _patterns()
    kept = text
    while True:
        found = before.match(kept) or after.search(kept)
        if found is None:
            break
        kept = (kept[found.end() :] if found.start() == 0 else kept[: found.start()]).strip()
    said = {_plain(word) for word in _WORD.findall(kept)}
    return kept if said - small_talk else text


def _plain(word: str) -> str:
    return word.lower().replace("'", "").replace("’", "")


@functools.lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], frozenset[str]]:
    rows = load_yaml(FILE)
    if set(rows) != {"before", "after", "small_talk"}:
        raise LexiconError(f"{FILE.name}: before, after and small_talk are expected, and nothing else")
    before = re.compile(rf"{_JOINTS}(?:{_alternatives(rows['before'])})(?![\w'’])[\s,;:.!…\-–—]*", re.IGNORECASE)
    after = re.compile(rf"{_JOINTS}(?<![\w'’])(?:{_alternatives(rows['after'])})[\s.!…]*$", re.IGNORECASE)
    return before, after, frozenset(rows["small_talk"].split())


def _alternatives(lines: list[str]) -> str:
    """The phrases as one pattern, the longest first; an apostrophe may stand between any two letters of a word."""
    phrases = sorted({phrase.strip() for line in lines for phrase in line.split(",")}, key=len, reverse=True)
    return "|".join(r"[\s,]+".join("['’]?".join(map(re.escape, word)) for word in phrase.split()) for phrase in phrases)
