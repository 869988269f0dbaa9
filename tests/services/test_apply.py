"""The public link: everyone hears the same, and a stranger's address opens, changes and reveals nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from milo_app.adapters.clock import FixedClock
from milo_app.domain import plan_data
from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Gone, Invalid, NotFound, Throttled
from milo_app.services import apply, interviewers
from milo_app.services.ports import Deps, UnitOfWork
from tests import builders

SYSTEM = SystemActor()


@pytest.fixture
def role(deps: Deps) -> r.Interviewer:
    with deps.uow.write(SYSTEM) as uow:
        workspace = builders.create_workspace(uow, slug="acme")
        plan = plan_data.to_data(interviewers.template("registered_nurse"))
        return builders.create_interviewer(uow, workspace, plan, slug="nurse")[0]


def send(deps: Deps, **typed: Any) -> None:
    given = {"name": "Ana Ruiz", "email": "ana@example.com", "network": "10.0.0.1"} | typed
    with deps.uow.write(SYSTEM) as uow:
        apply.apply(uow, SYSTEM, workspace_slug="acme", interviewer_slug="nurse", **given)


def applications(uow: UnitOfWork, role: r.Interviewer) -> list[r.Application]:
    return uow.applications.find(interviewer_id=role.id)


def messages(deps: Deps) -> list[tuple[str, str, str]]:
    with deps.uow.read(SYSTEM) as uow:
        return [(str(m.channel), m.kind, m.to) for m in uow.messages.find()]


def test_a_new_person_is_invited_by_email_and_with_consent_by_text(deps: Deps, role: r.Interviewer) -> None:
    send(deps, phone="(415) 555-0100", sms_consent=True)
    assert messages(deps) == [
        ("email", "invitation", "ana@example.com"),
        ("sms", "invitation", "+14155550100"),
    ]
    with deps.uow.read(SYSTEM) as uow:
        assert [a.source for a in applications(uow, role)] == ["apply_link"]


def test_applying_again_emails_the_link_and_nothing_else_changes(
    deps: Deps, role: r.Interviewer, clock: FixedClock
) -> None:
    send(deps)
    with deps.uow.read(SYSTEM) as uow:
        before = (uow.candidates.find(), applications(uow, role))
    clock.move(timedelta(minutes=10))
    send(deps, name="ANA", phone="+13105550177", sms_consent=True)
    send(deps, name="Ana Ruiz")
    with deps.uow.read(SYSTEM) as uow:
        assert (uow.candidates.find(), applications(uow, role)) == before
    assert [kind for _, kind, _ in messages(deps)] == ["invitation", "link"]


def test_a_strangers_number_never_comes_together_with_a_known_address(
    deps: Deps, role: r.Interviewer
) -> None:
    with deps.uow.write(SYSTEM) as uow:
        other, _ = builders.create_interviewer(uow, uow.workspaces.get(role.workspace_id), dict(role.draft))
        victim = builders.create_candidate(
            uow, uow.workspaces.get(role.workspace_id), name="Ana Ruiz", email="ana@example.com", phone=None
        )
        builders.create_application(uow, other, victim)
        texted = builders.create_candidate(
            uow, uow.workspaces.get(role.workspace_id), name="Bo", email=None, phone="+13105550188"
        )
    send(deps, phone="+13105550177", sms_consent=True)
    send(deps, name="Bo", email="attacker@example.com", phone="+13105550188", sms_consent=True)
    with deps.uow.read(SYSTEM) as uow:
        assert uow.candidates.get(victim.id).phone is None
        assert uow.candidates.get(texted.id).email is None
    assert all(channel == "email" for channel, _, _ in messages(deps))


def test_another_name_under_the_same_address_is_another_person(deps: Deps, role: r.Interviewer) -> None:
    send(deps)
    send(deps, name="Pedro Ruiz Soto")
    with deps.uow.read(SYSTEM) as uow:
        people = uow.candidates.find()
    assert len(people) == 2
    assert people[1].possible_duplicate_of == people[0].id


def test_a_robot_is_told_the_same_and_nothing_happens(deps: Deps, role: r.Interviewer) -> None:
    send(deps, honeypot="https://spam.example")
    assert messages(deps) == []


def test_what_cannot_be_right_is_said_beside_its_field(deps: Deps, role: r.Interviewer) -> None:
    with pytest.raises(Invalid) as refused:
        send(deps, name=" ", email="nobody", phone="12")
    assert refused.value.fields.keys() == {"name", "email", "phone"}


def test_tries_are_limited_by_address_and_by_network(deps: Deps, role: r.Interviewer) -> None:
    for _ in range(6):
        send(deps)
    with pytest.raises(Throttled):
        send(deps, network="10.9.9.9")
    for number in range(54):
        send(deps, email=f"p{number}@example.com", name=f"P {number}")
    with pytest.raises(Throttled):
        send(deps, email="last@example.com")


def test_closed_and_unknown_roles_say_so(deps: Deps, role: r.Interviewer) -> None:
    with deps.uow.write(SYSTEM) as uow:
        uow.interviewers.save(replace(role, closes_at=uow.now - timedelta(days=1)))
    with pytest.raises(Gone):
        send(deps)
    with deps.uow.write(SYSTEM) as uow:
        uow.interviewers.save(replace(role, version=0))
    with pytest.raises(NotFound):
        send(deps)


def test_a_lost_link_is_emailed_and_an_unknown_address_hears_the_same(
    deps: Deps, role: r.Interviewer
) -> None:
    send(deps)
    with deps.uow.write(SYSTEM) as uow:
        assert apply.lost_link(uow, SYSTEM, email="ANA@example.com", network="n") is None
        assert apply.lost_link(uow, SYSTEM, email="nobody@example.com", network="n") is None
        with pytest.raises(Invalid):
            apply.lost_link(uow, SYSTEM, email="what", network="n")
    assert [(kind, to) for _, kind, to in messages(deps)][1:] == [("link", "ana@example.com")]
