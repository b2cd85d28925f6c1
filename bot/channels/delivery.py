"""Sending a reply to a platform: patient with a busy one, and not for ever."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


class TryAgainError(Exception):
    """The platform is busy or out of reach (429, 5xx, no connection).

    Args:
        reason: a status or an error code; never text of a message.
        after: seconds that the platform asks to wait (Retry-After), or None.
        uncertain: the message may have been taken (no answer in time, 5xx): it is looked up before it is sent again.
    """

    def __init__(self, reason: str, after: float | None = None, uncertain: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after
        self.uncertain = uncertain


class RefusedError(Exception):
    """The platform will never take this (a wrong token, a channel that is gone). `reason`: a code, never text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class GaveUpError(Exception):
    """The reply was not delivered, and no more is tried."""

    def __init__(self, reason: str, attempts: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.attempts = attempts


@dataclass(frozen=True)
class Patience:
    """How long to go on. All times in seconds."""

    attempts: int = 8
    first_wait: float = 0.5
    longest_wait: float = 60.0
    longest_asked_wait: float = 600.0
    """A Retry-After beyond this is not waited for."""

    def wait(self, attempt: int, asked: float | None) -> float:
        """Seconds after a failed attempt (the first is 1): doubling, with jitter; never less than asked for."""
        doubling = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        jittered = random.uniform(doubling / 2, doubling)
        return jittered if asked is None else asked + jittered / 4


async def deliver(
    send: Callable[[], Awaitable[None]],
    already_sent: Callable[[], Awaitable[bool]] | None = None,
    patience: Patience = Patience(),
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Send until it is taken.

    Args:
        send: one attempt; raises TryAgainError or RefusedError when it fails.
        already_sent: asked before a repeat of an attempt whose outcome is uncertain; True ends the delivery well.
        patience: how often, and how long between.
        sleep: for tests.

    Raises:
        GaveUpError: when it was refused, or when patience ran out.
    """
    for attempt in range(1, patience.attempts + 1):
        try:
            await send()
            return
        except RefusedError as refused:
            raise GaveUpError(refused.reason, attempt) from refused
        except TryAgainError as busy:
            asked_too_long = busy.after is not None and busy.after > patience.longest_asked_wait
            if attempt == patience.attempts or asked_too_long:
                raise GaveUpError(busy.reason, attempt) from busy
            await sleep(patience.wait(attempt, busy.after))
            if busy.uncertain and already_sent is not None and await already_sent():
                return
