"""Email that came back for good, or that its reader called unwanted: no more goes there until a person lifts it.

Only within the workspace that wrote: what another company sends is no matter of this one.
"""

from __future__ import annotations

from dataclasses import replace

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Conflict, Forbidden
from milo_app.services import suppressions
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

BOUNCE = "bounce"
COMPLAINT = "complaint"


def suppress(uow: UnitOfWork, message: r.Message, reason: str) -> None:
    """Send no more email to where *message* went. Nothing for mail to members, who must be able to sign in."""
    if message.channel is not r.Channel.EMAIL or message.candidate_id is None or message.member_id:
        return
    new = suppressions.unusable(uow, message.workspace_id, "email", message.to, reason)
    if new and message.application_id:
        uow.emit("application", message.application_id, "email_stopped", message_id=message.id, reason=reason)


@query
def of_application(uow: UnitOfWork, actor: MemberActor, *, application_id: str) -> dict[str, str]:
    """{address, reason, words, since} where the candidate gets no email, else nothing. Raises NotFound."""
    application = uow.applications.get(application_id)
    standing = _standing(uow, application)
    if standing is None:
        return {}
    return {
        "address": standing.address,
        "reason": standing.reason,
        "words": suppressions.why(uow, "email", standing.address, workspace_id=application.workspace_id),
        "since": standing.at.isoformat(),
    }


@command
def lift(uow: UnitOfWork, actor: MemberActor, *, application_id: str) -> None:
    """Let email go to this candidate's address again; what was not sent stays unsent.

    Raises:
        Forbidden: for a viewer.
        NotFound: no such application in this workspace.
        Conflict: nothing stands against the address.
    """
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot change who is written to.")
    application = uow.applications.get(application_id)
    standing = _standing(uow, application)
    if standing is None:
        raise Conflict("Email goes to this address already.")
    uow.suppressions.save(replace(standing, lifted_at=uow.now))
    uow.emit("application", application.id, "email_resumed", reason=standing.reason)


def _standing(uow: UnitOfWork, application: r.Application) -> r.Suppression | None:
    address = uow.candidates.get(application.candidate_id).email
    if not address:
        return None
    return uow.suppressions.first(
        workspace_id=application.workspace_id, channel="email", address=address, lifted_at=None
    )
