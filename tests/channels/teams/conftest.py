"""A running assistant whose Teams channel talks to a double of Microsoft's side."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from unittest import mock

import pytest

from tests.channels.teams.double import Microsoft
from tests.channels.teams.speaking import Teams
from tests.running import ROOT, start


@pytest.fixture(scope="session")
def microsoft() -> Iterator[Microsoft]:
    double = Microsoft()
    yield double
    double.stop()


@pytest.fixture(scope="session")
def _teams(microsoft: Microsoft, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Teams]:
    trained = subprocess.run(
        [sys.executable, "-m", "bot.runtime", "train"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert trained.returncode == 0, trained.stdout[-4000:] + trained.stderr[-4000:]
    with mock.patch.dict(os.environ, microsoft.environment()):
        running = start(tmp_path_factory.mktemp("teams"))
    yield Teams(running, microsoft)
    running.stop()


@pytest.fixture
def teams(_teams: Teams) -> Teams:
    """The assistant as Teams reaches it, with nothing recorded yet."""
    _teams.microsoft.forget()
    return _teams
