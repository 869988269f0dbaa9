"""Agreement measures against values worked out by hand, and their intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain.agreement import interval, macro_f1, pearson, qwk

SCORES = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=40)


def test_known_values() -> None:
    # One label right twice and wrong once: F1 0.8 and 0.667.
    assert macro_f1([("a", "a"), ("a", "a"), ("b", "a"), ("b", "b")]) == pytest.approx((0.8 + 2 / 3) / 2)
    # Weights 0, 1, 4 of two judges on 1..3: seen 2/4, by chance (0.6875 + 0.5 + 0.0625).
    assert qwk([(1, 1), (2, 1), (3, 3), (2, 3)]) == pytest.approx(1 - 0.5 / (0.5 + 1.0 + 0.0))
    assert pearson([(1, 2), (2, 4), (3, 6)]) == pytest.approx(1)
    assert pearson([(1, 3), (2, 2), (3, 1)]) == pytest.approx(-1)


@given(SCORES)
def test_bounds(pairs: list[tuple[int, int]]) -> None:
    low, high = interval(qwk, pairs)
    assert low <= high <= 1.0 + 1e-9
    assert qwk(pairs) <= 1.0 + 1e-9
    assert -1 - 1e-9 <= pearson(pairs) <= 1 + 1e-9
    assert qwk([(a, a) for a, _ in pairs]) == 1
    assert (low, high) == interval(qwk, pairs), "the same every time"
