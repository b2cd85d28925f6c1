"""An Answer in the making: rows become statements, lines become the text, and both stay in step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.guidance.answer import Answer, Ask, OptionEntry, Raised, Statement, marks
from bot.guidance.knowledge import DEFAULT_REGISTER, PLAIN, Knowledge
from bot.guidance.model import Case, Question
from bot.guidance.placement import Triggered
from bot.guidance.rows import Silence
from bot.guidance.silences import silences_for, unsaid_aspects

BULLET = "• "
UNKNOWN_IN_TEXT = 2
UNKNOWN_BESIDE_OPTIONS = 1
FOLLOW_UPS = 4


class Draft:
    """Collects what an answer says. Every sentence of the body comes from a row or from the wording file."""

    def __init__(self, kind: str, case: Case, question: Question, knowledge: Knowledge) -> None:
        self.kind = kind
        self.case = case
        self.question = question
        self.knowledge = knowledge
        self.register = case.audience or (PLAIN if kind == "emergency" else DEFAULT_REGISTER)
        self.full = question.detail == "full"
        self.headline = ""
        self.escalation: Raised | None = None
        self.options: list[OptionEntry] = []
        self.unknown: list[str] = []
        self._unknown_told = 0
        self.ask: Ask | None = None
        self.assumptions: list[str] = []
        self._statements: dict[str, Statement] = {}
        self._said: dict[str, None] = {}
        self._lines: list[str] = []
        self._follow_ups: dict[str, str] = {}

    # --- content

    def words(self, key: str, **values: object) -> str:
        """A phrase of the wording file in the reader's register."""
        return self.knowledge.words(key, self.register, **values)

    def state(self, row_id: str) -> str:
        """Say a row: a statement of the answer, and its text with citation marks for a line."""
        statement = self._enter(row_id)
        self._said.setdefault(row_id)
        return with_marks(statement.text, statement.citations)

    def support(self, row_ids: Iterable[str]) -> None:
        """Rows that carry a reason: statements of the answer, not lines of its text."""
        for row_id in row_ids:
            if row_id in self.knowledge.table.rows:
                self._enter(row_id)

    def _enter(self, row_id: str) -> Statement:
        row = self.knowledge.table.rows[row_id]
        if row_id not in self._statements:
            self._statements[row_id] = Statement(
                id=row.id,
                text=row.text[self.register],
                support=row.support,
                citations=row.citations,
                sources=row.sources,
                verdict=row.check.verdict if row.check else None,
                note=row.check.note[self.register] if row.check else None,
            )
        return self._statements[row_id]

    def compute(self, statement: Statement) -> None:
        """Put a computed statement in, and its text."""
        self._statements[statement.id] = statement
        self._said.setdefault(statement.id)
        self.line(statement.text)

    def line(self, text: str) -> None:
        """One line of the text; the same words never stand twice, with a bullet or without."""
        words = text.removeprefix(BULLET)
        if words and words not in {self.headline, *(line.removeprefix(BULLET) for line in self._lines)}:
            self._lines.append(text)

    def says(self, words: str) -> bool:
        """Do these words stand in the text already?"""
        return any(words in line for line in self._lines)

    def count(self, start: str) -> int:
        """How many lines of the text begin like this."""
        return sum(line.startswith(start) for line in self._lines)

    def cited(self, row_ids: Iterable[str]) -> str:
        """The citation marks of some rows together."""
        rows = (self.knowledge.table.rows[r] for r in row_ids if r in self.knowledge.table.rows)
        return marks(n for row in rows for n in row.citations)

    def suggest(self, title: str, message: str) -> None:
        if len(self._follow_ups) < FOLLOW_UPS:
            self._follow_ups.setdefault(title, message)

    def miss(self, text: str) -> None:
        """Something asked that the article does not say."""
        if text not in self.unknown:
            self.unknown.append(text)

    def miss_what_the_article_leaves_out(self) -> tuple[Silence, ...]:
        """Say every silence that the question or the case touches; the silences, for the rows that help."""
        found = silences_for(self.question, self.case, self.knowledge)
        for silence in found:
            self.miss(silence.text[self.register])
        for aspect in unsaid_aspects(self.question, self.knowledge, found):
            self.miss(self.words("unsaid_general", topic=self.knowledge.table.aspects[aspect].label[self.register]))
        return found

    def lead_with_what_is_missing(self) -> None:
        """Begin with the first thing that the article does not say: it is what was asked."""
        self._lines.insert(0, self.headline)
        self.headline = f"{self.words('not_in_article')}: {self.unknown[0]}."
        self._unknown_told = 1

    def miss_what_rules_leave_out(self, triggered: Triggered) -> None:
        """Say what the article leaves out where these rules are triggered ("nintedanib in pregnancy")."""
        for rules in triggered.values():
            for silent in (r.silent for r in rules if r.silent):
                self.miss(silent[self.register])

    @property
    def statements(self) -> Sequence[Statement]:
        """What the text says first, in its order; then what only carries reasons."""
        ids = dict.fromkeys((*self._said, *self._statements))
        return tuple(self._statements[i] for i in ids)

    # --- escalation of the case itself

    def escalate(self, rule: str) -> None:
        """Raise a red flag of the table; a graver one already raised stays."""
        flag = self.knowledge.table.red_flags[rule]
        ranks = ("contact_team", "same_day", "emergency")
        if self.escalation is None or ranks.index(flag.level) > ranks.index(self.escalation.level):
            self.escalation = Raised(flag.level, flag.text[self.register], flag.id)

    def escalate_for_case(self) -> None:
        """Raise what the facts of the case make urgent; a scenario raises nothing."""
        if self.question.scenario:
            return
        for row in self.knowledge.rules.escalations:
            if row.when.holds(self.case) is True:
                self.escalate(row.rule)

    # --- the whole

    def finish(self) -> Answer:
        """The Answer with its text. An answer that says nothing else says that the article is silent."""
        if not self.headline:
            self.headline = self._lines.pop(0) if self._lines else self.words("nothing_on_that")
        table = self.knowledge.table
        numbers = sorted({n for s in self.statements for n in s.citations})
        review = table.review
        return Answer(
            kind=self.kind,
            case=self.case,
            headline=self.headline,
            review={
                "article_status": review.article_status,
                "article_updated": review.article_updated,
                "table_version": review.table_version,
                "table_review": review.table_review,
            },
            notice=review.notice[self.register],
            text=self._text(review.notice[self.register]),
            escalation=self.escalation,
            statements=tuple(self.statements),
            options=tuple(self.options),
            unknown=tuple(self.unknown),
            ask=self.ask,
            follow_ups=tuple(self._follow_ups.items()),
            citations=tuple(self._citation(n) for n in numbers),
            assumptions=tuple(self.assumptions),
        )

    def _citation(self, number: int) -> dict[str, Any]:
        reference = self.knowledge.table.references[number]
        return {"number": number, "label": reference.label, "status": reference.status, "url": reference.url}

    def _text(self, notice: str) -> str:
        parts = [self.escalation.text] if self.escalation else []
        parts += [self.headline, *self._lines]
        if unknown := self.unknown[self._unknown_told :]:
            room = UNKNOWN_BESIDE_OPTIONS if len(self.options) > 4 else UNKNOWN_IN_TEXT
            shown = unknown if self.full else unknown[:room]
            parts.append(f"{self.words('not_in_article')}: {'; '.join(shown)}.")
        if self.assumptions:
            parts.append(f"{self.words('assumed')}: {'; '.join(self.assumptions)}.")
        if self.ask:
            parts.append(self.ask.question)
        parts.append(notice)
        return "\n".join(parts)


def upper_first(text: str) -> str:
    """The text with a capital first letter; the rest keeps its case (EC-MPS)."""
    return text[:1].upper() + text[1:]


def with_marks(text: str, citations: Iterable[int]) -> str:
    """The text with its citation marks before the closing full stop: "Split the dose [3]."."""
    shown = marks(citations)
    if not shown:
        return text
    return f"{text[:-1]}{shown}{text[-1]}" if text[-1:] in ".!?" else text + shown
