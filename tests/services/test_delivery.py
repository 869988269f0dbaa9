"""Sending: once per message whatever happens in between, and the provider's own words where it fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from milo_app import bootstrap
from milo_app.domain import plan_data
from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Conflict
from milo_app.services import delivery, interviewers, invitations
from milo_app.services.ports import Deps, OutgoingEmail, SendFailed, Sent
from tests import builders


class Provider:
    """Stands for a provider of email or texts that behaves as a test asks."""

    name = "provider"

    def __init__(self, *, fails: SendFailed | None = None, idempotent: bool = True) -> None:
        self.fails, self.idempotent = fails, idempotent
        self.sent: dict[str, object] = {}
        self.calls = 0

    def send(self, email: OutgoingEmail | None = None, *, key: str, **text: str) -> Sent:
        self.calls += 1
        if self.fails:
            raise self.fails
        self.sent.setdefault(key, email or text)
        return Sent(provider=self.name, provider_id=f"p-{key}")


@pytest.fixture
def messages(deps: Deps) -> list[r.Message]:
    """The email and the text of one invitation, queued."""
    with deps.uow.write(SystemActor()) as uow:
        workspace = builders.create_workspace(uow, name="Northlight Health")
        plan = plan_data.to_data(interviewers.template("registered_nurse"))
        interviewer, _ = builders.create_interviewer(uow, workspace, plan)
        candidate = builders.create_candidate(uow, workspace, name="Ana Ruiz")
        application = builders.create_application(uow, interviewer, candidate, invited_at=None)
        invitations.invite(uow, SystemActor(), application_id=application.id)
        return uow.messages.find(order="channel", application_id=application.id)


def stored(deps: Deps, message: r.Message) -> r.Message:
    with deps.uow.read(SystemActor()) as uow:
        return uow.messages.get(message.id)


def test_an_invitation_reaches_the_local_mailbox_and_phone(deps: Deps, messages: list[r.Message]) -> None:
    for message in messages:
        assert delivery.deliver(deps, message.id) == "sent"
    email, text = (stored(deps, m) for m in messages)
    assert email.subject == "Your interview for Registered Nurse, Medical-Surgical Unit at Northlight Health"
    assert "an active RN license" in email.body and "a person" in email.body.lower()
    assert "STOP" in text.body and "HELP" in text.body
    mailbox = deps.email.entries()  # type: ignore[attr-defined]
    assert len(mailbox) == 1
    assert mailbox[0]["from"].startswith('"Northlight Health"') or mailbox[0]["from"].startswith(
        "Northlight Health"
    )
    assert any("/i/" in link for link in mailbox[0]["links"])


def test_what_is_kept_opens_nothing(deps: Deps, messages: list[r.Message]) -> None:
    for message in messages:
        delivery.deliver(deps, message.id)
        kept = stored(deps, message)
        assert "/i/…" in kept.body or "/i/..." in kept.body
        with deps.uow.read(SystemActor()) as uow:
            from milo_app.services import links

            url = links.candidate_url(deps.instance, uow.applications.get(str(message.application_id)))
        assert url not in kept.body + kept.html


def test_a_repeat_sends_nothing_more(deps: Deps, messages: list[r.Message]) -> None:
    provider = Provider()
    deps = replace(deps, email=provider)  # type: ignore[arg-type]
    assert delivery.deliver(deps, messages[0].id) == "sent"
    assert delivery.deliver(deps, messages[0].id) == "sent"
    assert provider.calls == 1


def test_a_death_between_sending_and_saving_does_not_double_where_the_provider_knows_keys(
    deps: Deps, messages: list[r.Message]
) -> None:
    provider = Provider()
    deps = replace(deps, email=provider)  # type: ignore[arg-type]
    with deps.uow.write(SystemActor()) as uow:
        uow.messages.save(replace(messages[0], state=r.MessageState.SENDING, attempts=1))
    provider.sent[messages[0].id] = "sent before the process died"
    assert delivery.deliver(deps, messages[0].id) == "sent"
    assert len(provider.sent) == 1


def test_without_keys_nobody_guesses(deps: Deps, messages: list[r.Message]) -> None:
    provider = Provider(idempotent=False)
    deps = replace(deps, email=provider)  # type: ignore[arg-type]
    with deps.uow.write(SystemActor()) as uow:
        uow.messages.save(replace(messages[0], state=r.MessageState.SENDING, attempts=1))
    assert delivery.deliver(deps, messages[0].id) == "unknown"
    assert provider.calls == 0


def test_a_passing_trouble_is_tried_again_and_ends_after_the_last_try(
    deps: Deps, messages: list[r.Message]
) -> None:
    deps = replace(deps, email=Provider(fails=SendFailed("421 busy", retryable=True)))  # type: ignore[arg-type]
    for _ in range(delivery.MAX_TRIES - 1):
        with pytest.raises(SendFailed):
            delivery.deliver(deps, messages[0].id)
    assert delivery.deliver(deps, messages[0].id) == "failed"
    kept = stored(deps, messages[0])
    assert (kept.state, kept.error, kept.attempts) == (r.MessageState.FAILED, "421 busy", delivery.MAX_TRIES)


def test_a_refusal_is_final_and_keeps_the_providers_words(deps: Deps, messages: list[r.Message]) -> None:
    deps = replace(deps, email=Provider(fails=SendFailed("550 no such user", retryable=False)))  # type: ignore[arg-type]
    assert delivery.deliver(deps, messages[0].id) == "failed"
    assert stored(deps, messages[0]).error == "550 no such user"
    with deps.uow.read(SystemActor()) as uow:
        kinds = [e.kind for e in uow.events.find(subject_id=messages[0].application_id)]
    assert "message_failed" in kinds


def test_a_failed_message_is_sent_again_as_one_of_its_own(deps: Deps, messages: list[r.Message]) -> None:
    broken = replace(deps, email=Provider(fails=SendFailed("550", retryable=False)))  # type: ignore[arg-type]
    delivery.deliver(broken, messages[0].id)
    with deps.uow.write(SystemActor()) as uow:
        again = delivery.send_again(uow, SystemActor(), message_id=messages[0].id)
        assert delivery.send_again(uow, SystemActor(), message_id=messages[0].id).id == again.id
        with pytest.raises(Conflict):
            delivery.send_again(uow, SystemActor(), message_id=messages[1].id)
    assert delivery.deliver(deps, again.id) == "sent"
    assert stored(deps, messages[0]).state is r.MessageState.FAILED


def test_stop_after_queueing_still_counts(deps: Deps, messages: list[r.Message]) -> None:
    text = messages[1]
    with deps.uow.write(SystemActor()) as uow:
        uow.suppressions.add(
            r.Suppression(
                id=uow.new_id(),
                workspace_id=text.workspace_id,
                channel="sms",
                address=text.to,
                reason="stop",
                at=uow.now,
            )
        )
    assert delivery.deliver(deps, text.id) == "suppressed"


def test_giving_up_leaves_what_was_settled(deps: Deps, messages: list[r.Message]) -> None:
    delivery.deliver(deps, messages[0].id)
    assert delivery.give_up(deps, messages[0].id, "too late") == "sent"
    assert delivery.give_up(deps, messages[1].id, "no answer in an hour") == "failed"


def test_a_sign_in_link_is_forgotten_once_sent(deps: Deps) -> None:
    with deps.uow.write(SystemActor()) as uow:
        workspace = builders.create_workspace(uow)
        member = builders.create_member(uow, workspace)
        message = invitations.queue_to_member(
            uow,
            SystemActor(),
            member=member,
            kind="sign_in",
            variables={"link": "https://x/secret-1"},
            dedupe="s1",
        )
    assert delivery.deliver(deps, message.id) == "sent"
    kept = stored(deps, message)
    assert "secret-1" not in f"{kept.body}{kept.html}{kept.variables}"
    assert "secret-1" in deps.email.entries()[0]["text"]  # type: ignore[attr-defined]
    bootstrap.install(None, None)
