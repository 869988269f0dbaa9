"""Small stateful stand-ins for providers, run as servers of this machine and reached by the real clients.

Each has the same shape, so that a test or an experiment drives them alike: `faults`, `webhook` (the root of the Milo
that is called back), `url`, `env` (the settings with which Milo uses it), `accepted` (what it took, in order, each with
`id`, `to`, `key` and `at`), `requests`, `called_back`, `settled()`, `start()` and `stop()`, and use as a context
manager.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping

#: What may go wrong, by name. `cut_before` and the refusals take nothing; `cut` (the connection ends), `hang` (no
#: answer comes) and `500_after` take what was sent and say nothing of it.
FAULTS = frozenset({"429", "500", "503", "422", "cut_before", "cut", "hang", "500_after"})


class Faults:
    """Draws what goes wrong with the next request: `Faults({"429": 0.1, "cut": 0.1}, seed=7)`."""

    def __init__(self, rates: Mapping[str, float], *, seed: int = 0) -> None:
        """*rates* are shares of all requests, together at most 1."""
        if unknown := set(rates) - FAULTS:
            raise ValueError(f"No such fault: {', '.join(sorted(unknown))}")
        if sum(rates.values()) > 1:
            raise ValueError("The shares add up to more than 1.")
        self.rates = dict(rates)
        #: Faults that come first, one a request, before any is drawn.
        self.script: list[str] = []
        self._chance, self._lock = random.Random(seed), threading.Lock()

    def next(self) -> str:
        """The name of the next request's fault, or nothing."""
        with self._lock:
            if self.script:
                return self.script.pop(0)
            drawn = self._chance.random()
            for name, share in self.rates.items():
                drawn -= share
                if drawn < 0:
                    return name
        return ""
