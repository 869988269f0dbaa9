"""What other programs keep beside an application or an interviewer: labels of their own, and data that they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.actors import Actor, MemberActor
from milo_app.domain.errors import Forbidden
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query


def of(uow: UnitOfWork, kind: str, ids: Sequence[str]) -> dict[str, r.Attached]:
    """What is attached to each of *ids*, by id; those without anything are left out."""
    found = uow.attached.find(subject_kind=kind, subject_id=list(ids)) if ids else []
    return {one.subject_id: one for one in found}


def put(
    uow: UnitOfWork,
    workspace_id: str,
    kind: str,
    id: str,
    *,
    labels: Mapping[str, str] | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Attach *labels* and *data* in place of what was there; None leaves it."""
    if labels is None and data is None:
        return
    known = uow.attached.first(subject_kind=kind, subject_id=id)
    if known is None:
        known = uow.attached.add(
            r.Attached(id=uow.new_id(), workspace_id=workspace_id, subject_kind=kind, subject_id=id)
        )
    told: dict[str, Any] = {} if labels is None else {"labels": dict(labels)}
    told |= {} if data is None else {"data": dict(data)}
    uow.attached.save(replace(known, **told))


@query
def labels(uow: UnitOfWork, actor: Actor, *, application_id: str) -> dict[str, str]:
    """An application's labels. Raises NotFound."""
    application = uow.applications.get(application_id)
    known = uow.attached.first(subject_kind="application", subject_id=application.id)
    return dict(known.labels) if known else {}


@command
def set_labels(
    uow: UnitOfWork, actor: MemberActor, *, application_id: str, labels: Mapping[str, str]
) -> dict[str, str]:
    """Put an application's labels in place of those before. Raises Forbidden for a viewer, NotFound."""
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot change this.")
    application = uow.applications.get(application_id)
    put(uow, application.workspace_id, "application", application.id, labels=labels)
    return dict(labels)


def erase(uow: UnitOfWork, application_id: str) -> None:
    """Forget what programs attached to an application and what they were told of it."""
    for one in uow.attached.find(subject_kind="application", subject_id=application_id):
        uow.attached.delete(one.id)
    events = [e.id for e in uow.events.find(subject_kind="application", subject_id=application_id)]
    for start in range(0, len(events), 500):
        for told in uow.webhook_deliveries.find(event_id=events[start : start + 500]):
            uow.webhook_deliveries.delete(told.id)
