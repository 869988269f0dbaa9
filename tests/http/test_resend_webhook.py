"""Resend's events through the real routes: believed only signed and fresh, counted once, and replies end in the timeline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from milo_app import bootstrap
from milo_app.domain import plan_data
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.http import errors, webhooks
from milo_app.services import delivery, inbound_email, interviewers, invitations, links, timeline
from milo_app.services.ports import Deps
from tests import builders
from tests.doubles.resend import ResendDouble, signed

EMAIL_ID = "56761188-7520-42d8-8898-ff6fc54ce618"


@pytest.fixture
def double() -> Iterator[ResendDouble]:
    with ResendDouble() as running:
        yield running


@pytest.fixture
def deps(settings, clock, double) -> Iterator[Deps]:
    """An instance that sends by Resend and takes replies at in.example."""
    real = settings.model_copy(
        update={
            "resend_api_key": SecretStr(double.key),
            "resend_api_url": double.url,
            "resend_webhook_secret": SecretStr(double.secret),
            "inbound_email_domain": "in.example",
            "email_from": "Milo <milo@mail.example>",
            "email_rate": 0,
        }
    )
    made = bootstrap.build(real, clock=clock)
    bootstrap.install(real, made)
    yield made
    bootstrap.install(None, None)
    bootstrap.database(made).dispose()


@pytest.fixture
def client(deps) -> TestClient:
    app = FastAPI()
    errors.install(app)
    app.include_router(webhooks.router)
    return TestClient(app, base_url="http://127.0.0.1:3000")


@pytest.fixture
def invitation(deps) -> r.Message:
    with deps.uow.write(SystemActor()) as uow:
        workspace = builders.create_workspace(uow, name="Northlight Health")
        plan = plan_data.to_data(interviewers.template("registered_nurse"))
        interviewer, _ = builders.create_interviewer(uow, workspace, plan)
        candidate = builders.create_candidate(uow, workspace, name="Ana Ruiz")
        application = builders.create_application(uow, interviewer, candidate, invited_at=None)
        invitations.invite(uow, SystemActor(), application_id=application.id)
        return uow.messages.find(application_id=application.id, channel=r.Channel.EMAIL)[0]


def tell(client, double, kind: str, *, id: str = "msg_1", email_id: str = EMAIL_ID, **data: Any) -> int:
    body = json.dumps({"type": kind, "created_at": "now", "data": {"email_id": email_id} | data})
    headers = signed(id, body, double.secret)
    return client.post("/webhooks/resend", content=body, headers=headers).status_code


def rows(deps) -> int:
    with deps.uow.read(SystemActor()) as uow:
        return len(uow.provider_statuses.of("resend", provider_id=EMAIL_ID)) + uow.messages.count(
            direction="in"
        )


def stored(deps, message) -> r.Message:
    with deps.uow.read(SystemActor()) as uow:
        return uow.messages.get(message.id)


@pytest.mark.parametrize(
    "broken",
    [
        {"svix-signature": "v1,AAAA"},
        {"svix-signature": ""},
        {"svix-signature": "v1,\xff\xfe"},
        {"svix-id": "msg_other"},
        {"svix-timestamp": "soon"},
        {"svix-timestamp": str(int(datetime.now(UTC).timestamp()) + 1)},
    ],
)
def test_what_is_not_signed_by_resend_is_refused_and_nothing_kept(client, double, deps, broken):
    body = json.dumps({"type": "email.delivered", "data": {"email_id": EMAIL_ID}})
    headers = signed("msg_1", body, double.secret) | broken
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    assert client.post("/webhooks/resend", content=body, headers=sent).status_code == 403
    assert rows(deps) == 0


@pytest.mark.parametrize("off", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_what_is_stale_is_refused(client, double, deps, off):
    body = json.dumps({"type": "email.delivered", "data": {"email_id": EMAIL_ID}})
    headers = signed("msg_1", body, double.secret, at=datetime.now(UTC) + off)
    assert client.post("/webhooks/resend", content=body, headers=headers).status_code == 403
    assert rows(deps) == 0


def test_one_changed_byte_is_enough(client, double, deps):
    body = json.dumps({"type": "email.delivered", "data": {"email_id": EMAIL_ID}})
    headers = signed("msg_1", body, double.secret)
    for other in (body + " ", body.replace("delivered", "bounced  "), b"\xff"):
        assert client.post("/webhooks/resend", content=other, headers=headers).status_code == 403
    assert rows(deps) == 0


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"type": 1, "data": 2}', '{"type": "email.bounced", "data": {}}', "x"]
)
def test_a_signed_body_of_any_shape_harms_nothing(client, double, deps, body):
    answer = client.post("/webhooks/resend", content=body, headers=signed("msg_1", body, double.secret))
    assert answer.status_code in (204, 403, 422) and rows(deps) == 0


def test_without_a_secret_there_is_no_such_address(client, double):
    bootstrap.install(
        bootstrap.settings().model_copy(update={"resend_webhook_secret": None}), bootstrap.deps()
    )
    assert tell(client, double, "email.delivered") == 404


def test_a_repeat_counts_once_and_openings_tell_nothing(client, double, deps, invitation):
    delivery.deliver(deps, invitation.id)
    email_id = str(stored(deps, invitation).provider_id)
    for _ in range(3):
        assert tell(client, double, "email.delivered", email_id=email_id) == 204
    for kind in ("email.opened", "email.clicked", "contact.created"):
        assert tell(client, double, kind, id=kind, email_id=email_id) == 204
    with deps.uow.read(SystemActor()) as uow:
        assert len(uow.provider_statuses.of("resend", provider_id=email_id)) == 1
        application = uow.applications.get(str(invitation.application_id))
        assert application.opened_at is None and uow.consents.count() == 0
    assert stored(deps, invitation).state == "delivered"


@pytest.mark.parametrize(
    ("bounce", "suppressed"), [({"type": "Permanent"}, 1), ({"type": "Transient"}, 0), (None, 0)]
)
def test_only_a_lasting_bounce_ends_email(client, double, deps, invitation, bounce, suppressed):
    delivery.deliver(deps, invitation.id)
    email_id = str(stored(deps, invitation).provider_id)
    said = {"bounce": {**bounce, "message": "550 5.1.1 no such user"}} if bounce else {}
    assert tell(client, double, "email.bounced", email_id=email_id, **said) == 204
    kept = stored(deps, invitation)
    assert kept.state == "failed" and (not bounce or "550 5.1.1" in kept.error)
    with deps.uow.read(SystemActor()) as uow:
        assert uow.suppressions.count(channel="email", reason="bounce") == suppressed


def test_what_comes_before_our_own_commit_is_found(client, double, deps, invitation):
    """The double's own call backs, told before the email's row knows its id."""
    double.webhook = ""  # nothing listens: the events are carried by hand
    delivered = delivery.deliver(deps, invitation.id)
    (taken,) = double.accepted
    assert delivered == "sent"
    with deps.uow.write(SystemActor()) as uow:
        early = uow.messages.add(replace(invitation, id=uow.new_id(), dedupe=None))
    # Resend's id for it is not known before it is sent, our own is.
    tags = {"message": early.id, "kind": "invitation"}
    assert tell(client, double, "email.delivered", email_id="early", tags=tags) == 204
    assert taken.body["tags"][-1] == {"name": "message", "value": invitation.id}
    assert delivery.deliver(deps, early.id) == "delivered"


class TestReplies:
    def arrive(self, client, double, deps, application: r.Application, **email: Any) -> str:
        to = email.pop("to", "") or links.reply_address(deps.instance, application)
        sender = email.pop("sender", "Ana Ruiz <ana@example.com>")
        id = double.receive(sender, to=to, **email)
        shown = double.received[id]
        data = {"from": shown["from"], "to": shown["to"], "subject": shown["subject"]}
        for _ in range(2):
            assert tell(client, double, "email.received", id=f"msg_{id}", email_id=id, **data) == 204
        with deps.uow.read(SystemActor()) as uow:
            message = uow.messages.first(direction="in", provider_id=id)
        if message:
            for _ in range(2):
                inbound_email.read(deps, message.id)
        return message.id if message else ""

    @pytest.fixture
    def application(self, deps, invitation) -> r.Application:
        with deps.uow.read(SystemActor()) as uow:
            return uow.applications.get(str(invitation.application_id))

    def shown(self, deps, application) -> list[dict[str, Any]]:
        actor = MemberActor(workspace_id=application.workspace_id, member_id="m", role=r.Role.RECRUITER)
        with deps.uow.read(actor) as uow:
            found = timeline.of_application(uow, actor, application_id=application.id)
        return [one for one in found if one["inbound"]]

    def test_an_answer_to_an_invitation_stands_in_the_timeline(
        self, client, double, deps, invitation, application
    ):
        """By the very address that the invitation gave, in small or capital letters; nothing is sent back."""
        delivery.deliver(deps, invitation.id)
        (taken,) = double.accepted
        assert taken.body["from"] == "Northlight Health <milo@mail.example>"
        assert taken.body["headers"]["References"].startswith("<application.")
        self.arrive(
            client,
            double,
            deps,
            application,
            to=f"Northlight <{taken.body['reply_to'].upper()}>",
            text="Can I do this on Sunday?\n\nOn Mon, Mar 2, 2026 Northlight wrote:\n> Your interview",
            attachments=[{"filename": "my cv.pdf", "content_type": "application/pdf", "size": 12}],
        )
        (entry,) = self.shown(deps, application)
        assert entry["body"] == "Can I do this on Sunday?" and entry["who"] == "ana@example.com"
        assert entry["files"] == "my cv.pdf" and entry["kind"] == "Reply"
        assert len(double.accepted) == 1
        with deps.uow.read(SystemActor()) as uow:
            kinds = [e.kind for e in uow.events.find(subject_id=application.id)]
            assert kinds.count("message_received") == 1
            assert uow.messages.count(direction="out") == 2

    def test_markup_loses_all_that_runs_loads_or_misleads(self, client, double, deps, application):
        markup = (
            "<p>Hello&nbsp;there<br>second</p><script>alert(1)</script><img src='https://spy.example/p.gif'>"
            "<a href='javascript:alert(1)' onclick='x()'>a</a><a href='https://ok.example'>b</a>"
            "<iframe src='https://evil.example'></iframe><p style='position:fixed'>\u202egnp.exe</p>"
        )
        id = self.arrive(client, double, deps, application, html=markup, subject="Re:\r\n Bcc: x")
        with deps.uow.read(SystemActor()) as uow:
            kept = uow.messages.get(id)
        assert "Hello" in kept.body and "second" in kept.body and "alert" not in kept.body
        assert kept.subject == "Re: Bcc: x" and "\u202e" not in kept.body
        for bad in ("script", "img", "javascript", "onclick", "iframe", "style", "alert"):
            assert bad not in kept.html
        assert 'href="https://ok.example"' in kept.html

    def test_an_absence_note_is_marked_and_wakes_nobody(self, client, double, deps, application):
        self.arrive(
            client, double, deps, application, text="I am away.", headers={"Auto-Submitted": "auto-replied"}
        )
        (entry,) = self.shown(deps, application)
        assert entry["kind"] == "Automatic reply"
        with deps.uow.read(SystemActor()) as uow:
            assert uow.applications.get(application.id).updated_at == application.updated_at

    def test_a_flood_ends_and_nothing_is_too_large(self, client, double, deps, application, monkeypatch):
        self.arrive(client, double, deps, application, text="x" * 200_000, html="<p>y</p>" * 50_000)
        (entry,) = self.shown(deps, application)
        assert len(entry["body"]) == inbound_email.LONGEST_TEXT
        monkeypatch.setattr(inbound_email, "MOST_EMAILS", 1)
        assert self.arrive(client, double, deps, application, text="again") == ""

    @pytest.mark.parametrize("local", ["r.aaaa", "hello", "r.", "r." + "a" * 52, ""])
    def test_mail_to_nobody_is_not_kept(self, client, double, deps, application, local):
        assert self.arrive(client, double, deps, application, to=f"{local}@in.example", text="hi") == ""
        foreign = links.reply_address(deps.instance, application).replace("in.example", "other.example")
        assert self.arrive(client, double, deps, application, to=foreign, text="hi") == ""
        with deps.uow.read(SystemActor()) as uow:
            assert uow.messages.count(direction="in") == 0

    def test_what_the_provider_lost_is_said(self, client, double, deps, application):
        to = links.reply_address(deps.instance, application)
        assert (
            tell(client, double, "email.received", email_id="gone", to=[to], **{"from": "a@b.example"}) == 204
        )
        with deps.uow.read(SystemActor()) as uow:
            message = uow.messages.first(direction="in", provider_id="gone")
        inbound_email.read(deps, message.id)
        (entry,) = self.shown(deps, application)
        assert "no longer" in entry["error"]
