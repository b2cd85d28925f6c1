"""Running commands and measuring them: seconds, memory, messages."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path

LONGEST_START = 900
"""Seconds."""


@dataclass(frozen=True)
class Finished:
    """A command that has run: wall-clock seconds and the largest resident memory of its process in MB."""

    seconds: float
    peak_mb: float


def run(command: list[str], cwd: Path, env: dict[str, str], log: Path) -> Finished:
    """Run to the end.

    Raises:
        RuntimeError: when it fails; its output is in `log`.
    """
    started = time.monotonic()
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=cwd, env=env, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: see {log}")
    # Linux gives kilobytes, macOS bytes.
    scale = 1024 * 1024 if os.uname().sysname == "Darwin" else 1024
    return Finished(time.monotonic() - started, usage.ru_maxrss / scale)


def megabytes(folder: Path) -> float:
    """What a folder takes on disk, in MB of 2**20 bytes, hard links counted once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for path in folder.rglob("*"):
        status = path.lstat()
        if (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            total += status.st_blocks * 512
    return total / 2**20


def post(base: str, sender: str, text: str) -> list[object]:
    """The messages that answer one message."""
    body = json.dumps({"sender": sender, "message": text}).encode()
    request = urllib.request.Request(f"{base}/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        replies: list[object] = json.loads(response.read())
        return replies


@dataclass
class Server:
    """One or more processes that together answer on a port."""

    commands: list[list[str]]
    port: int
    cwd: Path
    env: dict[str, str]
    log: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Start; seconds until the first message is answered.

        Raises:
            RuntimeError: when a process ends, or no answer comes.
        """
        started = time.monotonic()
        with self.log.open("w") as out:
            self.processes = [
                subprocess.Popen(command, cwd=self.cwd, env=self.env, stdout=out, stderr=subprocess.STDOUT)
                for command in self.commands
            ]
        while time.monotonic() - started < LONGEST_START:
            if any(process.poll() is not None for process in self.processes):
                break
            try:
                if post(self.base, uuid.uuid4().hex, "hello"):
                    return time.monotonic() - started
            except OSError:
                pass
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"No answer from {self.base}: see {self.log}")

    def resident_mb(self) -> float:
        """Resident memory of all its processes in MB."""
        ids = ",".join(str(process.pid) for process in self.processes)
        listed = subprocess.run(["ps", "-o", "rss=", "-p", ids], capture_output=True, text=True, check=True).stdout
        return sum(int(line) for line in listed.split()) / 1024

    def stop(self) -> None:
        """End all processes."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        for process in self.processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
