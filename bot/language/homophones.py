"""Real words that are meant as others: "tac does?", "side affects". The rows are in ``lists/homophones.yml``."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import NamedTuple

from bot.language.patterns import Pattern, PatternError, PatternIndex, parse, words_of
from bot.language.tokens import Token
from bot.language.yaml_rows import LexiconError, check_keys, load_yaml

FILE = Path(__file__).parent / "lists" / "homophones.yml"


class Homophone(NamedTuple):
    """``word``, as it was written, and the word that is meant."""

    word: str
    means: str


@functools.lru_cache(maxsize=1)
def _index() -> PatternIndex[Homophone]:
    data = load_yaml(FILE)
    check_keys(data, {"rows"}, {"rows"}, FILE.name)
    rows: list[tuple[Pattern, Homophone]] = []
    for row in data["rows"]:
        where = f"{FILE.name}, {row.get('say', '?')}"
        check_keys(row, {"say", "word", "means"}, {"say", "word", "means"}, where)
        try:
            pattern = parse(row["say"])
        except PatternError as error:
            raise LexiconError(f"{where}: {error}") from error
        if row["word"] not in words_of(pattern):
            raise LexiconError(f"{where}: {row['word']} is not in the pattern")
        rows.append((pattern, Homophone(row["word"], row["means"])))
    return PatternIndex(rows)


def put_right(tokens: list[Token]) -> None:
    """Give each such word the form of the word that is meant."""
    for match in _index().find(tokens):
        for token in tokens[match.start : match.end]:
            if token.norm == match.row.word:
                token.norm, token.mended = match.row.means, True
