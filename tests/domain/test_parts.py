"""Answers that come in several texts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain.parts import CUT_OFF, NUMBERED, SETTLED, joined, wait


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["I like order."], SETTLED),
        (["I like order", "and people."], SETTLED),
        (["I like order,"], CUT_OFF),
        (["I like order and"], CUT_OFF),
        (["x" * 153], CUT_OFF),
        (["x" * 152 + "."], SETTLED),
        (["1/2 I like order"], NUMBERED),
        (["I like order (1/3)", "and people (2/3)"], NUMBERED),
        (["(2/2) and people", "(1/2) I like order"], timedelta()),
        (["1/2 I like order", "and more"], NUMBERED),
        (["3/4"], SETTLED),
    ],
)
def test_how_long_the_rest_is_waited_for(texts: list[str], expected: timedelta) -> None:
    assert wait(texts) == expected


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        (["I like order", " and people "], "I like order\nand people"),
        (["2/2 people.", "1/2 order and"], "order and people."),
        (["order and (1/2)", "people. (2/2)"], "order and people."),
        (["1/2 of my time"], "1/2 of my time"),
        (["1/2 a", "1/2 b"], "1/2 a\n1/2 b"),
        (["1/2 a", "b"], "1/2 a\nb"),
    ],
)
def test_how_they_belong_together(texts: list[str], whole: str) -> None:
    assert joined(texts) == whole


@given(
    st.lists(st.from_regex(r"[a-z]{1,8}( [a-z]{1,8}){0,3}", fullmatch=True), min_size=2, max_size=6),
    st.randoms(),
)
def test_numbered_parts_come_in_any_order(words: list[str], chance: object) -> None:
    sent = [f"({n}/{len(words)}) {part}" for n, part in enumerate(words, 1)]
    chance.shuffle(sent)  # type: ignore[attr-defined]
    assert joined(sent) == " ".join(words)


@given(st.lists(st.text(max_size=200), max_size=4))
def test_nothing_is_lost(texts: list[str]) -> None:
    kept = joined(texts)
    assert all(word in kept for text in texts for word in text.split() if word.isalpha())
