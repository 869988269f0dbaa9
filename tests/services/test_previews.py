"""A recruiter's own test run: the same way, counted nowhere, filled in at a press, gone in one click."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from milo_app.domain import plan_data
from milo_app.domain import records as r
from milo_app.domain.actors import CandidateActor, MemberActor, SystemActor
from milo_app.domain.errors import Forbidden, Invalid, NotFound
from milo_app.domain.plan import StageKind
from milo_app.services import interviewers, links, previews, sample_answers
from milo_app.services.ports import Deps
from tests import builders

SYSTEM = SystemActor()


@pytest.fixture
def scene(deps: Deps) -> tuple[MemberActor, r.Interviewer]:
    with deps.uow.write(SYSTEM) as uow:
        workspace = builders.create_workspace(uow)
        member = builders.create_member(uow, workspace, email="robin@example.com")
        actor = MemberActor(workspace_id=workspace.id, member_id=member.id, role=member.role)
        interviewer = interviewers.create(uow, actor, plan=interviewers.template("registered_nurse"))
        interviewers.publish(uow, actor, interviewer_id=interviewer.id)
        return actor, uow.interviewers.get(interviewer.id)


def opened(deps: Deps, scene: tuple[MemberActor, r.Interviewer]) -> r.Application:
    actor, interviewer = scene
    token = links.preview_url(deps.instance, interviewer).rsplit("/", 1)[1]
    with deps.uow.write(SYSTEM) as uow:
        return previews.open(uow, SYSTEM, token=token, member=actor)


def after(deps: Deps, application: r.Application) -> tuple[r.Application, dict[str, r.ApplicationStage]]:
    with deps.uow.read(SYSTEM) as uow:
        rows = uow.stages.find(application_id=application.id)
        return uow.applications.get(application.id), {str(row.kind): row for row in rows}


def test_a_member_goes_on_with_their_own_and_others_begin_afresh(
    deps: Deps, scene: tuple[MemberActor, r.Interviewer]
) -> None:
    first = opened(deps, scene)
    assert first.preview and first.preview_member_id == scene[0].member_id
    assert opened(deps, scene).id == first.id
    token = links.preview_url(deps.instance, scene[1]).rsplit("/", 1)[1]
    with deps.uow.write(SYSTEM) as uow:
        stranger = previews.open(uow, SYSTEM, token=token, member=replace(scene[0], workspace_id="0" * 32))
        with pytest.raises(NotFound):
            previews.open(uow, SYSTEM, token=token[:-3] + "AAA")
    assert stranger.id != first.id


def test_a_strong_candidate_reaches_the_end(deps: Deps, scene: tuple[MemberActor, r.Interviewer]) -> None:
    application = opened(deps, scene)
    previews.fill(deps, application.id, "strong", "n1")
    previews.fill(deps, application.id, "strong", "n1")
    done, stages = after(deps, application)
    assert done.state in (r.ApplicationState.EVALUATING, r.ApplicationState.COMPLETED)
    assert all(row.submitted_at is not None for row in stages.values())
    with deps.uow.read(SYSTEM) as uow:
        assert {m.to for m in uow.messages.find(application_id=application.id)} <= {"robin@example.com"}


def test_a_stopped_candidate_is_stopped_by_the_first_dealbreaker(
    deps: Deps, scene: tuple[MemberActor, r.Interviewer]
) -> None:
    application = opened(deps, scene)
    previews.fill(deps, application.id, "stopped", "n1")
    stopped, stages = after(deps, application)
    assert stopped.state is r.ApplicationState.DISQUALIFIED
    assert stopped.stopped_by is not None and stopped.stopped_by["question_id"] == "rn_license"
    assert stages["form"].state is r.StageState.LOCKED


def test_a_weak_candidate_passes_every_dealbreaker(
    deps: Deps, scene: tuple[MemberActor, r.Interviewer]
) -> None:
    application = opened(deps, scene)
    previews.fill(deps, application.id, "weak", "n1")
    assert after(deps, application)[0].state is not r.ApplicationState.DISQUALIFIED


@pytest.mark.parametrize("kind", list(StageKind))
def test_one_can_jump_to_any_stage(
    deps: Deps, scene: tuple[MemberActor, r.Interviewer], kind: StageKind
) -> None:
    application = opened(deps, scene)
    previews.fill(deps, application.id, f"to:{kind}", "n1")
    now, stages = after(deps, application)
    assert now.stage == kind and stages[kind].state is r.StageState.OPEN


def test_a_reset_leaves_nothing_and_a_real_application_alone(
    deps: Deps, scene: tuple[MemberActor, r.Interviewer]
) -> None:
    actor, interviewer = scene
    application = opened(deps, scene)
    previews.fill(deps, application.id, "strong", "n1")
    with deps.uow.write(SYSTEM) as uow:
        real = builders.create_application(uow, interviewer)
    previews.reset(deps, actor, application_id=application.id)
    previews.reset(deps, actor, application_id=application.id)
    with deps.uow.read(SYSTEM) as uow:
        own: dict[str, Any] = {"application_id": application.id}
        kept = [uow.stages, uow.answers, uow.turns, uow.evaluations, uow.messages, uow.files, uow.consents]
        assert [table.count(**own) for table in kept] == [0] * len(kept)
        assert uow.candidates.maybe(application.candidate_id) is None
    assert deps.files.list(f"resumes/{application.id}") == []
    with pytest.raises(NotFound):
        previews.reset(deps, actor, application_id=real.id)
    previews.fill(deps, application.id, "strong", "late")  # queued before the reset: nothing comes back


def test_who_may_fill_and_reset(deps: Deps, scene: tuple[MemberActor, r.Interviewer]) -> None:
    actor, _ = scene
    application = opened(deps, scene)
    viewer = replace(actor, role=r.Role.VIEWER)
    other = CandidateActor(workspace_id=actor.workspace_id, application_id="0" * 32, candidate_id="0" * 32)
    with deps.uow.write(actor) as uow:
        previews.queue_fill(uow, actor, application_id=application.id, how="weak")
        previews.jump(uow, actor, application_id=application.id, stage="sms")
        for how in ("perfect", "to:lunch", ""):
            with pytest.raises(Invalid):
                previews.queue_fill(uow, actor, application_id=application.id, how=how)
        with pytest.raises(Forbidden):
            previews.queue_fill(uow, viewer, application_id=application.id, how="weak")
        with pytest.raises(NotFound):
            previews.queue_fill(uow, other, application_id=application.id, how="weak")


def test_made_up_answers_fit_every_kind_of_question() -> None:
    from datetime import UTC, datetime

    from milo_app.domain import dealbreakers, values

    now = datetime(2026, 3, 2, tzinfo=UTC)
    for stage in interviewers.template("registered_nurse").stages:
        for question in stage.questions:
            for how in ("strong", "weak", "stopped"):
                given = sample_answers.value(question, how, now)
                if given is not None:
                    assert values.check(question, given) is not None
                    assert question.ideal is None or dealbreakers.meets(question, given)
            if question.dealbreaker:
                missed = sample_answers.value(question, "stopped", now, miss=True)
                assert not dealbreakers.meets(question, missed)


def test_a_drafted_plan_can_be_previewed_to_the_end(
    deps: Deps, scene: tuple[MemberActor, r.Interviewer]
) -> None:
    actor, _ = scene
    with deps.uow.write(actor) as uow:
        drafted = interviewers.draft_from_text(
            "Warehouse Associate\nRequirements\n- Forklift certification\n- 18+\n"
        )
        made = interviewers.create(uow, actor, plan=plan_data.to_data(drafted))
    application = opened(deps, (actor, made))
    previews.fill(deps, application.id, "strong", "n1")
    assert after(deps, application)[0].stage is None
