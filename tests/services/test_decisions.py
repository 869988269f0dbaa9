"""Decisions are a person's, reversible, and all or nothing for many."""

from __future__ import annotations

import pytest

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Forbidden, Invalid, NotFound
from milo_app.services import decisions
from tests import builders


@pytest.fixture
def place(uow_write):
    with uow_write() as uow:
        workspace = builders.create_workspace(uow)
        member = builders.create_member(uow, workspace)
        interviewer, _ = builders.create_interviewer(uow, workspace)
        ids = [builders.create_application(uow, interviewer).id for _ in range(3)]
    return MemberActor(workspace_id=workspace.id, member_id=member.id, role=r.Role.RECRUITER), ids


def test_many_and_back(uow_write, place):
    """Deciding again the same way changes nothing; clearing takes the reason away."""
    actor, ids = place
    with uow_write(actor) as uow:
        assert (
            len(decisions.decide(uow, actor, application_ids=ids, decision="dismissed", reason="No license"))
            == 3
        )
        assert decisions.decide(uow, actor, application_ids=ids, decision="dismissed") == []
        kept = uow.applications.get(ids[0])
        assert (kept.decision, kept.decision_reason, kept.decided_by) == (
            "dismissed",
            "No license",
            actor.member_id,
        )
        assert kept.state is r.ApplicationState.INVITED
        [cleared] = decisions.decide(uow, actor, application_ids=ids[:1], decision="none")
        assert (cleared.decision, cleared.decision_reason, cleared.decided_at) == ("none", "", None)
        assert uow.events.count(kind="candidate_dismissed") == 3
        assert uow.messages.count() == 0


def test_foreign_id_changes_nothing(deps, uow_write, place):
    actor, ids = place
    with uow_write() as uow:
        foreign = builders.create_application(
            uow, builders.create_interviewer(uow, builders.create_workspace(uow))[0]
        )
    with pytest.raises(NotFound), uow_write(actor) as uow:
        decisions.decide(uow, actor, application_ids=[ids[0], foreign.id], decision="shortlisted")
    with uow_write(actor) as uow:
        assert uow.applications.get(ids[0]).decision is r.Decision.NONE


def test_refused(uow_write, place):
    actor, ids = place
    viewer = MemberActor(workspace_id=actor.workspace_id, member_id=actor.member_id, role=r.Role.VIEWER)
    with uow_write(actor) as uow:
        with pytest.raises(Forbidden):
            decisions.decide(uow, viewer, application_ids=ids, decision="shortlisted")
        with pytest.raises(Invalid):
            decisions.decide(uow, actor, application_ids=ids, decision="hired")
        with pytest.raises(Invalid):
            decisions.comment(uow, actor, application_id=ids[0], text=" ")
        assert (
            decisions.comment(uow, actor, application_id=ids[0], text="Calm under pressure", rating=5).rating
            == 5
        )
