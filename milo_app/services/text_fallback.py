"""Where texts cannot reach someone whose next step is by text: the same questions on the web at once, by email.

It costs the candidate nothing: the stage stays open, and the web page asks exactly what the texts would have asked.
"""

from __future__ import annotations

from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.domain.text_failures import AddressFault
from milo_app.services import invitations, suppressions
from milo_app.services.ports import UnitOfWork


def to_web(uow: UnitOfWork, application: r.Application) -> bool:
    """Email the link to the open step, once an attempt, if that step is asked by text. True where it is on its way
    (or was before); False where it is not needed, or there is no address: then the desk shows the failed text."""
    if application.state is not r.ApplicationState.IN_PROGRESS or application.stage != "sms":
        return False
    queued = invitations.queue(
        uow,
        SystemActor(workspace_id=application.workspace_id),
        application=application,
        kind="stage_ready",
        template="stage_ready",
        variables={},
        channels=["email"],
        dedupe=f"web-instead:{application.id}:{application.attempt}",
    )
    return any(message.state is not r.MessageState.SUPPRESSED for message in queued)


def everyone_to_web(uow: UnitOfWork, number: str) -> None:
    """`to_web` for every application that is being asked by text on *number*."""
    for application, _ in uow.applications.by_phone(number):
        to_web(uow, application)


def instead_of(uow: UnitOfWork, message: r.Message, about: str = "") -> None:
    """A text did not get through: note what is wrong with its number (*about*, an `AddressFault`), and lead whoever
    waits for it to the web. The unit of work sees every workspace, since an opt-out is one from the sender."""
    if about == AddressFault.OPTED_OUT:
        suppressions.stop(uow, message.to, reason=about, source="carrier")
        everyone_to_web(uow, message.to)
    elif about:
        suppressions.unusable(uow, message.workspace_id, "sms", message.to, about)
    if message.application_id:
        to_web(uow, uow.applications.get(message.application_id))
