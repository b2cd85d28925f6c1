"""Turns one YAML entry of each kind into its frozen form. Ids across files are checked later, by the loader."""

from __future__ import annotations

import re
from typing import Any, Final

from bot.guidance.checks import Fields, Problems
from bot.guidance.model import INTENTS, SIDE_EFFECTS
from bot.guidance.rows import (
    Aspect,
    Check,
    Drug,
    RedFlag,
    Reference,
    Review,
    Row,
    SideEffect,
    Silence,
    Source,
    Term,
)
from bot.guidance.vocabulary import (
    DRUG_GROUPS,
    LEVELS,
    OPTION_IDS,
    REFERENCE_STATUSES,
    SOURCE_KINDS,
    TOPICS,
    VERDICTS,
)

ROW_KEYS: Final = (
    *("id", "topic", "drugs", "options", "aspects", "when", "text", "citations", "numbers", "sources"),
    *("check", "see", "reviewed_by", "reviewed_on"),
)
DRUG_KEYS: Final = ("id", "label", "names", "group", "drug_class", "members", "facts", "no_source")
NAME_KINDS: Final = ("generic", "brands", "abbreviations", "lay", "misspellings")
SIDE_EFFECT_KEYS: Final = ("id", "label", "names", "article_silent", "claims", "also", "always", "facts", "red_flags")
_ARTICLE_ID: Final = re.compile(r"[CM]\d{1,2}")
_BEYOND_ID: Final = re.compile(r"[XD]-[a-zA-Z0-9_]+(-[a-zA-Z0-9_]+)*")


def row(entry: Any, problems: Problems, where: str, article: bool) -> Row:
    """A statement row. `article`: it is a claim of the article; otherwise it must name the sources it comes from."""
    fields = Fields(entry, problems, where, ROW_KEYS)
    row_id = fields.string("id")
    if row_id and not (_ARTICLE_ID if article else _BEYOND_ID).fullmatch(row_id):
        shape = "C01 or M1" if article else "X-topic-slug or D-drug-topic"
        fields.fault(f"the id does not fit its file ({shape})", f"rename it like {shape}", "id")
    drugs = fields.strings("drugs", what="drug")
    numbers = fields.numbers(drugs)
    text = fields.registers("text", numbers)
    sources = fields.strings("sources", what="source")
    citations = fields.integers("citations")
    if not sources:
        fields.fault("the row has no provenance", "name the sources it comes from or was checked against", "sources")
    if not article and (citations or fields.entry.get("check") is not None):
        fields.fault("citations and check belong to article claims", "leave them out here", "citations")
    check = _check(fields, numbers)
    _refuse_unused(fields, set(numbers))
    by, on = fields.signature()
    return Row(
        id=row_id,
        topic=fields.string("topic", TOPICS),
        drugs=drugs,
        options=fields.strings("options", OPTION_IDS, "option"),
        aspects=fields.strings("aspects", what="aspect"),
        when=fields.when(),
        text=text,
        citations=citations,
        numbers=numbers,
        sources=sources,
        check=check,
        support=("article_cited" if citations else "article_uncited") if article else "beyond_article",
        see=fields.strings("see", what="row"),
        reviewed_by=by,
        reviewed_on=on,
        file=fields.entry.file,
        line=fields.entry.line,
    )


def _check(fields: Fields, numbers: dict[str, Any]) -> Check | None:
    raw = fields.entry.get("check")
    if raw is None:
        return None
    inner = Fields(raw, fields.problems, fields.entry.where("check"), ("verdict", "note"))
    return Check(verdict=inner.string("verdict", VERDICTS), note=inner.registers("note", numbers))


def _refuse_unused(fields: Fields, names: set[str]) -> None:
    raw = fields.entry.get("check")
    note = raw.get("note") if isinstance(raw, dict) else None
    written = " ".join(
        text for part in (fields.entry.get("text"), note) if isinstance(part, dict) for text in part.values() if text
    )
    for name in sorted(names):
        if f"{{{name}}}" not in written and f"{{{name}:n}}" not in written:
            fields.fault(f"number '{name}' is used in no text", "use it or remove it", "numbers")


def drug(fields: Fields, facts: tuple[str, ...]) -> Drug:
    """A drug or class. `facts` are the ids of its rows, already parsed."""
    raw = fields.entry.get("names")
    names = Fields(raw, fields.problems, fields.entry.where("names"), (*NAME_KINDS, "languages", "ambiguous"))
    by_kind = {kind: names.strings(kind, what="name") for kind in NAME_KINDS}
    by_language: dict[str, tuple[str, ...]] = {}
    spoken = names.entry.get("languages")
    if spoken:
        languages = Fields(spoken, fields.problems, names.entry.where("languages"), tuple(spoken))
        by_language = {str(language): languages.strings(language, what="name") for language in spoken}
    every = [name for group in (by_kind, by_language) for words in group.values() for name in words]
    if not every:
        fields.fault("the drug has no names", "write names: {generic: [...]}", "names")
    labels = fields.registers("label")
    return Drug(
        id=fields.string("id"),
        label=labels["clinician"],
        labels=labels,
        names=tuple(dict.fromkeys(every)),
        names_by_kind=by_kind,
        names_by_language=by_language,
        ambiguous=names.strings("ambiguous", what="name"),
        group=fields.string("group", DRUG_GROUPS),
        drug_class=fields.string("drug_class"),
        members=fields.strings("members", what="drug"),
        facts=facts,
        no_source=fields.strings("no_source", TOPICS, "topic"),
    )


def side_effect(fields: Fields, facts: tuple[str, ...]) -> SideEffect:
    """A category of side effects. `facts` are the ids of its rows, already parsed."""
    return SideEffect(
        id=fields.string("id", SIDE_EFFECTS),
        label=fields.registers("label"),
        names=fields.strings("names", what="name"),
        article_silent=fields.flag("article_silent"),
        claims=fields.strings("claims", what="row"),
        facts=(*facts, *fields.strings("also", what="row")),
        always=fields.strings("always", what="row"),
        red_flags=fields.strings("red_flags", what="red flag"),
    )


def source(entry: Any, problems: Problems, where: str) -> Source:
    """A source and how it was seen."""
    keys = ("id", "authors", "title", "publisher", "year", "doi", "pmid", "urls", "kind", "seen", "note")
    fields = Fields(entry, problems, where, keys)
    year = fields.entry.get("year")
    if year is not None and type(year) is not int:
        fields.fault("'year' is not a year", "write four digits or null", "year")
        year = None
    return Source(
        id=fields.string("id"),
        authors=fields.optional("authors"),
        title=fields.string("title"),
        publisher=fields.optional("publisher"),
        year=year,
        doi=fields.optional("doi"),
        pmid=fields.optional("pmid"),
        urls=fields.strings("urls", what="address"),
        kind=fields.string("kind", SOURCE_KINDS),
        seen=fields.string("seen"),
        note=fields.optional("note"),
    )


def reference(entry: Any, problems: Problems, where: str) -> Reference:
    """A number of the article's own list. Only a confirmed one may carry a link."""
    fields = Fields(entry, problems, where, ("number", "label", "status", "url", "note", "sources", "numbers"))
    number = fields.entry.get("number")
    if type(number) is not int:
        fields.fault("'number' is not a whole number", "write the article's own number", "number")
        number = 0
    status = fields.string("status", REFERENCE_STATUSES)
    url = fields.optional("url")
    if url and status != "confirmed":
        fields.fault("only a confirmed reference may have a link", "remove 'url' or confirm it", "url")
    return Reference(
        number=number,
        label=fields.string("label"),
        status=status,
        url=url,
        note=fields.registers("note", fields.numbers(())),
        sources=fields.strings("sources", what="source"),
    )


def red_flag(entry: Any, problems: Problems, where: str) -> RedFlag:
    """A sign that must not wait, with sources or the mark that it rests on judgement."""
    keys = ["id", "level", "trigger", "text", "numbers", "drugs", "sources", "judgement", "reviewed_by", "reviewed_on"]
    fields = Fields(entry, problems, where, keys)
    sources, judgement = fields.strings("sources", what="source"), fields.flag("judgement")
    if not sources and not judgement:
        fields.fault("no provenance", "name its sources or write 'judgement: true'", "sources")
    flag_id = fields.string("id")
    if flag_id and not flag_id.startswith("RF-"):
        fields.fault("the id does not start with RF-", "rename it", "id")
    by, on = fields.signature()
    return RedFlag(
        id=flag_id,
        level=fields.string("level", LEVELS),
        trigger=fields.string("trigger"),
        text=fields.registers("text", fields.numbers(())),
        drugs=fields.strings("drugs", what="drug"),
        sources=sources,
        judgement=judgement,
        reviewed_by=by,
        reviewed_on=on,
    )


def aspect(entry: Any, problems: Problems, where: str) -> Aspect:
    """A finer subject of questions."""
    fields = Fields(entry, problems, where, ("id", "label", "names", "topics", "rows"))
    names = fields.strings("names", what="name")
    if not names:
        fields.fault("no names", "write the words people use for it", "names")
    return Aspect(
        id=fields.string("id"),
        label=fields.registers("label"),
        names=names,
        topics=fields.strings("topics", TOPICS, "topic"),
        rows=fields.strings("rows", what="row"),
    )


def silence(entry: Any, problems: Problems, where: str) -> Silence:
    """Something the article does not say."""
    fields = Fields(entry, problems, where, ("id", "kinds", "drugs", "aspects", "when", "text", "then"))
    silence_id = fields.string("id")
    if silence_id and not silence_id.startswith("S-"):
        fields.fault("the id does not start with S-", "rename it", "id")
    return Silence(
        id=silence_id,
        kinds=fields.strings("kinds", INTENTS, "intent"),
        drugs=fields.strings("drugs", what="drug"),
        aspects=fields.strings("aspects", what="aspect"),
        when=fields.when(),
        text=fields.registers("text"),
        then=fields.strings("then", what="row"),
    )


def term(entry: Any, problems: Problems, where: str) -> Term:
    """A word with its explanation."""
    fields = Fields(entry, problems, where, ("id", "names", "text", "numbers", "sources", "judgement"))
    sources, judgement = fields.strings("sources", what="source"), fields.flag("judgement")
    if not sources and not judgement:
        fields.fault("no provenance", "name its sources or write 'judgement: true'", "sources")
    return Term(
        id=fields.string("id"),
        names=fields.strings("names", what="name"),
        text=fields.registers("text", fields.numbers(())),
        sources=sources,
        judgement=judgement,
    )


def review(entry: Any, problems: Problems) -> Review:
    """The review state of the article and the table."""
    keys = ("article_status", "article_updated", "table_version", "table_review", "notice")
    fields = Fields(entry, problems, "review.yml:1", keys)
    return Review(
        article_status=fields.string("article_status"),
        article_updated=fields.string("article_updated"),
        table_version=fields.string("table_version"),
        table_review=fields.string("table_review"),
        notice=fields.registers("notice"),
    )
