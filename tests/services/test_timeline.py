"""One timeline: what became of each message, in plain words, and the way to mend what did not arrive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden
from milo_app.services import blasts, invitations, timeline
from milo_app.services.ports import Deps
from tests import builders
from tests.services import begun


@pytest.fixture
def actor(deps: Deps) -> MemberActor:
    with deps.uow.write(SystemActor()) as uow:
        workspace = builders.create_workspace(uow)
        member = builders.create_member(uow, workspace)
    return MemberActor(workspace_id=workspace.id, member_id=member.id, role=r.Role.RECRUITER)


def invited(deps: Deps, actor: MemberActor, **person: object) -> r.Application:
    with deps.uow.write(SystemActor()) as uow:
        workspace = uow.workspaces.get(actor.workspace_id)
        interviewer, _ = builders.create_interviewer(
            uow, workspace, {"title": "Nurse", "stages": [begun.FORM_STAGE]}
        )
        candidate = builders.create_candidate(uow, workspace, **person)
        made = builders.create_application(uow, interviewer, candidate, invited_at=None)
        invitations.invite(uow, SystemActor(), application_id=made.id, now_ok=True)
    return made


def fail(deps: Deps, application: r.Application, channel: str, error: str) -> r.Message:
    with deps.uow.write(SystemActor()) as uow:
        (message,) = uow.messages.find(application_id=application.id, channel=channel)
        return uow.messages.save(replace(message, state=r.MessageState.FAILED, error=error, attempts=3))


def shown(deps: Deps, actor: MemberActor, application: r.Application) -> list[dict]:
    with deps.uow.read(actor) as uow:
        return timeline.of_application(uow, actor, application_id=application.id)


def test_a_failed_email_can_go_as_a_text_and_says_why(deps: Deps, actor: MemberActor) -> None:
    application = invited(deps, actor)
    message = fail(deps, application, "email", "The mailbox is full.")
    (email,) = [one for one in shown(deps, actor, application) if one["channel"] == "Email"]
    assert (email["words"], email["error"]) == ("Not delivered", "The mailbox is full.")
    assert email["can_resend"] and email["other"] == "sms" and email["how"] == "Tried 3 times"
    with deps.uow.write(actor) as uow:
        sent = timeline.resend(uow, actor, message_id=message.id, channel="sms")
        again = timeline.resend(uow, actor, message_id=message.id, channel="sms")
    assert sent.channel == "sms" and sent.state is r.MessageState.QUEUED and again.id == sent.id


def test_no_other_way_is_offered_where_there_is_none(deps: Deps, actor: MemberActor) -> None:
    application = invited(deps, actor, sms_consent=False)
    message = fail(deps, application, "email", "No such user.")
    (email,) = shown(deps, actor, application)
    assert email["other"] == ""
    with deps.uow.write(actor) as uow, pytest.raises(Conflict):
        timeline.resend(uow, actor, message_id=message.id, channel="sms")
    viewer = replace(actor, role=r.Role.VIEWER)
    with deps.uow.write(viewer) as uow, pytest.raises(Forbidden):
        timeline.resend(uow, viewer, message_id=message.id)


def test_whoever_was_left_out_of_a_message_to_many_can_be_told_so(deps: Deps, actor: MemberActor) -> None:
    good, gone = invited(deps, actor), invited(deps, actor, phone="+14155550177")
    with deps.uow.write(SystemActor()) as uow:
        uow.applications.save(replace(uow.applications.get(gone.id), state=r.ApplicationState.WITHDRAWN))
        for message in uow.messages.find(application_id=good.id):
            uow.messages.delete(message.id)
    with deps.uow.write(actor) as uow:
        id = blasts.draft(uow, actor, application_ids=[good.id, gone.id])
        blasts.edit(uow, actor, blast_id=id, channel="email", subject="News", text="Hello")
        blasts.send(uow, actor, blast_id=id, count=1)
    (told,) = [one for one in shown(deps, actor, gone) if one["kind"] == "Message to many"]
    assert (told["words"], told["error"]) == ("Left out", "They have withdrawn.")
