"""The article's facts may be told, its sentences may not: no eight words in a row of it stand anywhere here.

`article_runs.sha256` holds the first 16 hex digits of the SHA-256 of every run of eight words of the article (lower
case, letters and digits only). The article itself is not part of the project.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.guidance.loader import load_table

ROOT = Path(__file__).parents[2]
RUN = 8
KNOWN = frozenset((Path(__file__).parent / "article_runs.sha256").read_text().split())


def copied_runs(text: str) -> list[str]:
    """Runs of eight words that stand in the article too."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    runs = (" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1))
    return [run for run in runs if hashlib.sha256(run.encode()).hexdigest()[:16] in KNOWN]


def written_files() -> Iterator[Path]:
    """Everything people or the assistant read: table, domain, training data, docs, README."""
    yield from sorted((ROOT / "bot" / "guidance" / "table").rglob("*.yml"))
    yield from sorted((ROOT / "data").rglob("*.yml"))
    yield from sorted((ROOT / "docs").rglob("*.md"))
    yield from (path for path in (ROOT / "README.md", ROOT / "domain.yml") if path.exists())


def test_the_list_of_runs_is_whole() -> None:
    assert len(KNOWN) > 600
    assert all(re.fullmatch(r"[0-9a-f]{16}", run) for run in KNOWN)


def test_a_copied_run_is_found_whatever_its_case_and_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    run = "one two three four five six seven eight"
    monkeypatch.setattr(f"{__name__}.KNOWN", frozenset({hashlib.sha256(run.encode()).hexdigest()[:16]}))
    assert copied_runs("Zero: ONE, two - three (four) five; six/seven, eight. Nine") == [run]
    assert copied_runs("one two three four and five six seven eight") == []


@pytest.mark.parametrize("path", list(written_files()), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_repeats_the_article(path: Path) -> None:
    assert copied_runs(path.read_text(encoding="utf-8")) == []


def test_no_rendered_text_repeats_the_article() -> None:
    table = load_table()
    texts = [text for row in table.rows.values() for text in row.text.values()]
    texts += [text for row in table.rows.values() if row.check for text in row.check.note.values()]
    for entries in (table.red_flags, table.silences, table.glossary):
        texts += [text for entry in entries.values() for text in entry.text.values()]
    assert [run for text in texts for run in copied_runs(text)] == []
