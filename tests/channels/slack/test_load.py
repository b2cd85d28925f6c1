"""Under load: nothing lost, nothing twice, acknowledged in time. The long runs: python -m tests.channels.slack.bench"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.slack.double import SlackDouble
from tests.channels.slack.load import kill_again_and_again, send_mixed
from tests.channels.slack.support import Door


@pytest.mark.timeout(600)
def test_a_killed_server_loses_nothing_and_says_nothing_twice(
    tmp_path: Path, double: SlackDouble, _trained: None
) -> None:
    double.delay = 0.05
    result = kill_again_and_again(tmp_path, double, rounds=5)
    assert result.acknowledged >= 20
    assert any(result.open_at_kill), "it was killed with work at hand"
    assert not result.lost
    assert not result.doubled
    assert not result.out_of_order


@pytest.mark.timeout(600)
def test_mixed_events_are_acknowledged_in_time_and_answered_once(door: Door) -> None:
    burst = send_mixed(door, 150)
    assert set(burst.statuses) == {200}
    assert burst.percentile(99) < 1.0
    assert burst.answers == burst.expected
    assert not door.double.refused
