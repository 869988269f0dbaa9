"""The built-in reader: what it understands, and what it wisely does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain.plan import Question, QuestionKind
from milo_app.domain.reading import choice, labels, number, read, yes_or_no

SHIFTS = ("Day shift", "Night shift", "Either works")


class TestYesOrNo:
    @pytest.mark.parametrize(
        "text",
        [
            "yes", "Yep", "yeah!", "Si", "sí, claro", "👍", "1", "1.", "1. Yes", "I do", "Yes I do!", "tengo", "sure",
            "no problem, I have it", "Of course", "Yes, I have been licensed in Texas since 2015", "Correcto",
            "without a doubt, yes", "Y",
        ],
    )  # fmt: skip
    def test_yes(self, text: str) -> None:
        assert yes_or_no(text).value is True
        assert yes_or_no(text).understood

    @pytest.mark.parametrize(
        "text",
        [
            "no", "Nope", "nah", "👎", "2", "No.", "I don't have a license", "I don’t", "not yet", "No, I don't",
            "never", "no tengo", "I have never", "of course not", "claro que no", "n", "No I have not", "nunca",
        ],
    )  # fmt: skip
    def test_no(self, text: str) -> None:
        assert yes_or_no(text).value is False
        assert yes_or_no(text).understood

    @pytest.mark.parametrize(
        "text",
        [
            "", "maybe", "yes no", "Yes, but it expired", "I'm not sure", "👍👎", "yes 👎", "it depends", "3", "hello",
            "I think so", "quizás", "no sé", "12", "working on it", "?",
        ],
    )  # fmt: skip
    def test_unsure(self, text: str) -> None:
        assert not yes_or_no(text).understood


class TestNumber:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("3", 3), ("2.5", 2.5), ("2,5", 2.5), ("52,000", 52000), ("52.000", 52000), ("50k", 50000),
            ("fifty thousand", 50000), ("twenty five", 25), ("veinticinco", 25), ("treinta y dos", 32),
            ("mil quinientos", 1500), ("one hundred and five", 105), ("two and a half years", 2.5), ("18 months", 1.5),
            ("2 years and 6 months", 2.5), ("dos años y medio", 2.5), ("año y medio", 1.5), ("a year and a half", 1.5),
            ("half a year", 0.5), ("seis meses", 0.5), ("two and a half months", 0.21), ("I have 3 years", 3),
            ("about 3", 3), ("5+", 5), ("over 10 years", 10), ("none", 0), ("No experience", 0), ("zero", 0),
            ("one", 1), ("un año", 1),
        ],
    )  # fmt: skip
    def test_understood(self, text: str, value: float) -> None:
        heard = number(text, "years")
        assert heard.understood
        assert heard.value == value

    @pytest.mark.parametrize(
        "text",
        [
            "", "a", "a lot", "3-5", "3 to 5", "between 2 and 3", "less than 2", "almost 2", "I don't have 2 years",
            "since 2019", "a couple", "2 years as a nurse and 3 years as a tech", "2 or 3", "many years", "1.2.3",
        ],
    )  # fmt: skip
    def test_unsure(self, text: str) -> None:
        assert not number(text, "years").understood

    @given(n=st.integers(0, 10**9))
    def test_digits_are_exact(self, n: int) -> None:
        assert number(str(n)).value == n

    @given(months=st.integers(1, 400))
    def test_months_become_years(self, months: int) -> None:
        assert number(f"{months} months", "years").value == pytest.approx(months / 12, abs=0.005)
        assert number(f"{months} months", "months").value == months


class TestChoice:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("1", "Day shift"), ("2)", "Night shift"), ("b", "Night shift"), ("night", "Night shift"),
            ("Night shift please", "Night shift"), ("either", "Either works"), ("option 3", "Either works"),
        ],
    )  # fmt: skip
    def test_understood(self, text: str, value: str) -> None:
        assert choice(SHIFTS, text).value == value

    @pytest.mark.parametrize("text", ["day or night", "not nights", "shift", "4", "0", "", "maybe day", "?"])
    def test_unsure(self, text: str) -> None:
        assert not choice(SHIFTS, text).understood

    def test_options_of_digits_get_letters(self) -> None:
        options = ("0-1 years", "2 years", "3+ years")
        assert labels(options) == ("A", "B", "C")
        assert choice(options, "2 years").value == "2 years"
        assert choice(options, "c").value == "3+ years"


class TestRead:
    @given(
        kind=st.sampled_from(list(QuestionKind)),
        text=st.text()
        | st.lists(st.sampled_from("yes no 1 2 and a half 3.5 k years y medio mil don't".split())).map(
            " ".join
        ),
    )
    def test_never_breaks_and_stays_in_bounds(self, kind: QuestionKind, text: str) -> None:
        question = Question(id="q", kind=kind, text="?", options=SHIFTS, minimum=0, maximum=40, unit="years")
        heard: Any = read(question, text)
        if kind in (QuestionKind.NUMBER, QuestionKind.SLIDER) and heard.understood:
            assert 0 <= heard.value <= 40

    def test_out_of_range_is_not_understood(self) -> None:
        question = Question(id="q", kind=QuestionKind.NUMBER, text="?", maximum=40)
        assert not read(question, "400").understood
