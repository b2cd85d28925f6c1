"""Slack's door under load: many events at once, and a process that is killed in the middle of them."""

from __future__ import annotations

import collections
import concurrent.futures
import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from tests.channels.slack.conftest import slack_environment
from tests.channels.slack.double import SlackDouble
from tests.channels.slack.support import Door, envelope, mention, message
from tests.running import ROOT, environment, free_port

WEIGHT = re.compile(r"For (\d+) kg")
CONVERSATIONS = 12
WEIGHTS = range(30, 230)


@dataclass
class Killings:
    """What came of killing a server again and again. Counts of messages."""

    rounds: int = 0
    acknowledged: int = 0
    unacknowledged: int = 0
    lost: list[tuple[str, int]] = field(default_factory=list)
    doubled: list[tuple[str, int]] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    open_at_kill: list[int] = field(default_factory=list)
    """Messages that were acknowledged and not answered yet when the process was killed, by round."""


NURSERY = """
import os, sys
from bot.runtime.environment import prepare
prepare()
import bot.channels.slack, bot.channels.teams, rasa.core.agent
from bot.language.understanding import shared_reader
from bot.runtime import server, training
shared_reader()
from bot.runtime.__main__ import _configure_logging
model, port = training.model_path(), int(sys.argv[1])
_configure_logging("WARNING")
print("here", flush=True)
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        server.serve(model, port=port)
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""
"""Starts servers that are processes of their own, with Rasa imported and the language tables read already, so that a
start takes a fraction of the time. Each loads the model, opens the files and the port anew."""


class Assistant:
    """A server at a fixed port and with fixed files, that is started and killed."""

    def __init__(self, folder: Path, double: SlackDouble) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port, self.log = free_port(), folder / "server.log"
        self.base = f"http://127.0.0.1:{self.port}"
        with mock.patch.dict(os.environ, slack_environment(double)):
            self._nursery = subprocess.Popen(
                [sys.executable, "-c", NURSERY, str(self.port)],
                cwd=ROOT,
                env=environment(folder / "var"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.log.open("a"),
                text=True,
            )
        self._expect("here")
        self._pid = 0

    def _expect(self, word: str | None = None) -> str:
        """The next line of the nursery that is such a word, or a number; the server prints there too."""
        assert self._nursery.stdout is not None
        for line in self._nursery.stdout:
            if line.strip() == word or (word is None and line.strip().isdigit()):
                return line.strip()
        raise AssertionError(self.log.read_text()[-3000:])

    def start(self) -> None:
        """Start it; without waiting."""
        assert self._nursery.stdin is not None
        self._nursery.stdin.write("\n")
        self._nursery.stdin.flush()
        self._pid = int(self._expect())

    def wait(self) -> None:
        """Wait until it listens."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.base}/webhooks/slack/", timeout=5):
                    return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"it did not start: {self.log.read_text()[-3000:]}")

    def kill(self) -> None:
        """kill -9, with whatever it is doing."""
        os.kill(self._pid, signal.SIGKILL)
        self._expect("gone")

    def close(self) -> None:
        """End the nursery."""
        assert self._nursery.stdin is not None
        self._nursery.stdin.close()
        self._nursery.wait(10)


def kill_again_and_again(
    folder: Path, double: SlackDouble, rounds: int, within: float = float("inf"), seed: int = 1
) -> Killings:
    """Send messages in many conversations without pause while the server is killed at random moments.

    Each conversation asks for the dose for one weight after the other, so that an answer names its question. A message
    that was not acknowledged is sent again, as Slack does; the one after it waits for it.
    """
    chance, result, stopped = random.Random(seed), Killings(), threading.Event()
    assistant = Assistant(folder, double)
    door = Door(assistant.base, double)
    acknowledged: dict[str, list[int]] = collections.defaultdict(list)

    def converse(number: int) -> None:
        for turn in itertools.count():
            channel = f"DKILL{number}X{turn // len(WEIGHTS)}"
            weight = WEIGHTS[turn % len(WEIGHTS)]
            body = json.dumps(message(f"correction, the weight is {weight} kg. azathioprine dose?", channel)).encode()
            while not stopped.is_set():
                try:
                    if door.signed(body, ago=random.uniform(0, 250))[0] == 200:
                        acknowledged[channel].append(weight)
                        break
                except (OSError, urllib.error.URLError):
                    pass
                result.unacknowledged += 1
                stopped.wait(0.05)
            if stopped.wait(0.4):
                return

    threads = [threading.Thread(target=converse, args=(number,)) for number in range(CONVERSATIONS)]
    for thread in threads:
        thread.start()
    try:
        until = time.monotonic() + within
        while result.rounds < rounds and time.monotonic() < until:
            assistant.start()
            assistant.wait()
            time.sleep(chance.uniform(0.0, 1.5))
            assistant.kill()
            result.open_at_kill.append(sum(map(len, acknowledged.values())) - len(double.posted))
            result.rounds += 1
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
    result.acknowledged = sum(map(len, acknowledged.values()))
    assistant.start()
    assistant.wait()
    try:
        _wait_for_silence(double, result.acknowledged)
    finally:
        assistant.kill()
        assistant.close()
    _judge(double, acknowledged, result)
    return result


def _wait_for_silence(double: SlackDouble, wanted: int) -> None:
    """Until everything is answered, and then a while longer for what should not come; at most fifteen minutes."""
    until = time.monotonic() + 900
    while len(double.posted) < wanted and time.monotonic() < until:
        time.sleep(0.2)
    time.sleep(3)


def _judge(double: SlackDouble, acknowledged: dict[str, list[int]], result: Killings) -> None:
    answered: dict[str, list[int]] = collections.defaultdict(list)
    for posted in double.posted:
        found = WEIGHT.search(posted["text"])
        if found:
            answered[posted["channel"]].append(int(found[1]))
    for channel, weights in acknowledged.items():
        got = collections.Counter(answered[channel])
        result.lost += [(channel, w) for w in weights if not got[w]]
        result.doubled += [(channel, w) for w, times in got.items() if times > 1]
        firsts = list(dict.fromkeys(answered[channel]))
        if firsts != sorted(firsts):
            result.out_of_order.append(channel)


@dataclass(frozen=True)
class Burst:
    """Times of acknowledgement in seconds, statuses, and how many answers came of it."""

    times: list[float]
    statuses: collections.Counter[int]
    answers: int
    expected: int
    all_answered_after: float

    def percentile(self, of_hundred: float) -> float:
        """A percentile of the times (nearest rank)."""
        ranked = sorted(self.times)
        return ranked[min(len(ranked) - 1, max(0, round(of_hundred / 100 * len(ranked)) - 1))]


def send_mixed(door: Door, events: int, at_once: int = 20, seed: int = 1) -> Burst:
    """Send that many events of all kinds, several at once, and wait until every question is answered."""
    chance = random.Random(seed)
    bodies: list[dict[str, Any]] = []
    expected = 0
    while len(bodies) < events:
        kind = chance.choices(("private", "mention", "repeat", "noise", "other"), (50, 15, 15, 10, 10))[0]
        if kind == "private":
            text = chance.choice(("tacrolimus dose?", "tacrolimus vs azathioprine", "hello", "severe ILD, options?"))
            bodies.append(message(text, f"DBURST{chance.randrange(60)}"))
        elif kind == "mention":
            bodies.append(mention("tacrolimus dose?", f"CBURST{chance.randrange(20)}"))
        elif kind == "repeat" and bodies:
            bodies.append(chance.choice(bodies))
        elif kind == "noise":
            bodies.append(message("lunch?", f"CBURST{chance.randrange(20)}"))
        else:
            bodies.append(envelope({"type": "reaction_added", "user": "U1"}))
    asked = {b["event"]["ts"] for b in bodies if b["event"].get("channel", "").startswith("DB") or _mentions(b)}
    expected = len(asked)
    before = len(door.double.posted)
    began = time.monotonic()

    def send(numbered: tuple[int, dict[str, Any]]) -> tuple[int, float]:
        number, body = numbered
        start = time.monotonic()
        # Slack signs a repeat anew; the seconds tell the signatures apart.
        status, _ = door.signed(json.dumps(body).encode(), ago=number % 280)
        return status, time.monotonic() - start

    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        results = list(pool.map(send, enumerate(bodies)))
    door.double.wait(lambda: len(door.double.posted) - before >= expected, seconds=600)
    took = time.monotonic() - began
    time.sleep(1)
    statuses = collections.Counter(status for status, _ in results)
    return Burst([t for _, t in results], statuses, len(door.double.posted) - before, expected, took)


def _mentions(body: dict[str, Any]) -> bool:
    return bool(body["event"]["type"] == "app_mention")
