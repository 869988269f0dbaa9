"""A workspace's own words: checked, versioned, sent as they stood, and taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from milo_app.domain import message_words
from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Forbidden, Invalid, NotFound, Throttled
from milo_app.services import delivery, invitations, message_preview, templates
from milo_app.services.ports import Deps
from tests import builders
from tests.services import begun

TEXT = "Dear {first_name},\n\ncome and talk: [Begin]({link})\n\n[Begin]({link})\n\n{ai_notice}"


class Office:
    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        with deps.uow.write(SystemActor()) as uow:
            self.workspace = builders.create_workspace(uow, name="Northlight Health")
            member = builders.create_member(uow, self.workspace)
            self.interviewer, _ = builders.create_interviewer(
                uow, self.workspace, {"title": "Nurse", "stages": [begun.FORM_STAGE]}
            )
        self.admin = MemberActor(workspace_id=self.workspace.id, member_id=member.id, role=r.Role.ADMIN)

    def run(self, service: Any, actor: MemberActor | None = None, **arguments: Any) -> Any:
        actor = actor or self.admin
        with self.deps.uow.write(actor) as uow:
            return service(uow, actor, **arguments)

    def save(self, text: str = TEXT, *, kind: str = "invitation", channel: str = "email", **more: Any) -> Any:
        given = {"language": "en", "subject": "Come, {first_name}", "agreed": True, **more}
        return self.run(templates.save, kind=kind, channel=channel, text=text, **given)

    def invite(self, **person: Any) -> list[r.Message]:
        with self.deps.uow.write(SystemActor()) as uow:
            candidate = builders.create_candidate(uow, self.workspace, **{"name": "Ana Ruiz", **person})
            made = builders.create_application(uow, self.interviewer, candidate, invited_at=None)
            invitations.invite(uow, SystemActor(), application_id=made.id, now_ok=True)
            return uow.messages.find(application_id=made.id, order="channel")

    def sent(self, message: r.Message) -> r.Message:
        assert delivery.deliver(self.deps, message.id) == "sent"
        with self.deps.uow.read(SystemActor()) as uow:
            return uow.messages.get(message.id)


@pytest.fixture
def office(deps: Deps) -> Office:
    return Office(deps)


@pytest.mark.parametrize("language", message_words.LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "channel"), [(k, c) for k, rule in message_words.KINDS.items() for c in rule.channels]
)
def test_milos_own_words_pass_every_check(kind: str, channel: str, language: str) -> None:
    words = templates.builtin(kind, channel, language)
    checked = templates.check(kind, channel, words.subject, words.text)
    assert (dict(checked.errors), checked.losses, checked.hints) == ({}, (), ())


def test_own_words_are_sent_from_then_on_and_old_messages_keep_theirs(office: Office) -> None:
    (before, _) = office.invite()
    office.save()
    (queued, text) = office.invite()
    office.save("Other words {link}", subject="Other")
    assert "invites you to interview" in office.sent(before).body
    first = office.sent(queued)
    assert first.subject == "Come, Ana" and "Dear Ana" in first.body and "An AI interviewer" in first.body
    assert "/i/…" in first.body and "STOP" in office.sent(text).body
    (latest, _) = office.invite()
    assert office.sent(latest).subject == "Other"


def test_what_a_candidate_is_called_changes_no_page(office: Office) -> None:
    office.save("Hello {first_name}\n\n{link}")
    (message, _) = office.invite(name="<script>alert(1)</script>{link} x")
    html = office.sent(message).html
    assert "<script" not in html and "&lt;script&gt;" in html


def test_another_language_keeps_milos_words(office: Office) -> None:
    office.save()
    (message, _) = office.invite(language="es")
    assert "Su entrevista" in office.sent(message).subject


def test_taking_them_back_keeps_the_versions(office: Office) -> None:
    office.save()
    office.run(templates.reset, kind="invitation", channel="email", language="en")
    shown = office.run(templates.read, kind="invitation", channel="email", language="en")
    assert not shown["own"] and shown["subject"].startswith("Your interview for")
    assert [v["name"] for v in shown["versions"]] == ["Back to Milo's words", "Version 1"]
    (message, _) = office.invite()
    assert message.template == "invitation.2"


def test_saving_the_same_again_makes_no_version(office: Office) -> None:
    assert office.save().id == office.save().id


def test_a_lost_notice_must_be_agreed_to(office: Office) -> None:
    with pytest.raises(Invalid) as refused:
        office.save("Come {link}", agreed=False)
    assert "AI" in refused.value.fields["losses"]
    with pytest.raises(Invalid) as refused:
        office.save("Come {lnk}")
    assert list(refused.value.fields) == ["text"]


def test_only_administrators_and_only_their_own(office: Office, deps: Deps) -> None:
    with pytest.raises(Forbidden):
        office.run(templates.save, replace(office.admin, role=r.Role.RECRUITER), kind="reminder", channel="sms",
                   language="en", subject="", text="x")  # fmt: skip
    office.save()
    other = Office(deps)
    assert not other.run(templates.read, kind="invitation", channel="email", language="en")["own"]
    (message, _) = other.invite()
    assert message.template == "invitation.2"
    for wrong in ({"kind": "sign_in"}, {"channel": "call"}, {"language": "../en"}, {"kind": "letter"}):
        with pytest.raises(NotFound):
            office.run(
                templates.read, **{"kind": "invitation", "channel": "email", "language": "en", **wrong}
            )


def test_a_preview_shows_a_real_candidates_data_and_no_way_in(office: Office, deps: Deps) -> None:
    (message, _) = office.invite()
    ask = {
        "kind": "invitation",
        "language": "en",
        "subject": "For {role}",
        "application_id": message.application_id,
    }
    shown = office.run(message_preview.preview, channel="email", text=TEXT, **ask)
    assert shown["subject"] == "For Nurse" and shown["blocks"][0]["text"].startswith("Dear Ana")
    assert {b["url"] for b in shown["blocks"] if b["url"]} == {f"{deps.instance.public_url}/i/…"}
    text = office.run(message_preview.preview, channel="sms", text="{company}: {link} STOP", **ask)
    assert text["text"].startswith("Northlight Health: http") and text["parts"] == 1
    plain = office.run(message_preview.preview, channel="email", text=TEXT, **{**ask, "application_id": ""})
    assert plain["blocks"][0]["text"].startswith("Dear Maria")
    with pytest.raises(NotFound):
        Office(deps).run(message_preview.preview, channel="email", text=TEXT, **ask)
    assert [name for _, name in office.run(message_preview.people)] == ["Ana Ruiz, Nurse"]


def test_a_test_goes_to_oneself_and_not_too_often(office: Office) -> None:
    ask = {
        "kind": "reminder",
        "language": "en",
        "subject": "Waiting",
        "channel": "email",
        "text": "Come {link}",
    }
    message = office.run(message_preview.send_test, **ask)
    with office.deps.uow.read(SystemActor()) as uow:
        assert message.to == uow.members.get(office.admin.member_id).email
    assert office.sent(message).subject == "[Preview] Waiting"
    words = {**ask, "channel": "sms", "text": "{company}: {link} STOP"}
    with pytest.raises(Invalid) as refused:
        office.run(message_preview.send_test, number="12", **words)
    assert list(refused.value.fields) == ["number"]
    own = office.run(message_preview.send_test, number="+1 415 555 0199", **words)
    assert office.sent(own).to == "+14155550199"
    with pytest.raises(Throttled):
        for _ in range(30):
            office.run(message_preview.send_test, **ask)
