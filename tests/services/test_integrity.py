"""What happens around an answer is kept as facts, once, and never for those who asked for another way to answer."""

from __future__ import annotations

from typing import Any

from milo_app.domain.actors import CandidateActor
from milo_app.services import applications, integrity
from milo_app.services.ports import Deps
from tests.services.begun import FORM_STAGE, begin, close


def note(
    deps: Deps, actor: CandidateActor, visit: str = "visit-01", question: str = "note", **counts: int
) -> None:
    with deps.uow.write(actor) as uow:
        integrity.note(uow, actor, stage="form", question_id=question, visit=visit, counts=counts)


def facts(deps: Deps, actor: CandidateActor) -> list[dict[str, Any]]:
    with deps.uow.read(actor) as uow:
        application = uow.applications.get(actor.application_id)
        stage = applications.plan_of(uow, application).stage("form")
        assert stage is not None
        return integrity.facts(stage, applications.stage_row(uow, application, "form").data)


def test_figures_are_kept_once_however_often_they_are_told(deps: Deps) -> None:
    actor = begin(deps, FORM_STAGE)
    note(deps, actor, left=1, left_s=10)
    note(deps, actor, left=2, left_s=31, pasted=1)
    note(deps, actor, left=1, left_s=10)  # arrives late
    note(deps, actor, "visit-02", left=1, left_s=65, wait_s=75)
    (told,) = facts(deps, actor)
    assert told["facts"] == [
        "Left the page 3 times, 1 min 36 s in all",
        "Pasted text once",
        "Waited 1 min 15 s before beginning to answer",
    ]
    with deps.uow.read(actor) as uow:
        noted = [e for e in uow.events.find() if e.kind == "integrity_noted"]
        assert [e.data["question"] for e in noted] == ["note"], "one event, by ids alone"


def test_nothing_is_kept_of_other_questions_or_of_whoever_asked_for_more_time(deps: Deps) -> None:
    actor = begin(deps, FORM_STAGE)
    note(deps, actor, question="unknown", left=1)
    note(deps, actor, wait_s=0)
    with deps.uow.write(actor) as uow:
        applications.set_accommodations(uow, actor, wanted={"untimed": True})
    note(deps, actor, left=5, pasted=2)
    assert facts(deps, actor) == []


def test_nothing_is_kept_once_the_stage_is_handed_in(deps: Deps) -> None:
    actor = begin(deps, FORM_STAGE)
    close(deps, actor, "form")
    note(deps, actor, left=5)
    assert facts(deps, actor) == []
