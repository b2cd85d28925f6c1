"""What holds for every row of the table, whoever wrote it."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys

import pytest
import yaml

from bot.guidance.loader import TABLE_DIR, load_table
from bot.guidance.model import DRUGS
from bot.guidance.rows import Row
from tests.guidance.readability import grade

ROOT = TABLE_DIR.parents[2]
TABLE = load_table()
ROWS = list(TABLE.rows.values())
NAMES = {
    word.lower()
    for drug in TABLE.drugs.values()
    for kind in ("generic", "brands")
    for name in drug.names_by_kind[kind]
    for word in name.split()
    if len(word) > 4
}
PATIENT_TEXTS = {
    **{row.id: row.text["patient"] for row in ROWS},
    **{f"{row.id} check": row.check.note["patient"] for row in ROWS if row.check},
    **{flag.id: flag.text["patient"] for flag in TABLE.red_flags.values()},
    **{f"glossary {term.id}": term.text["patient"] for term in TABLE.glossary.values()},
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_is_complete(row: Row) -> None:
    for text in row.text.values():
        assert text == " ".join(text.split())
        assert text[-1] in ".!?"
        assert "{" not in text
    assert row.sources
    assert (row.reviewed_by is None) == (row.reviewed_on is None)
    assert row.text["clinician"] != row.text["patient"]


def test_no_text_is_told_twice() -> None:
    for register in ("clinician", "patient"):
        texts = [row.text[register] for row in ROWS]
        assert [text for text in texts if texts.count(text) > 1] == []


def test_patients_are_spoken_to_at_grade_six() -> None:
    assert statistics.median(grade(text, NAMES) for text in PATIENT_TEXTS.values()) <= 6


@pytest.mark.parametrize("owner", PATIENT_TEXTS)
def test_no_patient_text_is_hard_to_read(owner: str) -> None:
    assert grade(PATIENT_TEXTS[owner], NAMES) <= 9


def test_texts_are_short() -> None:
    assert [row.id for row in ROWS for text in row.text.values() if len(text.split()) > 50] == []


def test_every_drug_of_the_vocabulary_has_a_file() -> None:
    assert set(DRUGS) <= set(TABLE.drugs)


def test_a_drug_name_means_one_drug() -> None:
    owners: dict[str, set[str]] = {}
    for drug in TABLE.drugs.values():
        for name in drug.names:
            owners.setdefault(name.casefold(), set()).add(drug.id)
    assert {name: drugs for name, drugs in owners.items() if len(drugs) > 1} == {}


def test_emergencies_tell_patients_whom_to_call() -> None:
    for flag in TABLE.red_flags.values():
        if flag.level == "emergency":
            assert re.search(r"emergency|hospital", flag.text["patient"]), flag.id
        else:
            assert re.search(r"today|tell your team", flag.text["patient"], re.IGNORECASE), flag.id


def test_every_aspect_answers_or_is_a_known_silence() -> None:
    silent = {aspect for silence in TABLE.silences.values() for aspect in silence.aspects}
    assert {aspect.id for aspect in TABLE.aspects.values() if not aspect.rows} - silent == set()


def test_silences_are_noun_phrases_that_finish_a_sentence() -> None:
    for silence in TABLE.silences.values():
        for text in silence.text.values():
            assert not text.endswith("."), silence.id
            assert not text.startswith("The article"), silence.id


def test_an_aspect_names_each_word_once() -> None:
    for aspect in TABLE.aspects.values():
        names = [name.casefold() for name in aspect.names]
        assert len(names) == len(set(names)), aspect.id


def test_the_table_is_read_by_the_fast_parser_where_there_is_one() -> None:
    assert hasattr(yaml, "CSafeLoader")


def test_the_table_loads_in_well_under_half_a_second_of_work() -> None:
    code = "import time; from bot.guidance.loader import load_table; t = time.process_time(); load_table(); " + (
        "print(time.process_time() - t)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True) for _ in range(3)]
    assert min(float(run.stdout) for run in runs) < 0.4


def test_loading_the_loader_reads_nothing() -> None:
    code = "import bot.guidance.loader as l; assert l.load_table.cache_info().currsize == 0"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_a_table_is_read_once() -> None:
    assert load_table() is load_table()
