"""Records for tests, whole and valid; every argument may be left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from milo_app.domain import records as r
from milo_app.services.ports import UnitOfWork


def create_workspace(uow: UnitOfWork, *, slug: str = "", **fields: Any) -> r.Workspace:
    id = uow.new_id()
    slug = slug or f"acme-{id[-6:]}"
    return uow.workspaces.add(
        r.Workspace(**{"id": id, "slug": slug, "name": "Acme Care", "created_at": uow.now} | fields)
    )


def create_member(
    uow: UnitOfWork, workspace: r.Workspace, *, role: r.Role = r.Role.ADMIN, **fields: Any
) -> r.Member:
    id = uow.new_id()
    made = {
        "id": id,
        "workspace_id": workspace.id,
        "email": f"{id}@example.com",
        "name": "Robin Recruiter",
        "role": role,
        "created_at": uow.now,
    }
    return uow.members.add(r.Member(**made | fields))


def create_interviewer(
    uow: UnitOfWork, workspace: r.Workspace, plan: Mapping[str, Any] | None = None, **fields: Any
) -> tuple[r.Interviewer, r.InterviewerVersion]:
    """An active interviewer with *plan* (JSON data) as its draft and published as version 1."""
    id = uow.new_id()
    plan = dict(plan or {})
    made = {
        "id": id,
        "workspace_id": workspace.id,
        "slug": f"nurse-{id[-6:]}",
        "state": r.InterviewerState.ACTIVE,
        "draft": plan,
        "created_at": uow.now,
        "updated_at": uow.now,
        "version": 1,
        "title": str(plan.get("title", "Registered nurse")),
    }
    interviewer = uow.interviewers.add(r.Interviewer(**made | fields))
    version = uow.versions.add(
        r.InterviewerVersion(
            id=uow.new_id(),
            workspace_id=workspace.id,
            interviewer_id=interviewer.id,
            number=1,
            plan=plan,
            published_at=uow.now,
        )
    )
    return interviewer, version


def create_candidate(uow: UnitOfWork, workspace: r.Workspace, **fields: Any) -> r.Candidate:
    id = uow.new_id()
    made = {
        "id": id,
        "workspace_id": workspace.id,
        "name": "Casey Candidate",
        "email": f"{id}@example.com",
        "phone": "+14155550123",
        "sms_consent": True,
        "created_at": uow.now,
    }
    return uow.candidates.add(r.Candidate(**made | fields))


def create_application(
    uow: UnitOfWork,
    interviewer: r.Interviewer,
    candidate: r.Candidate | None = None,
    **fields: Any,
) -> r.Application:
    """An invited application, due in a week; a candidate is made where none is given."""
    if candidate is None:
        candidate = create_candidate(uow, uow.workspaces.get(interviewer.workspace_id))
    made = {
        "id": uow.new_id(),
        "workspace_id": interviewer.workspace_id,
        "interviewer_id": interviewer.id,
        "candidate_id": candidate.id,
        "state": r.ApplicationState.INVITED,
        "created_at": uow.now,
        "updated_at": uow.now,
        "invited_at": uow.now,
        "due_at": uow.now + timedelta(days=7),
    }
    return uow.applications.add(r.Application(**made | fields))
