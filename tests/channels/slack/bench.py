"""The long runs, with their figures: python -m tests.channels.slack.bench kills [rounds [minutes]] | burst [events]"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.channels.slack.conftest import start_with_slack
from tests.channels.slack.double import SlackDouble
from tests.channels.slack.load import kill_again_and_again, send_mixed
from tests.channels.slack.support import Door


def kills(rounds: int, minutes: float) -> None:
    """Kill a server at random moments while it answers; for so many minutes at most."""
    double = SlackDouble()
    double.delay = 0.05
    with tempfile.TemporaryDirectory() as folder:
        result = kill_again_and_again(Path(folder), double, rounds, within=60 * minutes)
    double.close()
    busy = [count for count in result.open_at_kill if count > 0]
    print(f"kill -9: {result.rounds} rounds, {len(busy)} of them with messages acknowledged and not yet answered")
    print(f"such messages at a kill: {sum(busy)} in all, at most {max(busy, default=0)}")
    print(f"acknowledged {result.acknowledged}, lost {len(result.lost)}, doubled {len(result.doubled)}, ", end="")
    print(f"conversations out of order {len(result.out_of_order)}")


def burst(events: int) -> None:
    """Send many events at once."""
    double = SlackDouble()
    with tempfile.TemporaryDirectory() as folder:
        running = start_with_slack(Path(folder), double)
        try:
            result = send_mixed(Door(running.base, double), events)
        finally:
            running.stop()
    double.close()
    times = ", ".join(f"p{p} {result.percentile(p) * 1000:.0f} ms" for p in (50, 95, 99, 100))
    print(f"{events} mixed events, 20 at once: statuses {dict(result.statuses)}; acknowledged in {times}")
    print(f"answers {result.answers} of {result.expected} expected, the last after {result.all_answered_after:.1f} s")


if __name__ == "__main__":
    what, number = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None
    if what == "kills":
        kills(number or 200, float(sys.argv[3]) if len(sys.argv) > 3 else float("inf"))
    else:
        burst(number or 1000)
