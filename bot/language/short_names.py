"""Short and shared names of drugs, which the words beside them settle: "cyclo" in a question on fertility."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bot.language.tokens import Token
from bot.language.yaml_rows import LexiconError, check_keys, load_yaml

FILE = Path(__file__).parent / "lists" / "short_names.yml"


class ShortName(NamedTuple):
    """A name, the drug it means, and the words and drugs one of which must be there; none: always."""

    name: tuple[str, ...]
    drug: str
    beside: frozenset[str]
    others: frozenset[str]

    def fits(self, tokens: Sequence[Token], at: int, drugs: frozenset[str]) -> bool:
        """Does the name stand at token ``at``, in a message that names ``drugs``?"""
        if tuple(t.norm for t in tokens[at : at + len(self.name)]) != self.name:
            return False
        if not self.beside and not self.others:
            return True
        return bool(drugs & self.others) or any(t.norm in self.beside for t in tokens)


@functools.lru_cache(maxsize=1)
def load_short_names() -> tuple[tuple[ShortName, ...], tuple[tuple[str, ...], ...]]:
    """The rows, and the terms in which a name is no drug; raises LexiconError for a row that cannot be read."""
    data = load_yaml(FILE)
    check_keys(data, {"rows", "not_a_drug"}, {"rows", "not_a_drug"}, FILE.name)
    rows: list[ShortName] = []
    for row in data["rows"]:
        where = f"{FILE.name}, {row.get('names', '?')}"
        check_keys(row, {"names", "drug", "beside", "with"}, {"names", "drug"}, where)
        if not isinstance(row["names"], list):
            raise LexiconError(f"{where}: names must be a list")
        beside, others = frozenset(str(row.get("beside", "")).split()), frozenset(row.get("with", ()))
        rows += [ShortName(tuple(name.split()), row["drug"], beside, others) for name in row["names"]]
    return tuple(rows), tuple(tuple(term.split()) for term in data["not_a_drug"])
