"""Seeded small damage to messages, as hurried people do it: for measuring what accuracy it costs.

Each kind leaves the meaning alone: one slip of a finger, other capitals, no or odd punctuation, filler, politeness.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import yaml

_ROWS: Final[dict[str, Any]] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
_WORD: Final = re.compile(r"[A-Za-z]+")
_MARKS: Final = re.compile(r"[?!.,;:'\"]+")


def perturb(text: str, kind: str, seed: int) -> str:
    """The message damaged in one way; the same seed does the same. Raises KeyError for an unknown kind."""
    return KINDS[kind](text, random.Random(f"{seed} {kind} {text}"))


def _typo(text: str, chance: random.Random) -> str:
    long = [m for m in _WORD.finditer(text) if len(m[0]) >= _ROWS["typo"]["letters"]]
    if not long:
        return text
    word = chance.choice(long)
    at = word.start() + chance.randrange(1, len(word[0]) - 1)
    slip = chance.choice(("drop", "double", "swap", "neighbour"))
    if slip == "drop":
        return text[:at] + text[at + 1 :]
    if slip == "double":
        return text[:at] + text[at] + text[at:]
    if slip == "swap":
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    beside = _ROWS["typo"]["neighbours"].get(text[at].lower(), text[at])
    return text[:at] + beside + text[at + 1 :]


def _casing(text: str, chance: random.Random) -> str:
    return chance.choice((str.lower, str.upper, str.capitalize))(text)


def _punctuation(text: str, chance: random.Random) -> str:
    bare = _MARKS.sub("", text)
    return bare if chance.random() < 0.5 else text.rstrip("?.! ") + chance.choice(_ROWS["punctuation"]["after"])


def _around(kind: str) -> Callable[[str, random.Random], str]:
    def put(text: str, chance: random.Random) -> str:
        place = chance.choice(("before", "after"))
        words = chance.choice(_ROWS[kind][place])
        return f"{words} {text}" if place == "before" else f"{text.rstrip()} {words}"

    return put


KINDS: Final[dict[str, Callable[[str, random.Random], str]]] = {
    "typo": _typo,
    "casing": _casing,
    "punctuation": _punctuation,
    "filler": _around("filler"),
    "politeness": _around("politeness"),
}
