"""Codes become words a recruiter understands, and say whether the number or the moment is at fault."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain.text_failures import AddressFault, explain


@pytest.mark.parametrize(
    ("code", "about", "retry"),
    [
        (21610, AddressFault.OPTED_OUT, False),
        ("21614", AddressFault.LANDLINE, False),
        ("30006", AddressFault.LANDLINE, False),
        (21211, AddressFault.INVALID, False),
        (30007, AddressFault.NONE, False),
        (30034, AddressFault.NONE, False),
        (20429, AddressFault.NONE, True),
    ],
)
def test_known_codes(code: int | str, about: AddressFault, retry: bool) -> None:
    failure = explain(code, "Twilio's own words")
    assert (failure.about_address, failure.retry) == (about, retry)
    assert str(code) in failure.words and "own words" not in failure.words


def test_an_unknown_code_keeps_the_providers_words() -> None:
    assert explain(99999, "Something new.").words == "Something new (99999)."
    assert explain("", "").words == "Twilio gave no reason."


@given(st.one_of(st.none(), st.integers(), st.text()), st.text())
def test_anything_has_an_explanation(code: int | str | None, said: str) -> None:
    failure = explain(code, said)
    assert failure.words and len(failure.words) < 400
