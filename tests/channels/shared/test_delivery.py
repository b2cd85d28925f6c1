"""Retries: how often, how long between, and when it ends."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.delivery import GaveUpError, Patience, RefusedError, TryAgainError, deliver


class Platform:
    """Fails as told, then takes the message."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.attempts = 0
        self.waits: list[float] = []

    async def send(self) -> None:
        self.attempts += 1
        if self.failures:
            raise self.failures.pop(0)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def deliver(self, **more: object) -> None:
        asyncio.run(deliver(self.send, sleep=self.sleep, **more))  # type: ignore[arg-type]


def test_waits_double_with_jitter() -> None:
    platform = Platform(*(TryAgainError("503") for _ in range(6)))
    platform.deliver()
    assert platform.attempts == 7
    for number, waited in enumerate(platform.waits):
        assert 0.25 * 2**number <= waited <= 0.5 * 2**number


def test_waits_are_not_the_same_each_time() -> None:
    waits = [Patience().wait(3, None) for _ in range(20)]
    assert len(set(waits)) > 10


def test_retry_after_is_respected() -> None:
    platform = Platform(TryAgainError("ratelimited", after=30))
    platform.deliver()
    assert 30 <= platform.waits[0] < 31


def test_a_refusal_is_not_repeated() -> None:
    platform = Platform(RefusedError("channel_not_found"))
    with pytest.raises(GaveUpError) as given_up:
        platform.deliver()
    assert (given_up.value.reason, given_up.value.attempts, platform.attempts) == ("channel_not_found", 1, 1)


def test_patience_ends() -> None:
    platform = Platform(*(TryAgainError("503") for _ in range(99)))
    with pytest.raises(GaveUpError) as given_up:
        platform.deliver()
    assert platform.attempts == given_up.value.attempts == Patience().attempts


def test_an_hour_is_not_waited_for() -> None:
    platform = Platform(TryAgainError("ratelimited", after=3600))
    with pytest.raises(GaveUpError):
        platform.deliver()
    assert platform.waits == []


@pytest.mark.parametrize(("arrived", "attempts"), [(True, 1), (False, 2)])
def test_an_uncertain_attempt_is_looked_up_before_the_next(arrived: bool, attempts: int) -> None:
    async def already_sent() -> bool:
        return arrived

    platform = Platform(TryAgainError("timeout", uncertain=True))
    platform.deliver(already_sent=already_sent)
    assert platform.attempts == attempts
