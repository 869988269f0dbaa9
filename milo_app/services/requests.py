"""What candidates asked of a person: a queue with owners and due dates, apart from scores and reports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Conflict, Forbidden, Invalid
from milo_app.domain.records import Application, Candidate, Request, Role
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

_MOST = 200
REQUESTS = {
    "accommodation": "Another format or more time",
    "no_ai": "No AI: a person instead",
    "human_review": "A person's review",
    "erase": "Erase their data",
    "export": "A copy of their data",
    "wrong_number": "Wrong phone number",
}


@query
def queue(uow: UnitOfWork, actor: MemberActor, *, closed: bool = False) -> list[dict[str, Any]]:
    """The queue of what candidates asked of a person, the most overdue first."""
    found = uow.requests.find(state="closed" if closed else "open", order="due_at", limit=_MOST)
    applications = (
        {a.id: a for a in uow.applications.find(id=[r.application_id for r in found])} if found else {}
    )
    people = {c.id: c for c in uow.candidates.find(id=[a.candidate_id for a in applications.values()])}
    members = {m.id: m.name for m in uow.members.find()}
    return [_request(uow, r, applications, people, members) for r in found]


def _request(
    uow: UnitOfWork,
    request: Request,
    applications: dict[str, Application],
    people: dict[str, Candidate],
    members: dict[str, str],
) -> dict[str, Any]:
    application = applications.get(request.application_id)
    person = people.get(application.candidate_id) if application else None
    return {
        "id": request.id,
        "application": request.application_id,
        "name": (person.name or person.email or "Candidate") if person else "Candidate",
        "email": (person.email or "") if person else "",
        "kind": REQUESTS.get(request.kind, request.kind),
        "text": request.text,
        "at": request.at.isoformat(),
        "due": request.due_at.isoformat(),
        "late": request.state == "open" and request.due_at < uow.now,
        "open": request.state == "open",
        "owner": members.get(request.owner_id or "", ""),
        "resolution": request.resolution,
    }


@command
def take(uow: UnitOfWork, actor: MemberActor, *, request_id: str) -> Request:
    """Make the actor the owner. Raises Forbidden for a viewer, NotFound."""
    request = _changeable(uow, actor, request_id)
    return uow.requests.save(replace(request, owner_id=actor.member_id))


@command
def close(uow: UnitOfWork, actor: MemberActor, *, request_id: str, resolution: str) -> Request:
    """Close a request, saying what was done. Raises Forbidden for a viewer, NotFound, Invalid, Conflict."""
    request = _changeable(uow, actor, request_id)
    resolution = resolution.strip()[:2000]
    if not resolution:
        raise Invalid(fields={"resolution": "Say what was done; it is kept with the request."})
    closed = replace(
        request,
        state="closed",
        closed_at=uow.now,
        resolution=resolution,
        owner_id=request.owner_id or actor.member_id,
    )
    uow.emit("application", request.application_id, "request_closed", request_id=request.id)
    return uow.requests.save(closed)


def _changeable(uow: UnitOfWork, actor: MemberActor, request_id: str) -> Request:
    if not actor.can(Role.RECRUITER):
        raise Forbidden("Viewers cannot answer requests.")
    request = uow.requests.get(request_id)
    if request.state != "open":
        raise Conflict("This request was closed already.")
    return request
