"""One action on many: confirmed by number, done in steps, and really undone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from milo_app.domain import plan_data
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid, NotFound
from milo_app.services import bulk, delivery, interviewers
from tests import builders


@pytest.fixture
def place(uow_write):
    with uow_write() as uow:
        workspace = builders.create_workspace(uow)
        member = builders.create_member(uow, workspace)
        interviewer, _ = builders.create_interviewer(
            uow, workspace, plan=plan_data.to_data(interviewers.template("registered_nurse"))
        )
        for n in range(120):
            person = builders.create_candidate(uow, workspace, name=f"P {n}", email=f"p{n}@example.com")
            builders.create_application(
                uow,
                interviewer,
                person,
                state=r.ApplicationState.COMPLETED,
                decision=r.Decision.SHORTLISTED if n < 10 else r.Decision.NONE,
                decided_at=uow.now - timedelta(days=1) if n < 10 else None,
                decided_by=member.id if n < 10 else None,
                decision_reason="Good hands" if n < 10 else "",
            )
    return MemberActor(workspace_id=workspace.id, member_id=member.id, role=r.Role.RECRUITER), interviewer


def _decisions(uow):
    return {
        a.id: (a.decision, a.decision_reason, a.decided_by, a.decided_at) for a in uow.applications.find()
    }


def _sent(deps, actor):
    """Deliver whatever is due; returns how many emails are in the mailbox."""
    with deps.uow.read(actor) as uow:
        ids = [m.id for m in uow.messages.find(state=r.MessageState.QUEUED)]
        due = [id for id in ids if (uow.messages.get(id).due_at or uow.now) <= uow.now]
    for id in due:
        delivery.deliver(deps, id)
    return len(deps.email.entries())


def test_all_that_match_are_dismissed_in_steps_and_put_back_before_anything_is_sent(deps, clock, place):
    actor, interviewer = place
    wanted = {"interviewer_id": interviewer.id, "state": "completed"}
    with deps.uow.write(actor) as uow:
        before = _decisions(uow)
        assert bulk.ask(uow, actor, kind="dismiss", wanted=wanted)["question"] == "Dismiss 120?"
        with pytest.raises(Conflict, match="120"):
            bulk.begin(uow, actor, kind="dismiss", count=119, wanted=wanted)
        begun = bulk.begin(uow, actor, kind="dismiss", count=120, wanted=wanted, reason="Filled", tell=True)
        assert begun["running"] and not begun["undo"] and begun["done"] == 50
    bulk.run(deps, begun["id"])
    bulk.run(deps, begun["id"])  # A repeat of the work finds nothing left.
    with deps.uow.write(actor) as uow:
        done = bulk.latest(uow, actor)
        assert done["text"].startswith("Dismissed 120.") and done["undo"]
        assert uow.applications.count(decision="dismissed", decision_reason="Filled") == 120
        assert uow.messages.count(kind="decision") == 120
    assert _sent(deps, actor) == 0
    clock.move(timedelta(minutes=9))
    with deps.uow.write(actor) as uow:
        bulk.undo(uow, actor, action_id=begun["id"])
    bulk.run(deps, begun["id"])
    with deps.uow.read(actor) as uow:
        assert _decisions(uow) == before
        assert bulk.latest(uow, actor)["text"] == "Undone: 120 are as they were before."
    clock.move(timedelta(minutes=30))
    assert _sent(deps, actor) == 0


def test_a_decision_that_stands_is_told_after_ten_minutes_and_cannot_be_undone_then(deps, clock, place):
    actor, _ = place
    with deps.uow.write(actor) as uow:
        ids = [a.id for a in uow.applications.find(decision="none", limit=3)]
        begun = bulk.begin(uow, actor, kind="shortlist", count=3, application_ids=ids, tell=True)
        assert not begun["running"] and begun["undo"]
    clock.move(timedelta(minutes=11))
    assert _sent(deps, actor) == 3
    with pytest.raises(Conflict), deps.uow.write(actor) as uow:
        bulk.undo(uow, actor, action_id=begun["id"])


def test_what_somebody_decided_since_is_left_alone(deps, place):
    actor, _ = place
    with deps.uow.write(actor) as uow:
        colleague = builders.create_member(uow, uow.workspaces.get(actor.workspace_id), email="c@example.com")
        ids = [a.id for a in uow.applications.find(decision="none", limit=2)]
        begun = bulk.begin(uow, actor, kind="dismiss", count=2, application_ids=ids)
    theirs = MemberActor(workspace_id=actor.workspace_id, member_id=colleague.id, role=r.Role.RECRUITER)
    with deps.uow.write(theirs) as uow:
        bulk.begin(uow, theirs, kind="shortlist", count=1, application_ids=ids[:1])
    with deps.uow.write(actor) as uow:
        bulk.undo(uow, actor, action_id=begun["id"])
        assert [uow.applications.get(id).decision for id in ids] == ["shortlisted", "none"]


def test_refused(deps, place, uow_write):
    actor, _ = place
    viewer = MemberActor(workspace_id=actor.workspace_id, member_id=actor.member_id, role=r.Role.VIEWER)
    with uow_write() as uow:
        foreign = builders.create_application(
            uow, builders.create_interviewer(uow, builders.create_workspace(uow))[0]
        )
    with deps.uow.write(actor) as uow:
        mine = uow.applications.first()
        with pytest.raises(Forbidden):
            bulk.ask(uow, viewer, kind="dismiss", application_ids=[mine.id])
        with pytest.raises(NotFound):
            bulk.begin(uow, actor, kind="dismiss", count=2, application_ids=[mine.id, foreign.id])
        with pytest.raises(NotFound):
            bulk.ask(uow, actor, kind="dismiss", wanted={"interviewer_id": foreign.interviewer_id})
        with pytest.raises(Invalid):
            bulk.begin(uow, actor, kind="reinstate", count=1, application_ids=[mine.id])
        with pytest.raises(Invalid):
            bulk.ask(uow, actor, kind="dismiss")
        skipped = bulk.begin(uow, actor, kind="reinstate", count=1, application_ids=[mine.id], reason="x")
        assert skipped["skipped"][0]["n"] == 1 and not skipped["undo"]
