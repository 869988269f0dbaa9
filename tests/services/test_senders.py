"""In whose name emails go out: the workspace's own, of a domain that this instance sends for, and never two lines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Forbidden, Invalid
from milo_app.services import delivery, links, senders
from milo_app.services.ports import Deps
from tests.services.test_delivery import messages

__all__ = ["messages"]


@pytest.fixture
def instance(deps: Deps):
    return replace(
        deps.instance,
        email_sender="Milo <milo@mail.example>",
        email_domains=("mail.example", "acme.example"),
        inbound_domain="in.example",
    )


@pytest.fixture
def workspace(deps: Deps, messages: list[r.Message]) -> r.Workspace:
    with deps.uow.read(SystemActor()) as uow:
        return uow.workspaces.get(messages[0].workspace_id)


def save(deps: Deps, workspace: r.Workspace, role: r.Role = r.Role.ADMIN, **chosen: str) -> r.Workspace:
    actor = MemberActor(workspace_id=workspace.id, member_id="m", role=role)
    with deps.uow.write(actor) as uow:
        senders.save(uow, actor, **({"name": "", "address": "", "reply_to": ""} | chosen))
        return uow.workspaces.get(workspace.id)


def test_the_company_writes_in_its_own_name(instance, workspace) -> None:
    assert senders.sender(instance, workspace) == '"Northlight Health" <milo@mail.example>'
    evil = replace(workspace, brand={"name": 'A" <ceo@bank.example>,\r\nBcc: x@y.example <'})
    said = senders.sender(instance, evil)
    assert said.count("@") == 1 and said.endswith("<milo@mail.example>") and "\n" not in said


def test_what_is_chosen_is_used_and_can_be_undone(deps, instance, workspace) -> None:
    sends_for = deps.instance.email_domains[0]
    chosen = save(
        deps,
        workspace,
        name="Northlight Jobs",
        address=f"Jobs@{sends_for.upper()}",
        reply_to="hr@acme.example",
    )
    here = deps.instance
    assert senders.sender(here, chosen) == f'"Northlight Jobs" <jobs@{sends_for}>'
    # An instance that no longer sends for that domain falls back to its own address.
    assert senders.sender(instance, chosen) == '"Northlight Jobs" <milo@mail.example>'
    actor = MemberActor(workspace_id=workspace.id, member_id="m", role=r.Role.VIEWER)
    with deps.uow.read(actor) as uow:
        assert senders.read(uow, actor)["reply_to"] == "hr@acme.example"
    assert senders.sender(here, save(deps, workspace)) == senders.sender(here, workspace)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 'Acme" <ceo@bank.example'),
        ("name", "x" * 81),
        ("address", "jobs@other.example"),
        ("address", "jobs"),
        ("reply_to", "hr@acme.example, all@acme.example"),
    ],
)
def test_nobody_writes_in_another_ones_name(deps, workspace, field, value) -> None:
    with pytest.raises(Invalid) as refused:
        save(deps, workspace, **{field: value})
    assert set(refused.value.fields) == {field}
    with pytest.raises(Forbidden):
        save(deps, workspace, role=r.Role.RECRUITER, name="Jobs")


def test_answers_go_where_somebody_reads_them(deps, instance, workspace, messages) -> None:
    with deps.uow.read(SystemActor()) as uow:
        application = uow.applications.get(str(messages[0].application_id))
    own = links.reply_address(instance, application)
    assert senders.reply_to(instance, workspace, application, "hr@plan.example") == own
    assert len(own.split("@")[0]) <= 64
    chosen = replace(workspace, policy={"sender": {"reply_to": "hr@acme.example"}})
    assert senders.reply_to(instance, chosen, application, "") == "hr@acme.example"
    closed = replace(instance, inbound_domain="")
    assert senders.reply_to(closed, workspace, application, "hr@plan.example") == "hr@plan.example"


def test_an_email_carries_what_mail_programs_need(deps, messages) -> None:
    delivery.deliver(deps, messages[0].id)
    (sent,) = deps.email.entries()
    headers = sent["headers"]
    assert headers["Auto-Submitted"] == "auto-generated" and headers["X-Auto-Response-Suppress"]
    assert headers["References"].startswith(f"<application.{messages[0].application_id}@")
    assert headers["Reply-To"].endswith("@replies.localhost")
