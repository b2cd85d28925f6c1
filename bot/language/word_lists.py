"""Named lists of function words (``lists/function_words.yml``): data that several readers of sentence build share."""

from __future__ import annotations

import functools
from pathlib import Path

from bot.language.yaml_rows import LexiconError, load_yaml

FILE = Path(__file__).parent / "lists" / "function_words.yml"


@functools.lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    data = load_yaml(FILE)
    for name, line in data.items():
        if not isinstance(line, str) or not line.split():
            raise LexiconError(f"{FILE.name}, {name}: words in one line of text are expected")
    return {name: frozenset(line.split()) for name, line in data.items()}


def words(name: str) -> frozenset[str]:
    """The list of that name; KeyError for one that is not there."""
    return _lists()[name]
