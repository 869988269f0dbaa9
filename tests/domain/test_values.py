"""Values of answers: what is taken, what is refused, how it reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain import values
from milo_app.domain.errors import Invalid
from milo_app.domain.plan import Question, QuestionKind

OPTIONS = ("Day shift", "Night shift", "Weekends")


def create_question(kind: QuestionKind, **given: Any) -> Question:
    given.setdefault("options", OPTIONS if "choice" in kind else ())
    return Question(id="q", kind=kind, text="?", **given)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(OPTIONS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


class TestCheck:
    @given(kind=st.sampled_from(list(QuestionKind)), raw=JUNK)
    def test_anything_is_taken_or_refused_kindly(self, kind: QuestionKind, raw: object) -> None:
        """Whatever is sent, the outcome is a JSON value that is taken again unchanged, or a sentence."""
        question = create_question(kind, minimum=0, maximum=100)
        try:
            value = values.check(question, raw)
        except Invalid as refused:
            assert refused.fields["q"].endswith(".")
            return
        assert json.loads(json.dumps(value)) == value
        assert values.check(question, value) == value
        assert values.show(question, value)
        assert values.show(question, value, "es")

    @given(kind=st.sampled_from(list(QuestionKind)), raw=st.sampled_from([None, "", [], ()]))
    def test_nothing_is_nothing(self, kind: QuestionKind, raw: object) -> None:
        assert values.check(create_question(kind), raw) is None
        assert values.is_empty(create_question(kind), None)

    @pytest.mark.parametrize(
        ("kind", "raw", "value"),
        [
            (QuestionKind.SHORT_TEXT, "  two \n lines\x00 ", "two lines"),
            (QuestionKind.LONG_TEXT, " a\r\nb ", "a\nb"),
            (QuestionKind.LONG_TEXT, " \n ", None),
            (QuestionKind.YES_NO, "No", False),
            (QuestionKind.YES_NO, True, True),
            (QuestionKind.SINGLE_CHOICE, "night  SHIFT", "Night shift"),
            (QuestionKind.MULTIPLE_CHOICE, ["Weekends", "Day shift"], ["Day shift", "Weekends"]),
            (QuestionKind.NUMBER, "2,5", 2.5),
            (QuestionKind.NUMBER, 3.0, 3),
            (QuestionKind.DATE, "2026-02-28", "2026-02-28"),
        ],
    )
    def test_is_brought_into_shape(self, kind: QuestionKind, raw: object, value: object) -> None:
        assert values.check(create_question(kind), raw) == value

    @pytest.mark.parametrize(
        ("kind", "raw"),
        [
            (QuestionKind.SHORT_TEXT, "x" * 301),
            (QuestionKind.LONG_TEXT, "x" * 10_001),
            (QuestionKind.SHORT_TEXT, 5),
            (QuestionKind.YES_NO, 1),
            (QuestionKind.YES_NO, "maybe"),
            (QuestionKind.SINGLE_CHOICE, "Mornings"),
            (QuestionKind.MULTIPLE_CHOICE, "Day shift"),
            (QuestionKind.MULTIPLE_CHOICE, ["Day shift", "day shift"]),
            (QuestionKind.NUMBER, True),
            (QuestionKind.NUMBER, float("nan")),
            (QuestionKind.NUMBER, float("inf")),
            (QuestionKind.NUMBER, "1e400"),
            (QuestionKind.NUMBER, "two"),
            (QuestionKind.NUMBER, 101),
            (QuestionKind.NUMBER, -1),
            (QuestionKind.SLIDER, 7),
            (QuestionKind.DATE, "2026-02-30"),
            (QuestionKind.DATE, "28/02/2026"),
            (QuestionKind.DATE, "0001-01-01"),
            (QuestionKind.FILE, [{"file_id": "f", "name": "a.exe", "size": 1}]),
            (QuestionKind.FILE, [{"file_id": "f", "name": "a.pdf", "size": 1}] * 2),
            (QuestionKind.FILE, ["f"]),
        ],
    )
    def test_is_refused(self, kind: QuestionKind, raw: object) -> None:
        question = create_question(kind, minimum=0, maximum=100, step=10, extensions=("pdf",))
        with pytest.raises(Invalid):
            values.check(question, raw)

    def test_refusal_speaks_spanish(self) -> None:
        with pytest.raises(Invalid) as refused:
            values.check(create_question(QuestionKind.YES_NO), "quizás", "es")
        assert refused.value.fields == {"q": "Elige sí o no."}


class TestShow:
    @pytest.mark.parametrize(
        ("kind", "value", "unit", "english", "spanish"),
        [
            (QuestionKind.YES_NO, True, "", "Yes", "Sí"),
            (QuestionKind.YES_NO, False, "", "No", "No"),
            (QuestionKind.NUMBER, 0, "years", "0 years", "0 years"),
            (QuestionKind.NUMBER, 1, "years", "1 year", "1 year"),
            (QuestionKind.NUMBER, 2.5, "años", "2.5 años", "2,5 años"),
            (QuestionKind.NUMBER, 52000, "$", "$52,000", "$52.000"),
            (QuestionKind.NUMBER, 2019, "", "2019", "2019"),
            (QuestionKind.SLIDER, 80, "%", "80%", "80%"),
            (QuestionKind.DATE, "2026-03-05", "", "March 5, 2026", "5 de marzo de 2026"),
            (
                QuestionKind.MULTIPLE_CHOICE,
                ["Day shift", "Weekends"],
                "",
                "Day shift, Weekends",
                "Day shift, Weekends",
            ),
            (QuestionKind.FILE, [{"file_id": "f", "name": "cv.pdf", "size": 1}], "", "cv.pdf", "cv.pdf"),
            (QuestionKind.LONG_TEXT, None, "", "No answer", "Sin respuesta"),
        ],
    )
    def test_reads_well(
        self, kind: QuestionKind, value: object, unit: str, english: str, spanish: str
    ) -> None:
        question = create_question(kind, unit=unit)
        assert values.show(question, value) == english
        assert values.show(question, value, "es") == spanish
