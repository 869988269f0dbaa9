"""A language model as evaluator: every score twice and quoted, within the budget, and the built-in rules in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from milo_app import bootstrap, config
from milo_app.adapters.clock import FixedClock
from milo_app.adapters.model.openai import OpenAICompatible
from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, MemberActor, SystemActor
from milo_app.services import advancement, model_calls
from milo_app.services.evaluations import judged
from milo_app.services.ports import Deps
from tests.doubles.openai import OpenAIDouble
from tests.services import begun
from tests.services.test_hostile_answers import CALM, MIDDLING, material

FORM: dict[str, Any] = {
    "kind": "form",
    "enforce": True,
    "min_score": 90,
    "questions": [
        {
            "id": "worse",
            "kind": "long_text",
            "text": "A patient got worse. What did you do?",
            "criterion": {
                "id": "calm",
                "text": CALM.text,
                "one": CALM.one,
                "five": CALM.five,
                "key_points": list(CALM.key_points),
            },
        }
    ],
}


@pytest.fixture
def double() -> Iterator[OpenAIDouble]:
    with OpenAIDouble() as made:
        yield made


@pytest.fixture
def modelled(settings: config.Settings, clock: FixedClock, double: OpenAIDouble) -> Iterator[Deps]:
    """The instance with the double as its model."""
    model = OpenAICompatible("double-1", base_url=double.url, price_in=1.0, retries=0)
    deps = bootstrap.build(settings.model_copy(update={"llm_model": "double-1"}), clock=clock, model=model)
    yield deps
    bootstrap.database(deps).dispose()


@pytest.fixture
def candidate(modelled: Deps) -> CandidateActor:
    """Somebody who handed in a form with one scored answer."""
    actor = begun.begin(modelled, FORM, begun.VOICE_STAGE)
    with modelled.uow.write(SystemActor()) as uow:
        row = uow.stages.first(application_id=actor.application_id, kind="form")
        assert row is not None
        uow.answers.add(
            r.Answer(
                id=uow.new_id(),
                workspace_id=actor.workspace_id,
                application_id=actor.application_id,
                attempt=1,
                stage="form",
                question_id="worse",
                key="k",
                version=1,
                value=MIDDLING,
                at=uow.now,
            )
        )
        uow.stages.save(replace(row, state=r.StageState.SUBMITTED))
    return actor


def evaluations(deps: Deps, actor: CandidateActor) -> list[r.Evaluation]:
    with deps.uow.read(SystemActor()) as uow:
        return uow.evaluations.find(application_id=actor.application_id, criterion_id="calm")


def one(deps: Deps, workspace: str, text: str = MIDDLING) -> dict[str, Any]:
    from milo_app.domain.plan import Plan

    person = r.Candidate(
        id="c", workspace_id=workspace, name="Casey Cole", email="c@x.org", created_at=deps.clock.now()
    )
    return judged(deps, Plan(title="Nurse"), workspace, person, material(text))


def test_two_readings_with_quotes_are_kept_and_logged(
    modelled: Deps, candidate: CandidateActor, double: OpenAIDouble
) -> None:
    advancement.advance(modelled, candidate.application_id, "form", "1")
    (kept,) = evaluations(modelled, candidate)
    assert (kept.evaluator, kept.model, kept.prompt_version) == ("openai", "double-1", "judge-1")
    assert kept.status == "scored" and 1 <= (kept.score or 0) <= 5
    assert all(MIDDLING[q["start"] : q["end"]] == q["text"] for q in kept.quotes)
    assert all("Casey" not in given["answer"] and "[name]" in given["answer"] for given in double.given)
    assert len(double.requests) == 2
    advancement.advance(modelled, candidate.application_id, "form", "1")  # done again after a crash
    assert len(double.requests) == 2 and len(evaluations(modelled, candidate)) == 1
    with modelled.uow.read(SystemActor()) as uow:
        calls = uow.model_calls.find(workspace_id=candidate.workspace_id)
        use = uow.model_use.first(workspace_id=candidate.workspace_id)
    assert [(c.purpose, c.outcome, c.tokens_in) for c in calls] == [("judge", "ok", 100)] * 2
    assert use is not None and (use.calls, use.tokens) == (2, 240) and use.cost == pytest.approx(0.0002)


@pytest.mark.parametrize(
    ("script", "status", "why"),
    [
        (["5", "2"], "needs_review", "two readings by the model differ: 5 and 2"),
        (["5", "4"], "scored", ""),
        (["unquoted"], "scored", ""),
        (["invented"], "scored", ""),
        (["out_of_range"], "scored", ""),
        (["unquoted", "invented"], "needs_review", "a quote does not stand in the answer word for word"),
        (["out_of_range", "out_of_range"], "needs_review", "the score was not a whole number"),
    ],
)
def test_what_cannot_be_shown_is_asked_again_and_then_left_to_a_person(
    modelled: Deps, candidate: CandidateActor, double: OpenAIDouble, script: list[str], status: str, why: str
) -> None:
    double.faults.script = [*script]
    found = one(modelled, candidate.workspace_id)
    assert (found["status"], found.get("score") is None) == (status, status == "needs_review")
    assert why in found["reasons"][0]
    if script[0] in ("unquoted", "invented", "out_of_range"):
        assert double.given[1]["refused"], "the model is told what was wrong"


def test_the_built_in_rules_take_over_and_say_so(
    modelled: Deps, candidate: CandidateActor, double: OpenAIDouble, clock: FixedClock
) -> None:
    workspace = candidate.workspace_id
    double.faults.script = ["500"] * 3
    for _ in range(3):
        found = one(modelled, workspace)
        assert found["evaluator"] == "built-in, since the model did not answer" and found["model"] == ""
    assert one(modelled, workspace)["evaluator"] == "built-in, since the model does not answer"
    assert len(double.requests) == 3, "after three failures it is left alone"
    clock.move(timedelta(minutes=6))
    assert one(modelled, workspace)["evaluator"] == "openai"


def test_nobody_is_stopped_by_what_took_the_models_place(
    modelled: Deps, candidate: CandidateActor, double: OpenAIDouble
) -> None:
    double.faults.script = ["500"]
    advancement.advance(modelled, candidate.application_id, "form", "1")
    row = begun.stage(modelled, candidate, "form")
    assert (row.state, row.outcome) == (r.StageState.DONE, "below the minimum score")


def test_a_budget_ends_the_asking(modelled: Deps, candidate: CandidateActor, double: OpenAIDouble) -> None:
    workspace = candidate.workspace_id
    admin = MemberActor(workspace_id=workspace, member_id="m", role=r.Role.ADMIN, name="R")
    with modelled.uow.write(admin) as uow:
        model_calls.set_budget(uow, admin, tokens=200)
    one(modelled, workspace)
    assert one(modelled, workspace)["evaluator"] == "built-in, since the model's budget is used up"
    assert len(double.requests) == 2
    with modelled.uow.read(admin) as uow:
        standing = model_calls.standing(uow, admin)
    assert (standing["tokens"], standing["stopped"]) == (240, "budget")
