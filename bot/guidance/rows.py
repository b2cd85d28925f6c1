"""What the treatment table is made of. Everything is frozen; texts are already rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.guidance.numbers import Number

Text = Mapping[str, str]  # register -> text


@dataclass(frozen=True)
class Check:
    """How an article claim stands against independent sources."""

    verdict: str
    note: Text


@dataclass(frozen=True)
class Row:
    """One statement: a claim of the article (C.., M..) or a fact from another source (X-.., D-..)."""

    id: str
    topic: str
    drugs: tuple[str, ...]
    options: tuple[str, ...]
    aspects: tuple[str, ...]
    when: Mapping[str, Any]
    text: Text
    citations: tuple[int, ...]
    numbers: Mapping[str, Number]
    sources: tuple[str, ...]
    check: Check | None
    support: str
    see: tuple[str, ...]
    reviewed_by: str | None
    reviewed_on: str | None
    file: str
    line: int


@dataclass(frozen=True)
class Drug:
    """A drug or class: its names in every language, where it belongs, and the ids of its fact rows.

    `label` is the name printed for clinicians, `labels` holds it for both readers. `names` holds every name that means
    this drug and nothing else; `ambiguous` ones need the context, so they stand apart.
    """

    id: str
    label: str
    labels: Text
    names: tuple[str, ...]
    names_by_kind: Mapping[str, tuple[str, ...]]
    names_by_language: Mapping[str, tuple[str, ...]]
    ambiguous: tuple[str, ...]
    group: str
    drug_class: str
    members: tuple[str, ...]
    facts: tuple[str, ...]
    no_source: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """A publication or page outside the article. `seen` says how much of it was read."""

    id: str
    authors: str | None
    title: str
    publisher: str | None
    year: int | None
    doi: str | None
    pmid: str | None
    urls: tuple[str, ...]
    kind: str
    seen: str
    note: str | None

    @property
    def url(self) -> str | None:
        """The best link: DOI, then PubMed, then the first page."""
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        return self.urls[0] if self.urls else None


@dataclass(frozen=True)
class Reference:
    """A number of the article's own reference list, which the article does not print."""

    number: int
    label: str
    status: str
    url: str | None
    note: Text
    sources: tuple[str, ...]


@dataclass(frozen=True)
class SideEffect:
    """A category of mycophenolate side effects: the article's claims, then the ids of facts from other sources."""

    id: str
    label: Text
    names: tuple[str, ...]
    article_silent: bool
    claims: tuple[str, ...]
    facts: tuple[str, ...]
    always: tuple[str, ...]
    red_flags: tuple[str, ...]


@dataclass(frozen=True)
class RedFlag:
    """A sign that must not wait. `judgement` marks wording that rests on no source seen."""

    id: str
    level: str
    trigger: str
    text: Text
    drugs: tuple[str, ...]
    sources: tuple[str, ...]
    judgement: bool
    reviewed_by: str | None
    reviewed_on: str | None


@dataclass(frozen=True)
class Aspect:
    """A finer subject of a question, and the rows that speak to it (hand-ordered ones first)."""

    id: str
    label: Text
    names: tuple[str, ...]
    topics: tuple[str, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Silence:
    """Something people ask that the article does not say, and the rows of other sources that help."""

    id: str
    kinds: tuple[str, ...]
    drugs: tuple[str, ...]
    aspects: tuple[str, ...]
    when: Mapping[str, Any]
    text: Text
    then: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """A word people ask to have explained."""

    id: str
    names: tuple[str, ...]
    text: Text
    sources: tuple[str, ...]
    judgement: bool


@dataclass(frozen=True)
class Review:
    """The state of the article and of this table, and the one-line notice under every answer."""

    article_status: str
    article_updated: str
    table_version: str
    table_review: str
    notice: Text


@dataclass(frozen=True)
class Table:
    """The whole treatment table, cross-checked. `other_drugs`: names, by class, of drugs that are not part of it."""

    rows: Mapping[str, Row]
    drugs: Mapping[str, Drug]
    other_drugs: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, Source]
    references: Mapping[int, Reference]
    side_effects: Mapping[str, SideEffect]
    red_flags: Mapping[str, RedFlag]
    aspects: Mapping[str, Aspect]
    silences: Mapping[str, Silence]
    glossary: Mapping[str, Term]
    review: Review
