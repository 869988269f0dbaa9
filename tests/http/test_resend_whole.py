"""Email by Resend as a whole: a bad day at the provider, events in any order, and what stands at its end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import uvicorn
from fastapi import FastAPI

from milo_app.adapters.email.resend import ResendEmail
from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.http import errors, webhooks
from milo_app.services import delivery
from milo_app.services.ports import Deps, SendFailed
from tests.doubles import Faults
from tests.doubles.resend import ResendDouble
from tests.http.test_resend_webhook import deps, invitation

__all__ = ["deps", "invitation"]

FATES = ["delivered", "bounced", "soft_bounced", "complained", "delayed", "suppressed", "failed"]
#: What each fate leaves of a message.
ENDS = {
    "delivered": "delivered",
    "delayed": "delivered",
    "complained": "delivered",
    "suppressed": "suppressed",
}


@pytest.fixture
def double() -> Iterator[ResendDouble]:
    shares = {
        "429": 0.06,
        "500": 0.04,
        "500_after": 0.05,
        "cut": 0.06,
        "cut_before": 0.05,
        "hang": 0.02,
        "422": 0.02,
    }
    with ResendDouble(faults=Faults(shares, seed=11), hang_for=2, seed=11) as running:
        yield running


@pytest.fixture
def listening(deps: Deps, double: ResendDouble) -> Iterator[None]:
    """Our routes on a port of this machine, where the double calls back."""
    app = FastAPI()
    errors.install(app)
    app.include_router(webhooks.router)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
        thread.start()
        double.webhook = f"http://127.0.0.1:{taken.getsockname()[1]}"
        yield
        server.should_exit = True
        thread.join(10)


def send(deps: Deps, message_id: str) -> None:
    """What the workflow does: try until it is settled, then give up."""
    for _ in range(delivery.MAX_TRIES):
        try:
            delivery.deliver(deps, message_id)
            return
        except SendFailed:
            continue
    delivery.give_up(deps, message_id, "It was tried often enough.")


def test_each_email_is_taken_once_or_its_end_is_called_unknown(
    deps: Deps, double: ResendDouble, invitation: r.Message, listening: None
) -> None:
    impatient = replace(deps, email=ResendEmail(double.key, base_url=double.url, timeout=1))
    sent: list[r.Message] = []
    with deps.uow.write(SystemActor()) as uow:
        for n in range(42):
            to = f"person{n}@example.com"
            double.fates[to] = FATES[n % len(FATES)]
            sent.append(
                uow.messages.add(
                    replace(
                        invitation, id=uow.new_id(), dedupe=None, to=to, variables=dict(invitation.variables)
                    )
                )
            )
    senders = [
        threading.Thread(target=lambda part=part: [send(impatient, m.id) for m in part])
        for part in (sent[:21], sent[21:])
    ]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join()
    double._calls.join()
    taken = {one.key: one for one in double.accepted}
    assert len(taken) == len(double.accepted)
    with deps.uow.read(SystemActor()) as uow:
        for message in sent:
            kept = uow.messages.get(message.id)
            if message.id not in taken:
                # Refused for good, or nobody ever took it.
                assert kept.state in ("failed", "unknown"), kept
                continue
            assert kept.provider_id == taken[message.id].id
            assert kept.state == ENDS.get(double.fates[message.to], "failed"), (
                kept,
                double.fates[message.to],
            )
        stopped = {one.address for one in uow.suppressions.find(channel="email")}
    ended = {
        one.to for one in double.accepted if double.fates[one.to] in ("bounced", "complained", "suppressed")
    }
    assert stopped == ended
    assert {status for status, _, _ in double.called_back} == {204}
    assert len(taken) > 34 and len(double.requests) > len(taken) + 5
