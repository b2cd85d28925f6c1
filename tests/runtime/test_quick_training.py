"""Training data are read faster than by Rasa, and come out the same."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.utils.io import write_text_file

from bot.runtime.quick_training import FilesReadOnce, _quick_archive
from tests.running import ROOT

PLAIN = """version: "3.1"
nlu:
  - intent: greet
    examples: |
      - hello there
      -   hi, [2] times
  - intent: goodbye
    examples: |
      - bye
      - see you - later
"""
ANNOTATED = """version: "3.1"
nlu:
  - intent: ask_dose
    examples: |
      - dose of [tac](drug)
  - synonym: tacrolimus
    examples: |
      - tac
"""


@pytest.mark.parametrize("files", [{"a.yml": PLAIN}, {"a.yml": PLAIN, "b.yml": ANNOTATED}])
def test_messages_are_those_that_rasa_reads(files: dict[str, str], tmp_path: Path) -> None:
    for name, text in files.items():
        write_text_file(text, tmp_path / name)
    importer = FilesReadOnce("config.yml", None, [str(tmp_path)])
    ours, rasas = importer.get_nlu_data(), RasaFileImporter.get_nlu_data(importer)
    assert [message.data for message in ours.training_examples] == [message.data for message in rasas.training_examples]
    assert ours.entity_synonyms == rasas.entity_synonyms
    assert importer.get_nlu_data() is ours


def test_stories_are_read_once_and_are_those_that_rasa_reads() -> None:
    importer = FilesReadOnce("config.yml", str(ROOT / "domain.yml"), [str(ROOT / "data" / "stories")])
    ours, rasas = importer.get_stories(), RasaFileImporter.get_stories(importer)
    assert [step.block_name for step in ours.story_steps] == [step.block_name for step in rasas.story_steps]
    assert importer.get_stories() is ours


def test_an_archive_is_packed_faster_and_read_like_any_other(tmp_path: Path) -> None:
    content, path = tmp_path / "content", tmp_path / "model.tar.gz"
    content.write_text("weights " * 1000)
    with _quick_archive(tarfile.TarFile).open(path, "w:gz") as archive:
        archive.add(content, arcname="content")
    with tarfile.open(path, "r:gz") as archive:
        stored = archive.extractfile("content")
        assert stored is not None
        assert stored.read() == content.read_bytes()
