"""An assistant at work, for tests and for the evaluation: started as a user starts it, spoken to over HTTP."""

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
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LONGEST_START = 120
"""Seconds; generous, since machines that run tests may be busy."""


@dataclass
class Running:
    """A server at work, with a folder of its own for conversations and for its log."""

    process: subprocess.Popen[str]
    base: str
    var: Path
    log: Path

    def request(self, path: str, data: bytes | None = None) -> tuple[int, Any, str]:
        """Status, headers and body of one request; a body of bytes is posted as JSON."""
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
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

    def answers(self, message: str, sender: str = "ann") -> list[dict[str, Any]]:
        """The Answers that come back for one message."""
        return [reply["custom"]["answer"] for reply in self.say(message, sender) if "answer" in reply.get("custom", {})]

    def stop(self) -> int:
        """End the server as Ctrl-C does; its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)


def environment(var: Path) -> dict[str, str]:
    """The environment of a server that keeps its files in `var`."""
    return {**os.environ, "ASSISTANT_VAR": str(var), "PYTHONPATH": str(ROOT)}


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(folder: Path, command: list[str] | None = None, settings: Mapping[str, str] | None = None) -> Running:
    """Start a server and wait until it is ready.

    Args:
        folder: where it keeps its conversations and its log.
        command: arguments of Python, to which the port is added; the assistant itself unless given.
        settings: variables of its environment.

    Raises:
        RuntimeError: when it ends or does not answer; with its log.
    """
    port = free_port()
    log = folder / "server.log"
    process = subprocess.Popen(
        [sys.executable, *(command or ["-m", "bot.runtime", "serve", "--port"]), str(port)],
        cwd=ROOT,
        env={**environment(folder / "var"), **(settings or {})},
        stdout=log.open("w"),
        stderr=subprocess.STDOUT,
        text=True,
    )
    running = Running(process, f"http://127.0.0.1:{port}", folder / "var", log)
    until = time.monotonic() + LONGEST_START
    while process.poll() is None and time.monotonic() < until:
        try:
            if running.request("/")[0] == 200:
                return running
        except OSError:
            time.sleep(0.1)
    if process.poll() is None:
        process.kill()
    raise RuntimeError(f"The server did not start:\n{log.read_text()[-4000:]}")
