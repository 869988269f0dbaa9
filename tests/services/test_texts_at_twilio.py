"""Texts through Twilio's own client against a Twilio that fails: taken once or not known, and never a dead end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from milo_app.adapters.clock import FixedClock
from milo_app.adapters.sms.twilio import TwilioSms
from milo_app.domain import records as r
from milo_app.domain.actors import SystemActor
from milo_app.domain.errors import Conflict
from milo_app.services import delivery, invitations, suppressions
from milo_app.services.ports import Deps, SendFailed
from milo_app.services.work import Work
from tests import builders
from tests.doubles.twilio import TwilioDouble
from tests.outside import plans

PHONE = "+14155550123"
WORDS = "Do you hold a licence?"


@pytest.fixture
def twilio() -> Iterator[TwilioDouble]:
    with TwilioDouble(hang_for=5) as double:
        yield double


@pytest.fixture
def far(deps: Deps, twilio: TwilioDouble) -> Deps:
    """The parts of an instance that texts by Twilio."""
    return replace(deps, sms=TwilioSms(twilio.sid, twilio.token, base_url=twilio.url, timeout=1))


@pytest.fixture
def application(deps: Deps, clock: FixedClock) -> r.Application:
    """Somebody who is in the middle of being asked by text."""
    with deps.uow.write(SystemActor()) as uow:
        workspace = builders.create_workspace(uow)
        interviewer, _ = builders.create_interviewer(uow, workspace, plans.plan("sms"))
        candidate = builders.create_candidate(uow, workspace, phone=PHONE, email="ana@example.com")
        return builders.create_application(
            uow, interviewer, candidate, state=r.ApplicationState.IN_PROGRESS, stage="sms"
        )


def text(deps: Deps, application: r.Application, words: str = WORDS) -> str:
    with deps.uow.write(SystemActor()) as uow:
        queued = invitations.queue(
            uow,
            SystemActor(),
            application=application,
            kind="interview",
            template="interview",
            variables={"text": words},
            channels=["sms"],
            dedupe=uow.new_id(),
            now_ok=True,
        )
    return queued[0].id


def stored(deps: Deps, id: str) -> r.Message:
    with deps.uow.read(SystemActor()) as uow:
        return uow.messages.get(id)


def emails(deps: Deps, application: r.Application) -> list[r.Message]:
    with deps.uow.read(SystemActor()) as uow:
        return uow.messages.find(application_id=application.id, channel="email")


@pytest.mark.parametrize("fault", ["cut", "hang", "500_after"])
def test_what_twilio_took_without_a_word_is_found_there(
    far: Deps, twilio: TwilioDouble, application: r.Application, fault: str
) -> None:
    twilio.faults.script = [fault]
    id = text(far, application)
    assert delivery.deliver(far, id) == "sent"
    assert stored(far, id).provider_id == twilio.accepted[0].id
    assert len(twilio.accepted) == 1


@pytest.mark.parametrize("fault", ["500", "503", "cut_before"])
def test_what_twilio_does_not_have_is_unknown_and_never_sent_again_by_itself(
    far: Deps, twilio: TwilioDouble, clock: FixedClock, application: r.Application, fault: str
) -> None:
    """It is looked up again and again; after the last time the web takes over, and a person may send it once more."""
    twilio.faults.script = [fault]
    id = text(far, application)
    assert delivery.deliver(far, id) == delivery.deliver(far, id) == "unknown"
    assert not twilio.accepted
    with far.uow.read(SystemActor()) as uow:
        [later] = uow.later.find(work=str(Work.LOOK_UP_MESSAGE))
    assert later.args == (id, "0") and later.due_at == clock.now() + delivery.LOOK_UP_AFTER[0]
    for turn in range(len(delivery.LOOK_UP_AFTER)):
        assert not emails(far, application)
        assert delivery.look_up(far, id, str(turn)) == "unknown"
    assert len(emails(far, application)) == 1
    with far.uow.write(SystemActor()) as uow:
        again = delivery.send_again(uow, SystemActor(), message_id=id)
    assert delivery.deliver(far, again.id) == "sent"
    assert [one.key for one in twilio.accepted] == [""] and stored(far, id).state is r.MessageState.UNKNOWN


def test_what_turns_up_late_is_found_late(
    far: Deps, twilio: TwilioDouble, application: r.Application
) -> None:
    twilio.faults.script = ["cut"]
    id = text(far, application)
    twilio.listed_after = 1000
    assert delivery.deliver(far, id) == "unknown"
    twilio.listed_after = 0
    assert delivery.look_up(far, id, "0") == "sent"
    assert stored(far, id).provider_id == twilio.accepted[0].id


def test_a_server_that_dies_while_sending_asks_before_it_goes_on(
    far: Deps, twilio: TwilioDouble, application: r.Application
) -> None:
    """Two texts with the same words: each finds one of its own, and the one that never left is not taken for sent."""
    ids = [text(far, application) for _ in range(2)]
    far.sms.send(to=PHONE, sender="+15550100000", body=WORDS, key=ids[0])
    with far.uow.write(SystemActor()) as uow:
        for id in ids:
            uow.messages.save(replace(uow.messages.get(id), state=r.MessageState.SENDING, attempts=1))
    assert [delivery.deliver(far, id) for id in ids] == ["sent", "unknown"]
    assert len(twilio.accepted) == 1


def test_too_many_at_once_is_tried_again(far: Deps, twilio: TwilioDouble, application: r.Application) -> None:
    twilio.faults.script = ["429"]
    id = text(far, application)
    with pytest.raises(SendFailed):
        delivery.deliver(far, id)
    assert delivery.deliver(far, id) == "sent"
    assert len(twilio.accepted) == 1


def test_an_opt_out_at_the_carrier_is_ours_too(
    far: Deps, twilio: TwilioDouble, application: r.Application
) -> None:
    """STOP reached Twilio and not us: the next text says so, everybody stops, and the web takes over by email once."""
    twilio.opted_out.add(PHONE)
    with far.uow.write(SystemActor()) as uow:
        other = builders.create_workspace(uow)
        builders.create_candidate(uow, other, phone=PHONE)
    ids = [text(far, application) for _ in range(2)]
    assert [delivery.deliver(far, id) for id in ids] == ["suppressed", "suppressed"]
    assert "21610" in stored(far, ids[0]).error
    with far.uow.write(SystemActor()) as uow:
        assert suppressions.why(uow, "sms", PHONE, workspace_id=other.id)
        assert uow.applications.get(application.id).state is r.ApplicationState.IN_PROGRESS
        assert [c.given for c in uow.consents.find(phone=PHONE)] == [False, False]
        assert suppressions.lift(uow, PHONE) and not suppressions.why(uow, "sms", PHONE)
    assert [m.kind for m in emails(far, application)] == ["stage_ready"]


@pytest.mark.parametrize(("code", "reason"), [(21614, "landline"), (21211, "invalid_number")])
def test_a_number_that_takes_no_texts_leads_to_the_web_at_once(
    far: Deps, twilio: TwilioDouble, application: r.Application, code: int, reason: str
) -> None:
    twilio.refuses[PHONE] = code
    id = text(far, application)
    assert delivery.deliver(far, id) == "suppressed"
    with far.uow.write(SystemActor()) as uow:
        assert uow.suppressions.first(address=PHONE, lifted_at=None).reason == reason  # type: ignore[union-attr]
        suppressions.wrote(uow, PHONE)  # and who writes from it can be written to
        assert not suppressions.why(uow, "sms", PHONE)
    assert len(emails(far, application)) == 1


def test_a_failed_text_can_go_by_email(far: Deps, twilio: TwilioDouble, application: r.Application) -> None:
    twilio.refuses[PHONE] = 30034
    id = text(far, application)
    assert delivery.deliver(far, id) == "failed"
    assert "not registered" in stored(far, id).error
    with far.uow.write(SystemActor()) as uow:
        sent = delivery.send_again(uow, SystemActor(), message_id=id, channel="email")
        assert delivery.send_again(uow, SystemActor(), message_id=id, channel="email").id == sent.id
        with pytest.raises(Conflict):
            delivery.send_again(uow, SystemActor(), message_id=id, channel="pigeon")
    assert delivery.deliver(far, sent.id) == "sent"


def test_parts_are_counted_and_too_long_a_text_is_not_sent(
    far: Deps, twilio: TwilioDouble, application: r.Application
) -> None:
    ids = [text(far, application, words) for words in ("a" * 160, "a" * 161, "ñ👍" * 30, "a" * 1601)]
    assert [delivery.deliver(far, id) for id in ids] == ["sent", "sent", "sent", "failed"]
    assert [stored(far, id).segments for id in ids[:3]] == [1, 2, 2]
    assert len(twilio.accepted) == 3


def test_what_cannot_be_written_was_never_handed_over(
    far: Deps, twilio: TwilioDouble, application: r.Application
) -> None:
    """A template that breaks is no lost answer: mended, the text goes out."""
    id = text(far, application)
    with far.uow.write(SystemActor()) as uow:
        uow.messages.save(replace(uow.messages.get(id), template="nowhere.1"))
    with pytest.raises(LookupError):
        delivery.deliver(far, id)
    with far.uow.write(SystemActor()) as uow:
        uow.messages.save(replace(uow.messages.get(id), template="interview.1"))
    assert delivery.deliver(far, id) == "sent"


def test_an_old_text_with_the_same_words_is_not_taken_for_this_one(
    far: Deps, twilio: TwilioDouble, application: r.Application
) -> None:
    far.sms.send(to=PHONE, sender="+15550100000", body=WORDS, key="of another system")
    twilio.accepted[0].at -= timedelta(days=4000)
    twilio.faults.script = ["500"]
    assert delivery.deliver(far, text(far, application)) == "unknown"


def test_a_person_who_sends_again_at_night_wakes_nobody(
    far: Deps, twilio: TwilioDouble, clock: FixedClock, application: r.Application
) -> None:
    twilio.refuses[PHONE] = 30034
    id = text(far, application)
    delivery.deliver(far, id)
    clock.move(timedelta(hours=14))  # 21:00 in California
    with far.uow.write(SystemActor()) as uow:
        object.__setattr__(uow, "instance", replace(uow.instance, quiet_hours=True))
        again = delivery.send_again(uow, SystemActor(), message_id=id)
    assert again.due_at is not None and again.due_at > clock.now()
