"""What a message will look like: with samples, with a real candidate's data, or sent to the member who writes it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import phonenumbers

from milo_app.domain import message_values, message_words
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor
from milo_app.domain.errors import Forbidden, Invalid, Throttled
from milo_app.services import invitations, links, templates
from milo_app.services.ports import UnitOfWork
from milo_app.services.transactions import command, query

#: Tests that one member may send to themselves in an hour.
_TESTS = 20
_PEOPLE = 30
_HIDDEN = "/i/…"


@query
def people(uow: UnitOfWork, actor: MemberActor) -> list[list[str]]:
    """Candidates to preview with, the latest first: `[[application id, "Name, role"], …]`."""
    found = uow.applications.find(preview=False, order="-updated_at", limit=_PEOPLE)
    candidates = {c.id: c for c in uow.candidates.find(id=[a.candidate_id for a in found], erased_at=None)}
    titles = {i.id: i.title for i in uow.interviewers.find(id=list({a.interviewer_id for a in found}))}
    return [
        [a.id, f"{candidates[a.candidate_id].name or 'Candidate'}, {titles.get(a.interviewer_id, '')}"]
        for a in found
        if a.candidate_id in candidates
    ]


@query
def preview(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    kind: str,
    channel: str,
    language: str,
    subject: str,
    text: str,
    application_id: str = "",
) -> dict[str, Any]:
    """The message as it would be read: `{subject, blocks, text, parts, errors, losses, hints}`; its link is not shown.

    *kind* may also be `blast`. Raises NotFound for a foreign application.
    """
    variables = _variables(uow, actor, channel, language, application_id)
    values = message_values.values(variables, channel)
    checked = message_words.check(kind, channel, subject, text, values)
    return {
        "subject": message_words.line(subject, values),
        "blocks": [
            {**asdict(block), "items": list(block.items)} for block in message_words.blocks(text, values)
        ],
        "text": message_words.line(text, values) if channel == "sms" else "",
        "parts": checked.parts,
        "signs": checked.signs,
        "errors": dict(checked.errors),
        "losses": list(checked.losses),
        "hints": list(checked.hints),
    }


def _variables(
    uow: UnitOfWork, actor: MemberActor, channel: str, language: str, application_id: str
) -> dict[str, Any]:
    workspace = uow.workspaces.get(actor.workspace_id)
    company = str(links.brand_of(workspace)["name"])
    if not application_id:
        return templates.sample_variables({"company": company, "language": language}, channel)
    application = uow.applications.get(application_id)
    candidate = uow.candidates.get(application.candidate_id)
    interviewer = uow.interviewers.get(application.interviewer_id)
    known = invitations.common_variables(uow, application, candidate, interviewer, workspace)
    stage = str(application.stage or "")
    names = invitations.STAGE_NAMES.get(language, invitations.STAGE_NAMES["en"])
    return {
        **known,
        "language": language,
        "link": f"{uow.instance.public_url}{_HIDDEN}",
        "stage_name": names.get(stage, ""),
        "scheduling_link": str(message_words.VARIABLES["scheduling_link"].sample),
        "message": str(message_words.VARIABLES["message"].sample),
    }


@command
def send_test(
    uow: UnitOfWork,
    actor: MemberActor,
    *,
    kind: str,
    channel: str,
    language: str,
    subject: str,
    text: str,
    application_id: str = "",
    number: str = "",
) -> r.Message:
    """Send the words to the acting member: to their own address, or as a text to the *number* they give.

    Its link opens nothing. Raises Forbidden for a viewer, Invalid by field, Throttled, NotFound.
    """
    if not actor.can(r.Role.RECRUITER):
        raise Forbidden("Viewers cannot send messages.")
    variables = _variables(uow, actor, channel, language, application_id)
    checked = message_words.check(kind, channel, subject, text, message_values.values(variables, channel))
    if checked.errors:
        raise Invalid(fields=dict(checked.errors))
    to = _number(number) if channel == "sms" else uow.members.get(actor.member_id).email
    key = f"message-test:{actor.member_id}"
    if uow.throttle.count(key, uow.now - timedelta(hours=1)) >= _TESTS:
        raise Throttled(3600, "That is many tests for one hour. Please wait a little.")
    uow.throttle.add(key, uow.now)
    workspace = uow.workspaces.get(actor.workspace_id)
    return invitations.put(
        uow,
        r.Message(
            id=uow.new_id(),
            workspace_id=actor.workspace_id,
            channel=r.Channel(channel),
            direction="out",
            state=r.MessageState.QUEUED,
            created_at=uow.now,
            updated_at=uow.now,
            member_id=actor.member_id,
            to=to,
            sender=uow.instance.sms_sender if channel == "sms" else uow.instance.email_sender,
            kind="test",
            template="test.1",
            variables={
                **variables,
                "brand": dict(links.brand_of(workspace)),
                "preview": True,
                "own": templates.Words(subject=subject, text=text).as_json(),
            },
        ),
    )


def _number(typed: str) -> str:
    try:
        parsed = phonenumbers.parse(typed.strip(), "US")
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        raise Invalid(fields={"number": "Give your own number with its country code, like +1 415 555 0123."})
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
