"""What a provider says became of a message: each word once, in any order, before or after our own commit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from milo_app.domain import records as r
from milo_app.domain.actors import MemberActor, SystemActor
from milo_app.domain.errors import Conflict, Forbidden
from milo_app.services import bounces, delivery, delivery_status
from milo_app.services.ports import Deps, OutgoingEmail, SendFailed, Sent
from tests.services.test_delivery import messages, stored

__all__ = ["messages"]


class Resend:
    """A provider that is reached or not, as the test says."""

    name, idempotent, remembers = "resend", True, timedelta(hours=24)

    def __init__(self) -> None:
        self.fails: list[SendFailed | None] = []
        self.calls = 0

    def send(self, email: OutgoingEmail, *, key: str) -> Sent:
        self.calls += 1
        if self.fails and (failure := self.fails.pop(0)):
            raise failure
        return Sent(provider="resend", provider_id=f"re-{key}")


@pytest.fixture
def resend() -> Resend:
    return Resend()


@pytest.fixture
def sending(deps: Deps, resend: Resend) -> Deps:
    return replace(deps, email=resend)


def hear(deps: Deps, message: r.Message, *statuses: str, ours: bool = False) -> str:
    said = ""
    for status in statuses:
        with deps.uow.write(SystemActor()) as uow:
            said = delivery_status.note(
                uow,
                SystemActor(),
                provider="resend",
                provider_id=f"re-{message.id}",
                status=status,
                message_id=message.id if ours else "",
            )
    return said


@pytest.mark.parametrize(
    ("words", "end"),
    [
        (("sent", "delivered"), "delivered"),
        (("sent", "delayed", "delivered"), "delivered"),
        (("sent", "delivered", "bounced"), "failed"),
        (("sent", "delivered", "complained"), "delivered"),
        (("delayed", "undelivered"), "failed"),
        (("sent", "suppressed"), "suppressed"),
    ],
)
def test_the_order_of_words_is_no_matter(
    deps: Deps, sending: Deps, messages: list[r.Message], words: tuple[str, ...], end: str
) -> None:
    """Also where some come before our own commit, and each comes twice."""
    email = messages[0]
    for order in permutations(words):
        for early in range(len(order) + 1):
            with deps.uow.write(SystemActor()) as uow:
                fresh = uow.messages.add(replace(email, id=uow.new_id(), dedupe=None))
                for standing in uow.suppressions.find(channel="email"):
                    uow.suppressions.delete(standing.id)
            assert hear(deps, fresh, *order[:early]) == ""
            delivery.deliver(sending, fresh.id)
            hear(deps, fresh, *order[early:], *order)
            assert stored(deps, fresh).state == end, (order, early)


def test_an_event_counts_once(deps: Deps, sending: Deps, messages: list[r.Message]) -> None:
    """A repeat does not bring back what a person lifted meanwhile."""
    email = messages[0]
    delivery.deliver(sending, email.id)
    assert hear(deps, email, "bounced") == "failed"
    application_id = str(email.application_id)
    member = MemberActor(workspace_id=email.workspace_id, member_id="m", role=r.Role.RECRUITER)
    with deps.uow.write(member) as uow:
        told = bounces.of_application(uow, member, application_id=application_id)
        assert told["reason"] == "bounce" and told["address"] == email.to
        with pytest.raises(Forbidden):
            bounces.lift(uow, replace(member, role=r.Role.VIEWER), application_id=application_id)
        bounces.lift(uow, member, application_id=application_id)
        with pytest.raises(Conflict):
            bounces.lift(uow, member, application_id=application_id)
    hear(deps, email, "bounced")
    with deps.uow.read(member) as uow:
        assert bounces.of_application(uow, member, application_id=application_id) == {}


@pytest.mark.parametrize("word", ["bounced", "complained"])
def test_who_cannot_or_will_not_read_gets_no_more_email(
    deps: Deps, sending: Deps, messages: list[r.Message], word: str
) -> None:
    email = messages[0]
    delivery.deliver(sending, email.id)
    with deps.uow.write(SystemActor()) as uow:
        later = uow.messages.add(replace(email, id=uow.new_id(), dedupe=None))
        other = replace(uow.workspaces.get(email.workspace_id), id=uow.new_id(), slug="other")
        uow.workspaces.add(other)
        elsewhere = uow.messages.add(
            replace(email, id=uow.new_id(), dedupe=None, workspace_id=other.id, application_id=None)
        )
    hear(deps, email, word)
    assert delivery.deliver(sending, later.id) == "suppressed"
    assert stored(deps, later).error
    assert delivery.deliver(sending, elsewhere.id) == "sent"


def test_a_slow_or_soft_refusal_stops_nothing(deps: Deps, sending: Deps, messages: list[r.Message]) -> None:
    email = messages[0]
    delivery.deliver(sending, email.id)
    assert hear(deps, email, "delayed") == "sent" and "slow" in stored(deps, email).error
    assert hear(deps, email, "undelivered", "opened", "clicked") == ""
    assert stored(deps, email).state == "failed"
    with deps.uow.read(SystemActor()) as uow:
        assert uow.suppressions.count(channel="email") == 0


LOST = SendFailed("No answer came.", retryable=True, unknown=True)
BUSY = SendFailed("Too many requests.", retryable=True)


@pytest.mark.parametrize(
    ("fails", "end"),
    [
        ([BUSY] * delivery.MAX_TRIES, "failed"),
        ([LOST] + [BUSY] * (delivery.MAX_TRIES - 1), "unknown"),
        ([LOST, SendFailed("No such domain.", retryable=False)], "failed"),
        ([LOST, BUSY], "sent"),
    ],
)
def test_a_lost_answer_is_never_called_unsent(
    deps: Deps,
    sending: Deps,
    resend: Resend,
    messages: list[r.Message],
    fails: list[SendFailed | None],
    end: str,
) -> None:
    resend.fails = list(fails)
    state = "queued"
    for _ in range(len(fails) + 1):
        try:
            state = delivery.deliver(sending, messages[0].id)
        except SendFailed:
            continue
    assert state == end


def test_giving_up_half_way_is_not_knowing(
    deps: Deps, sending: Deps, resend: Resend, messages: list[r.Message]
) -> None:
    resend.fails = [LOST]
    with pytest.raises(SendFailed):
        delivery.deliver(sending, messages[0].id)
    assert delivery.give_up(sending, messages[0].id, "no answer in an hour") == "unknown"


def test_an_unknown_email_is_known_by_our_own_id(
    deps: Deps, sending: Deps, resend: Resend, messages: list[r.Message]
) -> None:
    """Both ways: the word comes after we gave up, and before."""
    for early in (False, True):
        with deps.uow.write(SystemActor()) as uow:
            email = uow.messages.add(replace(messages[0], id=uow.new_id(), dedupe=None))
        if early:
            hear(deps, email, "delivered", ours=True)
        resend.fails = [LOST] * delivery.MAX_TRIES
        for _ in range(delivery.MAX_TRIES):
            try:
                delivery.deliver(sending, email.id)
            except SendFailed:
                continue
        if not early:
            assert stored(deps, email).state == "unknown"
            hear(deps, email, "delivered", ours=True)
        kept = stored(deps, email)
        assert (kept.state, kept.provider_id) == ("delivered", f"re-{email.id}")


def test_a_key_that_the_provider_forgot_is_not_tried_again(
    deps: Deps, sending: Deps, resend: Resend, clock, messages: list[r.Message]
) -> None:
    """The server was down for two days after a try of which nobody saw the end."""
    resend.fails = [LOST]
    with pytest.raises(SendFailed):
        delivery.deliver(sending, messages[0].id)
    clock.move(timedelta(days=2))
    assert delivery.deliver(sending, messages[0].id) == "unknown"
    assert resend.calls == 1


def test_words_are_forgotten_after_a_week(deps: Deps, messages: list[r.Message], clock) -> None:
    hear(deps, messages[0], "delivered")
    clock.move(delivery_status.KEPT + timedelta(hours=1))
    with deps.uow.write(SystemActor()) as uow:
        assert delivery_status.forget(uow, SystemActor()) == 1
