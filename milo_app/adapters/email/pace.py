"""Keeps to so many calls a second, within one process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """A bucket of one second's calls: a short burst goes at once, the rest at the rate."""

    def __init__(
        self,
        rate: float,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """*rate* is calls a second, 0 for as many as come."""
        self._rate, self._now, self._sleep = rate, now, sleep
        self._lock = threading.Lock()
        self._free = max(rate, 1.0)
        self._at = now()
        self._not_before = 0.0

    def wait(self) -> None:
        """Wait for a turn, in the order of asking."""
        with self._lock:
            now = self._now()
            start = max(now, self._not_before)
            if self._rate:
                self._free = min(max(self._rate, 1.0), self._free + (start - self._at) * self._rate)
                self._free -= 1
                if self._free < 0:
                    start += -self._free / self._rate
                    self._free = 0.0
            self._at = start
            self._not_before = start
            pause = start - now
        if pause > 0:
            self._sleep(pause)

    def hold(self, seconds: float) -> None:
        """Let nobody call for so long, because the other side asked for it."""
        with self._lock:
            self._not_before = max(self._not_before, self._now() + seconds)
