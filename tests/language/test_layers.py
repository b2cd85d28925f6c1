"""The layers below the reader: patterns, data files, spelling, names, cleaning, languages, parts of a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.guidance.loader import load_table
from bot.language import context, lexicon_loader
from bot.language.languages import gloss
from bot.language.names import OTHER, DrugNames
from bot.language.patterns import PatternError, match_end, parse
from bot.language.reader import Reader
from bot.language.spelling import Speller
from bot.language.text import normalise
from bot.language.tokens import tokenize
from bot.language.yaml_rows import LexiconError

READER = Reader(load_table())
NAMES = DrugNames(load_table())


@pytest.mark.parametrize(
    "pattern, text, covered",
    [
        ("low platelets", "low platelets today", 2),
        ("vomit~", "vomiting", 1),
        ("keep~ [on] dropping", "keeps on dropping", 3),
        ("keep~ [on] dropping", "keep dropping", 2),
        ("not ... well", "not feeling at all well", 5),
        ("not ...1 well", "not feeling at all well", None),
        ("not ... well", "not, well", None),
        ("<num> kg", "70 kg", 2),
        ("mild|moderate ild", "moderate ILD", 2),
        ("the end $", "the end!", 2),
        ("the end $", "the end is near", None),
    ],
)
def test_pattern(pattern: str, text: str, covered: int | None) -> None:
    end = match_end(parse(pattern), tokenize(text), 0)
    assert (end if end >= 0 else None) == covered


@pytest.mark.parametrize("pattern", ["[only] [optional]", "{unknown}", "<unknown>", "a||b", "..."])
def test_pattern_that_cannot_be_read(pattern: str) -> None:
    with pytest.raises(PatternError):
        parse(pattern)


@pytest.mark.parametrize(
    "rows, complaint",
    [
        ("concept: x\nrows:\n  - {value: a, en: [word], colour: red}", "unknown keys"),
        ("concept: x\nrows:\n  - {en: [word]}", "missing"),
        ("concept: x\nrows:\n  - {value: a, en: [yes]}", "must be text"),
        ("concept: x\nrows:\n  - {value: a, en: ['[maybe]']}", "has to be there"),
        ("concept: x\nconcept: y\nrows: []", "given twice"),
    ],
)
def test_lexicon_file_with_a_mistake_is_refused(tmp_path: Path, rows: str, complaint: str) -> None:
    (tmp_path / "sets.yml").write_text("sets: {}")
    (tmp_path / "bad.yml").write_text(rows)
    with pytest.raises(LexiconError, match=complaint):
        lexicon_loader.load_lexicon(tmp_path)


@pytest.mark.parametrize(
    "row, complaint",
    [
        ("{category: maybe, en: [word]}", "category must be"),
        ("{category: negated, direction: up, en: [word]}", "direction"),
        ("{category: negated, scope: far, en: [word]}", "scope"),
        ("{category: negated, only: drug, en: [word]}", "a list of concept groups"),
    ],
)
def test_context_file_with_a_mistake_is_refused(tmp_path: Path, row: str, complaint: str) -> None:
    (tmp_path / "bad.yml").write_text(f"rows:\n  - {row}")
    with pytest.raises(LexiconError, match=complaint):
        context.load_context(tmp_path)


def test_context_rows_name_only_concepts_that_exist() -> None:
    groups = lexicon_loader.load_lexicon().concepts | {"drug"}
    named = {name for _, _, cue in context.load_context().rows for name in cue.only | cue.never | cue.through}
    assert named <= groups


@pytest.mark.parametrize(
    "wrong, right",
    [
        ("neutraphils", "neutrophils"),
        ("diahrrea", "diarrhea"),
        ("concieve", "conceive"),
        ("infecctions", "infections"),
        ("breathles", "breathless"),
        ("preganncy", "pregnancy"),
        ("severly", "severely"),
        ("vommiting", "vomiting"),
    ],
)
def test_misspelt_word_is_mended(wrong: str, right: str) -> None:
    speller = Speller(lexicon_loader.load_lexicon().words)
    assert speller.correct(wrong) == right


@pytest.mark.parametrize("word", ["does", "affects", "mother", "serious", "tired", "xqzzt", "latent", "grandma"])
def test_known_and_unlike_words_stay(word: str) -> None:
    assert Speller(lexicon_loader.load_lexicon().words).correct(word) is None


def test_every_name_of_every_drug_is_found() -> None:
    table = load_table()
    wrong = []
    for drug in table.drugs.values():
        for name in drug.names:
            if name.isascii() and drug.id not in READER.read(f"about {name} please").drugs:
                wrong.append((drug.id, name))
    assert not wrong


def test_no_name_of_another_medicine_is_taken_for_one_of_the_table() -> None:
    for names in load_table().other_drugs.values():
        for name in names:
            if name.isalpha() and len(name) > 5:
                assert NAMES.nearest(name.lower()) in (None, OTHER), name


@pytest.mark.parametrize(
    "raw, clean",
    [
        ("“hello”\u200b there", "hello there"),
        ("<@U123|me> *rituximab* dose", "rituximab dose"),
        ("/ask what is MMF", "what is MMF"),
        ("cell\u00adcept :pray:", "cellcept"),
        ("ｔａｃ", "tac"),
        ("can’t", "can't"),
    ],
)
def test_cleaning(raw: str, clean: str) -> None:
    assert normalise(raw) == clean


@pytest.mark.parametrize(
    "text, language, english",
    [
        ("wie oft?", "de", "how often?"),
        ("quels risques", "fr", "which risks"),
        ("embarazada", "es", "pregnant"),
        ("how often", "en", "how often"),
    ],
)
def test_glossary(text: str, language: str, english: str) -> None:
    assert gloss(text, language) == english


@pytest.mark.parametrize(
    "text, parts",
    [
        ("what is the dose of tac? how often are levels checked?", 2),
        ("is rituximab safe and what does it cost the liver", 2),
        ("what about tacrolimus and cyclosporine", 1),
        ("I have diarrhea. what can I take?", 1),
        ("tacrolimus dose", 1),
        ("what is the dose? what are the risks? who pays? who knows?", 4),
        ("what is the dose? what are the risks? who pays? who knows? who asks?", 4),
    ],
)
def test_questions_of_a_message(text: str, parts: int) -> None:
    assert len(READER.read(text).questions) == parts


def test_each_question_has_its_own_drugs_and_aspects() -> None:
    first, second = READER.read("what is the trough target of tacrolimus? and how often is rituximab given?").questions
    assert (first.drugs, second.drugs) == (("tacrolimus",), ("rituximab",))
    assert "trough_target" in first.aspects
    assert "interval" in second.aspects


def test_facts_hold_for_the_whole_message() -> None:
    reading = READER.read("I have mild ILD. is tacrolimus ok? what is the dose?")
    assert reading.facts["ild_severity"] == "mild"


@pytest.mark.parametrize(
    "text, number", [("what is [2]", 2), ("show me reference 3", 3), ("citation 1?", 1), ("2 mg", None)]
)
def test_citation_number(text: str, number: int | None) -> None:
    assert READER.read(text).questions[0].citation == number


def test_canonical_text_names_drugs_and_mends_words() -> None:
    canonical = READER.read("azathiaprine gives me diahrrea").canonical
    assert canonical == "azathioprine gives me diarrhea"


@pytest.mark.parametrize(
    "text, canonical",
    [
        ("tac does?", "tacrolimus dose?"),
        ("what is the does of rituximab", "what is the dose of rituximab"),
        ("does rituximab work", "does rituximab work"),
        ("side affects", "side effects"),
        ("it affects me", "it affects me"),
    ],
)
def test_words_that_sound_alike(text: str, canonical: str) -> None:
    assert READER.read(text).canonical == canonical
