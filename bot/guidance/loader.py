"""Loads the treatment table and refuses it when anything in it does not hold together.

`load_table()` is the one door. It reads every file of `table/`, checks each field, then checks that every id a row,
aspect, silence or red flag names exists. All problems are reported at once, each with file, line and remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

from bot.guidance import entries
from bot.guidance.checks import Fields, Problems
from bot.guidance.model import DRUGS
from bot.guidance.numbers import UNITS
from bot.guidance.rows import (
    Aspect,
    Drug,
    RedFlag,
    Reference,
    Review,
    Row,
    SideEffect,
    Silence,
    Source,
    Table,
    Term,
)
from bot.guidance.vocabulary import TOPICS
from bot.guidance.yaml_source import Located, TableError, read_yaml

__all__ = ["TOPICS", "UNITS", "Drug", "Row", "Table", "TableError", "load_table"]

TABLE_DIR: Final = Path(__file__).parent / "table"
_ROW_FILES: Final = ("claims", "beyond")
_OTHER_DRUGS: Final = "not_in_table.yml"
_T = TypeVar("_T")


class _Load:
    """One run of the loader: the files, and the problems found so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems = Problems()
        self.rows: dict[str, Row] = {}

    def entries(self, name: str) -> list[Any]:
        """The list a file holds. Every file has to be there: a table with a part missing is not a smaller table."""
        path = self.folder / f"{name}.yml"
        content = read_yaml(path, path.name)
        if not isinstance(content, list):
            self.problems.add(f"{path.name}:1", "the file is not a list", "start each entry with '- id:'")
            return []
        return content

    def keyed(self, name: str, parse: Callable[[Any, Problems, str], _T], key: Callable[[_T], Any]) -> dict[Any, _T]:
        """The parsed entries of a file by their id; an id may stand once."""
        found: dict[Any, _T] = {}
        for entry in self.entries(name):
            item = parse(entry, self.problems, f"{name}.yml:1")
            if key(item) in found:
                where = entry.where("id") if isinstance(entry, Located) else f"{name}.yml:1"
                self.problems.add(where, f"the id '{key(item)}' stands twice", "give each entry its own id")
            found[key(item)] = item
        return found

    def add_rows(self, raw: Any, where: str, article: bool) -> tuple[str, ...]:
        """Parse rows into the table and return their ids in order."""
        if not isinstance(raw, list):
            self.problems.add(where, "rows are not a list", "start each row with '- id:'")
            return ()
        ids = []
        for entry in raw:
            row = entries.row(entry, self.problems, where, article)
            if row.id in self.rows:
                first = self.rows[row.id]
                self.problems.add(
                    f"{row.file}:{row.line}",
                    f"the id '{row.id}' stands twice (first in {first.file}:{first.line})",
                    "give each row its own id",
                )
            self.rows[row.id] = row
            ids.append(row.id)
        return tuple(ids)

    def drugs(self) -> dict[str, Drug]:
        """Every file of drugs/: the drug, and its rows."""
        found: dict[str, Drug] = {}
        for path in sorted((self.folder / "drugs").glob("*.yml")):
            if path.name == _OTHER_DRUGS:
                continue
            name = f"drugs/{path.name}"
            content = read_yaml(path, name)
            fields = Fields(content, self.problems, f"{name}:1", entries.DRUG_KEYS)
            facts = self.add_rows(fields.entry.get("facts") or [], fields.entry.where("facts"), article=False)
            drug = entries.drug(fields, facts)
            if drug.id in found:
                fields.fault("this drug has a file already", "keep one file a drug", "id")
            found[drug.id] = drug
        return found

    def other_drugs(self) -> dict[str, tuple[str, ...]]:
        """Names of drugs that the table does not hold, by class: known so that no fuzzy match takes them for ours."""
        path = self.folder / "drugs" / _OTHER_DRUGS
        if not path.exists():
            return {}
        name = f"drugs/{_OTHER_DRUGS}"
        content = read_yaml(path, name)
        fields = Fields(content, self.problems, f"{name}:1", tuple(content) if isinstance(content, dict) else ())
        return {kind: fields.strings(kind, what="name") for kind in fields.entry}

    def side_effects(self) -> dict[str, SideEffect]:
        """Every category of side effects, and its rows."""
        found: dict[str, SideEffect] = {}
        for entry in self.entries("side_effects"):
            fields = Fields(entry, self.problems, "side_effects.yml:1", entries.SIDE_EFFECT_KEYS)
            facts = self.add_rows(fields.entry.get("facts") or [], fields.entry.where("facts"), article=False)
            effect = entries.side_effect(fields, facts)
            if effect.id in found:
                fields.fault("this category stands twice", "keep one", "id")
            found[effect.id] = effect
        return found

    def review(self) -> Review:
        """The state of the article and of the table."""
        return entries.review(read_yaml(self.folder / "review.yml", "review.yml"), self.problems)


def _lines(load: _Load, name: str) -> dict[str, Located]:
    return {str(entry.get("id")): entry for entry in load.entries(name) if isinstance(entry, Located)}


def _dangling(
    problems: Problems, where: str, owner: str, what: str, ids: Collection[Any], known: Collection[Any]
) -> None:
    for item in ids:
        if item not in known:
            problems.add(where, f"{owner}: names the unknown {what} '{item}'", f"add that {what} or correct the id")


def _check_rows(load: _Load, drugs: Collection[str], table: Table) -> None:
    for row in table.rows.values():
        where = f"{row.file}:{row.line}"
        _dangling(load.problems, where, row.id, "drug", row.drugs, drugs)
        _dangling(load.problems, where, row.id, "source", row.sources, table.sources)
        _dangling(load.problems, where, row.id, "aspect", row.aspects, table.aspects)
        _dangling(load.problems, where, row.id, "row", row.see, table.rows)
        _dangling(load.problems, where, row.id, "reference", row.citations, table.references)


def _check_others(load: _Load, drugs: Collection[str], table: Table) -> None:
    def check(name: str, items: Mapping[Any, Any], fields: Mapping[str, tuple[str, Collection[Any]]]) -> None:
        lines: dict[str, Located] | None = None
        for key, item in items.items():
            for field, (what, known) in fields.items():
                ids = getattr(item, field)
                if all(wanted in known for wanted in ids):
                    continue
                lines = _lines(load, name) if lines is None else lines
                where = lines[str(key)].where(field) if str(key) in lines else f"{name}.yml:1"
                _dangling(load.problems, where, str(key), what, ids, known)

    rows, sources = ("row", table.rows), ("source", table.sources)
    check("references", table.references, {"sources": sources})
    check(
        "side_effects", table.side_effects, {"claims": rows, "facts": rows, "red_flags": ("red flag", table.red_flags)}
    )
    check("red_flags", table.red_flags, {"drugs": ("drug", drugs), "sources": sources})
    check("aspects", table.aspects, {"rows": rows})
    check("silences", table.silences, {"drugs": ("drug", drugs), "aspects": ("aspect", table.aspects), "then": rows})
    check("glossary", table.glossary, {"sources": sources})
    for drug in table.drugs.values():
        _dangling(load.problems, f"drugs/{drug.id}.yml:1", drug.id, "drug", drug.members, drugs)


def _with_declared_rows(aspects: Mapping[str, Aspect], rows: Mapping[str, Row]) -> dict[str, Aspect]:
    """Aspects with the rows that name them, after the hand-ordered ones."""
    declared: dict[str, list[str]] = {key: list(aspect.rows) for key, aspect in aspects.items()}
    for row in rows.values():
        for name in row.aspects:
            if name in declared and row.id not in declared[name]:
                declared[name].append(row.id)
    return {
        key: Aspect(aspect.id, aspect.label, aspect.names, aspect.topics, tuple(declared[key]))
        for key, aspect in aspects.items()
    }


@lru_cache(maxsize=4)
def load_table(path: str | Path | None = None) -> Table:
    """The treatment table of the folder `path` (the project's own by default), checked whole.

    Raises TableError that lists every problem as `file:line: what; how to mend it`.
    """
    load = _Load(Path(path) if path is not None else TABLE_DIR)
    for name in _ROW_FILES:
        load.add_rows(load.entries(name), f"{name}.yml:1", article=name == "claims")
    drugs = load.drugs()
    side_effects = load.side_effects()
    references: dict[int, Reference] = load.keyed("references", entries.reference, lambda item: item.number)
    sources: dict[str, Source] = load.keyed("sources", entries.source, lambda item: item.id)
    red_flags: dict[str, RedFlag] = load.keyed("red_flags", entries.red_flag, lambda item: item.id)
    aspects: dict[str, Aspect] = load.keyed("aspects", entries.aspect, lambda item: item.id)
    silences: dict[str, Silence] = load.keyed("silences", entries.silence, lambda item: item.id)
    glossary: dict[str, Term] = load.keyed("glossary", entries.term, lambda item: item.id)
    table = Table(
        rows=load.rows,
        drugs=drugs,
        other_drugs=load.other_drugs(),
        sources=sources,
        references=references,
        side_effects=side_effects,
        red_flags=red_flags,
        aspects=_with_declared_rows(aspects, load.rows),
        silences=silences,
        glossary=glossary,
        review=load.review(),
    )
    known_drugs = {*DRUGS, *drugs}
    _check_rows(load, known_drugs, table)
    _check_others(load, known_drugs, table)
    load.problems.stop_if_any()
    return table
