"""Inviting: once per application, on every channel that may be used, saying what is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from milo_app.adapters.clock import FixedClock
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Conflict
from milo_app.services import interviewers, invitations
from milo_app.services.ports import Deps, UnitOfWork
from tests import builders
from tests.conftest import OpenUow


@pytest.fixture
def nurse() -> dict[str, Any]:
    from milo_app.domain import plan_data

    return plan_data.to_data(interviewers.template("registered_nurse"))


def invited(uow: UnitOfWork, plan: dict[str, Any], **person: Any) -> r.Application:
    workspace = builders.create_workspace(uow)
    interviewer, _ = builders.create_interviewer(uow, workspace, plan)
    candidate = builders.create_candidate(uow, workspace, **person)
    return builders.create_application(uow, interviewer, candidate, invited_at=None, due_at=None)


def test_email_and_text_are_queued_once_however_often_one_clicks(
    uow_write: OpenUow, nurse: dict[str, Any]
) -> None:
    with uow_write() as uow:
        application = invited(uow, nurse)
        actor = SystemActor(workspace_id=application.workspace_id)
        first = invitations.invite(uow, actor, application_id=application.id)
        second = invitations.invite(uow, actor, application_id=application.id)
        messages = uow.messages.find(application_id=application.id)
        kept = uow.applications.get(application.id)
    assert (first.outcome, first.channels) == ("invited", ("email", "sms"))
    assert second.outcome == "already"
    assert sorted(str(m.channel) for m in messages) == ["email", "sms"]
    assert all(m.state is r.MessageState.QUEUED for m in messages)
    assert kept.invited_at == uow.now
    assert kept.due_at is not None and kept.due_at >= uow.now + timedelta(days=7)


def test_the_variables_say_what_is_needed_and_hold_no_link(uow_write: OpenUow, nurse: dict[str, Any]) -> None:
    with uow_write() as uow:
        application = invited(uow, nurse, time_zone="America/Los_Angeles")
        invitations.invite(uow, SystemActor(), application_id=application.id)
        email = uow.messages.find(application_id=application.id, channel="email")[0]
    assert "an active RN license valid in Oregon" in email.variables["needs"]
    assert email.variables["minutes"] == 28
    assert "Pacific" in email.variables["deadline"]
    assert "/i/" not in str(email.variables)


@pytest.mark.parametrize(
    ("person", "channels"),
    [
        ({"sms_consent": False}, ("email",)),
        ({"phone": None}, ("email",)),
        ({"email": None}, ("sms",)),
    ],
)
def test_only_channels_with_an_address_and_consent_are_used(
    uow_write: OpenUow, nurse: dict[str, Any], person: dict[str, Any], channels: tuple[str, ...]
) -> None:
    with uow_write() as uow:
        application = invited(uow, nurse, **person)
        outcome = invitations.invite(uow, SystemActor(), application_id=application.id)
    assert (outcome.outcome, outcome.channels) == ("invited", channels)


def test_who_cannot_be_reached_is_said_and_may_be_invited_later(
    uow_write: OpenUow, nurse: dict[str, Any]
) -> None:
    with uow_write() as uow:
        application = invited(uow, nurse, email=None, sms_consent=False)
        outcome = invitations.invite(uow, SystemActor(), application_id=application.id)
        assert outcome.outcome == "unreachable" and "Hand over the link" in outcome.reason
        person = uow.candidates.get(application.candidate_id)
        uow.candidates.save(replace(person, email="late@example.com"))
        assert invitations.invite(uow, SystemActor(), application_id=application.id).outcome == "invited"


def test_a_stopped_number_gets_no_text_and_the_reason_is_kept(
    uow_write: OpenUow, nurse: dict[str, Any]
) -> None:
    with uow_write() as uow:
        application = invited(uow, nurse)
        uow.suppressions.add(
            r.Suppression(
                id=uow.new_id(),
                workspace_id=application.workspace_id,
                channel="sms",
                address="+14155550123",
                reason="stop",
                at=uow.now,
            )
        )
        outcome = invitations.invite(uow, SystemActor(), application_id=application.id)
        text = uow.messages.find(application_id=application.id, channel="sms")[0]
    assert outcome.channels == ("email",)
    assert text.state is r.MessageState.SUPPRESSED and text.error


def test_the_kill_switch_stops_every_message_to_candidates(uow_write: OpenUow, nurse: dict[str, Any]) -> None:
    with uow_write() as uow:
        application = invited(uow, nurse)
        workspace = uow.workspaces.get(application.workspace_id)
        uow.workspaces.save(replace(workspace, policy={"off": True}))
        assert invitations.invite(uow, SystemActor(), application_id=application.id).outcome == "unreachable"


def test_a_preview_writes_to_the_member_only(uow_write: OpenUow, nurse: dict[str, Any]) -> None:
    with uow_write() as uow:
        workspace = builders.create_workspace(uow)
        member = builders.create_member(uow, workspace, email="robin@example.com")
        interviewer, _ = builders.create_interviewer(uow, workspace, nurse)
        application = builders.create_application(uow, interviewer, preview=True, preview_member_id=member.id)
        sent = invitations.queue(
            uow,
            SystemActor(),
            application=application,
            kind="completed",
            template="completed",
            variables={},
            channels=["email", "sms"],
            dedupe="x",
        )
    assert [(str(m.channel), m.to) for m in sent] == [("email", "robin@example.com")]


def test_nobody_is_invited_to_a_role_that_is_not_open(uow_write: OpenUow, nurse: dict[str, Any]) -> None:
    with uow_write() as uow:
        application = invited(uow, nurse)
        interviewer = uow.interviewers.get(application.interviewer_id)
        for closed in (
            replace(interviewer, version=0),
            replace(interviewer, state=r.InterviewerState.ARCHIVED),
            replace(interviewer, closes_at=uow.now - timedelta(minutes=1)),
        ):
            uow.interviewers.save(closed)
            with pytest.raises(Conflict):
                invitations.invite(uow, SystemActor(), application_id=application.id)


def test_texts_wait_for_the_morning_where_the_candidate_is(
    deps: Deps, clock: FixedClock, nurse: dict[str, Any]
) -> None:
    strict = replace(deps.instance, quiet_hours=True)
    with deps.uow.write(SystemActor()) as uow:
        uow.instance = strict
        uow.now = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)  # the evening before in Los Angeles, 21:30
        application = invited(uow, nurse, time_zone="America/Los_Angeles", phone="+13105550123")
        invitations.invite(uow, SystemActor(), application_id=application.id)
        text = uow.messages.find(application_id=application.id, channel="sms")[0]
        later = uow.later.find(work="deliver_text")
        other = invited(uow, nurse, email="b@example.com", phone="+13105550124")
        invitations.invite(uow, SystemActor(), application_id=other.id, now_ok=True)
        at_once = uow.messages.find(application_id=other.id, channel="sms")[0]
    assert text.due_at == datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    assert [row.args for row in later] == [(text.id,)]
    assert at_once.due_at is None


def test_deadlines_are_told_in_words_with_the_zone() -> None:
    at = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
    assert invitations.deadline_words(at, "America/New_York", "en") == (
        "Monday, November 30, 2026 at 8:00 PM (Eastern Standard Time)"
    )
    assert invitations.deadline_words(at, "", "en").endswith("1:00 AM (UTC)")
    assert "noviembre" in invitations.deadline_words(at, "America/New_York", "es")


def test_a_member_hears_by_name(uow_write: OpenUow) -> None:
    with uow_write() as uow:
        workspace = builders.create_workspace(uow)
        member = builders.create_member(uow, workspace)
        actor = MemberActor(workspace_id=workspace.id, member_id=member.id, role=member.role)
        message = invitations.queue_to_member(
            uow, actor, member=member, kind="sign_in", variables={"link": "https://x/1"}, dedupe="s1"
        )
    assert (message.to, message.state, message.template) == (member.email, r.MessageState.QUEUED, "sign_in.1")
