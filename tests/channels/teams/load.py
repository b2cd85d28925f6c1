"""Teams' door under load: many activities at once, and a process that is killed in the middle of them.

The long runs, with their figures: python -m tests.channels.teams.load kills [rounds] | burst [activities]
"""

from __future__ import annotations

import collections
import concurrent.futures
import itertools
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from tests.channels.slack.load import NURSERY, Assistant
from tests.channels.teams.double import TENANT, Microsoft
from tests.channels.teams.speaking import Teams, activity_of, in_channel, mentioned
from tests.running import ROOT, Running, environment, free_port, start

WEIGHT = re.compile(r"For (\d+) kg")
CONVERSATIONS = 12
WEIGHTS = range(30, 230)
NOTING = 2.0
"""Seconds within which an answer that was taken is noted as sent, on a busy machine."""


@dataclass
class Killings:
    """What came of killing a server again and again. Counts of messages."""

    rounds: int = 0
    acknowledged: int = 0
    lost: list[tuple[str, int]] = field(default_factory=list)
    doubled: list[tuple[str, int]] = field(default_factory=list)
    unexplained: list[tuple[str, int]] = field(default_factory=list)
    """Of the doubled, those that were not on their way when the process was killed."""
    out_of_order: list[str] = field(default_factory=list)
    killed_at: list[float] = field(default_factory=list)
    open_at_kill: list[int] = field(default_factory=list)
    """Messages that were acknowledged and not answered yet when the process was killed, by round."""


class TeamsAssistant(Assistant):
    """A server with a Teams channel, at a fixed port and with fixed files, that is started and killed."""

    def __init__(self, folder: Path, double: Microsoft) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port, self.log = free_port(), folder / "server.log"
        self.base = f"http://127.0.0.1:{self.port}"
        with mock.patch.dict(os.environ, double.environment()):
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

    def wait(self) -> None:
        """Wait until it listens."""
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.base}/webhooks/teams/", timeout=5):
                    return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"it did not start: {self.log.read_text()[-3000:]}")


def kill_again_and_again(folder: Path, double: Microsoft, rounds: int, seed: int = 1) -> Killings:
    """Send messages in many conversations without pause while the server is killed at random moments.

    A message that was not acknowledged is sent again, as Teams does; the one after it waits for it.
    """
    chance, result, stopped = random.Random(seed), Killings(), threading.Event()
    assistant = TeamsAssistant(folder, double)
    teams = Teams(Running(None, assistant.base, folder / "var", assistant.log), double)  # type: ignore[arg-type]
    acknowledged: dict[str, list[int]] = collections.defaultdict(list)

    def converse(number: int) -> None:
        for turn in itertools.count():
            user = f"kill-{number}-{turn // len(WEIGHTS)}"
            weight = WEIGHTS[turn % len(WEIGHTS)]
            text = f"correction, the weight is {weight} kg. azathioprine dose?"
            activity = activity_of(double, text, user=user)
            while not stopped.is_set():
                try:
                    if teams.post(activity)[0] == 200:
                        acknowledged[f"a:private-{user}"].append(weight)
                        break
                except (OSError, urllib.error.URLError):
                    pass
                stopped.wait(0.05)
            if stopped.wait(0.25):
                return

    threads = [threading.Thread(target=converse, args=(number,)) for number in range(CONVERSATIONS)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(rounds):
            assistant.start()
            assistant.wait()
            time.sleep(chance.uniform(0.0, 1.5))
            result.killed_at.append(time.monotonic())
            assistant.kill()
            result.open_at_kill.append(sum(map(len, acknowledged.values())) - len(_answered(double)))
            result.rounds += 1
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
    result.acknowledged = sum(map(len, acknowledged.values()))
    assistant.start()
    assistant.wait()
    try:
        until = time.monotonic() + 300
        while len(set(_answered(double))) < result.acknowledged and time.monotonic() < until:
            time.sleep(0.2)
        time.sleep(3)
    finally:
        assistant.kill()
        assistant.close()
    _judge(double, acknowledged, result)
    return result


def _answered(double: Microsoft) -> list[tuple[str, int]]:
    """Conversation and weight of each answer that was taken, in order."""
    found = ((m["conversation"]["id"], WEIGHT.search(m["text"])) for m in double.messages())
    return [(place, int(match[1])) for place, match in found if match]


def _judge(double: Microsoft, acknowledged: dict[str, list[int]], result: Killings) -> None:
    answered = _answered(double)
    times = collections.Counter(answered)
    result.lost = [(place, w) for place, weights in acknowledged.items() for w in weights if not times[(place, w)]]
    result.doubled = [answer for answer, count in times.items() if count > 1]
    result.unexplained = [answer for answer in result.doubled if not _was_on_its_way(double, answer, result.killed_at)]
    for place in acknowledged:
        firsts = list(dict.fromkeys(w for p, w in answered if p == place))
        if firsts != sorted(firsts):
            result.out_of_order.append(place)


def _was_on_its_way(double: Microsoft, answer: tuple[str, int], killed_at: list[float]) -> bool:
    """Was the process killed within NOTING seconds of every sending of an answer but the last?"""
    sendings = [
        sent.at
        for sent in double.sent
        if sent.activity.get("type") == "message"
        and (found := WEIGHT.search(sent.activity["text"]))
        and (sent.activity["conversation"]["id"], int(found[1])) == answer
    ]
    return all(any(abs(kill - at) <= NOTING for kill in killed_at) for at in sendings[:-1])


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


def send_mixed(teams: Teams, activities: int, at_once: int = 20, seed: int = 1) -> Burst:
    """Send that many activities of all kinds, several at once, and wait until every question is answered."""
    chance, double = random.Random(seed), teams.microsoft
    bodies: list[dict[str, Any]] = []
    while len(bodies) < activities:
        kind = chance.choices(("private", "channel", "repeat", "noise", "other"), (50, 15, 15, 10, 10))[0]
        thread = in_channel(f"burst-{chance.randrange(20)}")
        if kind == "private":
            text = chance.choice(("tacrolimus dose?", "tacrolimus vs azathioprine", "hello", "severe ILD, options?"))
            bodies.append(activity_of(double, text, user=f"burst-{chance.randrange(60)}"))
        elif kind == "channel":
            bodies.append(activity_of(double, conversation=thread, **mentioned("tacrolimus dose?")))
        elif kind == "repeat" and bodies:
            bodies.append(chance.choice(bodies))
        elif kind == "noise":
            group = {"conversationType": "groupChat", "tenantId": TENANT, "id": "19:noise@thread.v2"}
            bodies.append(activity_of(double, "lunch?", conversation=group))
        else:
            bodies.append(activity_of(double, type="messageReaction", reactionsAdded=[{"type": "like"}]))
    asked = {b["id"] for b in bodies if b["type"] == "message" and b["text"] != "lunch?"}
    before, began = len(double.messages()), time.monotonic()
    bearer = double.bearer()

    def send(body: dict[str, Any]) -> tuple[int, float]:
        start = time.monotonic()
        return teams.post(body, bearer)[0], time.monotonic() - start

    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        results = list(pool.map(send, bodies))
    double.wait_for(before + len(asked), seconds=600)
    took = time.monotonic() - began
    time.sleep(1)
    statuses = collections.Counter(status for status, _ in results)
    return Burst([t for _, t in results], statuses, len(double.messages()) - before, len(asked), took)


def main(what: str, number: int | None) -> None:
    """Run it and print the figures."""
    double = Microsoft()
    with tempfile.TemporaryDirectory() as folder:
        if what == "kills":
            killed = kill_again_and_again(Path(folder), double, number or 200)
            busy = [count for count in killed.open_at_kill if count > 0]
            print(f"kill -9: {killed.rounds} rounds, {len(busy)} with messages acknowledged and not yet answered")
            print(
                f"acknowledged {killed.acknowledged}, lost {len(killed.lost)}, doubled {len(killed.doubled)} ", end=""
            )
            print(f"({len(killed.unexplained)} not on their way at a kill), ", end="")
            print(f"conversations out of order {len(killed.out_of_order)}")
            return
        with mock.patch.dict(os.environ, double.environment()):
            running = start(Path(folder))
        try:
            burst = send_mixed(Teams(running, double), number or 1000)
        finally:
            running.stop()
    times = ", ".join(f"p{p} {burst.percentile(p) * 1000:.0f} ms" for p in (50, 95, 99, 100))
    print(
        f"{sum(burst.statuses.values())} mixed activities, 20 at once: {dict(burst.statuses)}; acknowledged in {times}"
    )
    print(f"answers {burst.answers} of {burst.expected} expected, the last after {burst.all_answered_after:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)
