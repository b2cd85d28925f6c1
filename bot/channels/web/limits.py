"""How often someone may: a token bucket a key, in memory, bounded."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

MOST_KEYS = 20_000
"""The least recently used are forgotten first; a bucket that was forgotten is full again."""


class Limit:
    """``often`` times in ``seconds``, in a burst or evenly."""

    def __init__(self, often: int, seconds: float = 60, clock: Callable[[], float] = time.monotonic) -> None:
        self._often = often
        self._rate = often / seconds
        self._clock = clock
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def wait(self, key: Hashable) -> int | None:
        """None when it may go on, which is counted; otherwise the whole seconds to wait, which is not."""
        now = self._clock()
        left, since = self._buckets.pop(key, (float(self._often), now))
        left = min(self._often, left + (now - since) * self._rate)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        while len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        return None if allowed else max(1, math.ceil((1 - left) / self._rate))
