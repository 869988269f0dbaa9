"""Dealbreakers: what stops a candidate, and everything that must not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milo_app.domain.dealbreakers import (
    Given,
    Reading,
    ReadingSource,
    ReadingStatus,
    decide_resume,
    decide_stage,
    expected,
    meets,
)
from milo_app.domain.plan import (
    Criterion,
    CriterionKind,
    Ideal,
    Operator,
    Question,
    QuestionKind,
    StageKind,
    StagePlan,
)

SHIFTS = ("Day", "Night", "Weekend")


def create_question(
    kind: QuestionKind = QuestionKind.YES_NO,
    operator: Operator = Operator.EQ,
    value: Any = True,
    **given: Any,
) -> Question:
    return Question(
        id="q",
        kind=kind,
        text="Licensed?",
        options=SHIFTS,
        ideal=Ideal(operator=operator, value=value),
        **given,
    )


class TestMeets:
    @pytest.mark.parametrize(
        ("kind", "operator", "ideal", "yes", "no"),
        [
            (QuestionKind.YES_NO, Operator.EQ, True, True, False),
            (QuestionKind.YES_NO, Operator.EQ, "no", False, True),
            (QuestionKind.YES_NO, Operator.NEQ, True, False, True),
            (QuestionKind.SINGLE_CHOICE, Operator.EQ, "night", "Night", "Day"),
            (QuestionKind.SINGLE_CHOICE, Operator.ONE_OF, ("Day", "Night"), "Night", "Weekend"),
            (QuestionKind.MULTIPLE_CHOICE, Operator.INCLUDES, ("Day",), ["Day", "Night"], ["Night"]),
            (QuestionKind.MULTIPLE_CHOICE, Operator.INCLUDES, ("Day", "Night"), ["Day", "Night"], ["Day"]),
            (
                QuestionKind.MULTIPLE_CHOICE,
                Operator.ONE_OF,
                ("Day", "Night"),
                ["Day", "Weekend"],
                ["Weekend"],
            ),
            (QuestionKind.MULTIPLE_CHOICE, Operator.EQ, "Day", ["Day"], ["Day", "Night"]),
            (QuestionKind.NUMBER, Operator.EQ, 2, 2.0, 3),
            (QuestionKind.NUMBER, Operator.GT, 2, 2.1, 2),
            (QuestionKind.NUMBER, Operator.GTE, "2", 2, 1.9),
            (QuestionKind.NUMBER, Operator.LT, 2, 1.9, 2),
            (QuestionKind.NUMBER, Operator.LTE, 0.1, 0.1, 0.11),
            (QuestionKind.NUMBER, Operator.BETWEEN, (3, 1), 1, 3.5),
            (QuestionKind.SLIDER, Operator.GTE, 50, 60, 40),
            (QuestionKind.DATE, Operator.LTE, "2026-12-01", "2026-12-01", "2026-12-02"),
            (QuestionKind.DATE, Operator.BETWEEN, ("2026-01-01", "2026-12-31"), "2026-06-01", "2027-01-01"),
        ],
    )
    def test_each_operator(
        self, kind: QuestionKind, operator: Operator, ideal: Any, yes: Any, no: Any
    ) -> None:
        question = create_question(kind, operator, ideal)
        assert meets(question, yes)
        assert not meets(question, no)
        assert not meets(question, None)
        assert expected(question.ideal, question) if question.ideal else False

    @given(
        kind=st.sampled_from(list(QuestionKind)),
        operator=st.sampled_from(list(Operator)),
        ideal=st.sampled_from([True, "Day", 2, "2026-01-01", ("Day",), (1, 2), ("a", 3)]),
        value=st.sampled_from([None, True, "Day", ["Day"], 2, 1.5, "2026-01-01", [{"file_id": "f"}]]),
    )
    def test_no_pairing_breaks(self, kind: QuestionKind, operator: Operator, ideal: Any, value: Any) -> None:
        """A plan edited into nonsense gives an answer, never an error in front of a candidate."""
        question = create_question(kind, operator, ideal)
        assert meets(question, value) in (True, False)
        if question.ideal:
            assert expected(question.ideal, question)

    @given(value=st.decimals(-1000, 1000, places=2), limit=st.decimals(-1000, 1000, places=2))
    def test_comparisons_agree(self, value: Any, limit: Any) -> None:
        number, ideal = float(value), float(limit)
        ask = lambda op: meets(create_question(QuestionKind.NUMBER, op, ideal), number)  # noqa: E731
        assert ask(Operator.GTE) == (ask(Operator.GT) or ask(Operator.EQ)) == (not ask(Operator.LT))
        assert ask(Operator.NEQ) == (not ask(Operator.EQ))


class TestDecideStage:
    @given(
        flag=st.booleans(),
        enforce=st.booleans(),
        answered=st.sampled_from([None, True, False]),
        exact=st.booleans(),
    )
    def test_stops_only_on_flag_switch_and_exact_no(
        self, flag: bool, enforce: bool, answered: bool | None, exact: bool
    ) -> None:
        stage = StagePlan(
            kind=StageKind.FORM, enforce=enforce, questions=(create_question(dealbreaker=flag),)
        )
        verdict = decide_stage(stage, {"q": Given(value=answered, exact=exact)})
        assert verdict.stops == (flag and enforce and exact and answered is False)
        known = exact and answered is not None
        assert verdict.needs_review == (("q",) if flag and enforce and not known else ())

    def test_says_what_decided(self) -> None:
        stage = StagePlan(kind=StageKind.FORM, enforce=True, questions=(create_question(dealbreaker=True),))
        (miss,) = decide_stage(stage, {"q": Given(value=False, exact=True)}).missed
        assert (miss.question_id, miss.text, miss.given, miss.expected) == ("q", "Licensed?", "No", "Yes")

    def test_missing_answer_is_never_a_miss(self) -> None:
        stage = StagePlan(kind=StageKind.FORM, enforce=True, questions=(create_question(dealbreaker=True),))
        verdict = decide_stage(stage, {})
        assert not verdict.stops
        assert verdict.passed == {"q": None}


class TestDecideResume:
    @given(
        status=st.sampled_from(list(ReadingStatus)),
        source=st.sampled_from([ReadingSource.BUILTIN, ReadingSource.MODEL]),
        quote=st.sampled_from(["", "I have no licence"]),
        confidence=st.floats(0, 1),
        confirmed=st.sampled_from([None, True, False]),
        flag=st.booleans(),
        enforce=st.booleans(),
    )
    def test_rules(
        self,
        status: ReadingStatus,
        source: ReadingSource,
        quote: str,
        confidence: float,
        confirmed: bool | None,
        flag: bool,
        enforce: bool,
    ) -> None:
        criterion = Criterion(id="rn", text="RN licence", kind=CriterionKind.ELIGIBILITY, dealbreaker=flag)
        stage = StagePlan(kind=StageKind.RESUME, enforce=enforce, criteria=(criterion,))
        reading = Reading(status=status, source=source, quote=quote, confidence=confidence)
        verdict = decide_resume(stage, {"rn": reading}, {"rn": confirmed})
        sure_no = status == "not_shown" and source == "model" and quote != "" and confidence >= 0.9
        shown = status == "shown" and quote != ""
        if confirmed is None and not shown and not sure_no:
            assert verdict.to_confirm == ("rn",)
            assert verdict.passed == {"rn": None}
        if confirmed is True:
            assert verdict.passed == {"rn": True}
        assert verdict.stops == (flag and enforce and (confirmed is False or (confirmed is None and sure_no)))
        assert not (verdict.stops and confirmed is None and source == "builtin")

    def test_unread_resume_is_asked_about(self) -> None:
        criterion = Criterion(id="rn", text="RN licence", kind=CriterionKind.ELIGIBILITY, dealbreaker=True)
        stage = StagePlan(kind=StageKind.RESUME, enforce=True, criteria=(criterion,))
        verdict = decide_resume(stage, {}, {})
        assert (verdict.missed, verdict.to_confirm, verdict.needs_review) == ((), ("rn",), ("rn",))
