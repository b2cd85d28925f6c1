"""The two that are measured: the assistant, and stock Rasa with the same training data, rules and actions."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.processes import Finished, Server, megabytes, run

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "var" / "bench"
UV = str(ROOT / ".boot" / "bin" / "uv")
ENCODER = """
import os, subprocess
import numpy
def resident():
    return int(subprocess.run(["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True).stdout) / 1024
before = resident()
from bot.language.encoder import shared_encoder
shared_encoder().encode("how is the dose split")
print(resident() - before)
"""
STOCK = ["rasa==3.6.21", "rasa-sdk==3.6.2", "setuptools<81"]
STOCK_EXAMPLES = 15
"""Training messages an intent for stock Rasa: with all of them DIET alone takes hours here."""


def environment(var: Path) -> dict[str, str]:
    """Telemetry off, and files in a folder of the benchmark's own."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "ASSISTANT_VAR": str(var),
        "PYTHONPATH": str(ROOT),
        "PYTHONPYCACHEPREFIX": str(var / "pycache"),
        "PYTHONDONTWRITEBYTECODE": "",
    }


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def write_examples(file: Path, most: int) -> None:
    """Write a part of the training messages: every so-manieth, so that at most `most` of each intent are there."""
    examples: dict[str, list[str]] = {}
    for source in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for block in yaml.safe_load(source.read_text(encoding="utf-8"))["nlu"]:
            lines = [line for line in block.get("examples", "").splitlines() if line.startswith("- ")]
            examples.setdefault(block["intent"], []).extend(lines)
    blocks = [
        {"intent": intent, "examples": "\n".join(lines[:: -(-len(lines) // most)]) + "\n"}
        for intent, lines in examples.items()
    ]
    file.write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), encoding="utf-8")


@dataclass
class Contestant(ABC):
    """What is measured, step by step."""

    name: str
    folder: Path

    def log(self, step: str) -> Path:
        """Where a step's output goes."""
        return self.folder / f"{step}.log"

    def uv(self, step: str, *arguments: str) -> float:
        """Run uv; seconds."""
        return run([UV, *arguments], ROOT, dict(os.environ), self.log(step)).seconds

    @abstractmethod
    def install(self) -> tuple[float, float]:
        """Install into an environment of its own; seconds (with uv's cache as it is) and MB."""

    @abstractmethod
    def train(self) -> Finished:
        """Train from nothing."""

    @abstractmethod
    def server(self) -> Server:
        """The server, not started yet."""

    def encoder_mb(self) -> float:
        """What a sentence encoder adds to the resident memory."""
        return 0.0


class Ours(Contestant):
    """The assistant as `make run` starts it."""

    def install(self) -> tuple[float, float]:
        venv = self.folder / "venv"
        python = str(venv / "bin" / "python")
        seconds = self.uv("venv", "venv", "-q", "--clear", "--no-project", "--python", sys.executable, str(venv))
        seconds += self.uv("sync", "pip", "sync", "--python", python, "--require-hashes", "requirements.lock")
        local = "./packaging/rasa-without-tensorflow"
        seconds += self.uv("local", "pip", "install", "--python", python, "--no-deps", local)
        return seconds, megabytes(venv)

    def train(self) -> Finished:
        (self.folder / "embeddings.npz").unlink(missing_ok=True)  # from nothing: what an earlier run encoded is no help
        command = [sys.executable, "-m", "bot.runtime", "train", "--force"]
        return run(command, ROOT, environment(self.folder), self.log("train"))

    def server(self) -> Server:
        port = free_port()
        command = [sys.executable, "-m", "bot.runtime", "serve", "--port", str(port)]
        return Server([command], port, ROOT, environment(self.folder), self.log("serve"))

    def encoder_mb(self) -> float:
        log = self.log("encoder")
        run([sys.executable, "-c", ENCODER], ROOT, environment(self.folder), log)
        return float(log.read_text().split()[-1])


class Stock(Contestant):
    """Rasa as its starter project has it: DIET, TED, an action server over HTTP."""

    @property
    def rasa(self) -> str:
        return str(self.folder / "venv" / "bin" / "rasa")

    def install(self) -> tuple[float, float]:
        venv = self.folder / "venv"
        seconds = self.uv("venv", "venv", "-q", "--clear", "--no-project", "--python", sys.executable, str(venv))
        python = str(venv / "bin" / "python")
        # Not with this project's settings for uv, which leave tensorflow out.
        seconds += self.uv("install", "pip", "install", "--no-config", "--python", python, *STOCK)
        return seconds, megabytes(venv)

    def train(self) -> Finished:
        data = self.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(ROOT / "data" / "stories", data / "stories")
        write_examples(data / "nlu.yml", STOCK_EXAMPLES)
        command = [self.rasa, "train", "--force", "--config", str(ROOT / "bench/stock/config.yml")]
        command += ["--domain", str(ROOT / "domain.yml"), "--data", str(data)]
        command += ["--out", str(self.folder), "--fixed-model-name", "stock"]
        return run(command, ROOT, environment(self.folder), self.log("train"))

    def server(self) -> Server:
        port, action_port = free_port(), free_port()
        endpoints, credentials = self.folder / "endpoints.yml", self.folder / "credentials.yml"
        store = f"tracker_store:\n  type: sql\n  dialect: sqlite\n  db: {self.folder / 'stock.db'}\n"
        endpoints.write_text(f"{store}action_endpoint:\n  url: http://127.0.0.1:{action_port}/webhook\n")
        credentials.write_text("rest:\n")
        serve = [
            self.rasa,
            "run",
            "--interface",
            "127.0.0.1",
            "--model",
            str(self.folder / "stock.tar.gz"),
            "--port",
            str(port),
        ]
        serve += ["--endpoints", str(endpoints), "--credentials", str(credentials)]
        actions = [self.rasa, "run", "actions", "--actions", "actions", "--port", str(action_port)]
        return Server([actions, serve], port, ROOT, environment(self.folder), self.log("serve"))
