"""The environment that the lock files describe, and when a model is made anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.runtime import training
from tests.running import ROOT

LOCKS = ["requirements.lock", "requirements-dev.lock", "packaging/uv.txt"]


@pytest.mark.parametrize("name", LOCKS)
def test_locks_pin_by_hash_and_name_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "index-url" not in text
    entries = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    assert entries
    assert all("==" in line and line.endswith("\\") for line in entries)
    assert text.count("--hash=sha256:") >= len(entries)


def test_no_python_version_file_misleads_pyenv_and_uv() -> None:
    assert not (ROOT / ".python-version").exists()


def test_a_neural_component_explains_that_it_is_left_out() -> None:
    from rasa.nlu.classifiers.diet_classifier import DIET

    with pytest.raises(RuntimeError, match=r"tensorflow.*config\.yml"):
        DIET()


def test_libraries_find_out_that_there_is_no_tensorflow() -> None:
    from thinc.compat import has_tensorflow

    assert has_tensorflow is False


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("data/nlu", "bot/language", "bot/guidance/table", "actions", "tests"):
        (tmp_path / name).mkdir(parents=True)
    for name in (
        "config.yml",
        "domain.yml",
        "data/nlu/greet.yml",
        "bot/language/reader.py",
        "bot/guidance/table/a.yml",
    ):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(training, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["config.yml", "domain.yml", "data/nlu/greet.yml", "bot/language/reader.py", "bot/guidance/table/a.yml"]
)
def test_a_change_of_what_a_model_is_made_from_asks_for_a_new_one(project: Path, name: str) -> None:
    before = training.digest()
    (project / name).write_text("changed")
    assert training.digest() != before


@pytest.mark.parametrize("name", ["actions/new.py", "tests/test_new.py", "README.md", "data/nlu/.greet.yml.swp"])
def test_other_changes_do_not(project: Path, name: str) -> None:
    before = training.digest()
    (project / name).write_text("new")
    assert training.digest() == before


def test_a_file_that_is_renamed_counts_as_changed(project: Path) -> None:
    before = training.digest()
    (project / "data/nlu/greet.yml").rename(project / "data/nlu/hello.yml")
    assert training.digest() != before


@pytest.mark.parametrize("code", [0, 1])
def test_a_model_has_its_name_only_when_it_is_whole(project: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """A training writes elsewhere; what it leaves when it fails is removed."""
    import rasa.model_training
    from rasa.model_training import TrainingResult

    def train(*, output: str, fixed_model_name: str, **_more: object) -> TrainingResult:
        assert not training.model_path().exists()
        (Path(output) / fixed_model_name).write_text("half" if code else "whole")
        return TrainingResult(str(Path(output) / fixed_model_name), code)

    monkeypatch.setattr(rasa.model_training, "train", train)
    monkeypatch.setattr("bot.language.preparation.shared_helper", lambda: None)
    monkeypatch.setattr("bot.runtime.quick_training.apply", lambda: None)
    monkeypatch.setattr(training, "MODELS", project / "models")
    if code:
        with pytest.raises(SystemExit):
            training.train()
        assert not training.model_path().exists()
    else:
        assert training.train().read_text() == "whole"
    assert [path.name for path in (project / "models").iterdir()] == ([] if code else [training.model_path().name])
