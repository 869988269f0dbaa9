"""How well two judges agree: quadratic weighted kappa, Pearson's r, macro-F1, each with a bootstrap interval."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)
#: How often a sample is drawn again for an interval, and how many draws it takes at most in all.
RESAMPLES, _MOST_DRAWS = 1000, 3_000_000


def macro_f1(pairs: Sequence[tuple[Hashable, Hashable]]) -> float:
    """The mean F1 over every label that was given or predicted, of (given, predicted) pairs."""
    counts = Counter(pairs)
    given, predicted = Counter[Hashable](), Counter[Hashable]()
    for (gold, guess), n in counts.items():
        given[gold] += n
        predicted[guess] += n
    labels = set(given) | set(predicted)
    if not labels:
        return 0.0
    return sum(2 * counts[(one, one)] / (given[one] + predicted[one]) for one in labels) / len(labels)


def accuracy(pairs: Sequence[tuple[Hashable, Hashable]]) -> float:
    """The share of pairs that are equal."""
    return sum(gold == guess for gold, guess in pairs) / len(pairs) if pairs else 0.0


def qwk(pairs: Sequence[tuple[float, float]]) -> float:
    """Quadratic weighted kappa of (given, predicted) scores: 1 for agreement, 0 for chance. Any equal steps will do. Where
    neither ever differs it is 1."""
    n = len(pairs)
    if not n:
        return 0.0
    seen = sum((a - b) ** 2 for a, b in pairs) / n
    firsts, seconds = [a for a, _ in pairs], [b for _, b in pairs]
    mean_a, mean_b = sum(firsts) / n, sum(seconds) / n
    # The mean squared difference of two judges who know nothing of each other.
    chance = (
        sum((a - mean_a) ** 2 for a in firsts) / n
        + sum((b - mean_b) ** 2 for b in seconds) / n
        + (mean_a - mean_b) ** 2
    )
    return 1.0 - seen / chance if chance else 1.0


def pearson(pairs: Sequence[tuple[float, float]]) -> float:
    """Pearson's r; 0 where one side never changes."""
    n = len(pairs)
    if n < 2:
        return 0.0
    mean_a, mean_b = sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n
    both = sum((a - mean_a) * (b - mean_b) for a, b in pairs)
    one, other = sum((a - mean_a) ** 2 for a, _ in pairs), sum((b - mean_b) ** 2 for _, b in pairs)
    return both / math.sqrt(one * other) if one > 0 and other > 0 else 0.0


def interval(
    measure: Callable[[Sequence[tuple[T, T]]], float], pairs: Sequence[tuple[T, T]], *, seed: int = 0
) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of *measure* over *pairs*: the same for the same *seed*."""
    if not pairs:
        return 0.0, 0.0
    chance = random.Random(seed)  # noqa: S311
    times = max(200, min(RESAMPLES, _MOST_DRAWS // len(pairs)))
    found = sorted(measure(chance.choices(pairs, k=len(pairs))) for _ in range(times))
    return found[int(0.025 * times)], found[min(times - 1, int(0.975 * times))]
