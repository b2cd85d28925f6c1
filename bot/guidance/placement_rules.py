"""Reads the rows that place options: options.yml, rules.yml, situations.yml and questions.yml.

Whatever cannot be read is refused with file, line and the way to mend it (``TableError``).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path

from bot.guidance.conditions import Condition, condition_problems
from bot.guidance.model import DRUGS, SLOTS, Case, InvalidInputError
from bot.guidance.placement_rows import (
    ALSO_ASKED,
    EFFECTS,
    STANCES,
    Choice,
    DrugRule,
    Escalation,
    OptionRow,
    Place,
    PlacementRules,
    QuestionRow,
    Situation,
    Text,
)
from bot.guidance.vocabulary import REGISTERS
from bot.guidance.yaml_source import Located, TableError, read_yaml

TABLE = Path(__file__).parent / "table"


class _Reader:
    """Collects every problem of one file before refusing it."""

    def __init__(self, path: Path) -> None:
        self.data = read_yaml(path, path.name)
        self.problems: list[str] = []

    def check(self, row: Located, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        for key in required:
            if key not in row:
                self.problems.append(f"{row.where()}: '{key}' is missing; add it")
        for key in row:
            if key not in (*required, *optional):
                known = ", ".join((*required, *optional))
                self.problems.append(f"{row.where(key)}: '{key}' is not known here; use one of {known}")

    def one_of(self, row: Located, key: str, allowed: tuple[str, ...]) -> None:
        values = row.get(key) or []
        for value in values if isinstance(values, list) else [values]:
            if value not in allowed:
                self.problems.append(f"{row.where(key)}: {value!r} is unknown; use one of {', '.join(allowed)}")

    def condition(self, row: Located, key: str, monotone: bool = False) -> Condition:
        entries = row.get(key) or {}
        problems = condition_problems(entries, monotone)
        self.problems += [f"{row.where(key)}: {problem}" for problem in problems]
        return Condition({} if problems else entries)

    def text(self, row: Located, key: str, needed: bool = True) -> Text | None:
        text = row.get(key)
        if text is None and not needed:
            return None
        if (
            not isinstance(text, Mapping)
            or set(text) != set(REGISTERS)
            or not all(str(v).strip() for v in text.values())
        ):
            self.problems.append(f"{row.where(key)}: '{key}' needs a text for each of {', '.join(REGISTERS)}")
            return dict.fromkeys(REGISTERS, "")
        return dict(text)

    def finish(self) -> None:
        if self.problems:
            raise TableError("\n".join(self.problems))


def _place(reader: _Reader, row: Located, option: str) -> Place:
    reader.check(row, ("stance", "because"), ("when", "unless", "text"))
    reader.one_of(row, "stance", STANCES)
    if not row.get("because"):
        reader.problems.append(f"{row.where()}: {option} stands here for no reason; name the rows in 'because'")
    return Place(
        stance=row.get("stance", ""),
        when=reader.condition(row, "when"),
        unless=reader.condition(row, "unless"),
        because=tuple(row.get("because") or ()),
        text=reader.text(row, "text", needed=False),
    )


def _options(path: Path) -> tuple[OptionRow, ...]:
    reader = _Reader(path)
    rows: list[OptionRow] = []
    optional = ("one_of", "background", "lead", "places", "if_unknown", "otherwise")
    for row in reader.data["options"]:
        reader.check(row, ("option", "label", "gives"), optional)
        for key in ("gives", "one_of", "background"):
            reader.one_of(row, key, DRUGS)
        name = row.get("option", "")
        rows.append(
            OptionRow(
                option=name,
                label=reader.text(row, "label") or {},
                gives=tuple(row.get("gives") or ()),
                one_of=tuple(row.get("one_of") or ()),
                background=tuple(row.get("background") or ()),
                lead=row.get("lead"),
                places=tuple(_place(reader, p, name) for p in row.get("places") or ()),
                if_unknown=_place(reader, row["if_unknown"], name) if row.get("if_unknown") else None,
                otherwise=_place(reader, row["otherwise"], name) if row.get("otherwise") else None,
            )
        )
    reader.finish()
    return tuple(rows)


def _rules(path: Path) -> tuple[tuple[DrugRule, ...], DrugRule, DrugRule]:
    reader = _Reader(path)
    rules: list[DrugRule] = []
    for row in reader.data["rules"]:
        reader.check(row, ("id", "drugs", "effect", "when", "because", "text"), ("demotes", "silent"))
        reader.one_of(row, "drugs", DRUGS)
        reader.one_of(row, "effect", EFFECTS)
        if not row.get("because"):
            reader.problems.append(f"{row.where()}: a rule rests on rows of the table; name them in 'because'")
        rules.append(
            DrugRule(
                id=row.get("id", ""),
                drugs=tuple(row.get("drugs") or ()),
                effect=row.get("effect", ""),
                demotes=bool(row.get("demotes", False)),
                when=reader.condition(row, "when", monotone=True),
                because=tuple(row.get("because") or ()),
                text=reader.text(row, "text") or {},
                silent=reader.text(row, "silent", needed=False),
            )
        )
    tried, excluded = _named_rule(reader, "tried"), _named_rule(reader, "excluded")
    reader.finish()
    return tuple(rules), tried, excluded


def _named_rule(reader: _Reader, name: str) -> DrugRule:
    """The rule for drugs that the case itself names, whichever they are."""
    row = reader.data[name]
    reader.check(row, ("id", "note", "text"))
    return DrugRule(row["id"], (), "avoid", True, Condition({}), (row["id"],), reader.text(row, "text") or {})


def _situations(path: Path) -> tuple[tuple[Situation, ...], tuple[Escalation, ...]]:
    reader = _Reader(path)
    situations: list[Situation] = []
    for row in reader.data["situations"]:
        reader.check(row, ("id", "when", "rows", "headline"))
        text = reader.text(row, "headline") or {}
        situations.append(Situation(row["id"], reader.condition(row, "when"), tuple(row["rows"]), text))
    escalations: list[Escalation] = []
    for row in reader.data["escalations"]:
        reader.check(row, ("rule", "when"))
        escalations.append(Escalation(row["rule"], reader.condition(row, "when", monotone=True)))
    if situations and situations[-1].when:
        reader.problems.append(f"{path.name}: the last situation must hold for every case; leave its 'when' empty")
    reader.finish()
    return tuple(situations), tuple(escalations)


def _questions(path: Path) -> tuple[QuestionRow, ...]:
    reader = _Reader(path)
    rows: list[QuestionRow] = []
    for row in reader.data["questions"]:
        reader.check(row, ("slot", "when", "question", "choices", "assumption"), ("unless", "offers", "stays"))
        reader.one_of(row, "slot", (*SLOTS, *ALSO_ASKED))
        choices: list[Choice] = []
        for choice in row.get("choices") or ():
            reader.check(choice, ("say", "means"))
            if not isinstance(choice.get("say"), str):
                reader.problems.append(f"{choice.where('say')}: {choice.get('say')!r} is no text; put it in quotes")
            try:
                Case.from_mapping(choice["means"])
            except InvalidInputError as error:
                reader.problems.append(f"{choice.where('means')}: {error}")
            choices.append(Choice(choice["say"], dict(choice["means"])))
        rows.append(
            QuestionRow(
                slot=row["slot"],
                when=reader.condition(row, "when"),
                unless=reader.condition(row, "unless"),
                offers=tuple(row.get("offers") or ()),
                stays=bool(row.get("stays", False)),
                question=reader.text(row, "question") or {},
                choices=tuple(choices),
                assumption=reader.text(row, "assumption", needed=False),
            )
        )
    reader.finish()
    return tuple(rows)


@functools.lru_cache(maxsize=4)
def load_placement_rules(folder: Path = TABLE) -> PlacementRules:
    """The rows that place options, read once. Raises TableError with file, line and how to mend it."""
    rules, tried, excluded = _rules(folder / "rules.yml")
    situations, escalations = _situations(folder / "situations.yml")
    return PlacementRules(
        options=_options(folder / "options.yml"),
        rules=rules,
        tried=tried,
        excluded=excluded,
        situations=situations,
        escalations=escalations,
        questions=_questions(folder / "questions.yml"),
    )
