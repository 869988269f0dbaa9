"""The public apply link and "lost your link?".

Whatever is typed here, the answer is the same: a link to continue was emailed. It opens, changes and reveals nobody's
application, since only the holder of the address can follow the link.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from milo_app.domain import records as r
from milo_app.domain.actors import Actor
from milo_app.domain.errors import Gone, Invalid, NotFound, Throttled
from milo_app.services import applications, candidates, invitations
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command

_WINDOW = timedelta(hours=1)
#: Tries an hour: from one network for any address; for one address from anywhere. Schools and shops share networks.
_PER_NETWORK, _PER_ADDRESS = 60, 6
#: The same link is not emailed again within this time, however often it is asked for.
_AGAIN_AFTER = timedelta(minutes=2)
#: Applications behind one address that "lost your link" writes about.
_MOST_LINKS = 10


@command
def apply(
    uow: UnitOfWork,
    actor: Actor,
    *,
    workspace_slug: str,
    interviewer_slug: str,
    name: str,
    email: str,
    phone: str = "",
    sms_consent: bool = False,
    honeypot: str = "",
    network: str = "",
) -> None:
    """Somebody applies on the public page: their link is emailed, whether they are new or known.

    What is typed about a person who is known already changes nothing of theirs. A filled *honeypot* (a field that
    people do not see) is answered like everything else, and nothing happens.

    Raises:
        NotFound: the page is nobody's.
        Gone: the role has closed.
        Invalid: `name`, `email` or `phone` cannot be one.
        Throttled: too many tries.
    """
    interviewer = open_interviewer(uow, workspace_slug, interviewer_slug)
    checked_name, address, number = _checked(name, email, phone)
    _throttle(uow, "apply", address, network)
    if honeypot.strip():
        return
    known = _known(uow, interviewer, address, checked_name)
    if known:
        for application in known:
            _send_link(uow, actor, application)
        return
    if number and _somebody_known(uow, interviewer.workspace_id, address, number):
        number = None  # it would be written into, or lead to, what belongs to somebody who is known already
    application, new = applications.create(
        uow,
        actor,
        interviewer=interviewer,
        name=checked_name,
        email=address,
        phone=number,
        sms_consent=sms_consent and bool(number),
        source="apply_link",
    )
    if new:
        invitations.invite(uow, actor, application_id=application.id)
    else:
        _send_link(uow, actor, application)


@command
def lost_link(uow: UnitOfWork, actor: Actor, *, email: str, network: str = "") -> None:
    """Email every open link of *email* to it; nothing happens for an address that is not known. Says nothing either way.

    Raises Invalid for what is no address, Throttled for too many tries.
    """
    address = candidates.clean_email(email)
    if address is None:
        raise Invalid(fields={"email": "Type the address that we wrote to."})
    _throttle(uow, "lost", address, network)
    found: list[r.Application] = []
    for person in uow.candidates.find(email=address):
        if person.erased_at is None:
            found += uow.applications.find(
                order="-id", candidate_id=person.id, preview=False, limit=_MOST_LINKS
            )
    for application in sorted(found, key=lambda a: a.id, reverse=True)[:_MOST_LINKS]:
        if uow.interviewers.get(application.interviewer_id).version > 0:
            _send_link(uow, actor, application)


def open_interviewer(uow: UnitOfWork, workspace_slug: str, interviewer_slug: str) -> r.Interviewer:
    """The interviewer behind a public page. Raises NotFound where there is none, Gone where it takes nobody now."""
    workspace = uow.workspaces.first(slug=workspace_slug)
    interviewer = (
        uow.interviewers.first(workspace_id=workspace.id, slug=interviewer_slug)
        if workspace is not None
        else None
    )
    if interviewer is None or interviewer.version == 0:
        raise NotFound("We could not find this job. Check the address, or ask whoever gave it to you.")
    closed = interviewer.closes_at is not None and interviewer.closes_at <= uow.now
    if closed or interviewer.state is r.InterviewerState.ARCHIVED:
        raise Gone("closed", "This role is closed. Thank you for your interest.")
    return interviewer


def _checked(name: str, email: str, phone: str) -> tuple[str, str, str | None]:
    """The typed fields as they are kept. Raises Invalid with all problems at once."""
    fields: dict[str, str] = {}
    cleaned = candidates.clean_name(name)
    if not cleaned:
        fields["name"] = "Tell us your name."
    address: str | None = None
    number: str | None = None
    try:
        address = candidates.clean_email(email)
        if address is None:
            fields["email"] = "We need an address to email your link to."
    except Invalid as problem:
        fields.update(problem.fields)
    try:
        number = candidates.clean_phone(phone)
    except Invalid as problem:
        fields.update(problem.fields)
    if fields or address is None:
        raise Invalid(fields=fields)
    return cleaned, address, number


def _throttle(uow: UnitOfWork, purpose: str, address: str, network: str) -> None:
    since = uow.now - _WINDOW
    for kind, value, most in (("network", network, _PER_NETWORK), ("address", address, _PER_ADDRESS)):
        key = hashlib.sha256(f"{purpose}|{kind}|{value}".encode()).hexdigest()
        if uow.throttle.count(key, since) >= most:
            raise Throttled(
                int(_WINDOW.total_seconds()), "Too many tries. Please wait an hour and try again."
            )
        uow.throttle.add(key, uow.now)


def _known(uow: UnitOfWork, interviewer: r.Interviewer, address: str, name: str) -> list[r.Application]:
    """The applications of that person for this role. Another name under the same address is another person."""
    found = uow.applications.by_contact(interviewer.id, email=address, phone=None)
    return [
        application
        for application, person in found
        if person.erased_at is None and candidates.same_person(name, person.name)
    ]


def _somebody_known(uow: UnitOfWork, workspace_id: str, address: str, number: str) -> bool:
    """Whether the workspace knows the address or the number, so that the two may not be joined on a stranger's word."""
    people = uow.candidates.find(workspace_id=workspace_id, email=address)
    people += uow.candidates.find(workspace_id=workspace_id, phone=number)
    return any(person.erased_at is None for person in people)


def _send_link(uow: UnitOfWork, actor: Actor, application: r.Application) -> None:
    """Email the link; the very same request within two minutes is one email."""
    if application.invited_at is None and application.state is r.ApplicationState.INVITED:
        invitations.invite(uow, actor, application_id=application.id)
        return
    moment = int(uow.now.timestamp() // _AGAIN_AFTER.total_seconds())
    invitations.queue(
        uow,
        actor,
        application=application,
        kind="link",
        template="link",
        variables={},
        channels=["email"],
        dedupe=f"link:{application.id}:{moment}",
    )
