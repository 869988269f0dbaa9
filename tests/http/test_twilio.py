"""Twilio's calls over HTTP: believed by their signature alone, counted once, and answered whatever is in them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests
import uvicorn
from fastapi import FastAPI
from twilio.request_validator import RequestValidator

from milo_app import bootstrap
from milo_app.adapters.clock import FixedClock
from milo_app.config import Settings, load
from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.http import errors, webhooks
from milo_app.services import delivery, invitations
from milo_app.services.ports import Deps
from tests import builders
from tests.doubles import Faults
from tests.doubles.twilio import Taken, TwilioDouble
from tests.outside import plans
from tests.server import free_port

PHONE = "+14155550123"
SECOND = "b" * 32


@dataclass
class House:
    """Milo's webhooks on a port, and a Twilio that knows them."""

    deps: Deps
    twilio: TwilioDouble
    application: r.Application

    def inbound(self) -> list[r.Message]:
        with self.deps.uow.read(SystemActor()) as uow:
            return uow.messages.find(direction="in")

    def kept(self) -> int:
        with bootstrap.database(self.deps).reader.connect() as connection:
            tables = ("message", "provider_status", "suppression", "event", "workflow_status")
            return sum(connection.exec_driver_sql(f"SELECT count(*) FROM {t}").scalar_one() for t in tables)

    def text(self) -> r.Message:
        """A text on its way to the candidate."""
        with self.deps.uow.write(SystemActor()) as uow:
            return invitations.queue(
                uow,
                SystemActor(),
                application=uow.applications.get(self.application.id),
                kind="interview",
                template="interview",
                variables={"text": "Do you hold a licence?"},
                channels=["sms"],
                dedupe=uow.new_id(),
                now_ok=True,
            )[0]

    def stored(self, message: r.Message) -> r.Message:
        with self.deps.uow.read(SystemActor()) as uow:
            return uow.messages.get(message.id)


def until(seen: Callable[[], Any]) -> Any:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if found := seen():
            return found
        time.sleep(0.02)
    raise AssertionError("It never came.")


@pytest.fixture
def house(settings: Settings, clock: FixedClock) -> Iterator[House]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with TwilioDouble(webhook=url) as twilio:
        names = ("twilio_account_sid", "twilio_auth_token", "twilio_from_number", "twilio_api_base_url")
        loaded = load(_env_file=None, **twilio.env, TWILIO_AUTH_TOKEN_SECONDARY=SECOND)
        told = {name: getattr(loaded, name) for name in (*names, "twilio_auth_token_secondary")}
        chosen = settings.model_copy(update={**told, "public_url": url})
        deps = bootstrap.build(chosen, clock=clock)
        bootstrap.install(chosen, deps)
        app = FastAPI()
        errors.install(app)
        app.include_router(webhooks.router)
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until(lambda: server.started)
        with deps.uow.write(SystemActor()) as uow:
            workspace = builders.create_workspace(uow)
            interviewer, _ = builders.create_interviewer(uow, workspace, plans.plan("form"))
            candidate = builders.create_candidate(uow, workspace, phone=PHONE)
            application = builders.create_application(uow, interviewer, candidate)
        yield House(deps, twilio, application)
        server.should_exit = True
        thread.join(10)
        bootstrap.install(None, None)
        bootstrap.database(deps).dispose()


def test_a_text_is_kept_once_however_often_and_fast_it_comes(house: House) -> None:
    assert house.twilio.text(PHONE, "hello", id="SM" + "1" * 32, times=6) == [200] * 6
    assert house.twilio.text(PHONE, "hello", id="SM" + "1" * 32) == [200]
    assert [m.body for m in house.inbound()] == ["hello"]


def test_what_is_not_signed_is_refused_and_leaves_nothing(house: House) -> None:
    before = house.kept()
    form = {
        "MessageSid": "SM" + "2" * 32,
        "From": PHONE,
        "To": house.twilio.number,
        "Body": "STOP",
        "FromCity": "",
    }
    good = RequestValidator(house.twilio.token).compute_signature(
        f"{house.twilio.webhook}/webhooks/twilio/sms", form
    )
    sms, status = (f"{house.twilio.webhook}/webhooks/twilio/{name}" for name in ("sms", "status"))
    forged: list[tuple[str, dict[str, str], dict[str, str]]] = [
        (sms, form, {}),
        (sms, form, {"X-Twilio-Signature": "nonsense é"[:9]}),
        (sms, form | {"Body": "hello"}, {"X-Twilio-Signature": good}),
        (sms, {k: v for k, v in form.items() if v}, {"X-Twilio-Signature": good}),
        (f"{sms}?a=1", form, {"X-Twilio-Signature": good}),
        (status, form, {"X-Twilio-Signature": good}),
    ]
    for url, data, headers in forged:
        assert requests.post(url, data=data, headers=headers, timeout=10).status_code == 403, url
    assert house.twilio.post("/webhooks/twilio/sms", form, token="c" * 32) == 403
    assert house.kept() == before


def test_while_tokens_are_exchanged_both_are_believed(house: House) -> None:
    form = {"MessageSid": "SM" + "3" * 32, "From": PHONE, "To": house.twilio.number, "Body": "hi"}
    assert house.twilio.post("/webhooks/twilio/sms", form, token=SECOND) == 200
    assert len(house.inbound()) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"MessageSid": ""},
        {"MessageSid": "SM1", "From": "", "Body": ""},
        {"MessageSid": "SM1", "From": "262966", "Body": "Your code is 1"},
        {"MessageSid": "SM1", "From": "whatsapp:+14155550123", "Body": "hi"},
        {"MessageSid": "SM1" * 400, "From": PHONE, "Body": "\x00\u202e👍" * 3000, "NumMedia": "²"},
        {"MessageSid": "SM1", "From": PHONE, "Body": "", "NumMedia": "-1", "OptOutType": "MAYBE"},
        {"SmsSid": "SM1", "From": PHONE, "Body": " ", "NumMedia": "3", "MediaUrl0": "javascript:x"},
        {"MessageSid": "SM1", "MessageStatus": "exploded", "ErrorCode": "x" * 5000},
        {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": "99", "RawDlrDoneDate": "?"},
    ],
)
def test_signed_calls_are_answered_whatever_is_in_them(house: House, odd: dict[str, str]) -> None:
    assert house.twilio.post("/webhooks/twilio/sms", odd) == 200
    assert house.twilio.post("/webhooks/twilio/status", odd) == 204
    assert house.twilio.post("/webhooks/twilio/status?m=%00nobody&x=", odd) == 204


def test_what_is_far_too_large_is_not_read(house: House) -> None:
    large = requests.post(
        f"{house.twilio.webhook}/webhooks/twilio/sms", data=b"Body=" + b"x" * 400_000, timeout=10
    )
    assert large.status_code == 413


def test_what_the_carrier_calls_a_stop_counts_at_once(house: House) -> None:
    """`OptOutType` wins over words that we would not have understood; a stop is nobody's withdrawal."""
    assert house.twilio.text(PHONE, "arrêt", OptOutType="STOP") == [200]
    with house.deps.uow.read(SystemActor()) as uow:
        assert uow.suppressions.first(address=PHONE, lifted_at=None) is not None
        assert uow.applications.get(house.application.id).state is r.ApplicationState.INVITED
        consents = uow.consents.find(phone=PHONE, kind="sms")
    assert [one.given for one in consents][-1] is False


def test_a_picture_is_noted(house: House) -> None:
    house.twilio.text(PHONE, "", media=2)
    [kept] = house.inbound()
    assert (kept.body, kept.variables["media"]) == ("[picture]", 2)


def test_a_text_ends_delivered_in_whatever_order_twilio_tells(house: House) -> None:
    text = house.text()
    assert delivery.deliver(house.deps, text.id) == "sent"
    until(house.twilio.settled)
    kept = house.stored(text)
    assert (kept.state, kept.segments) == (r.MessageState.DELIVERED, 1)
    assert all(status == 204 for status, _, _ in house.twilio.called_back)
    [taken] = house.twilio.accepted
    for late in ("sent", "queued", "undelivered", "failed", "delivered"):
        house.twilio.call_back(taken, late)
    assert house.stored(text).state is r.MessageState.DELIVERED


def test_delivered_may_follow_undelivered(house: House) -> None:
    text = house.text()
    house.twilio.undelivered[PHONE] = 30003
    delivery.deliver(house.deps, text.id)
    until(house.twilio.settled)
    failed = house.stored(text)
    assert (
        failed.state is r.MessageState.FAILED and "out of reach" in failed.error and "30003" in failed.error
    )
    house.twilio.call_back(house.twilio.accepted[0], "delivered")
    assert (house.stored(text).state, house.stored(text).error) == (r.MessageState.DELIVERED, "")


def test_a_call_back_tells_what_became_of_a_text_nobody_saw_leave(house: House) -> None:
    """The connection breaks after Twilio took it, and Twilio's list is out too: our own id in the call back tells."""
    text = house.text()
    hidden = replace(house.deps, sms=_Blind(house.deps.sms))
    house.twilio.faults = Faults({"cut": 1})
    state = delivery.deliver(hidden, text.id)
    until(house.twilio.settled)
    assert state in ("unknown", "sent", "delivered")
    assert house.stored(text).state is r.MessageState.DELIVERED
    assert house.stored(text).provider_id == house.twilio.accepted[0].id
    assert len(house.twilio.accepted) == 1


def test_a_word_about_a_text_of_somebody_else_is_kept_and_harms_nothing(house: House) -> None:
    stranger = Taken(
        id="SM" + "9" * 32, to=PHONE, body="x", sender=None, service=None, key="",
        callback=f"{house.twilio.webhook}/webhooks/twilio/status",
    )  # fmt: skip
    assert house.twilio.call_back(stranger, "delivered") == 204
    assert house.inbound() == []


class _Blind:
    """A Twilio whose list cannot be asked."""

    idempotent, name = False, "twilio"

    def __init__(self, sms: Any) -> None:
        self.send = sms.send
