"""Kinds of stage: when each is complete and how it is decided."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from milo_app.domain import stages
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
from milo_app.domain.records import Answer, Speaker, Turn

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def create_answer(question_id: str, value: Any, *, confirmed: bool = False) -> Answer:
    return Answer(
        id="x",
        workspace_id="w",
        application_id="a",
        attempt=1,
        stage="form",
        question_id=question_id,
        version=1,
        value=value,
        key="k",
        at=NOW,
        confirmed=confirmed,
    )


def create_close(reason: str) -> Turn:
    return Turn(
        id="t",
        workspace_id="w",
        application_id="a",
        attempt=1,
        stage="sms",
        seq=1,
        speaker=Speaker.INTERVIEWER,
        text="Bye",
        at=NOW,
        action="close",
        value={"reason": reason},
    )


LICENSED = Question(
    id="rn",
    kind=QuestionKind.YES_NO,
    text="Licensed?",
    ideal=Ideal(operator=Operator.EQ, value=True),
    dealbreaker=True,
)
RN = Criterion(id="rn", text="RN licence", kind=CriterionKind.ELIGIBILITY, dealbreaker=True)


def test_every_kind_is_registered() -> None:
    assert [t.kind for t in stages.all_kinds()] == list(StageKind)
    for stage_type in stages.all_kinds():
        assert stage_type.label()
        assert stage_type.label("es")
        assert "5 min" in stage_type.told_length(StagePlan(kind=stage_type.kind))


def test_resume_needs_a_document_then_what_it_does_not_show() -> None:
    plan, resume = StagePlan(kind=StageKind.RESUME, enforce=True, criteria=(RN,)), stages.of("resume")
    assert [m.question_id for m in resume.missing(plan, {}, (), {})] == ["resume"]
    data = {"file_id": "f", "readings": {"rn": {"status": "not_shown", "confidence": 1.0}}}
    (missing,) = resume.missing(plan, {}, (), data)
    assert missing.text == "We could not find this in your resume: RN licence. Do you meet it?"
    answers = {"rn": create_answer("rn", False)}
    assert resume.missing(plan, answers, (), data) == ()
    assert resume.decide(plan, answers, data).stops


def test_form_needs_its_required_answers_and_takes_them_as_exact() -> None:
    plan, form = StagePlan(kind=StageKind.FORM, enforce=True, questions=(LICENSED,)), stages.of("form")
    assert [m.question_id for m in form.missing(plan, {}, (), {})] == ["rn"]
    answers = {"rn": create_answer("rn", False)}
    assert form.missing(plan, answers, (), {}) == ()
    assert form.decide(plan, answers, {}).stops


@pytest.mark.parametrize("kind", ["sms", "voice"])
def test_talk_is_complete_when_closed_and_decided_on_confirmed_answers(kind: str) -> None:
    plan, talk = StagePlan(kind=StageKind(kind), enforce=True, questions=(LICENSED,)), stages.of(kind)
    assert [m.question_id for m in talk.missing(plan, {}, (), {})] == ["rn"]
    assert talk.missing(plan, {}, (create_close("stopped"),), {})
    assert talk.missing(plan, {}, (create_close("finished"),), {}) == ()
    heard = talk.decide(plan, {"rn": create_answer("rn", False)}, {})
    assert not heard.stops
    assert heard.needs_review == ("rn",)
    assert talk.decide(plan, {"rn": create_answer("rn", False, confirmed=True)}, {}).stops


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="chess"):
        stages.of("chess")
