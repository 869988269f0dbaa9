"""A measured figure and its budget, and the small arithmetic around it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table. `ratio` is set where the budget is relative to something measured in the same run.

    `at_least` turns the budget round: the figure must reach it. Without a budget it is told and not judged.
    """

    name: str
    figure: float
    unit: str
    budget: float | None = None
    ratio: float | None = None
    at_least: bool = False

    @property
    def passes(self) -> bool:
        if self.budget is None:
            return True
        return self.figure >= self.budget if self.at_least else self.figure <= self.budget

    def data(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "figure": round(self.figure, 3),
            "unit": self.unit,
            "budget": None if self.budget is None else round(self.budget, 3),
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "pass": self.passes,
        }


def percentile(values: Sequence[float], share: float = 0.95) -> float:
    """The value that *share* of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.inf


def median(values: Sequence[float]) -> float:
    return percentile(values, 0.5)


def timed(work: Callable[[], Any], times: int) -> list[float]:
    """Milliseconds that each of so many calls took, one after the other."""
    taken: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


async def at_rate(work: Sequence[Callable[[], Awaitable[Any]]], a_second: float) -> list[float]:
    """Begin each piece at its time, whether or not those before have ended; milliseconds that each took.

    Counted from the time at which it was due, so that a server that falls behind cannot hide it.
    """
    begun = time.perf_counter()
    taken: list[float] = []

    async def one(n: int, piece: Callable[[], Awaitable[Any]]) -> None:
        due = begun + n / a_second
        await asyncio.sleep(max(0, due - time.perf_counter()))
        await piece()
        taken.append((time.perf_counter() - due) * 1000)

    await asyncio.gather(*(one(n, piece) for n, piece in enumerate(work)))
    return taken
