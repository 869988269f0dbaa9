"""People handed over by another program: added and invited at once, or later by durable work whose end can be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Forbidden, Invalid, MiloError
from milo_app.services import applications, attachments, invitations
from milo_app.services.ports import Deps, UnitOfWork
from milo_app.services.transactions import command, query
from milo_app.services.work import Work

#: How many people one call may hand over.
MOST = 1000
_AT_ONCE = 25


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person as handed over; `labels` and `data` are the other program's own."""

    name: str
    email: str
    phone: str = ""
    labels: Mapping[str, str] | None = None
    data: Mapping[str, Any] | None = field(default=None)


@command
def ingest(
    uow: UnitOfWork, actor: MemberActor, *, interviewer_id: str, people: Sequence[Person]
) -> list[r.Application]:
    """Add and invite *people*, all or none; who has an application here already is found and not invited twice.

    Texts are not agreed to by this: nobody is texted who has not said yes themselves. Raises Forbidden for a viewer,
    NotFound, Conflict where the role is not open, Invalid naming the person by place.
    """
    interviewer = _open(uow, actor, interviewer_id, len(people))
    made: list[r.Application] = []
    for place, person in enumerate(people):
        try:
            made.append(_add(uow, actor, interviewer, person))
        except Invalid as wrong:
            many = len(people) > 1
            raise Invalid(
                wrong.message,
                fields={(f"data.{place}.{k}" if many else k): v for k, v in wrong.fields.items()},
            ) from None
    return made


@command
def accept(
    uow: UnitOfWork, actor: MemberActor, *, interviewer_id: str, people: Sequence[Person]
) -> r.Ingestion:
    """Keep *people* and have them added later; each that cannot be is named in the results. Raises as `ingest`."""
    interviewer = _open(uow, actor, interviewer_id, len(people))
    kept = uow.ingestions.add(
        r.Ingestion(
            id=uow.new_id(),
            workspace_id=interviewer.workspace_id,
            interviewer_id=interviewer.id,
            member_id=actor.member_id,
            created_at=uow.now,
            total=len(people),
            people=tuple(vars(person) for person in people),
        )
    )
    uow.enqueue(Work.INGEST_PEOPLE, kept.id)
    return kept


@query
def progress(uow: UnitOfWork, actor: MemberActor, *, ingestion_id: str) -> r.Ingestion:
    """An ingestion as it stands. Raises NotFound."""
    return uow.ingestions.get(ingestion_id)


def run(deps: Deps, ingestion_id: str) -> None:
    """Add everybody who is still waiting, some at a time; running it again goes on where it stopped."""
    with deps.uow.read(SystemActor()) as uow:
        workspace_id = uow.ingestions.get(ingestion_id).workspace_id
    actor = SystemActor(workspace_id=workspace_id, name="api")
    more = True
    while more:
        with deps.uow.write(actor) as uow:
            more = _go_on(uow, actor, uow.ingestions.get(ingestion_id))


def _go_on(uow: UnitOfWork, actor: SystemActor, kept: r.Ingestion) -> bool:
    if kept.state == "done":
        return False
    interviewer = uow.interviewers.get(kept.interviewer_id)
    results = list(kept.results)
    for raw in kept.people[:_AT_ONCE]:
        person = Person(**raw)
        try:
            application = _add(uow, actor, interviewer, person)
            results.append({"application_id": application.id, "outcome": "ingested", "reason": ""})
        except MiloError as problem:
            results.append({"application_id": None, "outcome": "failed", "reason": problem.message})
    rest = kept.people[_AT_ONCE:]
    done = not rest
    uow.ingestions.save(
        replace(
            kept,
            people=rest,
            results=tuple(results),
            state="done" if done else "queued",
            finished_at=uow.now if done else None,
        )
    )
    return not done


def _open(uow: UnitOfWork, actor: MemberActor, interviewer_id: str, count: int) -> r.Interviewer:
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot add candidates.")
    interviewer = uow.interviewers.get(interviewer_id)
    if count > MOST:
        raise Invalid(fields={"data": f"At most {MOST:,} people can be handed over at once."})
    invitations.check_open(uow, interviewer)
    return interviewer


def _add(
    uow: UnitOfWork, actor: MemberActor | SystemActor, interviewer: r.Interviewer, person: Person
) -> r.Application:
    if not person.name.strip() or not person.email.strip():
        field_ = "email" if person.name.strip() else "name"
        raise Invalid(fields={field_: "A name and an address are needed."})
    application, _ = applications.create(
        uow,
        actor,
        interviewer=interviewer,
        name=person.name,
        email=person.email,
        phone=person.phone or None,
        source="api",
        language=str(interviewer.draft.get("language", "en")),
    )
    attachments.put(
        uow, application.workspace_id, "application", application.id, labels=person.labels, data=person.data
    )
    invitations.invite(uow, actor, application_id=application.id)
    return uow.applications.get(application.id)
