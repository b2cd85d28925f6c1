"""A running assistant whose Slack is the double, over both doors."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from tests.channels.slack.double import APP_TOKEN, SECRET, TOKEN, SlackDouble
from tests.channels.slack.support import Door
from tests.running import ROOT, Running, start


def slack_environment(double: SlackDouble, socket: bool = False) -> dict[str, str]:
    """What a hospital would set, with the double's address."""
    found = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": f"{double.base}/api/"}
    return {**found, "SLACK_APP_TOKEN": APP_TOKEN} if socket else found


def start_with_slack(folder: Path, double: SlackDouble, socket: bool = False) -> Running:
    """Start the assistant for Slack."""
    folder.mkdir(parents=True, exist_ok=True)
    with mock.patch.dict(os.environ, slack_environment(double, socket)):
        return start(folder)


@pytest.fixture(scope="session")
def _double() -> Iterator[SlackDouble]:
    double = SlackDouble()
    yield double
    double.close()


@pytest.fixture(scope="session")
def _trained() -> None:
    trained = subprocess.run(
        [sys.executable, "-m", "bot.runtime", "train"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert trained.returncode == 0, trained.stdout[-4000:] + trained.stderr[-4000:]


@pytest.fixture(scope="session")
def slack_server(_double: SlackDouble, _trained: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The assistant, reached over HTTP and over a socket."""
    running = start_with_slack(tmp_path_factory.mktemp("slack"), _double, socket=True)
    yield running
    running.stop()


@pytest.fixture
def double(_double: SlackDouble) -> SlackDouble:
    """Slack, with nothing sent yet."""
    _double.forget()
    return _double


@pytest.fixture
def door(slack_server: Running, double: SlackDouble) -> Door:
    """The assistant as Slack reaches it."""
    return Door(slack_server.base, double)
