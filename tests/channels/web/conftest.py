"""Running assistants with a web channel: one for all, and one of a test's own to do damage to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.channels.web.client import Client
from tests.running import Running, start

SITE = "https://ward.example"
SLOWLY = """
import asyncio, os, sys
from bot.runtime.environment import prepare
prepare()
from bot.runtime.__main__ import _configure_logging
_configure_logging("DEBUG")
from rasa.core.processor import MessageProcessor
from bot.runtime import training
from bot.runtime.server import serve
from bot.channels.web import live

live.TIME_TO_SHOW_A_TOKEN = 1.5
handle = MessageProcessor.handle_message

async def slowly(self, message):
    if "slowly" in (message.text or ""):
        await asyncio.sleep(1.5)
    return await handle(self, message)

MessageProcessor.handle_message = slowly
serve(training.model_path(), port=int(sys.argv[1]))
"""
"""The assistant itself, which logs all it can and takes its time over a message that says so;
it waits less long for a token than it would for people."""


def start_web(folder: Path, **settings: str) -> Running:
    """Start an assistant; settings as in the environment."""
    return start(folder, ["-c", SLOWLY], {"WEB_ORIGINS": SITE, "WEB_SESSIONS_A_MINUTE": "100000", **settings})


@pytest.fixture(scope="session")
def web(trained: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The running assistant, with one site that may embed it."""
    running = start_web(tmp_path_factory.mktemp("web"))
    yield running
    running.stop()


@pytest.fixture
def own_web(trained: None, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts servers of the test's own, which share one folder as one assistant that is started again would."""
    started: list[Running] = []

    def begin(**settings: str) -> Running:
        started.append(start_web(tmp_path, **settings))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture
def ann(web: Running) -> Client:
    """A conversation."""
    return Client(web.base).begin()


@pytest.fixture
def bob(web: Running) -> Client:
    """Another one."""
    return Client(web.base).begin()
