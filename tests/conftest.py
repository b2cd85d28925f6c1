"""The assistant for tests that need it whole: trained once, started once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.running import ROOT, Running, start

# No time limits, since machines that run tests may be busy; the same examples each time, so that red means a change.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")


@pytest.fixture(scope="session")
def trained() -> None:
    """The model of the present files: trained now unless an earlier run or `make run` has."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.runtime", "train"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]


@pytest.fixture(scope="session")
def assistant(trained: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The running assistant. Use a sender of the test's own; `answers` gives the Answers to a message."""
    running = start(tmp_path_factory.mktemp("assistant"))
    yield running
    running.stop()
