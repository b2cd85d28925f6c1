"""A tiny assistant, trained in seconds, so that the machinery is tested without the medicine."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TINY = Path(__file__).resolve().parent / "tiny"

TRAIN = """
import sys
from bot.runtime.environment import prepare
prepare()
from rasa.model_training import train
result = train(domain="domain.yml", config="config.yml", training_files=["data.yml"], output=sys.argv[1],
               fixed_model_name="tiny.tar.gz", force_training=True)
sys.exit(result.code)
"""
SERVE = """
import sys
from pathlib import Path
from bot.runtime.environment import prepare
prepare()
from bot.runtime.__main__ import _configure_logging
_configure_logging("DEBUG")
from bot.runtime.server import serve
serve(Path(sys.argv[1]), port=int(sys.argv[2]), actions="tests.runtime.tiny_actions")
"""


@dataclass
class Running:
    """A server at work."""

    process: subprocess.Popen[str]
    base: str
    var: Path
    log: Path

    def request(self, path: str, data: bytes | None = None) -> tuple[int, Any, str]:
        """Status, headers and body of one request; a body of bytes is posted as JSON."""
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def say(self, message: object, sender: object = "ann", **more: object) -> list[dict[str, Any]]:
        """The messages that come back for one message."""
        body = {"sender": sender, "message": message, **more}
        status, _, text = self.request("/webhooks/rest/webhook", json.dumps(body).encode())
        assert status == 200, text
        replies: list[dict[str, Any]] = json.loads(text)
        return replies


def environment(var: Path) -> dict[str, str]:
    return {**os.environ, "ASSISTANT_VAR": str(var), "PYTHONPATH": str(ROOT)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, str(folder)], cwd=TINY, env=environment(folder), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "tiny.tar.gz"


def start(model: Path, folder: Path) -> Running:
    port = free_port()
    log = folder / "server.log"
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(model), str(port)],
        cwd=ROOT,
        env=environment(folder / "var"),
        stdout=log.open("w"),
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = Running(process, f"http://127.0.0.1:{port}", folder / "var", log)
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            if running.request("/")[0] == 200:
                return running
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def stop(running: Running) -> int:
    """End the server as Ctrl-C does; its exit code."""
    running.process.send_signal(signal.SIGINT)
    return running.process.wait(timeout=20)


@pytest.fixture(scope="module")
def tiny(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = start(tiny_model, tmp_path_factory.mktemp("tiny"))
    yield running
    if running.process.poll() is None:
        stop(running)


@pytest.fixture
def own_tiny(tiny_model: Path, tmp_path: Path) -> Iterator[Running]:
    """A server of the test's own, to do damage to."""
    running = start(tiny_model, tmp_path)
    yield running
    if running.process.poll() is None:
        stop(running)
