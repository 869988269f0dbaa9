"""Making, editing, publishing and copying interviewers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from milo_app.domain import plan_data, slugs
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from milo_app.domain.plan import QuestionKind, StageKind
from milo_app.services import interviewers
from milo_app.services.ports import UnitOfWork
from tests import builders
from tests.conftest import OpenUow


def member(uow: UnitOfWork, role: r.Role = r.Role.RECRUITER) -> MemberActor:
    workspace = builders.create_workspace(uow)
    made = builders.create_member(uow, workspace, role=role)
    return MemberActor(workspace_id=workspace.id, member_id=made.id, role=role)


NURSE = interviewers.template("registered_nurse")


def test_the_template_uses_every_stage_and_kind_and_a_dealbreaker_on_each_stage() -> None:
    kinds = {q.kind for stage in NURSE.stages for q in stage.questions}
    assert NURSE.kinds == tuple(StageKind)
    assert kinds == set(QuestionKind)
    for stage in NURSE.stages:
        assert stage.enforce and any(x.dealbreaker for x in (*stage.questions, *stage.criteria))
    assert all(c.one and c.five and len(c.key_points) >= 4 for _, _, c in NURSE.scored_criteria())
    assert NURSE.knowledge and any(q.follow_ups for s in NURSE.stages for q in s.questions)
    assert interviewers.templates()[0]["name"] == "registered_nurse"


def test_a_slug_is_made_from_the_title_and_never_taken_twice(uow_write: OpenUow) -> None:
    with uow_write() as uow:
        actor = member(uow)
        first = interviewers.create(uow, actor, plan=NURSE)
        second = interviewers.create(uow, actor, plan=NURSE)
        assert first.slug == "registered-nurse-medical-surgical-unit"
        assert second.slug == "registered-nurse-medical-surgical-unit-2"
        with pytest.raises(Invalid):
            interviewers.create(uow, actor, plan=NURSE, slug=first.slug)


@pytest.mark.parametrize("slug", ["app", "i", "Nurse", "a", "x" * 61, "nur/se", "--", "föö", "api"])
def test_reserved_and_odd_slugs_are_refused(uow_write: OpenUow, slug: str) -> None:
    assert not slugs.is_free(slug)
    with uow_write() as uow, pytest.raises(Invalid):
        interviewers.create(uow, member(uow), plan=NURSE, slug=slug)


def test_a_draft_may_have_problems_and_publishing_names_them_all(uow_write: OpenUow) -> None:
    with uow_write() as uow:
        actor = member(uow)
        made = interviewers.create(uow, actor, plan={"title": "X", "stages": [{"kind": "form"}]})
        with pytest.raises(Invalid) as refused:
            interviewers.publish(uow, actor, interviewer_id=made.id)
        assert {"title", "stages[0].questions"} <= refused.value.fields.keys()
        kept = interviewers.save_draft(
            uow, actor, interviewer_id=made.id, plan={**made.draft, "title": "Driver"}
        )
        assert (kept.title, kept.state, kept.version) == ("Driver", r.InterviewerState.DRAFT, 0)


def test_publishing_makes_a_version_that_editing_does_not_touch(uow_write: OpenUow) -> None:
    with uow_write() as uow:
        actor = member(uow)
        made = interviewers.create(uow, actor, plan=NURSE)
        one = interviewers.publish(uow, actor, interviewer_id=made.id)
        assert interviewers.publish(uow, actor, interviewer_id=made.id).id == one.id
        edited = replace(NURSE, title="Registered Nurse, Nights")
        interviewers.save_draft(uow, actor, interviewer_id=made.id, plan=edited)
        assert uow.interviewers.get(made.id).title == NURSE.title
        two = interviewers.publish(uow, actor, interviewer_id=made.id)
        assert (one.number, two.number) == (1, 2)
        assert plan_data.from_data(uow.versions.get(one.id).plan).title == NURSE.title
        after = uow.interviewers.get(made.id)
        assert (after.version, after.title) == (2, "Registered Nurse, Nights")
        assert after.closes_at == uow.now + timedelta(days=30)


def test_copies_archives_and_comes_back(uow_write: OpenUow) -> None:
    with uow_write() as uow:
        actor = member(uow)
        made = interviewers.create(uow, actor, plan=NURSE)
        interviewers.publish(uow, actor, interviewer_id=made.id)
        copy = interviewers.clone(uow, actor, interviewer_id=made.id)
        assert copy.title.startswith("Copy of") and copy.state is r.InterviewerState.DRAFT
        assert interviewers.archive(uow, actor, interviewer_id=made.id).state is r.InterviewerState.ARCHIVED
        with pytest.raises(Conflict):
            interviewers.publish(uow, actor, interviewer_id=made.id)
        assert interviewers.restore(uow, actor, interviewer_id=made.id).state is r.InterviewerState.ACTIVE


def test_viewers_and_other_workspaces_cannot_touch_it(uow_write: OpenUow) -> None:
    with uow_write() as uow:
        actor = member(uow)
        made = interviewers.create(uow, actor, plan=NURSE)
        viewer = replace(actor, role=r.Role.VIEWER)
        with pytest.raises(Forbidden):
            interviewers.save_draft(uow, viewer, interviewer_id=made.id, plan=NURSE)
    stranger = replace(actor, workspace_id="0" * 32)
    with uow_write(stranger) as uow, pytest.raises(NotFound):
        interviewers.publish(uow, stranger, interviewer_id=made.id)


def test_what_is_shown_says_what_is_left_to_do(uow_write: OpenUow) -> None:
    with uow_write() as uow:
        actor = member(uow)
        made = interviewers.create(uow, actor, plan=NURSE)
        shown = interviewers.show(uow, actor, interviewer_id=made.id)
        left = {row["id"] for row in shown["checklist"] if not row["done"]}
        assert shown["problems"] == {} and shown["needs"] == NURSE.needs()
        assert left == {"preview", "privacy"}
        assert shown["apply_url"].endswith(f"/{made.slug}") and "/preview/" in shown["preview_url"]
        with pytest.raises(NotFound):
            interviewers.show(uow, actor, slug="nobody")


def test_what_is_no_plan_is_refused(uow_write: OpenUow) -> None:
    with uow_write() as uow:
        actor = member(uow)
        for wrong in ([], "x", {"title": float("nan")}, {"description": "x" * 500_000}):
            with pytest.raises(Invalid):
                interviewers.create(uow, actor, plan=wrong)  # type: ignore[arg-type]
        with pytest.raises(Invalid):
            interviewers.draft_from_text("  ")
    assert interviewers.draft_from_text("Cashier\nMust be 18+").title == "Cashier"
