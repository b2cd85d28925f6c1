"""Training messages are prepared by two processes, and it shows in nothing but time."""

from __future__ import annotations

import logging
import signal
from pathlib import Path

import numpy as np
import pytest

from bot.language import preparation
from bot.language.preparation import Helper, prepare

LABELLED = [
    ("tac dose?", "ask_dose"),
    ("what else is there instead of CellCept, my stomach cannot take it", "ask_alternatives"),
    ("she isn't pregnant", "provide_patient_info"),
    ("is rituximab safe with hep B", "ask_contraindication"),
    ("bye", "goodbye"),
    ("tac dose?", "ask_dose"),
]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "BATCH", 2)
    monkeypatch.setattr(preparation, "WORTHWHILE", 1)


def test_examples_keep_their_order_and_have_a_state_each(tmp_path: Path) -> None:
    examples, states = prepare(LABELLED, file=tmp_path / "embeddings.npz")
    assert [(example.reading.text, example.intent) for example in examples] == LABELLED
    assert len(states) == len(LABELLED)
    assert np.array_equal(states[0], states[-1])


@pytest.mark.usefixtures("small_batches")
def test_a_second_process_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "shared_helper", One(None))
    alone = prepare(LABELLED, file=tmp_path / "alone.npz")
    monkeypatch.setattr(preparation, "shared_helper", One(Helper()))
    together = prepare(LABELLED, file=tmp_path / "together.npz")
    assert together[0] == alone[0]
    assert together[1] == pytest.approx(alone[1], abs=2e-3)


@pytest.mark.usefixtures("small_batches")
def test_a_second_process_that_ends_leaves_its_work_to_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    helper = Helper()
    helper._process.kill()
    monkeypatch.setattr(preparation, "shared_helper", One(helper))
    with caplog.at_level(logging.WARNING):
        examples, _ = prepare(LABELLED, file=tmp_path / "embeddings.npz")
    assert [example.intent for example in examples] == [intent for _, intent in LABELLED]
    assert "going on without it" in caplog.text


def test_ctrl_c_is_left_to_the_training(capfd: pytest.CaptureFixture[str]) -> None:
    helper = Helper()
    assert helper.prepare([("bye", "goodbye")], None).examples[0].intent == "goodbye"
    helper._process.send_signal(signal.SIGINT)
    assert helper.prepare([("tac dose?", "ask_dose")], None).examples[0].intent == "ask_dose"
    helper.stop()
    assert helper._process.returncode == 0
    assert "Traceback" not in capfd.readouterr().err


class One:
    """Stands for the cached function that gives the one helper."""

    def __init__(self, helper: Helper | None) -> None:
        self.helper = helper

    def __call__(self) -> Helper | None:
        return self.helper

    def cache_clear(self) -> None:
        """Nothing to forget."""
