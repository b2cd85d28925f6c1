"""Everything the engine answers from, loaded once: the table, the placing rules and the engine's own words."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.guidance.conditions import MEMBERS
from bot.guidance.loader import load_table
from bot.guidance.placement_rows import PlacementRules, Text
from bot.guidance.placement_rules import load_placement_rules
from bot.guidance.rows import Row, Table
from bot.guidance.vocabulary import REGISTERS
from bot.guidance.yaml_source import TableError, read_yaml

DEFAULT_REGISTER = "clinician"
"""The article addresses professionals; a reader who says nothing about themselves gets its register."""
PLAIN = "patient"
"""In an emergency whoever says nothing about themselves is told what to do in words that nobody has to think about."""


@dataclass(frozen=True)
class Knowledge:
    """The table with what reads it."""

    table: Table
    rules: PlacementRules
    wording: Mapping[str, Text]

    def words(self, key: str, register: str, **values: object) -> str:
        """One of the engine's phrases in a register, placeholders filled. Raises KeyError for an unknown phrase."""
        return self.wording[key][register].format(**values)

    def label(self, drug: str) -> str:
        """How a drug is called in print."""
        return self.table.drugs[drug].label if drug in self.table.drugs else drug.replace("_", " ")

    def labels(self, drugs: Iterable[str], joiner: str = "and") -> str:
        """ "tacrolimus, ciclosporin and rituximab"."""
        return listed([self.label(d) for d in drugs], joiner)

    def about(self, drugs: Collection[str], topics: Collection[str]) -> tuple[Row, ...]:
        """Rows of these topics on any of these drugs (or their class, or its members), the article's first."""
        wanted = related(drugs)
        found = [r for r in self.table.rows.values() if r.topic in topics and wanted & set(r.drugs)]
        order = list(topics)
        return tuple(sorted(found, key=lambda r: (r.support == "beyond_article", order.index(r.topic))))


def listed(items: list[str], joiner: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {joiner} {items[-1]}" if items else ""


def related(drugs: Collection[str]) -> frozenset[str]:
    """The drugs, the members of classes among them, and the classes that hold them."""
    found = set(drugs)
    for group, members in MEMBERS.items():
        if group in drugs:
            found.update(members)
        if found & set(members):
            found.add(group)
    return frozenset(found)


def _wording(path: Path) -> dict[str, Text]:
    wording: dict[str, Text] = {}
    for key, text in read_yaml(path, path.name).items():
        if not isinstance(text, Mapping) or set(text) != set(REGISTERS):
            raise TableError(f"{path.name}: '{key}' needs a text for each of {', '.join(REGISTERS)}")
        wording[key] = dict(text)
    return wording


@functools.lru_cache(maxsize=1)
def load_knowledge() -> Knowledge:
    """The project's own table and rules, cross-checked. Raises TableError that says how to mend them."""
    table, rules = load_table(), load_placement_rules()
    known = {*table.rows, rules.tried.id, rules.excluded.id}
    dangling = sorted(rules.row_ids() - known)
    if dangling:
        raise TableError(f"options.yml, rules.yml or situations.yml name rows that no file has: {', '.join(dangling)}")
    flags = [e.rule for e in rules.escalations if e.rule not in table.red_flags]
    if flags:
        raise TableError(f"situations.yml: unknown red flags {', '.join(flags)}; add them to red_flags.yml")
    return Knowledge(table, rules, _wording(Path(__file__).parent / "table" / "wording.yml"))
